"""Routes of assistance: everybody records questions; helpers, receivers and the office go on."""

from __future__ import annotations

from flask import Response, request

from server.assistance import (
    actions,
    authorisation_pdf,
    choices,
    green_actions,
    helper_actions,
    views,
)
from server.assistance import queries as assistance
from server.assistance.actions import AskWish, Question, Receiver
from server.assistance.errors import AssistCode
from server.assistance.helper_actions import Job, JobWish
from server.assistance.messages import (
    AskView,
    AssistanceChoices,
    AssistanceList,
    CaseAssistance,
    EntrustJob,
    JobView,
    MoveAsk,
    MoveGreen,
    MoveJob,
    MyAssistance,
    RecordAsk,
)
from server.cases import queries as case_queries
from server.cases.errors import CaseCode
from server.cases.views import named
from server.core.sealed_text import seal
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.queue.errors import QueueCode
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_of
from server.web_api.downloads import INLINE, file_response

PDF = "application/pdf"
ENTRUST_CODES = (
    CaseCode.CASE_UNKNOWN,
    QueueCode.ITEM_UNKNOWN,
    AssistCode.ASSIST_PERSON,
    AssistCode.HELPER_TAKEN,
)


def add(api: Api) -> None:
    """Register the routes."""
    _lists(api)
    _asks(api)
    _jobs(api)
    _papers(api)
    _greens(api)


def _lists(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/assistance", who=MANAGERS, answer=AssistanceList)
    def assistance_list(call: Call) -> AssistanceList:
        """Return questions of the first asked, jobs of helpers, and green channels."""
        return ctx.read(lambda c: views.everything(hall, c, call.actor))

    @api.get("/my/assistance", who=STAFF, answer=MyAssistance)
    def my_assistance(call: Call) -> MyAssistance:
        """Return the questions that one recorded or receives, and the own jobs."""
        return ctx.read(lambda c: views.own(hall, c, call.actor))

    @api.get(
        "/assistance/choices",
        who=STAFF,
        answer=AssistanceChoices,
        codes=(CaseCode.CASE_UNKNOWN,),
    )
    def assistance_choices(call: Call) -> AssistanceChoices:
        """Return units, items, and the people whom one may choose for a question or `for=job`.

        `case`: for a job about it. Managers choose among everybody, others among their own unit,
        the hall's own people, and the chief representatives or the people of the case's unit.
        """
        case, is_job = request.args.get("case", ""), request.args.get("for") == "job"
        return ctx.read(lambda c: choices.read(ctx, c, call.actor, case, is_job=is_job))


def _asks(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/first-asks",
        who=STAFF,
        body=RecordAsk,
        answer=AskView,
        codes=(QueueCode.ITEM_UNKNOWN, AssistCode.FIRST_ASK_TO, AssistCode.ASSIST_PERSON),
        example={"subject": "问住房公积金提取需要什么材料"},
    )
    def record_first_ask(call: Call) -> AskView:
        """Record a question about something that is not one's own, and hand it over."""
        body: RecordAsk = call.body
        to = Receiver(body.to_unit, body.to_staff)
        question = Question(
            subject=body.subject,
            item=body.item,
            name=body.name,
            phone=seal(hall.config.data, ctx.tokens, body.phone),
            to=to if to != Receiver() else None,
        )
        ask = actions.record(ctx, call.actor, call.key, question)
        return ctx.read(lambda c: views.single_ask(hall, c, call.actor, ask))

    @api.post(
        "/first-asks/<ask>/move",
        who=STAFF,
        body=MoveAsk,
        answer=AskView,
        codes=(
            AssistCode.FIRST_ASK_UNKNOWN,
            AssistCode.FIRST_ASK_STATE,
            AssistCode.FIRST_ASK_PARTY,
            AssistCode.FIRST_ASK_WORDS,
            AssistCode.FIRST_ASK_TO,
            AssistCode.ASSIST_PERSON,
        ),
        example={"move": "answer", "words": "已当面答复"},
    )
    def move_first_ask(call: Call) -> AskView:
        """Hand a question over, take it, or end it with the answer."""
        body: MoveAsk = call.body
        ask = call.args["ask"]
        wish = AskWish(body.move, body.words, Receiver(body.to_unit, body.to_staff))
        actions.move(ctx, call.actor, call.key, ask, wish)
        return ctx.read(lambda c: views.single_ask(hall, c, call.actor, ask))


def _jobs(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/helper-jobs",
        who=STAFF,
        body=EntrustJob,
        answer=JobView,
        codes=ENTRUST_CODES,
        example={
            "helper": "1001",
            "scope": "代为提交材料、领取证照",
            "until": "2099-12-31",
            "project": "示例产业园项目",
            "name": "王示例",
        },
    )
    def entrust_job(call: Call) -> JobView:
        """Record what a person entrusts to a helper."""
        body: EntrustJob = call.body
        job = Job(
            helper=body.helper,
            scope=body.scope,
            until=day_of(body.until, "until"),
            case=body.case,
            item=body.item,
            project=body.project,
            name=body.name,
            phone=seal(hall.config.data, ctx.tokens, body.phone),
        )
        job_id = helper_actions.entrust(ctx, call.actor, call.key, job)
        return ctx.read(lambda c: views.single_job(hall, c, call.actor, job_id))

    @api.post(
        "/helper-jobs/<job>/move",
        who=STAFF,
        body=MoveJob,
        answer=JobView,
        codes=(
            AssistCode.HELPER_UNKNOWN,
            AssistCode.ASSIST_PERSON,
            AssistCode.HELPER_STATE,
            AssistCode.HELPER_PARTY,
            AssistCode.HELPER_WORDS,
            AssistCode.HELPER_SIGNED,
            AssistCode.HELPER_OVER,
            AssistCode.HELPER_SELF,
            AssistCode.HELPER_TAKEN,
            LeaveCode.FILE_UNKNOWN,
        ),
        example={"move": "do", "words": "已提交材料"},
    )
    def move_helper_job(call: Call) -> JobView:
        """Take the next step of a helper's job."""
        body: MoveJob = call.body
        job = call.args["job"]
        evidence = tuple(body.evidence)
        wish = JobWish(body.move, body.words, body.signed, evidence, body.helper)
        helper_actions.move(ctx, call.actor, call.key, job, wish)
        return ctx.read(lambda c: views.single_job(hall, c, call.actor, job))


def _papers(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/helper-jobs/<job>/authorisation.pdf",
        who=STAFF,
        answer=None,
        codes=(AssistCode.HELPER_UNKNOWN,),
        media=PDF,
    )
    def helper_authorisation(call: Call) -> Response:
        """Return the authorisation of a helper, to be signed."""
        job_id, book = call.args["job"], ctx.catalogue()
        row, _ = ctx.read(lambda c: helper_actions.accessible(ctx, c, call.actor, job_id))
        people = ctx.read(lambda c: assistance.people(c, ctx.hall_id, [job_id]))
        case = ctx.read(lambda c: case_queries.get(c, ctx.hall_id, row.case))
        about = views.about(book, row, case) + (f"（办件编号 {case.number}）" if case else "")
        name = people[job_id].name if job_id in people else ""
        both = name, named(book, row.helper)
        span = row.day, row.until
        content = hall.offload(
            lambda: authorisation_pdf.authorisation(
                job_id, book.hall_name, both, about, row.scope, span
            )
        )
        return file_response(content, PDF, f"{job_id}.pdf", disposition=INLINE)

    @api.get(
        "/helper-jobs/<job>/evidence/<file>",
        who=STAFF,
        answer=None,
        codes=(AssistCode.HELPER_UNKNOWN, LeaveCode.FILE_UNKNOWN),
        media="application/octet-stream",
    )
    def helper_evidence(call: Call) -> Response:
        """Return a paper of a step to the helper, the office, and whoever recorded the job."""
        args = call.args
        _, steps = ctx.read(lambda c: helper_actions.accessible(ctx, c, call.actor, args["job"]))
        return step_papers.paper_of(hall, call.actor, steps, args["file"], args["job"])


def _greens(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/cases/<case>/assistance",
        who=STAFF,
        answer=CaseAssistance,
        codes=(CaseCode.CASE_UNKNOWN,),
    )
    def case_assistance(call: Call) -> CaseAssistance:
        """Return helpers and green channel of a case."""
        return ctx.read(lambda c: views.of_case(hall, c, call.actor, call.args["case"]))

    @api.post(
        "/cases/<case>/green",
        who=STAFF,
        body=MoveGreen,
        answer=CaseAssistance,
        codes=(
            CaseCode.CASE_UNKNOWN,
            AssistCode.GREEN_STATE,
            AssistCode.GREEN_OFFICE,
            AssistCode.GREEN_SECOND,
            AssistCode.GREEN_WORDS,
            AssistCode.GREEN_ENDED,
        ),
        example={"move": "propose", "words": "市重点项目"},
    )
    def move_green(call: Call) -> CaseAssistance:
        """Propose, grant, refuse or lift the green channel of a case."""
        body: MoveGreen = call.body
        case = call.args["case"]
        green_actions.move(ctx, call.actor, call.key, case, body.move, body.words)
        return ctx.read(lambda c: views.of_case(hall, c, call.actor, case))
