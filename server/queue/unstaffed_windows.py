"""Open windows without a window session: those whose person is on leave, and the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from server.alarms.settings import AlarmSettings
from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Catalogue
from server.hall.context import Context
from server.leave.cover import Cover, in_force
from server.queue.number_ranges import windows_here
from server.queue.snapshot import QueueSnapshot


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Window whose person is away and that has no window session."""

    window: str
    number: int
    absent: str
    cover: str
    why: str
    """Reason: none: no B was named; away: B is away; busy: B is at another window.

    Late: B is not there.
    """
    deputy_window: int = 0
    """Number of the window at which B is signed in, for busy."""


def uncovered(ctx: Context, conn: Connection, snap: QueueSnapshot) -> list[Uncovered]:
    """Return open, unstaffed windows whose person is on leave, one for each person away."""
    catalogue, moment = snap.catalogue, snap.local
    empty = set(_empty(catalogue, snap, 0))
    seats = {row.staff: code for code, row in snap.session_rows.items()}
    windows: list[Uncovered] = []
    for cover in in_force(ctx, conn, moment):
        window = next((w for w in cover.windows if w in empty), None)
        if window is None or (cover.cover and seats.get(cover.cover) in cover.windows):
            continue
        empty.discard(window)
        windows.append(_uncovered(catalogue, cover, window, seats.get(cover.cover, "")))
    return windows


def _uncovered(catalogue: Catalogue, cover: Cover, window: str, seat: str) -> Uncovered:
    reason = "late"
    if not cover.cover:
        reason = "none"
    elif not cover.able:
        reason = "away"
    elif seat:
        reason = "busy"
    number = catalogue.window_by[window].number
    sits = catalogue.window_by[seat].number if seat in catalogue.window_by else 0
    return Uncovered(window, number, cover.absent, cover.cover, reason, sits)


def long_unstaffed(ctx: Context, conn: Connection, snap: QueueSnapshot) -> list[str]:
    """Return unstaffed windows long open whose people are neither on leave nor at another window.

    One window for each missing person: a hall has windows that it opens only on busy days.
    """
    late = ctx.settings().of(AlarmSettings).window_empty_minutes
    empty = _empty(snap.catalogue, snap, late)
    away = {cover.absent for cover in in_force(ctx, conn, snap.local)}
    seated = {row.staff for row in snap.session_rows.values()}
    missing = [s for s in snap.catalogue.staff if s.number not in away and s.number not in seated]
    windows: list[str] = []
    for person in missing:
        window = next((w for w in person.windows if w in empty and w not in windows), None)
        if window is not None:
            windows.append(window)
    return sorted(windows, key=lambda code: snap.catalogue.window_by[code].number)


def _empty(catalogue: Catalogue, snap: QueueSnapshot, late: int) -> list[str]:
    """Return the windows that opened at least `late` minutes ago and have no session."""
    return [
        window.code
        for window in windows_here(catalogue, snap.settings, snap.day)
        if window.code not in snap.session_rows
        and any(_open_for(span, snap.local) >= late for span in _spans(snap, window.code))
    ]


def _spans(snap: QueueSnapshot, window: str) -> Iterator[catalogue_hours.Span]:
    moment = snap.local.time()
    spans = catalogue_hours.window_spans(snap.catalogue, window, snap.local.date())
    return (span for span in spans if span.holds(moment))


def _open_for(span: catalogue_hours.Span, now: datetime) -> float:
    return (now - datetime.combine(now.date(), span.opens)) / timedelta(minutes=1)
