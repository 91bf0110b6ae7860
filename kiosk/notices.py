"""Print of one-time notices: the list of materials, or what was wrong with those handed in."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.messages import NoticeSlip, PrintNotice, SlipState
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.one_time_notices import actions
from server.one_time_notices.actions import HandInOrder, MarkedMaterial
from server.one_time_notices.errors import NoticeCode
from server.one_time_notices.messages import MaterialMark
from server.one_time_notices.routes import digits
from server.one_time_notices.rules import Look
from server.queue import slip_printing
from server.queue.errors import QueueCode
from server.web_api import DESK, Api, Call

CODES = (
    QueueCode.ITEM_UNKNOWN,
    QueueCode.NO_PRINTER,
    QueueCode.TICKET_UNKNOWN,
    NoticeCode.HAND_IN_TICKET,
    NoticeCode.HAND_IN_MATERIALS,
    NoticeCode.HAND_IN_EXPIRY,
    NoticeCode.NOTICE_UNKNOWN,
    NoticeCode.NOTICE_ITEM,
)


def add(api: Api, slip_of: Callable[[str], SlipState]) -> None:
    """Register the route; `slip_of` returns the state of a slip by its id."""
    ctx = api.hall.ctx

    @api.post(
        "/notices",
        who=DESK,
        body=PrintNotice,
        answer=NoticeSlip,
        codes=CODES,
        example={"item": "HS-01", "missing": [0]},
    )
    def notice(call: Call) -> NoticeSlip:
        """Print the one-time notice of an item's materials, the missing ones marked.

        With `marks`, record what the holder of `ticket` handed in at a window and in which state.
        """
        order: PrintNotice = call.body
        if order.marks or order.ticket:
            recorded = actions.record(ctx, _clerk(call.actor), call.key, handed_in(order))
            return _answer(slip_of(recorded.slip), recorded.notice)
        slip = slip_printing.print_notice(
            ctx,
            call.actor,
            call.key,
            item=order.item,
            missing=order.missing,
            printer_of=call.actor.name if call.actor.kind is ActorKind.KIOSK else "",
        )
        return _answer(slip_of(slip), "")


def _clerk(actor: Actor) -> Actor:
    if actor.kind is ActorKind.KIOSK:
        raise HallError(CommonCode.FORBIDDEN)
    return actor


def _answer(slip: SlipState, notice: str) -> NoticeSlip:
    return NoticeSlip.model_validate(slip.model_dump(by_alias=True) | {"notice": notice})


def handed_in(order: PrintNotice) -> HandInOrder:
    """Return the hand-in that a request describes."""
    return HandInOrder(
        ticket=order.ticket,
        item=order.item,
        marks=tuple(_mark(mark) for mark in order.marks),
        earlier=digits(order.earlier),
        on_slip=order.paper == "slip",
    )


def _mark(mark: MaterialMark) -> MarkedMaterial:
    look = Look(frozenset(mark.faults), mark.needed, mark.replaced, mark.valid_until)
    return MarkedMaterial(mark.place, look, mark.words)
