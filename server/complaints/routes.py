"""Routes by which complaints come in, are handled, and are followed by their complainants."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy import Connection

from server.complaints import actions, codes, erasure, queries, reply, views
from server.complaints.actions import Filed, Wish
from server.complaints.errors import ComplaintCode
from server.complaints.messages import (
    ComplaintList,
    ComplaintView,
    EraseComplaintWords,
    FileComplaint,
    FiledComplaint,
    FollowComplaint,
    FollowedComplaint,
    HandInComplaint,
    MoveComplaint,
)
from server.complaints.queries import StoredComplaint, StoredComplaintStep
from server.complaints.rules import About, Way, read_number
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.sealed_text import seal
from server.hall.composition import Hall
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import read_number as read_ticket_number
from server.queue.tickets import ticket_id
from server.web_api import ANYONE, MANAGERS, STAFF, Api, Call, Caller
from server.web_api.arguments import day_argument, week_argument
from server.web_api.downloads import INLINE, file_response
from server.web_api.limits import MISSED, PHONES

KIOSK = frozenset({Caller.KIOSK})
PDF = "application/pdf"
FILING = (
    ComplaintCode.COMPLAINT_ABOUT,
    ComplaintCode.COMPLAINT_EMPTY,
    QueueCode.TICKET_UNKNOWN,
)
STEPS = (
    ComplaintCode.COMPLAINT_UNKNOWN,
    ComplaintCode.COMPLAINT_STATE,
    ComplaintCode.COMPLAINT_OFFICE,
    ComplaintCode.COMPLAINT_SECOND,
    ComplaintCode.COMPLAINT_WORDS,
    ComplaintCode.COMPLAINT_OUTCOME,
    ComplaintCode.COMPLAINT_EXTENDED,
    LeaveCode.FILE_UNKNOWN,
)
EXAMPLE = {"about": "window", "subject": "T1", "topics": ["attitude"], "words": "态度生硬"}


def add(api: Api) -> None:
    """Register the routes."""
    _public(api)
    _entered(api)
    _listed(api)
    _handled(api)
    _erased(api)


def _file(api: Api, actor: Actor, key: str, body: FileComplaint, channel: Way) -> FiledComplaint:
    """Store a complaint that came by a channel, its telephone sealed; return its receipt."""
    hall, ctx = api.hall, api.hall.ctx
    number = read_ticket_number(body.subject) if body.about is About.VISIT else ""
    sender = (body.source, body.source_number) if isinstance(body, HandInComplaint) else ("", "")
    filed = Filed(
        kind=body.kind,
        channel=channel,
        about=body.about,
        # A typed number is one of today, as it is on the slip.
        subject=ticket_id(ctx.day(), number) if number else body.subject,
        topics=tuple(topic.value for topic in body.topics),
        words=body.words,
        name=body.contact_name,
        phone=seal(hall.config.data, ctx.tokens, body.contact_phone),
        source=sender[0],
        source_number=sender[1],
    )
    return receipt(hall, actions.file(ctx, actor, key, filed))


def receipt(hall: Hall, number: str) -> FiledComplaint:
    """Return the receipt of a stored complaint."""
    ctx = hall.ctx
    row = ctx.read_single(lambda c: queries.by_number(c, ctx.hall_id, number))
    assert row is not None, "it was just stored"
    return FiledComplaint(
        number=number,
        code=codes.code_of(hall.config.data, ctx.tokens, ctx.hall_id, number),
        url=f"{hall.config.base_url}/c/{number}",
        due=row.due,
    )


def _public(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/kiosk/complaints",
        who=KIOSK,
        body=FileComplaint,
        answer=FiledComplaint,
        codes=FILING,
        policy=MISSED,
        example=EXAMPLE,
    )
    def complain_at_kiosk(call: Call) -> FiledComplaint:
        """Store a complaint or opinion typed in at a kiosk."""
        return _file(api, call.actor, call.key, call.body, Way.KIOSK)

    @api.post(
        "/phone/<token>/complaint",
        who=ANYONE,
        body=FileComplaint,
        answer=FiledComplaint,
        codes=FILING,
        policy=PHONES,
        example={"about": "visit", "topics": ["waiting"]},
    )
    def complain_by_phone(call: Call) -> FiledComplaint:
        """Store a complaint or opinion of the holder of a number."""
        ticket = ctx.read_single(
            lambda c: ticket_queries.by_token(c, ctx.hall_id, call.args["token"])
        )
        if ticket is None:
            hall.people.guesses.wrong("page", request.remote_addr or "")
            raise HallError(QueueCode.TICKET_UNKNOWN)
        body: FileComplaint = call.body
        if body.about is About.VISIT:
            body = body.model_copy(update={"subject": ticket.id})
        return _file(api, actions.PHONE, call.key, body, Way.PHONE)

    @api.post(
        "/complaints/follow",
        who=ANYONE,
        body=FollowComplaint,
        answer=FollowedComplaint,
        codes=(ComplaintCode.COMPLAINT_UNKNOWN, ComplaintCode.COMPLAINT_NUMBER),
        keyed=False,
        policy=PHONES,
        example={"number": "26000017", "code": "7K2MHT4W"},
    )
    def follow_complaint(call: Call) -> FollowedComplaint:
        """Return a complaint to whoever has its number and code; it changes nothing."""
        row, steps = _by_code(hall, call.body)
        return views.followed(ctx.catalogue(), row, steps)


def _by_code(
    hall: Hall, body: FollowComplaint
) -> tuple[StoredComplaint, list[StoredComplaintStep]]:
    """Return a complaint by number and code; a wrong code counts as a guess.

    Raises COMPLAINT_UNKNOWN, COMPLAINT_NUMBER.
    """
    ctx = hall.ctx
    number = read_number(body.number)
    if not number:
        raise HallError(ComplaintCode.COMPLAINT_NUMBER)
    # The code is compared for unknown numbers too, so that the time tells nothing.
    right = codes.fits(codes.code_of(hall.config.data, ctx.tokens, ctx.hall_id, number), body.code)

    def read(conn: Connection) -> tuple[StoredComplaint, list[StoredComplaintStep]] | None:
        row = queries.by_number(conn, ctx.hall_id, number)
        if row is None:
            return None
        return row, queries.STEPS.of(conn, ctx.hall_id, [row.id])[row.id]

    read_rows = ctx.read(read)
    if read_rows is None or not right:
        hall.people.guesses.wrong("page", request.remote_addr or "")
        raise HallError(ComplaintCode.COMPLAINT_UNKNOWN)
    return read_rows


def _entered(api: Api) -> None:
    @api.post(
        "/reception/complaints",
        who=STAFF,
        body=FileComplaint,
        answer=FiledComplaint,
        codes=(*FILING, ComplaintCode.COMPLAINT_OWN),
        example=EXAMPLE,
    )
    def complain_at_reception(call: Call) -> FiledComplaint:
        """Enter a complaint or opinion of a person at the reception desk."""
        return _file(api, call.actor, call.key, call.body, Way.RECEPTION)

    @api.post(
        "/office/complaints",
        who=MANAGERS,
        body=HandInComplaint,
        answer=FiledComplaint,
        codes=(*FILING, ComplaintCode.COMPLAINT_OWN, ComplaintCode.COMPLAINT_TAKEN),
        example=EXAMPLE | {"kind": "handed_on", "source": "12345", "source_number": "2026-0001"},
    )
    def hand_in_complaint(call: Call) -> FiledComplaint:
        """Enter a complaint that a hotline or another office handed on, with its number there."""
        return _file(api, call.actor, call.key, call.body, Way.OFFICE)


def _listed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/complaints", who=MANAGERS, answer=ComplaintList)
    def office_complaints(call: Call) -> ComplaintList:
        """Return the open complaints, due ones first; with `from` all that came since then.

        With `week` (2026-W47) those that the week's figures are made of.
        """
        today = ctx.local().date()
        first, last = day_argument("from", today), day_argument("to", today)

        week = week_argument(request.args["week"]) if "week" in request.args else None

        def read(conn: Connection) -> ComplaintList:
            if week is not None:
                span = week.first.isoformat(), week.last.isoformat()
                rows = queries.of_week(conn, ctx.hall_id, *span)
            elif "from" in request.args:
                span = first.isoformat(), last.isoformat()
                rows = queries.of_days(conn, ctx.hall_id, *span)
            else:
                rows = queries.open_ones(conn, ctx.hall_id)
            return views.listed(hall, conn, call.actor, rows)

        return ctx.read(read)

    @api.get("/my/complaints", who=STAFF, answer=ComplaintList)
    def my_complaints(call: Call) -> ComplaintList:
        """Return the accepted complaints of the unit that one represents as its chief."""
        unit = ctx.catalogue().unit_led_by(call.actor.name)

        def read(conn: Connection) -> ComplaintList:
            rows = queries.open_ones(conn, ctx.hall_id, [unit]) if unit else []
            return views.listed(hall, conn, call.actor, rows)

        return ctx.read(read)


def _handled(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/complaints/<complaint>",
        who=STAFF,
        answer=ComplaintView,
        codes=(ComplaintCode.COMPLAINT_UNKNOWN,),
    )
    def complaint(call: Call) -> ComplaintView:
        """Return one complaint to whoever handles it."""
        return ctx.read(lambda c: views.single(hall, c, call.actor, call.args["complaint"]))

    @api.post(
        "/complaints/<complaint>/move",
        who=STAFF,
        body=MoveComplaint,
        answer=ComplaintView,
        codes=STEPS,
        example={"move": "contact", "words": "已电话了解情况"},
    )
    def move_complaint(call: Call) -> ComplaintView:
        """Take the next step of a complaint."""
        body: MoveComplaint = call.body
        wish = Wish(body.move, body.words, body.outcome, tuple(body.evidence))
        actions.move(ctx, call.actor, call.key, call.args["complaint"], wish)
        return ctx.read(lambda c: views.single(hall, c, call.actor, call.args["complaint"]))

    @api.get(
        "/complaints/<complaint>/evidence/<file>",
        who=STAFF,
        answer=None,
        codes=(ComplaintCode.COMPLAINT_UNKNOWN, LeaveCode.FILE_UNKNOWN),
        media="application/octet-stream",
    )
    def complaint_evidence(call: Call) -> Response:
        """Return a paper of a step to whoever sees the step."""
        args = call.args
        _, _, steps = ctx.read(lambda c: actions.access(ctx, c, call.actor, args["complaint"]))
        return step_papers.paper_of(hall, call.actor, steps, args["file"], args["complaint"])

    @api.get(
        "/complaints/<complaint>/reply.pdf",
        who=STAFF,
        answer=None,
        codes=(ComplaintCode.COMPLAINT_UNKNOWN, ComplaintCode.COMPLAINT_STATE),
        media=PDF,
    )
    def complaint_reply(call: Call) -> Response:
        """Return the reply to a complainant on paper, once it is answered, refused or handed on."""
        shown = ctx.read(lambda c: views.single(hall, c, call.actor, call.args["complaint"]))
        if not reply.is_ready(shown):
            raise HallError(ComplaintCode.COMPLAINT_STATE)
        filed = receipt(hall, shown.number)
        content = hall.offload(
            lambda: reply.paper(ctx.catalogue().hall_name, shown, filed.code, filed.url)
        )
        return file_response(content, PDF, f"complaint-{shown.number}.pdf", disposition=INLINE)


def _erased(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/office/complaints/<complaint>/erase",
        who=MANAGERS,
        body=EraseComplaintWords,
        answer=ComplaintView,
        codes=(
            ComplaintCode.COMPLAINT_UNKNOWN,
            ComplaintCode.COMPLAINT_STATE,
            CommonCode.REASON_REQUIRED,
        ),
        example={"reason": "本人要求删除"},
    )
    def erase_complaint_words(call: Call) -> ComplaintView:
        """Erase what the complainant of an ended complaint left; steps and outcome stay."""
        complaint, reason = call.args["complaint"], call.body.reason.strip()
        erasure.erase_words(ctx, call.actor, call.key, complaint, reason)
        return ctx.read(lambda c: views.single(hall, c, call.actor, complaint))
