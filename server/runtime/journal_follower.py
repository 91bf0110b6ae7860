"""Journal follower: replays events that the worker bus missed.

The worker bus delivers the events of other workers to this worker's screens and agents. While there
is none, or an event may be lost, the hall's journal is read instead: every action has its line
there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from time import monotonic

from sqlalchemy import Connection

from server.capability import JournalReader
from server.core import journal
from server.core.events import Event, HallChanged
from server.core.journal_line import Line
from server.hall.context import Context
from server.runtime.move_filter import MoveFilter
from server.runtime.worker_bus import WorkerBus

TICKET = "ticket."
MARK_SECONDS = 5.0
MARKS = 4
"""Number of positions kept; a replay starts at the oldest.

That is longer ago than a killed worker takes to restart.
"""
MOST_LINES = 500
"""Maximum number of lines replayed; older calls are no longer of interest."""


class JournalFollower:
    """Journal follower of one hall; `clock` returns monotonic seconds.

    `readers`: readers of journal lines, by the first part of a line's act.
    """

    def __init__(
        self,
        ctx: Context,
        bus: WorkerBus,
        readers: Mapping[str, JournalReader],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._ctx = ctx
        self._bus = bus
        self._clock = clock
        self._filter = MoveFilter()
        self._marks = deque([ctx.read(self._head)], MARKS)
        """Numbers of the journal's last line at the last checks, oldest first."""
        self._checked_at = 0.0
        self._readers = readers
        ctx.bus.filter_new = self._filter.new_events
        ctx.bus.forward = lambda events: bus.publish(ctx.hall_id, events)
        bus.subscribe(ctx.hall_id)

    def deliver(self, events: list[Event]) -> None:
        """Deliver events of the worker bus, except those already replayed from the journal."""
        if new_events := self._filter.new_events(events):
            self._ctx.bus.deliver(new_events)

    def replay(self) -> bool:
        """Replay journal events that the worker bus may have missed.

        Return True if there were new lines.
        """
        since, now = self._bus.complete_since(), self._clock()
        if since is not None and since <= self._checked_at:
            if now >= self._checked_at + MARK_SECONDS:
                self._marks.append(self._ctx.read_single(self._head))
                self._checked_at = now
            return False
        # Start some checks back: an event may be lost if the bus broke, or its worker died, just
        # before publishing it. Replayed moves are not delivered twice.
        position = self._marks[0]
        head, events = self._ctx.read(lambda c: self._events_after(c, position))
        # No other greenlet runs from here to the delivery, so events delivered during the read are
        # known.
        self._marks = deque([max(head, position)], MARKS)
        self._checked_at = now
        if head <= position:
            return False
        new_events = self._filter.new_events(events)
        self._filter.settle(head)
        self._ctx.bus.deliver([*new_events, HallChanged("looked")])
        return True

    def _head(self, conn: Connection) -> int:
        return journal.head(conn, self._ctx.hall_id)[0]

    def _events_after(self, conn: Connection, position: int) -> tuple[int, list[Event]]:
        """Return the number of the journal's last line, and the events after `position`."""
        head = self._head(conn)
        lines = [*journal.lines(conn, self._ctx.hall_id, max(position, head - MOST_LINES))]
        # Only a ticket's last move matches its present data; earlier moves are obsolete.
        last = {line.subject: line.seq for line in lines if line.act.startswith(TICKET)}
        relevant = [n for n in lines if not n.act.startswith(TICKET) or last[n.subject] == n.seq]
        events = [self._event(conn, journal.line_of(line)) for line in relevant]
        return max([head, *(n.seq for n in lines)]), [
            event for event in events if event is not None
        ]

    def _event(self, conn: Connection, line: Line) -> Event | None:
        reader = self._readers.get(line.act.partition(".")[0])
        return reader(conn, line) if reader else None
