"""Routes of one-time notices: a notice by its number, as paper, and those of a ticket."""

from __future__ import annotations

from flask import Response, request

from server.core.errors import HallError
from server.one_time_notices import office_views, paper, queries, views
from server.one_time_notices.errors import NoticeCode
from server.one_time_notices.messages import HandInList, MatterView, NoticeList, NoticeView
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.web_api import ANYONE, MANAGERS, STAFF, Api, Call
from server.web_api.arguments import week_argument
from server.web_api.downloads import INLINE, file_response
from server.web_api.limits import PHONES

PDF = "application/pdf"


def add(api: Api) -> None:
    """Register the routes."""
    _by_number(api)
    _of_ticket(api)
    _of_week(api)


def digits(number: str) -> str:
    """Return a notice's number as it is stored: people type it in groups."""
    return number.replace(" ", "").replace("-", "")


def _by_number(api: Api) -> None:
    ctx = api.hall.ctx

    def view_of(number: str) -> NoticeView:
        try:
            return ctx.read(lambda c: views.notice_view(ctx, c, digits(number)))
        except HallError:
            api.hall.people.guesses.wrong("page", request.remote_addr or "")
            raise

    @api.get(
        "/notices/<number>",
        who=ANYONE,
        answer=NoticeView,
        codes=(NoticeCode.NOTICE_UNKNOWN,),
        policy=PHONES,
    )
    def one_time_notice(call: Call) -> NoticeView:
        """Return a notice as it was given, and what differs in what is published now."""
        return view_of(call.args["number"])

    @api.get(
        "/notices/<number>/notice.pdf",
        who=ANYONE,
        answer=None,
        codes=(NoticeCode.NOTICE_UNKNOWN,),
        media=PDF,
        policy=PHONES,
    )
    def notice_paper(call: Call) -> Response:
        """Return a notice as a PDF, A4, with the lines for signatures and the seal."""
        view = view_of(call.args["number"])
        address = f"{api.hall.config.base_url}/notices/{view.number}"
        zone = ctx.local(view.at)
        content = api.hall.offload(lambda: paper.paper(view, address, zone))
        return file_response(content, PDF, f"notice-{view.number}.pdf", disposition=INLINE)


def _of_week(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/office/hand-ins/<week>", who=MANAGERS, answer=HandInList)
    def office_hand_ins(call: Call) -> HandInList:
        """Return the hand-ins behind a week's figures, such as 2026-W47, newest first."""
        week = week_argument(call.args["week"])
        return ctx.read(lambda c: office_views.hand_ins(ctx, c, week))


def _of_ticket(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get(
        "/tickets/<ticket>/matter",
        who=STAFF,
        answer=MatterView,
        codes=(QueueCode.TICKET_UNKNOWN, NoticeCode.NOTICE_UNKNOWN, NoticeCode.NOTICE_ITEM),
    )
    def matter(call: Call) -> MatterView:
        """Return the matter that the next hand-in of a ticket belongs to.

        `notice`: number of an earlier notice that the person brings.
        """
        earlier = digits(request.args.get("notice", ""))
        ticket = ctx.read_single(lambda c: ticket_queries.get(c, ctx.hall_id, call.args["ticket"]))
        if ticket is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=call.args["ticket"])
        return ctx.read(lambda c: views.matter_view(ctx, c, ticket, earlier))

    @api.get(
        "/phone/<token>/notices",
        who=ANYONE,
        answer=NoticeList,
        codes=(QueueCode.TICKET_UNKNOWN,),
        policy=PHONES,
    )
    def phone_notices(call: Call) -> NoticeList:
        """Return the notices given to a number, by its unguessable token."""
        token = call.args["token"]
        ticket = ctx.read_single(lambda c: ticket_queries.by_token(c, ctx.hall_id, token))
        if ticket is None:
            api.hall.people.guesses.wrong("page", request.remote_addr or "")
            raise HallError(QueueCode.TICKET_UNKNOWN)
        ticket_id = ticket.id
        return NoticeList(
            notices=ctx.read(
                lambda c: [
                    views.notice_view(ctx, c, number)
                    for number in queries.numbers_of_ticket(c, ctx.hall_id, ticket_id)
                ]
            )
        )
