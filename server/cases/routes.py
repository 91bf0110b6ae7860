"""Routes by which cases are opened, handled, listed, printed, and followed by applicants."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy import Connection

from server.cases import (
    access,
    actions,
    list_queries,
    paper_pdf,
    queries,
    serving,
    take_over,
    take_over_pdf,
    views,
)
from server.cases.actions import Applicant, Opening, Wish
from server.cases.errors import CaseCode
from server.cases.messages import (
    ApplicantFields,
    CaseList,
    CaseView,
    Desk,
    DueByUnit,
    FollowCase,
    FollowedCase,
    MoveCase,
    OpenAtWindow,
    OpenCase,
    OpenedList,
    OpenList,
    PostList,
    ServePaper,
    SetPosts,
    TakeOver,
)
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.queries import StoredCase, StoredCasePaper
from server.cases.rules import (
    CaseWay,
    is_id_number,
    masked_id,
    person_key,
    plain_id,
    read_number,
)
from server.cases.words import SERVED_HOW_WORDS, SERVED_TO_WORDS
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.folder_key import key_in
from server.core.sealed_text import seal, unseal
from server.hall.composition import Hall
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.one_time_notices import queries as hand_ins
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.web_api import ANYONE, MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_argument, day_of, week_argument, whole_argument
from server.web_api.downloads import INLINE, file_response
from server.web_api.limits import PHONES

PDF = "application/pdf"
PERSON_KEY_FILE = "person.key"
TAIL = 4
"""Digits of the telephone by which an applicant is recognised."""
OPENING = (CaseCode.CASE_ITEM, CaseCode.CASE_ID_NUMBER, QueueCode.ITEM_UNKNOWN)
STEPS = (
    CaseCode.CASE_UNKNOWN,
    CaseCode.CASE_STATE,
    CaseCode.CASE_POST,
    CaseCode.CASE_OFFICE,
    CaseCode.CASE_SECOND,
    CaseCode.CASE_HANDS,
    CaseCode.CASE_STAGES,
    CaseCode.CASE_MATERIALS,
    CaseCode.CASE_WORDS,
    CaseCode.CASE_OUTCOME,
    CaseCode.CASE_BASIS,
    CaseCode.CASE_DAYS,
    CaseCode.CASE_EXTENDED,
    LeaveCode.FILE_UNKNOWN,
)
EXAMPLE = {"name": "王示例", "phone": "13900000000"}


def add(api: Api) -> None:
    """Register the routes."""
    _opened(api)
    _handled(api)
    _listed(api)
    _printed(api)
    _served(api)
    _arranged(api)
    _followed(api)


def _applicant(hall: Hall, fields: ApplicantFields) -> Applicant:
    """Return an applicant as it is stored; raise CASE_ID_NUMBER for a wrong ID number."""
    number = plain_id(fields.id_number)
    if number and not is_id_number(fields.id_kind, number):
        raise HallError(CaseCode.CASE_ID_NUMBER)
    secret = key_in(hall.config.data, hall.ctx.tokens, PERSON_KEY_FILE)
    return Applicant(
        name=fields.name,
        id_kind=fields.id_kind,
        id_masked=masked_id(number),
        person_key=person_key(secret, fields.id_kind, number),
        phone=seal(hall.config.data, hall.ctx.tokens, fields.phone),
        agent=fields.agent,
    )


def _opening(hall: Hall, body: OpenCase, way: CaseWay) -> Opening:
    day = day_of(body.day) if body.day else None
    return Opening(body.item, _applicant(hall, body), way, outer_no=body.outer_no, day=day)


def _opened(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    def shown(actor: Actor, case_id: str) -> CaseView:
        return ctx.read(lambda c: views.single(hall, c, actor, case_id))

    @api.post(
        "/counter/cases",
        who=STAFF,
        body=OpenAtWindow,
        answer=CaseView,
        codes=(*OPENING, CaseCode.CASE_TICKET, QueueCode.TICKET_UNKNOWN),
        example=EXAMPLE | {"ticket": "20261130-A001"},
    )
    def open_at_window(call: Call) -> CaseView:
        """Open the case of the person who is being served."""
        body: OpenAtWindow = call.body
        ticket = ctx.read_single(lambda c: ticket_queries.get(c, ctx.hall_id, body.ticket))
        if ticket is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=body.ticket)
        opening = Opening(ticket.item, _applicant(hall, body), CaseWay.WINDOW, ticket=ticket.id)
        return shown(call.actor, actions.open_case(ctx, call.actor, call.key, opening))

    @api.post(
        "/reception/cases",
        who=STAFF,
        body=OpenCase,
        answer=CaseView,
        codes=(*OPENING, CaseCode.CASE_TAKEN),
        example=EXAMPLE | {"item": "HS-01"},
    )
    def open_at_reception(call: Call) -> CaseView:
        """Open a case without a ticket, at the reception desk."""
        opening = _opening(hall, call.body, CaseWay.RECEPTION)
        return shown(call.actor, actions.open_case(ctx, call.actor, call.key, opening))

    @api.post(
        "/office/cases/list",
        who=MANAGERS,
        body=OpenList,
        answer=OpenedList,
        codes=OPENING,
        example={"cases": [EXAMPLE | {"item": "HS-01", "outer_no": "2026-0001"}]},
    )
    def open_list(call: Call) -> OpenedList:
        """Open the cases of a list that a unit handed in, all or none; none is opened twice."""
        body: OpenList = call.body
        openings = [_opening(hall, entry, CaseWay.LIST) for entry in body.cases]
        opened, repeated = actions.open_list(ctx, call.actor, call.key, openings)
        rows = ctx.read(lambda c: queries.among(c, ctx.hall_id, opened))
        numbers = {row.id: row.number for row in rows}
        return OpenedList(numbers=[numbers[each] for each in opened], repeated=repeated)


def _handled(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/cases/<case>", who=STAFF, answer=CaseView, codes=(CaseCode.CASE_UNKNOWN,))
    def case(call: Call) -> CaseView:
        """Return one case to whoever handles it."""
        return ctx.read(lambda c: views.single(hall, c, call.actor, call.args["case"]))

    @api.post(
        "/cases/<case>/move",
        who=STAFF,
        body=MoveCase,
        answer=CaseView,
        codes=STEPS,
        example={"move": "accept"},
    )
    def move_case(call: Call) -> CaseView:
        """Take the next step of a case."""
        body: MoveCase = call.body
        wish = Wish(
            body.move,
            words=body.words,
            outcome=body.outcome,
            basis=body.basis,
            days=body.days,
            to=body.to,
            evidence=tuple(body.evidence),
        )
        actions.move(ctx, call.actor, call.key, call.args["case"], wish)
        return ctx.read(lambda c: views.single(hall, c, call.actor, call.args["case"]))

    @api.post(
        "/my/cases/take-over",
        who=STAFF,
        body=TakeOver,
        answer=Desk,
        codes=(CaseCode.CASE_UNKNOWN, CaseCode.CASE_COVER, CaseCode.CASE_STATE),
        example={"from_staff": "1009", "cases": ["K1"]},
    )
    def take_over_desk(call: Call) -> Desk:
        """Take over the desk of a person whom one covers, by a list of its cases."""
        body: TakeOver = call.body
        take_over.take_over(ctx, call.actor, call.key, body.from_staff, body.cases)
        return ctx.read(lambda c: views.desk(hall, c, call.actor))


def _listed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/my/cases", who=STAFF, answer=Desk)
    def my_cases(call: Call) -> Desk:
        """Return what lies on one's desk, what is due first at the top; `skip`: from there on."""
        skip = whole_argument("skip")
        return ctx.read(lambda c: views.desk(hall, c, call.actor, skip))

    @api.get("/counter/cases/<ticket>", who=STAFF, answer=CaseList)
    def cases_of_ticket(call: Call) -> CaseList:
        """Return the cases of a ticket: opened from it, or whose supplements it brings."""

        def read(conn: Connection) -> CaseList:
            posts = queries.posts(conn, ctx.hall_id)
            rows = [
                row
                for ticket in _tickets_of_matter(hall, conn, call.args["ticket"])
                for row in queries.of_ticket(conn, ctx.hall_id, ticket)
            ]
            visible = [
                row for row in rows if access.may_see(ctx.catalogue(), posts, call.actor, row)
            ]
            return views.listed(hall, conn, visible)

        return ctx.read(read)

    _of_office(api)


def _of_office(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/cases", who=MANAGERS, answer=CaseList, codes=(CaseCode.CASE_NUMBER,))
    def office_cases(_call: Call) -> CaseList:
        """Return the open cases, due ones first; with `unit` those of one.

        With `from` all that came since then; with `number` the one with this number; with `week`
        (2026-W47) those that the week's figures are made of. `skip`: from the one after it on.
        """
        skip = whole_argument("skip")
        today = ctx.local().date()
        first, last = day_argument("from", today), day_argument("to", today)
        week = week_argument(request.args["week"]) if "week" in request.args else None
        number = request.args.get("number", "")
        place = read_number(number)
        if number and place is None:
            raise HallError(CaseCode.CASE_NUMBER)

        def read(conn: Connection) -> CaseList:
            if place is not None:
                row = queries.by_serial(conn, ctx.hall_id, *place)
                return views.listed(hall, conn, [row] if row is not None else [])
            if week is not None:
                span = week.first.isoformat(), week.last.isoformat()
                query = queries.in_week(ctx.hall_id, *span)
                return views.listed(hall, conn, *list_queries.page(conn, query, skip))
            if "from" in request.args:
                query = queries.received(ctx.hall_id, first.isoformat(), last.isoformat())
                return views.listed(hall, conn, *list_queries.page(conn, query, skip))
            unit = request.args.get("unit", "")
            rows = list_queries.due_first(conn, ctx.hall_id, unit, skip)
            more = list_queries.count_open(conn, ctx.hall_id, unit) - skip - len(rows)
            return views.listed(hall, conn, rows, max(0, more))

        return ctx.read(read)

    @api.get("/office/cases/due", who=MANAGERS, answer=DueByUnit)
    def cases_due(_call: Call) -> DueByUnit:
        """Return by unit what is overdue and due soon."""
        return ctx.read(lambda c: views.due_by_unit(hall, c))


def _read_paper(hall: Hall, call: Call) -> tuple[StoredCasePaper, str, str]:
    """Return a paper, the applicant's name and the address of its page; raise CASE_UNKNOWN."""
    ctx = hall.ctx

    def read(conn: Connection) -> tuple[StoredCasePaper, str, str]:
        row = queries.paper(conn, ctx.hall_id, call.args["paper"])
        if row is None:
            raise HallError(CaseCode.CASE_UNKNOWN)
        case, _facts, _posts = access.accessible(ctx, conn, call.actor, row.case)
        person = queries.applicants(conn, ctx.hall_id, [row.case]).get(row.case)
        name = person.name if person else ""
        return row, name, f"{hall.config.base_url}/k/{case.number}"

    return ctx.read(read)


def _tickets_of_matter(hall: Hall, conn: Connection, ticket_id: str) -> list[str]:
    """Return the tickets of the matter whose materials a ticket brought, itself first."""
    hall_id = hall.ctx.hall_id
    ticket = ticket_queries.get(conn, hall_id, ticket_id)
    last = (
        hand_ins.latest_of_visit(conn, hall_id, ticket.id, ticket.visit, ticket.item)
        if ticket is not None
        else None
    )
    matter = hand_ins.of_matter(conn, hall_id, last.matter) if last is not None else []
    return list(dict.fromkeys([ticket_id, *(entry.ticket for entry in matter)]))


def _printed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/cases/papers/<paper>.pdf",
        who=STAFF,
        answer=None,
        codes=(CaseCode.CASE_UNKNOWN,),
        media=PDF,
    )
    def case_paper(call: Call) -> Response:
        """Return a paper of a case, as A4 or with `size=a5`."""
        size = request.args.get("size", "a4")
        if size not in paper_pdf.SIZES:
            raise HallError(CommonCode.INVALID, field="size")
        row, name, address = _read_paper(hall, call)
        hall_name = ctx.catalogue().hall_name
        content = hall.offload(lambda: paper_pdf.paper(row, hall_name, name, address, size))
        return file_response(content, PDF, f"{row.id}.pdf", disposition=INLINE)

    @api.get(
        "/cases/papers/<paper>/proof.pdf",
        who=STAFF,
        answer=None,
        codes=(CaseCode.CASE_UNKNOWN,),
        media=PDF,
    )
    def proof_of_service(call: Call) -> Response:
        """Return the proof of service of a paper; not yet served: the form."""
        row, name, address = _read_paper(hall, call)
        served = ctx.read(lambda c: queries.services(c, ctx.hall_id, [row.id])).get(row.id)
        how = SERVED_HOW_WORDS[ServedHow(served.how)] if served else ""
        to = SERVED_TO_WORDS[ServedTo(served.to)] if served else ""
        day = served.day if served else ""
        hall_name = ctx.catalogue().hall_name
        content = hall.offload(
            lambda: paper_pdf.proof_of_service(row, hall_name, name, how, to, day, address)
        )
        return file_response(content, PDF, f"{row.id}-H.pdf", disposition=INLINE)

    @api.get(
        "/cases/take-overs/<list>.pdf",
        who=STAFF,
        answer=None,
        codes=(CaseCode.CASE_UNKNOWN,),
        media=PDF,
    )
    def take_over_list(call: Call) -> Response:
        """Return the list of a take-over, to be signed."""
        name, book = call.args["list"], ctx.catalogue()
        handover = ctx.read(lambda c: take_over.list_named(ctx, c, call.actor, name))
        cases = ctx.read(lambda c: take_over.cases_of(ctx, c, handover))
        people = views.named(book, handover.from_staff), views.named(book, handover.by)
        moment = ctx.local(handover.at)
        content = hall.offload(
            lambda: take_over_pdf.take_over_list(name, book.hall_name, people, moment, cases)
        )
        return file_response(content, PDF, f"JJ-{name}.pdf", disposition=INLINE)


def _served(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/cases/<case>/evidence/<file>",
        who=STAFF,
        answer=None,
        codes=(CaseCode.CASE_UNKNOWN, LeaveCode.FILE_UNKNOWN),
        media="application/octet-stream",
    )
    def case_evidence(call: Call) -> Response:
        """Return a paper of a step to whoever handles the case."""
        args = call.args
        _, facts, _ = ctx.read(lambda c: access.accessible(ctx, c, call.actor, args["case"]))
        return step_papers.paper_of(hall, call.actor, facts, args["file"], args["case"])

    @api.post(
        "/cases/papers/<paper>/service",
        who=STAFF,
        body=ServePaper,
        answer=CaseView,
        codes=(CaseCode.CASE_UNKNOWN, CaseCode.CASE_SERVED),
        example={"how": "handed", "to": "applicant"},
    )
    def serve_paper(call: Call) -> CaseView:
        """Record that a paper was served: how, to whom, on which day."""
        body: ServePaper = call.body
        day = day_of(body.day) if body.day else None
        case_id = serving.serve(
            ctx, call.actor, call.key, call.args["paper"], body.how, body.to, day
        )
        return ctx.read(lambda c: views.single(hall, c, call.actor, case_id))


def _arranged(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/cases/posts", who=MANAGERS, answer=PostList)
    def case_posts(_call: Call) -> PostList:
        """Return who handles, reviews and approves the cases of each unit."""
        return ctx.read(lambda c: views.post_list(hall, c))

    @api.post(
        "/office/cases/posts",
        who=MANAGERS,
        body=SetPosts,
        answer=PostList,
        example={"unit": "tax", "post": "approver", "holders": ["1009"]},
    )
    def set_posts(call: Call) -> PostList:
        """Name the holders of a unit's post."""
        body: SetPosts = call.body
        serving.set_posts(ctx, call.actor, call.key, body.unit, body.post, body.holders)
        return ctx.read(lambda c: views.post_list(hall, c))


def _followed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/cases/follow",
        who=ANYONE,
        body=FollowCase,
        answer=FollowedCase,
        codes=(CaseCode.CASE_UNKNOWN, CaseCode.CASE_NUMBER),
        keyed=False,
        policy=PHONES,
        example={"number": "20261130000017", "tail": "0000"},
    )
    def follow_case(call: Call) -> FollowedCase:
        """Return a case to whoever has its number and the end of the applicant's telephone."""
        body: FollowCase = call.body
        place = read_number(body.number)
        if place is None:
            raise HallError(CaseCode.CASE_NUMBER)

        def read(conn: Connection) -> FollowedCase | None:
            row = queries.by_serial(conn, ctx.hall_id, *place)
            if row is None or not _is_tail(hall, conn, row, body.tail):
                return None
            return views.followed(hall, conn, row)

        result = ctx.read(read)
        if result is None:
            hall.people.guesses.wrong("page", request.remote_addr or "")
            raise HallError(CaseCode.CASE_UNKNOWN)
        return result


def _is_tail(hall: Hall, conn: Connection, row: StoredCase, tail: str) -> bool:
    """Return True if an applicant's telephone ends with these four digits."""
    person = queries.applicants(conn, hall.ctx.hall_id, [row.id]).get(row.id)
    phone = unseal(hall.config.data, hall.ctx.tokens, person.phone) if person else ""
    digits = "".join(filter(str.isdecimal, phone or ""))
    return len(tail) == TAIL and len(digits) >= TAIL and digits[-TAIL:] == tail
