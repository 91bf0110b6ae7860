"""What the other workers of a hall did, told to this one's screens and agents.

The bell brings it. While there is none, or something it should have brought may be lost, the hall's
journal is looked into instead: whatever was done has its line there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from sqlalchemy import Connection

from server.bell import Bell
from server.retold import Retold
from server.services.bus import Event, HallChanged, TicketMoved, WindowChanged
from server.services.context import Context
from server.sockets import ACCESS
from server.storage import journal, tickets

TICKET = "ticket."
MARK_SECONDS = 5.0
MARKS = 4
"""So many marks back goes a look: further than a worker that was killed takes to be there again."""
MOST_LINES = 500
"""Of more than so many lines the newest are told: nobody waits for older calls."""


class Lookout:
    """Listens for one hall; `clock`: seconds, never backwards."""

    def __init__(self, ctx: Context, bell: Bell, clock: Callable[[], float] = monotonic) -> None:
        self._ctx = ctx
        self._bell = bell
        self._clock = clock
        self._retold = Retold(clock)
        self._marks = deque([ctx.read(self._head)], MARKS)
        """The journal's last lines' numbers as of the last looks, oldest first."""
        self._looked_at = 0.0
        ctx.bus.listen(self._retold.tell)
        ctx.bus.forward = lambda events: bell.ring(ctx.hall_id, events)
        bell.serve(ctx.hall_id)

    def heard(self, events: list[Event]) -> None:
        """What the bell told; a bell that was lost and is back may tell what was found already."""
        if fresh := self._retold.fresh(events):
            self._ctx.bus.deliver(fresh)

    def look(self) -> bool:
        """Tell what the journal has and nobody told, unless the bell told it all.

        Whether there were new lines.
        """
        since, now = self._bell.whole_since(), self._clock()
        if since is not None and since <= self._looked_at:
            if now >= self._looked_at + MARK_SECONDS:
                self._marks.append(self._ctx.read(self._head))
                self._looked_at = now
            return False
        # As of some looks before: what was to be rung just before the bell broke, or before the
        # worker that did it died, was told to nobody. Nothing is told twice by it.
        seen, head = self._marks[0], self._ctx.read(self._head)
        self._marks = deque([head], MARKS)
        self._looked_at = now
        if head == seen:
            return False
        since_then = max(seen, head - MOST_LINES)
        self._ctx.bus.deliver(self._ctx.read(lambda c: self._told(c, since_then)))
        return True

    def _head(self, conn: Connection) -> int:
        return journal.head(conn, self._ctx.hall_id)[0]

    def _told(self, conn: Connection, seen: int) -> list[Event]:
        lines = list(journal.lines(conn, self._ctx.hall_id, seen))
        # What was done with a ticket before its last move is past; only the last fits its facts.
        last = {line.subject: line.seq for line in lines if line.act.startswith(TICKET)}
        told = [n for n in lines if not n.act.startswith(TICKET) or last[n.subject] == n.seq]
        found = [self._event(conn, line) for line in told]
        return [*(event for event in found if event is not None), HallChanged("looked")]

    def _event(self, conn: Connection, line: Any) -> Event | None:
        part, _, move = line.act.partition(".")
        if part == "ticket":
            ticket = tickets.get(conn, self._ctx.hall_id, line.subject)
            if ticket is None or not self._retold.find((ticket.id, move, ticket.call_count)):
                return None
            return TicketMoved(
                ticket.id,
                ticket.number,
                ticket.token,
                move,
                ticket.queue,
                line.window or ticket.window,
                ticket.call_count,
                ticket.kiosk,
            )
        if part == "window":
            return WindowChanged(line.subject)
        if part in ("account", "device"):
            what = "tokens" if part == "device" else "accounts"
            assert what in ACCESS
            return HallChanged(what, {"name": line.subject, "kind": "agent"})
        return None
