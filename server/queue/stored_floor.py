"""Floor of an action or a query: the port of the selection, read from the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from server.core.store import Tx
from server.hall.context import Context
from server.queue import call_queries, ticket_queries
from server.queue.call_candidates import LaneHead, Moment
from server.queue.routing import WindowSessions


class StoredFloor:
    """Waiting tickets and calls of the hall as an action or a query finds them.

    Heads and counters are read once: after a change of a ticket a new floor is needed.
    """

    def __init__(self, conn: Connection, hall_id: str, day: str) -> None:
        self._conn = conn
        self._hall_id = hall_id
        self._day = day
        self._heads: Sequence[LaneHead] | None = None
        self._runs: Mapping[str, int] | None = None

    def heads(self, without: Collection[str] = ()) -> Sequence[LaneHead]:
        """Return the most senior waiting ticket of every lane, but none of some visits."""
        if without:
            return ticket_queries.heads(self._conn, self._hall_id, without)
        if self._heads is None:
            self._heads = ticket_queries.heads(self._conn, self._hall_id)
        return self._heads

    def busy_visits(self) -> Collection[str]:
        """Return the visits of which a ticket is called or served."""
        return ticket_queries.busy_visits(self._conn, self._hall_id)

    def priority_calls_over(self, queue: str, order: int, since: int) -> list[str]:
        """Return the windows of a queue's priority calls since a time, over a seniority."""
        return call_queries.priority_calls_over(
            self._conn, self._hall_id, self._day, queue, order, since
        )

    def run_of(self, pool: str) -> int:
        """Return a counter of the day's calls, read once; 0: never counted."""
        if self._runs is None:
            self._runs = call_queries.runs(self._conn, self._hall_id, self._day)
        return self._runs.get(pool, 0)


def moment_of(ctx: Context, tx: Tx, sessions: WindowSessions) -> Moment:
    """Return the moment of the running action."""
    return Moment(ctx.catalogue(), ctx.settings(), sessions, ctx.local(tx.now), tx.now)
