"""Tablets at windows: what a tablet shows, and the rating that a person gives on it.

While a number is at the window, the tablet is its screen: who serves, and the guide of the item.
A tablet is enrolled like a kiosk, under the code of its window. After a service it asks for as long
as a rating pad; who has begun to choose may take longer.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.core.actors import ActorKind, Principal
from server.core.errors import CommonCode, HallError
from server.core.events import Event, HallChanged
from server.core.messages import Done
from server.disclosure.messages import GuideBrief
from server.disclosure.views import brief
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.live.feeds import Feed, LiveFeeds
from server.queue import ticket_queries, window_session_queries
from server.queue.errors import QueueCode
from server.queue.events import TicketMoved, WindowChanged
from server.queue.tickets import State, Ticket
from server.ratings import actions, pad_queries
from server.ratings.actions import Given
from server.ratings.errors import RatingCode
from server.ratings.events import ServiceRated
from server.ratings.levels import Channel
from server.ratings.messages import TabletRating, TabletState
from server.ratings.settings import RatingSettings
from server.staff_photos import queries as photo_queries
from server.web_api import Api, Call, Caller

BEGUN_MS = 300_000
"""Milliseconds for which a person who has begun may go on after the tablet has asked."""
TABLET = frozenset({Caller.TABLET})
BUSY = frozenset({State.CALLED, State.SERVING})


class Tablets:
    """Tablets of one hall."""

    def __init__(self, hall: Hall) -> None:
        self._ctx = hall.ctx

    def state(self, _snapshot: Snapshot, window: str) -> TabletState:
        """Return the state of the tablet of a window."""
        return self._ctx.read(lambda conn: self._state(conn, window))

    def _state(self, conn: Connection, code: str) -> TabletState:
        ctx = self._ctx
        catalogue = ctx.catalogue()
        session = window_session_queries.session(conn, ctx.hall_id, code)
        service = self._asked(conn, code)
        staff = service.staff if service else session.staff if session else ""
        person = catalogue.staff_by.get(staff)
        photo = photo_queries.of_staff(conn, ctx.hall_id, staff) if person else None
        return TabletState(
            hall=catalogue.hall_name,
            hall_en=catalogue.hall_name_en,
            window_number=catalogue.window_by[code].number,
            staff_name=person.name if person else "",
            staff_photo=photo.file if photo else "",
            ticket=service.id if service else "",
            ticket_number=service.number if service else "",
            until=self._until(service) if service else 0,
            guide=self._guide(conn, code),
            guide_version=catalogue.version,
        )

    def _guide(self, conn: Connection, window: str) -> GuideBrief | None:
        """Return the item of the number at the window; None without one, or if it is no more."""
        ctx = self._ctx
        catalogue = ctx.catalogue()
        for ticket in ticket_queries.at_window(conn, ctx.hall_id, window):
            item = catalogue.item_by.get(ticket.item)
            if item is not None and ticket.state in BUSY:
                return brief(catalogue, item, ctx.local())
        return None

    def _until(self, service: Ticket) -> int:
        seconds = self._ctx.settings().of(RatingSettings).pad_seconds
        return (service.ended_at or 0) + seconds * 1000

    def _asked(self, conn: Connection, window: str) -> Ticket | None:
        """Return the service that the tablet asks about: the last one, until somebody is called."""
        ctx = self._ctx
        last = pad_queries.last_finished(conn, ctx.hall_id, ctx.day(), window)
        if last is None or pad_queries.is_rated(conn, ctx.hall_id, last.ticket):
            return None
        busy = ticket_queries.at_window(conn, ctx.hall_id, window)
        if any(ticket.state in BUSY for ticket in busy):
            return None
        service = ticket_queries.get(conn, ctx.hall_id, last.ticket)
        if service is None or self._until(service) + BEGUN_MS <= ctx.clock.now():
            return None
        return service

    def allowed(self, principal: Principal | None, window: str) -> bool:
        """Return True for the tablet of this window. Raises NOT_FOUND for an unknown window."""
        if window not in self._ctx.catalogue().window_by:
            raise HallError(CommonCode.NOT_FOUND)
        if principal is None:
            return False
        return principal.kind is ActorKind.TABLET and principal.name == window

    def rate(self, call: Call) -> Done:
        """Rate a service of the tablet's own window. Raises TICKET_UNKNOWN for another one."""
        body: TabletRating = call.body
        ctx, window = self._ctx, call.actor.name
        service = ctx.read_single(lambda c: ticket_queries.get(c, ctx.hall_id, body.ticket))
        if service is None or service.window != window:
            raise HallError(QueueCode.TICKET_UNKNOWN)
        aspects = tuple(aspect.value for aspect in body.aspects)
        given = Given(body.level, Channel.TABLET, aspects)
        actions.rate(ctx, call.actor, call.key, service.id, given, device=f"tablet-{window}")
        return Done()


def _affected(event: Event) -> set[str] | None:
    if isinstance(event, TicketMoved | WindowChanged):
        return {event.window} - {""}
    return set() if isinstance(event, ServiceRated | HallChanged) else None


def add(api: Api, feeds: LiveFeeds) -> None:
    """Register the feed of the tablets, and the rating that comes from one."""
    tablets = Tablets(api.hall)
    feeds.add(Feed("tablet", tablets.state, tablets.allowed, _affected, 0.5))

    @api.post(
        "/tablet/rating",
        who=TABLET,
        body=TabletRating,
        answer=Done,
        codes=(
            QueueCode.TICKET_UNKNOWN,
            RatingCode.RATING_NO_SERVICE,
            RatingCode.RATING_GIVEN,
            RatingCode.RATING_OVER,
        ),
        example={"ticket": "20260302-A001", "level": 1},
    )
    def rate_on_tablet(call: Call) -> Done:
        """Rate a service on the tablet of its window, once."""
        return tablets.rate(call)
