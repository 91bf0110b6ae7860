"""Rating pads on the agents' connections: what a pad shows, and the presses that come from it.

After a service the pad asks for a rating, for some seconds; no key pressed is no rating. A press is
a fact that the agent keeps until it is acknowledged, so none is lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.core.events import Event
from server.hall.composition import Hall
from server.live.agent_gateway import Agents, DeviceRef
from server.queue import ticket_queries
from server.queue.events import TicketMoved, WindowChanged
from server.queue.tickets import State
from server.ratings import pad_actions, pad_queries
from server.ratings.levels import Level
from server.ratings.pad_queries import StoredPress
from server.ratings.settings import RatingSettings

KIND = "ratingpads"
OLDEST_SECONDS = 30 * 86_400
"""Age beyond which an agent's clock must be wrong; such a press counts as made then."""


class RatingPads:
    """Server side of the rating pads of one hall."""

    def __init__(self, hall: Hall, agents: Agents) -> None:
        self._ctx = hall.ctx
        self._agents = agents

    def desired(self, ref: DeviceRef) -> dict[str, Any]:
        """Return what a pad has to do: ask for a ticket's rating for so many seconds, or nothing.

        The seconds are those that are left, so that a pad that comes back does not ask anew.
        """
        ctx = self._ctx
        ticket = ctx.read_single(
            lambda c: pad_queries.last_finished(c, ctx.hall_id, ctx.day(), ref.serves)
        )
        busy = ctx.read_single(lambda c: ticket_queries.at_window(c, ctx.hall_id, ref.serves))
        if ticket is None or any(t.state in (State.CALLED, State.SERVING) for t in busy):
            return {"ticket": "", "seconds": 0}
        until = ticket.ended_at + ctx.settings().of(RatingSettings).pad_seconds * 1000
        left = -(-(until - ctx.clock.now()) // 1000)
        service = ticket.ticket
        if left <= 0 or ctx.read_single(lambda c: pad_queries.is_rated(c, ctx.hall_id, service)):
            return {"ticket": "", "seconds": 0}
        return {"ticket": service, "seconds": left}

    def receive(self, ref: DeviceRef, message: dict[str, Any]) -> str:
        """Keep a press; return "ok", or "invalid" for a message that is none."""
        data = message.get("data")
        if message.get("kind") != "press" or not isinstance(data, Mapping):
            return "invalid"
        press_id, level, age = data.get("press"), data.get("level"), message.get("age")
        if not isinstance(press_id, str) or not 0 < len(press_id) <= 40:
            return "invalid"
        if not isinstance(level, int) or isinstance(level, bool) or level not in list(Level):
            return "invalid"
        seconds = age if isinstance(age, int | float) and 0 <= age <= OLDEST_SECONDS else 0
        now = self._ctx.clock.now()
        press = StoredPress(
            id=f"{ref.name[:20]}:{press_id}",
            device=ref.name,
            window=ref.serves,
            at=now - int(seconds * 1000),
            received_at=now,
            level=level,
            asked=str(data.get("ticket", ""))[:64],
            raw=str(data.get("raw", ""))[:64],
        )
        pad_actions.receive(self._ctx, press, ref.via)
        return "ok"

    def show(self, window: str) -> None:
        """Send the pads of a window their state."""
        for ref in self._agents.serving(KIND, window):
            self._agents.show(ref)


def add(agents: Agents, hall: Hall, start: Callable[..., Any]) -> None:
    """Register the handlers of rating pads."""
    pads = RatingPads(hall, agents)
    agents.desired[KIND] = pads.desired
    agents.event_handlers[KIND] = pads.receive

    def listen(event: Event) -> None:
        if not isinstance(event, TicketMoved | WindowChanged) or not event.window:
            return
        if agents.serving(KIND, event.window):
            start(pads.show, event.window)

    hall.ctx.bus.subscribe(listen)
