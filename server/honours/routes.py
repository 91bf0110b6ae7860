"""Routes of honours: the office's flag, vetoes, year's end; one's own vetoes; the public's flag."""

from __future__ import annotations

from datetime import date

from flask import Response

from server.assessment.periods import Period, PeriodKind, parse_period
from server.attendance.routes import PDF, XLSX
from server.core.errors import CommonCode, HallError
from server.hall.context import Context
from server.honours import (
    flag_actions,
    interview_actions,
    list_actions,
    list_views,
    papers,
    veto_actions,
    veto_views,
    views,
    year_views,
)
from server.honours.errors import HonourCode
from server.honours.flag_actions import FlagWish
from server.honours.interview_actions import InterviewWish
from server.honours.list_actions import CurrentList
from server.honours.list_rules import ListKind
from server.honours.messages import (
    AllowancePage,
    DraftList,
    FlagHolder,
    ListView,
    MoveFlag,
    MoveInterview,
    MoveVeto,
    MyVetoes,
    ProposeInterview,
    ProposeVeto,
    QuarterPage,
    VetoPage,
    VetoView,
    YearPage,
)
from server.honours.rules import AWARDED
from server.honours.veto_actions import VetoProposal
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.web_api import ANYONE, MANAGERS, STAFF, Api, Call
from server.web_api.arguments import check_year_range, day_of
from server.web_api.downloads import INLINE, file_response

FLAG_CODES = (
    HonourCode.FLAG_UNKNOWN,
    HonourCode.FLAG_STATE,
    HonourCode.FLAG_RUNNING,
    HonourCode.FLAG_UNRELEASED,
    HonourCode.FLAG_CANDIDATE,
    HonourCode.FLAG_BARRED,
    HonourCode.FLAG_REASON,
    HonourCode.FLAG_WORDS,
    HonourCode.FLAG_SECOND,
)
VETO_CODES = (
    HonourCode.VETO_UNKNOWN,
    HonourCode.VETO_STATE,
    HonourCode.VETO_WORDS,
    HonourCode.VETO_SECOND,
    HonourCode.VETO_OFFICE,
    HonourCode.VETO_DISPUTE_OVER,
    LeaveCode.FILE_UNKNOWN,
)
STAMP = "%Y-%m-%d %H:%M"


def add(api: Api) -> None:
    """Register the routes."""
    _flag(api)
    _vetoes(api)
    _own(api)
    _year(api)
    _interviews(api)
    _allowance(api)
    _lists(api)


def period_of_text(text: str, kind: PeriodKind, field: str) -> Period:
    """Return the period of a kind that a text names; raises INVALID."""
    try:
        period = parse_period(text)
    except ValueError:
        raise HallError(CommonCode.INVALID, field=field) from None
    if period.kind is not kind:
        raise HallError(CommonCode.INVALID, field=field)
    check_year_range(period.first, field)
    return period


def _quarter(call: Call) -> Period:
    return period_of_text(call.args["quarter"], PeriodKind.QUARTER, "quarter")


def _flag(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/honours/flag", who=ANYONE, answer=FlagHolder)
    def flag_holder(_call: Call) -> FlagHolder:
        """Return the window with the red flag."""
        return ctx.read(lambda c: views.holder(ctx, c))

    @api.get("/office/honours/quarters/<quarter>", who=MANAGERS, answer=QuarterPage)
    def flag_quarter(call: Call) -> QuarterPage:
        """Return a quarter (`2026-Q3`): ranking, who is barred and why, decision, history."""
        quarter = _quarter(call)
        return hall.read_off_loop(lambda c: views.quarter_page(ctx, c, call.actor, quarter))

    @api.post(
        "/office/honours/quarters/<quarter>/move",
        who=MANAGERS,
        body=MoveFlag,
        answer=QuarterPage,
        codes=FLAG_CODES,
        example={"move": "propose", "window": "W05"},
    )
    def move_flag(call: Call) -> QuarterPage:
        """Propose a window for a quarter's flag, decide, reject, or revoke the decision."""
        body: MoveFlag = call.body
        quarter = _quarter(call)
        wish = FlagWish(body.move, body.window, body.words)
        flag_actions.move(ctx, call.actor, call.key, quarter, wish)
        return hall.read_off_loop(lambda c: views.quarter_page(ctx, c, call.actor, quarter))

    @api.get(
        "/office/honours/quarters/<quarter>/certificate.pdf",
        who=MANAGERS,
        answer=None,
        codes=(HonourCode.FLAG_UNKNOWN,),
        media=PDF,
    )
    def flag_certificate(call: Call) -> Response:
        """Return the certificate of a quarter's flag, once it is decided and no veto took it."""
        quarter = _quarter(call)
        page = ctx.read(lambda c: views.quarter_page(ctx, c, call.actor, quarter))
        award = page.award
        if award is None or award.state not in AWARDED or award.struck_by:
            raise HallError(HonourCode.FLAG_UNKNOWN)
        words = ctx.read(lambda c: views.certificate_words(ctx, c, award))
        content = hall.offload(lambda: papers.certificate(words))
        return file_response(content, PDF, f"flag-{quarter.id}.pdf", disposition=INLINE)


def _vetoes(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/honours/vetoes", who=MANAGERS, answer=VetoPage)
    def veto_list(call: Call) -> VetoPage:
        """Return the vetoes, newest first."""
        return ctx.read(lambda c: veto_views.everything(ctx, c, call.actor))

    @api.post(
        "/office/honours/vetoes",
        who=MANAGERS,
        body=ProposeVeto,
        answer=VetoView,
        codes=(
            HonourCode.VETO_SUBJECT,
            HonourCode.VETO_EVIDENCE,
            HonourCode.VETO_WORDS,
            HonourCode.VETO_SECOND,
            LeaveCode.FILE_UNKNOWN,
        ),
        example={
            "kind": "quarrel",
            "subject": "window",
            "code": "W05",
            "day": "2026-09-10",
            "words": "与群众争吵，经核实",
            "complaints": ["26000017"],
        },
    )
    def propose_veto(call: Call) -> VetoView:
        """Propose a veto with its evidence; another person confirms it."""
        body: ProposeVeto = call.body
        proposal = VetoProposal(
            body.kind,
            body.subject,
            body.code,
            day_of(body.day),
            body.words,
            body.window,
            body.complaints,
            body.findings,
            body.evidence,
        )
        veto = veto_actions.propose(ctx, call.actor, call.key, proposal)
        return ctx.read(lambda c: veto_views.single(ctx, c, call.actor, veto))


def _own(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/my/vetoes", who=STAFF, answer=MyVetoes)
    def my_vetoes(call: Call) -> MyVetoes:
        """Return the vetoes about oneself, or about the unit that one represents."""
        return ctx.read(lambda c: veto_views.own(ctx, c, call.actor))

    @api.post(
        "/honours/vetoes/<veto>/move",
        who=STAFF,
        body=MoveVeto,
        answer=VetoView,
        codes=VETO_CODES,
        example={"move": "dispute", "words": "当时情况与认定不符"},
    )
    def move_veto(call: Call) -> VetoView:
        """Take a step of a veto: confirm, dismiss, dispute, uphold, withdraw."""
        body: MoveVeto = call.body
        veto = call.args["veto"]
        veto_actions.move(
            ctx, call.actor, call.key, veto, body.move, body.words, tuple(body.evidence)
        )
        return ctx.read(lambda c: veto_views.single(ctx, c, call.actor, veto))

    @api.get(
        "/honours/vetoes/<veto>/evidence/<file>",
        who=STAFF,
        answer=None,
        codes=(HonourCode.VETO_UNKNOWN, LeaveCode.FILE_UNKNOWN),
        media="application/octet-stream",
    )
    def veto_evidence(call: Call) -> Response:
        """Return a paper of a veto to whoever sees the veto."""
        args = call.args
        _, steps = ctx.read(lambda c: veto_actions.access(ctx, c, call.actor, args["veto"]))
        return step_papers.paper_of(hall, call.actor, steps, args["file"], args["veto"])


def _year(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    def page(call: Call) -> YearPage:
        year = period_of_text(call.args["year"], PeriodKind.YEAR, "year")
        return hall.read_off_loop(lambda c: year_views.year_page(ctx, c, call.actor, year))

    @api.get("/office/honours/years/<year>", who=MANAGERS, answer=YearPage)
    def honour_year(call: Call) -> YearPage:
        """Return a year's list of units for the county's review, and the interviews due."""
        return page(call)

    @api.get(
        "/office/honours/years/<year>/units.pdf",
        who=MANAGERS,
        answer=None,
        codes=(HonourCode.FLAG_UNRELEASED,),
        media=PDF,
    )
    def honour_year_paper(call: Call) -> Response:
        """Return the year's list as a PDF, once the year is released."""
        shown = page(call)
        if not shown.released:
            raise HallError(HonourCode.FLAG_UNRELEASED)
        made = f"{ctx.local():{STAMP}}"
        content = hall.offload(lambda: papers.year_list(shown.hall, shown, made))
        return file_response(content, PDF, f"units-{shown.year}.pdf", disposition=INLINE)


def _interviews(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    def page(call: Call, month: str) -> YearPage:
        year = parse_period(month[:4])
        return hall.read_off_loop(lambda c: year_views.year_page(ctx, c, call.actor, year))

    @api.post(
        "/office/honours/interviews",
        who=MANAGERS,
        body=ProposeInterview,
        answer=YearPage,
        codes=(
            HonourCode.INTERVIEW_UNKNOWN,
            HonourCode.INTERVIEW_STATE,
            HonourCode.INTERVIEW_SECOND,
        ),
        example={"subject": "unit", "code": "tax", "month": "2026-11"},
    )
    def propose_interview(call: Call) -> YearPage:
        """Propose an interview that is due."""
        body: ProposeInterview = call.body
        month = period_of_text(body.month, PeriodKind.MONTH, "month")
        interview_actions.propose(ctx, call.actor, call.key, body.subject, body.code, month)
        return page(call, body.month)

    @api.post(
        "/office/honours/interviews/<interview>/move",
        who=MANAGERS,
        body=MoveInterview,
        answer=YearPage,
        codes=(
            HonourCode.INTERVIEW_UNKNOWN,
            HonourCode.INTERVIEW_STATE,
            HonourCode.INTERVIEW_WORDS,
            HonourCode.INTERVIEW_SECOND,
        ),
        example={"move": "hold", "day": "2026-11-30", "words": "已约谈，明确整改措施"},
    )
    def move_interview(call: Call) -> YearPage:
        """Note an interview as held, or drop it with the reason."""
        body: MoveInterview = call.body
        day: date | None = day_of(body.day) if body.day else None
        wish = InterviewWish(body.move, body.words, day)
        month = interview_actions.move(ctx, call.actor, call.key, call.args["interview"], wish)
        return page(call, month)


def _allowance(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    def page(call: Call) -> AllowancePage:
        month = _month_begun(ctx, call.args["month"])
        return hall.read_off_loop(lambda c: year_views.allowance_page(ctx, c, call.actor, month))

    @api.get("/office/honours/allowance/<month>", who=MANAGERS, answer=AllowancePage)
    def allowance_month(call: Call) -> AllowancePage:
        """Return the attendance allowance of a month (`2026-11`): how much, and why not all."""
        return page(call)

    @api.get(
        "/office/honours/allowance/<month>/allowance.xlsx", who=MANAGERS, answer=None, media=XLSX
    )
    def allowance_workbook(call: Call) -> Response:
        """Return the allowance table as a workbook."""
        shown = page(call)
        made = f"{ctx.local():{STAMP}}"
        content = hall.offload(lambda: papers.allowance_workbook(shown.hall, shown, made))
        return file_response(content, XLSX, f"allowance-{shown.month}.xlsx")


def _month_begun(ctx: Context, text: str) -> Period:
    month = period_of_text(text, PeriodKind.MONTH, "month")
    if month.first > ctx.local().date():
        raise HallError(CommonCode.INVALID, field="month")
    return month


def _current(api: Api, call: Call) -> CurrentList:
    """Return a list as the records give it; raises INVALID for a kind that nobody drafts."""
    hall, ctx, period = api.hall, api.hall.ctx, call.args["period"]
    if call.args["kind"] == ListKind.ALLOWANCE:
        month = _month_begun(ctx, period)
        return hall.read_off_loop(lambda c: year_views.current_allowance(ctx, c, month))
    if call.args["kind"] == ListKind.YEAR_UNITS:
        year = period_of_text(period, PeriodKind.YEAR, "period")
        return hall.read_off_loop(lambda c: year_views.current_year(ctx, c, year)[0])
    raise HallError(CommonCode.INVALID, field="kind")


def _lists(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/honours/lists/<kind>/<period>/draft",
        who=MANAGERS,
        body=DraftList,
        answer=ListView,
        codes=(HonourCode.LIST_STATE, HonourCode.LIST_CHANGED, HonourCode.LIST_WORDS),
        example={"seen": "0" * 64, "words": "补签通过，更正一人"},
    )
    def draft_list(call: Call) -> ListView:
        """Draft a year's list or a month's allowance table, or an amendment of a fixed one."""
        current, body = _current(api, call), call.body
        list_actions.draft(ctx, call.actor, call.key, current, body.seen, body.words)
        return ctx.read(lambda c: list_views.list_view(ctx, c, call.actor, current))

    @api.post(
        "/office/honours/lists/<kind>/<period>/<n>/release",
        who=MANAGERS,
        answer=ListView,
        codes=(
            HonourCode.LIST_UNKNOWN,
            HonourCode.LIST_STATE,
            HonourCode.LIST_CHANGED,
            HonourCode.LIST_SECOND,
        ),
    )
    def release_list(call: Call) -> ListView:
        """Fix a list that another person has drafted; it is never changed later."""
        current, n = _current(api, call), call.args["n"]
        if not (n.isascii() and n.isdecimal() and len(n) < 6):
            raise HallError(HonourCode.LIST_UNKNOWN)
        list_actions.release(ctx, call.actor, call.key, current, int(n))
        return ctx.read(lambda c: list_views.list_view(ctx, c, call.actor, current))
