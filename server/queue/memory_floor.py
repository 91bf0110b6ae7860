"""Floor in memory: the port of the selection without a database, for replays and forecasts."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence

from server.queue.call_order import Choice
from server.queue.tickets import AT_WINDOW, State, Ticket


class MemoryFloor:
    """Waiting tickets by lane, priority calls and runs of one day."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._lanes: dict[str, list[tuple[int, str]]] = {}
        """Seniority and id of the waiting tickets, by lane, most senior first."""
        self._priority_calls: list[tuple[int, str, str]] = []
        """Time (ms), ticket and window of the calls of priority tickets."""
        self._runs: dict[str, int] = {}

    def put(self, ticket: Ticket) -> None:
        """Store a ticket as it is now, new or changed."""
        was = self._tickets.get(ticket.id)
        if was is not None and was.state is State.WAITING:
            self._leave(was)
        self._tickets[ticket.id] = ticket
        if ticket.state is State.WAITING:
            insort(self._lanes.setdefault(ticket.lane, []), (ticket.ord, ticket.id))

    def record_call(self, ticket: Ticket, window: str, at: int) -> None:
        """Store a first call of a ticket; calling the same person again does not count."""
        if ticket.level > 0:
            self._priority_calls.append((at, ticket.id, window))

    def count(self, choice: Choice) -> None:
        """Store the counters after a choice."""
        self._runs.update(choice.counts)

    def set_run(self, pool: str, run: int) -> None:
        """Store the number of consecutive priority calls from a pool."""
        self._runs[pool] = run

    def ticket(self, ticket_id: str) -> Ticket:
        """Return a ticket as it is now."""
        return self._tickets[ticket_id]

    def heads(self, without: Collection[str] = ()) -> Sequence[Ticket]:
        """Return the most senior waiting ticket of every lane, by seniority.

        Tickets of the visits `without` are left out.
        """
        heads = [self._first(lane, without) for lane in self._lanes.values()]
        return [self._tickets[head] for _, head in sorted(filter(None, heads))]

    def busy_visits(self) -> Collection[str]:
        """Return the visits of which a ticket is called or served."""
        return {t.visit for t in self._tickets.values() if t.visit and t.state in AT_WINDOW}

    def priority_calls_over(self, queue: str, order: int, since: int) -> list[str]:
        """Return the windows of a queue's priority calls since a time, over a seniority."""
        return [
            window
            for at, ticket_id, window in self._priority_calls
            if at >= since
            and (ticket := self._tickets[ticket_id]).queue == queue
            and ticket.ord > order
        ]

    def run_of(self, pool: str) -> int:
        """Return a counter of the calls so far; 0: never counted."""
        return self._runs.get(pool, 0)

    def _first(
        self, lane: Sequence[tuple[int, str]], without: Collection[str]
    ) -> tuple[int, str] | None:
        if not without:
            return lane[0]
        return next((p for p in lane if self._tickets[p[1]].visit not in without), None)

    def _leave(self, ticket: Ticket) -> None:
        lane = self._lanes[ticket.lane]
        del lane[bisect_left(lane, (ticket.ord, ticket.id))]
        if not lane:
            del self._lanes[ticket.lane]
