"""What the other workers of a hall did, told to this one's screens and agents.

The bell brings it. While there is none, or something it should have brought may be lost, the hall's
journal is looked into instead: whatever was done has its line there.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from sqlalchemy import Connection

from server.bell import Bell
from server.retold import Retold
from server.services.bus import Event, HallChanged, WindowChanged
from server.services.context import Context
from server.services.moves import event_of
from server.services.replaying import QUIET
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
        self._retold = Retold()
        self._marks = deque([ctx.read(self._head)], MARKS)
        """The journal's last lines' numbers as of the last looks, oldest first."""
        self._looked_at = 0.0
        ctx.bus.untold = self._retold.take
        ctx.bus.forward = lambda events: bell.ring(ctx.hall_id, events)
        bell.serve(ctx.hall_id)

    def heard(self, events: list[Event]) -> None:
        """What the bell told; a bell that was lost and is back may tell what was found already."""
        if fresh := self._retold.take(events):
            self._ctx.bus.deliver(fresh)

    def look(self) -> bool:
        """Tell what the journal has and nobody told, unless the bell told it all.

        Whether there were new lines.
        """
        since, now = self._bell.whole_since(), self._clock()
        if since is not None and since <= self._looked_at:
            if now >= self._looked_at + MARK_SECONDS:
                self._marks.append(self._ctx.glance(self._head))
                self._looked_at = now
            return False
        # As of some looks before: what was to be rung just before the bell broke, or before the
        # worker that did it died, was told to nobody. Nothing is told twice by it.
        seen = self._marks[0]
        head, found = self._ctx.read(lambda c: self._found(c, seen))
        # From here to the telling nobody else's turn comes: what was told while we read is known.
        self._marks = deque([max(head, seen)], MARKS)
        self._looked_at = now
        if head <= seen:
            return False
        fresh = self._retold.take(found)
        self._retold.settle(head)
        self._ctx.bus.deliver([*fresh, HallChanged("looked")])
        return True

    def _head(self, conn: Connection) -> int:
        return journal.head(conn, self._ctx.hall_id)[0]

    def _found(self, conn: Connection, seen: int) -> tuple[int, list[Event]]:
        """The journal's last line, and what the lines after `seen` tell."""
        head = self._head(conn)
        lines = [*journal.lines(conn, self._ctx.hall_id, max(seen, head - MOST_LINES))]
        # What was done with a ticket before its last move is past; only the last fits its facts.
        last = {line.subject: line.seq for line in lines if line.act.startswith(TICKET)}
        told = [n for n in lines if not n.act.startswith(TICKET) or last[n.subject] == n.seq]
        found = [self._event(conn, line) for line in told]
        return max([head, *(n.seq for n in lines)]), [event for event in found if event is not None]

    def _event(self, conn: Connection, line: Any) -> Event | None:
        part, _, move = line.act.partition(".")
        if part == "ticket":
            ticket = tickets.get(conn, self._ctx.hall_id, line.subject)
            if ticket is None:
                return None
            # A call that a desk made without the server is past, whenever it is handed in.
            move = QUIET if "offline_at" in json.loads(line.data) else move
            return event_of(ticket, move, line.seq, line.window or ticket.window)
        if part == "window":
            return WindowChanged(line.subject)
        if part in ("account", "device"):
            what = "tokens" if part == "device" else "accounts"
            assert what in ACCESS
            return HallChanged(what, {"name": line.subject, "kind": "agent"})
        return None
