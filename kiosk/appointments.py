"""Arrival of people with an appointment at the kiosk: the code, then the number."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.messages import KioskArrival, TicketView
from server.appointments import actions, public_routes
from server.appointments.messages import ArriveByCode
from server.web_api import Api, Call, Caller
from server.web_api.limits import CODES

KIOSK = frozenset({Caller.KIOSK})


def add(api: Api, view_of: Callable[[str], TicketView]) -> None:
    """Register the route; `view_of` returns a ticket for its holder."""
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/kiosk/appointments/arrive",
        who=KIOSK,
        body=ArriveByCode,
        answer=KioskArrival,
        codes=public_routes.ARRIVING,
        policy=CODES,
        example={"code": "7K2MHT4W"},
    )
    def arrive_at_kiosk(call: Call) -> KioskArrival:
        """Let a person with an appointment come in; the slip is printed at this kiosk."""
        body: ArriveByCode = call.body
        row = public_routes.by_code(hall, body.code)
        arrived = actions.arrive(
            ctx, call.actor, call.key, row.id, kiosk=call.actor.name, paper=body.paper
        )
        return KioskArrival(
            start=row.start, arrival=arrived.arrival, ticket=view_of(arrived.ticket)
        )
