"""Routes of corrections: one's own services of today, and a corrected outcome or item."""

from __future__ import annotations

from counters.messages import Correct, ServedTicket, ServedToday
from server.catalogue.model import Catalogue
from server.core.errors import CommonCode
from server.core.messages import Done
from server.queue import corrections, ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import Outcome, Ticket
from server.web_api import STAFF, Api, Call


def add(api: Api) -> None:
    """Register the list of one's own services, and the correction."""
    ctx = api.hall.ctx

    @api.get("/counter/served", who=STAFF, answer=ServedToday)
    def served_today(call: Call) -> ServedToday:
        """Return the services that one finished today, the last first."""
        day, staff = ctx.day(), call.actor.name
        tickets = ctx.read_single(lambda c: ticket_queries.finished_by(c, ctx.hall_id, day, staff))
        return ServedToday(tickets=[_served(ctx.catalogue(), ticket) for ticket in tickets])

    @api.post(
        "/tickets/<ticket>/correct",
        who=STAFF,
        body=Correct,
        answer=Done,
        codes=(
            *(QueueCode.TICKET_UNKNOWN, QueueCode.NOT_FINISHED, QueueCode.NOTHING_CORRECTED),
            *(QueueCode.ITEM_UNKNOWN, CommonCode.REASON_REQUIRED),
        ),
        example={"outcome": "consulted", "item": "tax-2", "reason": "选错了办理结果"},
    )
    def correct(call: Call) -> Done:
        """Correct the outcome or item of a finished service, with the reason."""
        order: Correct = call.body
        corrections.correct(
            ctx,
            call.actor,
            call.key,
            call.args["ticket"],
            outcome=Outcome(order.outcome),
            item=order.item,
            text=order.reason.strip(),
        )
        return Done()


def _served(catalogue: Catalogue, ticket: Ticket) -> ServedTicket:
    item = catalogue.item_by.get(ticket.item)
    return ServedTicket(
        id=ticket.id,
        number=ticket.number,
        item=ticket.item,
        item_name=item.name if item else ticket.item,
        item_name_en=item.name_en if item else "",
        outcome=ticket.outcome,
        ended_at=ticket.ended_at or 0,
    )
