"""Check-in at the kiosk: people with an appointment or a remote number, by its code."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.messages import KioskArrival, TicketView
from server.appointments import actions, public_routes
from server.appointments.messages import ArriveByCode
from server.appointments.rules import Arrival
from server.queue import returning, sites
from server.queue.errors import QueueCode
from server.queue.routing import require_here
from server.queue.tickets import PASSED
from server.remote_numbers.actions import by_check_in_code
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
        codes=(*public_routes.ARRIVING, QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED),
        policy=CODES,
        example={"code": "7K2MHT4W"},
    )
    def arrive_at_kiosk(call: Call) -> KioskArrival:
        """Check in a person with an appointment (the slip is printed) or a remote number."""
        body: ArriveByCode = call.body
        remote = by_check_in_code(ctx, body.code)
        if remote is not None:
            catalogue, settings = ctx.catalogue(), ctx.settings()
            here = sites.of_kiosk(catalogue, settings, call.actor.name)
            lane_site = sites.of_lane(catalogue, settings, remote.lane)
            require_here(catalogue, remote.item, here, lane_site)
            late = remote.lane.startswith(PASSED)
            returning.check_in(ctx, call.actor, call.key, remote.id)
            arrival = Arrival.LATE if late else Arrival.ON_TIME
            return KioskArrival(start="", arrival=arrival, ticket=view_of(remote.id))
        row = public_routes.by_code(hall, body.code)
        arrived = actions.arrive(
            ctx, call.actor, call.key, row.id, kiosk=call.actor.name, paper=body.paper
        )
        return KioskArrival(
            start=row.start, arrival=arrived.arrival, ticket=view_of(arrived.ticket)
        )
