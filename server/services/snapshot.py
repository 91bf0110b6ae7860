"""The hall as it stands at one moment, for every page that is to be redrawn after a change.

A part is read when somebody asks for it, and kept under the journal's last line: nothing that is
shown here changes without one, so whoever finds the same last line need not read again, in this
process or after what another one wrote.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Connection

from server.clock import local
from server.domain import hours
from server.domain.catalogue import Catalogue
from server.domain.routing import Post, Posts
from server.domain.settings import Settings
from server.domain.tickets import AT_WINDOW, State, Ticket
from server.domain.waiting import Service
from server.services.context import Context
from server.services.waits import services
from server.storage import journal, ticket_counts, tickets, windows
from server.storage.store import Tx
from server.storage.tickets import LaneCount

T = TypeVar("T")
Force = tuple[Catalogue, Settings]
"""The data in force."""
KEPT = 4
"""Moments kept: what is committed, and what a batch of acts is at."""


@dataclass(slots=True)
class Parts:
    """What was read of the hall as of one journal line."""

    seats: Mapping[str, Any] | None = None
    posts: Posts | None = None
    waiting: list[LaneCount] | None = None
    service: dict[str, Service] | None = None
    busy: frozenset[str] | None = None
    at_windows: tuple[Ticket, ...] | None = None


class Snapshot:
    """One consistent picture; what was not read of it in time cannot be had any more."""

    def __init__(
        self, ctx: Context, force: Force, conn: Connection, head: tuple[int, str], now: int
    ) -> None:
        self._hall_id = ctx.hall_id
        self._conn: Connection | None = conn
        self.catalogue, self.settings = force
        self.seq = head[0]
        """Number of the last journal line it includes."""
        self.now = now
        self.local = local(now, self.settings.timezone)
        self.day = self.local.date().isoformat()
        """The business day."""
        self.parts = parts_of(ctx, head, self.day)

    def all(self) -> Snapshot:
        """With every part read."""
        _ = self.posts, self.waiting, self.service, self.busy, self.at_windows
        return self

    def waits(self) -> Snapshot:
        """With what the windows and the waiting time of one person depend on."""
        _ = self.posts, self.service, self.busy
        return self

    def end(self) -> None:
        """Its moment is over: nothing more is read."""
        self._conn = None

    @property
    def over(self) -> bool:
        """Whether nothing more of this moment can be read."""
        return self._conn is None

    @property
    def conn(self) -> Connection:
        """Where to read what else belongs to this moment; raises RuntimeError when it is over."""
        if self._conn is None:
            raise RuntimeError("a snapshot was asked for a part after its moment")
        return self._conn

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query at this moment."""
        return query(self.conn)

    @property
    def floor(self) -> Snapshot:
        """What waiting times depend on."""
        return self

    @property
    def seats(self) -> Mapping[str, Any]:
        """Rows of window_post by window."""
        if self.parts.seats is None:
            rows = windows.posts(self.conn, self._hall_id)
            self.parts.seats = {row.window: row for row in rows}
        return self.parts.seats

    @property
    def posts(self) -> Posts:
        """Who sits where, for the rules."""
        if self.parts.posts is None:
            self.parts.posts = {
                code: Post(code, row.staff, row.paused_at is not None)
                for code, row in self.seats.items()
            }
        return self.parts.posts

    @property
    def waiting(self) -> list[LaneCount]:
        """Who waits, by lane."""
        if self.parts.waiting is None:
            self.parts.waiting = sorted(tickets.waiting_by_lane(self.conn, self._hall_id))
        return self.parts.waiting

    @property
    def service(self) -> dict[str, Service]:
        """Finished services today by queue."""
        if self.parts.service is None:
            self.parts.service = services(self.conn, self._hall_id, self.day)
        return self.parts.service

    @property
    def busy(self) -> frozenset[str]:
        """Windows that have somebody."""
        if self.parts.busy is None:
            self.parts.busy = tickets.busy_windows(self.conn, self._hall_id)
        return self.parts.busy

    @property
    def at_windows(self) -> tuple[Ticket, ...]:
        """Every called, served or held ticket."""
        if self.parts.at_windows is None:
            self.parts.at_windows = tuple(tickets.all_at_windows(self.conn, self._hall_id))
        return self.parts.at_windows

    @cached_property
    def current(self) -> Mapping[str, Ticket]:
        """Called or served ticket by window."""
        return {t.window: t for t in self.at_windows if t.state in AT_WINDOW}

    def held(self, window: str) -> list[Ticket]:
        """Tickets a window has set aside."""
        return [t for t in self.at_windows if t.state is State.HELD and t.window == window]

    @cached_property
    def open(self) -> bool:
        """Whether the hall or any window is open by the hours."""
        day, moment = self.local.date(), self.local.time()
        spans = [hours.hall_spans(self.catalogue, day)]
        spans += [hours.window_spans(self.catalogue, w.code, day) for w in self.catalogue.windows]
        return any(hours.open_at(s, moment) for s in spans)


def take(ctx: Context) -> Snapshot:
    """Read a whole snapshot of the hall."""
    return look(ctx, lambda seen: seen.all())


def look(ctx: Context, use: Callable[[Snapshot], T]) -> T:
    """Read no more of a snapshot than `use` asks for."""
    force = ctx.catalogue(), ctx.settings()  # before: whoever holds a connection needs no second

    def query(conn: Connection) -> T:
        seen = Snapshot(ctx, force, conn, journal.head(conn, ctx.hall_id), ctx.clock.now())
        try:
            return use(seen)
        finally:
            seen.end()

    return ctx.read(query)


def in_act(ctx: Context, tx: Tx, *parts: str) -> Snapshot:
    """The hall as the running act finds it: these parts, read before it changes anything."""
    force = ctx.catalogue(), ctx.settings()
    seen = Snapshot(ctx, force, tx.conn, journal.head_in(tx), tx.now)
    for name in parts:
        getattr(seen, name)
    seen.end()
    return seen


def issued(ctx: Context, tx: Tx, before: Snapshot, ticket: Ticket) -> None:
    """The running act put a ticket into its lane and did nothing else: the rest is known."""
    kept = before.parts
    if kept.waiting is None:
        return
    lane = (ticket.lane, ticket.queue, ticket.item, ticket.klass)
    rows = [row for row in kept.waiting if row[:4] != lane]
    mine = next((row for row in kept.waiting if row[:4] == lane), None)
    if mine is None:
        mine = LaneCount(*lane, 0, ticket.waiting_since)
    since = min(mine.since, ticket.waiting_since)
    insort(rows, mine._replace(waiting=mine.waiting + 1, since=since))
    after = parts_of(ctx, journal.head_in(tx), before.day)
    after.seats, after.posts, after.waiting = kept.seats, kept.posts, rows
    after.service, after.busy = kept.service, kept.busy
    after.at_windows = kept.at_windows


def called(ctx: Context, tx: Tx, before: Snapshot, ended: Ticket | None, now: Ticket) -> None:
    """The running act called `now` out of its lane, having ended `ended`, and did nothing else."""
    kept, after = before.parts, parts_of(ctx, journal.head_in(tx), before.day)
    seats = before.seats
    seat = seats[now.window]._replace(last_call_at=tx.now)
    after.seats, after.posts = {**seats, now.window: seat}, kept.posts
    if kept.busy is not None:
        after.busy = kept.busy | {now.window}
    if kept.at_windows is not None:
        others = (t for t in kept.at_windows if ended is None or t.id != ended.id)
        after.at_windows = (*others, now)
    if kept.waiting is not None:
        after.waiting = [row for old in kept.waiting for row in _one_less(tx, old, now)]


def _one_less(tx: Tx, row: LaneCount, gone: Ticket) -> list[LaneCount]:
    """A lane without somebody who waited in it; no lane when nobody is left."""
    if row[:4] != (gone.lane, gone.queue, gone.item, gone.klass):
        return [row]
    if row.waiting == 1:
        return []
    since = row.since
    if gone.waiting_since == since:
        since = ticket_counts.waiting_since(tx.conn, tx.hall_id, row)
    return [row._replace(waiting=row.waiting - 1, since=since)]


def parts_of(ctx: Context, head: tuple[int, str], day: str) -> Parts:
    """The parts known as of a journal line on a day; those of an empty journal are not kept."""
    if head[0] == 0:
        return Parts()
    key = (head[1], day)
    found = ctx.standing.get(key)
    if not isinstance(found, Parts):
        while len(ctx.standing) >= KEPT:
            ctx.standing.pop(next(iter(ctx.standing)), None)
        found = ctx.standing[key] = Parts()
    return found
