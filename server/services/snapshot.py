"""The hall as it stands, read once, for every page that is to be redrawn after a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from server.domain import hours
from server.domain.catalogue import Catalogue
from server.domain.routing import Post, Posts
from server.domain.settings import Settings
from server.domain.tickets import AT_WINDOW, State, Ticket
from server.services.context import Context
from server.services.waits import Floor, read_floor
from server.storage import journal, tickets, windows

LATEST = 12


@dataclass(frozen=True)
class Snapshot:
    """One consistent picture. `seq` is the number of the last journal line it includes."""

    seq: int
    now: int
    local: datetime
    catalogue: Catalogue
    settings: Settings
    seats: Mapping[str, Any]
    """Rows of window_post by window."""
    floor: Floor
    at_windows: tuple[Ticket, ...]
    calls: tuple[Ticket, ...]
    """Last called tickets of the day, newest first."""

    @property
    def day(self) -> str:
        """The business day."""
        return self.local.date().isoformat()

    @cached_property
    def posts(self) -> Posts:
        """Who sits where, for the rules."""
        return {
            code: Post(code, row.staff, row.paused_at is not None)
            for code, row in self.seats.items()
        }

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
    """Read a snapshot of the hall."""
    return ctx.read(reading(ctx))


def reading(
    ctx: Context, *, whole: bool = True, at: int | None = None
) -> Callable[[Connection], Snapshot]:
    """A query for the snapshot of now (or `at`); without `whole` only who waits and who sits.

    One person's page asks for as much, thousands of times a day.
    """
    catalogue, settings = ctx.catalogue(), ctx.settings()
    now = ctx.clock.now() if at is None else at
    local = ctx.local(now)
    day = local.date().isoformat()

    def query(conn: Connection) -> Snapshot:
        return Snapshot(
            seq=journal.head(conn, ctx.hall_id)[0] if whole else 0,
            now=now,
            local=local,
            catalogue=catalogue,
            settings=settings,
            seats={row.window: row for row in windows.posts(conn, ctx.hall_id)},
            floor=read_floor(conn, ctx.hall_id, day),
            at_windows=tuple(tickets.all_at_windows(conn, ctx.hall_id)) if whole else (),
            calls=tuple(tickets.latest_calls(conn, ctx.hall_id, day, LATEST)) if whole else (),
        )

    return query
