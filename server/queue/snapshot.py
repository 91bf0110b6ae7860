"""Snapshot of the hall with its queue, for all pages that are redrawn after a change.

Each part is read on first use and cached under the journal's last line. Nothing shown here changes
without a journal line, so the same last line means that nothing need be read again, also after
writes of another process.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from server.catalogue import hours as catalogue_hours
from server.core import journal
from server.core.store import Tx
from server.hall.context import Context
from server.hall.snapshot import Force, Snapshot
from server.queue import notice_queries, ticket_counts, ticket_queries, window_session_queries
from server.queue.notice_queries import HallNotice
from server.queue.routing import WindowSessions
from server.queue.ticket_queries import LaneCount
from server.queue.tickets import AT_WINDOW, State, Ticket, is_absent
from server.queue.window_session_queries import StoredSession

P = ParamSpec("P")
T = TypeVar("T")
KEPT = 4
"""Moments cached: the committed one, and those within a batch of actions."""


@dataclass(slots=True)
class Parts:
    """Parts of the hall read as of one journal line."""

    session_rows: Mapping[str, StoredSession] | None = None
    sessions: WindowSessions | None = None
    waiting: list[LaneCount] | None = None
    at_windows: tuple[Ticket, ...] | None = None
    notices: list[HallNotice] | None = None


class QueueSnapshot(Snapshot):
    """Snapshot with the queue; parts that were not read before `end` cannot be read any more."""

    def __init__(
        self, ctx: Context, force: Force, conn: Connection, head: tuple[int, str], now: int
    ) -> None:
        super().__init__(ctx, force, conn, head, now)
        self.parts = parts_of(ctx, head, self.day)

    def all(self) -> QueueSnapshot:
        """Read every part; return the snapshot."""
        _ = self.sessions, self.waiting, self.at_windows, self.notices
        return self

    @property
    def session_rows(self) -> Mapping[str, StoredSession]:
        """Stored window sessions by window."""
        if self.parts.session_rows is None:
            rows = window_session_queries.sessions(self.conn, self._hall_id)
            self.parts.session_rows = {row.window: row for row in rows}
        return self.parts.session_rows

    @property
    def sessions(self) -> WindowSessions:
        """Window sessions by window, for the rules."""
        if self.parts.sessions is None:
            self.parts.sessions = window_session_queries.for_rules(self.session_rows.values())
        return self.parts.sessions

    @property
    def waiting(self) -> list[LaneCount]:
        """Waiting tickets of people in the hall, counted by lane."""
        if self.parts.waiting is None:
            self.parts.waiting = sorted(ticket_queries.waiting_by_lane(self.conn, self._hall_id))
        return [row for row in self.parts.waiting if not is_absent(row.lane)]

    @property
    def at_windows(self) -> tuple[Ticket, ...]:
        """Every called, served or held ticket."""
        if self.parts.at_windows is None:
            self.parts.at_windows = tuple(ticket_queries.all_at_windows(self.conn, self._hall_id))
        return self.parts.at_windows

    @property
    def notices(self) -> list[HallNotice]:
        """Notices and pauses of the hall that are in force, oldest first."""
        if self.parts.notices is None:
            self.parts.notices = notice_queries.stored(self.conn, self._hall_id)
        return [notice for notice in self.parts.notices if notice.is_in_force(self.now)]

    @cached_property
    def current(self) -> Mapping[str, Ticket]:
        """Called or served ticket by window."""
        return {t.window: t for t in self.at_windows if t.state in AT_WINDOW}

    def held(self, window: str) -> list[Ticket]:
        """Return the tickets on hold at a window."""
        return [t for t in self.at_windows if t.state is State.HELD and t.window == window]

    @cached_property
    def open(self) -> bool:
        """True if the hall or any window is open by the hours."""
        day, moment = self.local.date(), self.local.time()
        spans = [catalogue_hours.hall_spans(self.catalogue, day)]
        spans += [
            catalogue_hours.window_spans(self.catalogue, w.code, day)
            for w in self.catalogue.windows
        ]
        return any(catalogue_hours.open_at(s, moment) for s in spans)


def with_queue(
    build: Callable[Concatenate[QueueSnapshot, P], T],
) -> Callable[Concatenate[Snapshot, P], T]:
    """Return a feed or a source of alarms that reads the queue; a bare snapshot: TypeError."""

    def checked(snapshot: Snapshot, /, *args: P.args, **more: P.kwargs) -> T:
        if not isinstance(snapshot, QueueSnapshot):
            raise TypeError("this snapshot was taken without the queue")
        return build(snapshot, *args, **more)

    return checked


def take(ctx: Context) -> QueueSnapshot:
    """Read a complete snapshot of the hall."""
    return read_with(ctx, lambda snap: snap.all())


def read_with(ctx: Context, use: Callable[[QueueSnapshot], T]) -> T:
    """Read only the parts of a snapshot that `use` accesses."""
    force = ctx.catalogue(), ctx.settings()  # first, so that no second connection is needed

    def query(conn: Connection) -> T:
        snap = QueueSnapshot(ctx, force, conn, journal.head(conn, ctx.hall_id), ctx.clock.now())
        try:
            return use(snap)
        finally:
            snap.end()

    return ctx.read(query)


def in_act(ctx: Context, tx: Tx, *parts: str) -> QueueSnapshot:
    """Return the hall as the running action finds it, with `parts` read before any change."""
    force = ctx.catalogue(), ctx.settings()
    snap = QueueSnapshot(ctx, force, tx.conn, journal.head_in(tx), tx.now)
    for name in parts:
        getattr(snap, name)
    snap.end()
    return snap


def cache_issued(ctx: Context, tx: Tx, before: QueueSnapshot, ticket: Ticket) -> None:
    """Update the cache after an action that only put a ticket into its lane."""
    parts = before.parts
    if parts.waiting is None:
        return
    lane = (ticket.lane, ticket.queue, ticket.item, ticket.klass)
    rows = [row for row in parts.waiting if row[:4] != lane]
    own_row = next((row for row in parts.waiting if row[:4] == lane), None)
    if own_row is None:
        own_row = LaneCount(*lane, 0, ticket.waiting_since)
    since = min(own_row.since, ticket.waiting_since)
    insort(rows, own_row._replace(waiting=own_row.waiting + 1, since=since))
    after = parts_of(ctx, journal.head_in(tx), before.day)
    after.session_rows, after.sessions, after.waiting = parts.session_rows, parts.sessions, rows
    after.at_windows, after.notices = parts.at_windows, parts.notices


def cache_called(
    ctx: Context, tx: Tx, before: QueueSnapshot, ended: Ticket | None, now: Ticket
) -> None:
    """Update the cache after an action that only ended `ended` and called `now` from its lane."""
    parts, after = before.parts, parts_of(ctx, journal.head_in(tx), before.day)
    seats = before.session_rows
    seat = seats[now.window]._replace(last_call_at=tx.now)
    after.session_rows, after.sessions = {**seats, now.window: seat}, parts.sessions
    after.notices = parts.notices
    if parts.at_windows is not None:
        others = (t for t in parts.at_windows if ended is None or t.id != ended.id)
        after.at_windows = (*others, now)
    if parts.waiting is not None:
        after.waiting = [row for old in parts.waiting for row in _one_less(tx, old, now)]


def _one_less(tx: Tx, row: LaneCount, called_ticket: Ticket) -> list[LaneCount]:
    """Return a lane without one waiting ticket; an empty list if none is left."""
    if row[:4] != (
        called_ticket.lane,
        called_ticket.queue,
        called_ticket.item,
        called_ticket.klass,
    ):
        return [row]
    if row.waiting == 1:
        return []
    since = row.since
    if called_ticket.waiting_since == since:
        since = ticket_counts.waiting_since(tx.conn, tx.hall_id, row)
    return [row._replace(waiting=row.waiting - 1, since=since)]


def parts_of(ctx: Context, head: tuple[int, str], day: str) -> Parts:
    """Return the cached parts of a journal line on a day; an empty journal is not cached."""
    if head[0] == 0:
        return Parts()
    key = (head[1], day)
    parts = ctx.snapshot_cache.get(key)
    if not isinstance(parts, Parts):
        while len(ctx.snapshot_cache) >= KEPT:
            ctx.snapshot_cache.pop(next(iter(ctx.snapshot_cache)), None)
        parts = ctx.snapshot_cache[key] = Parts()
    return parts
