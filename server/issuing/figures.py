"""Licences of days, counted once: the bulletin and the reports read this count."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache

from sqlalchemy import Connection

from server.core.clock import instant
from server.core.groups import Group
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.issuing import figure_queries
from server.issuing.rules import Entry, LicenceMove, entry_counts
from server.issuing.settings import IssuingSettings
from server.issuing.week_counts import (
    LicenceCounts,
    counts_of_moves,
    working_days_after,
)


def licences_by(
    ctx: Context, conn: Connection, first: date, last: date, by: Group, unit: str = ""
) -> dict[str, LicenceCounts]:
    """Return the counts of days `first`..`last` by group, without groups that have none.

    `unit`: of this unit's licences alone. By person: whoever stated it; what waits is nobody's.
    """
    begin, end = span_of(ctx, first, last)
    span = conn, ctx.hall_id, begin, end, by, unit
    moves: dict[str, Counter[LicenceMove]] = defaultdict(Counter)
    for key, move, count in figure_queries.moves(*span):
        moves[key][move] += count
    days = _hand_outs(ctx, figure_queries.hand_outs(*span))
    waiting = (
        figure_queries.waiting(conn, ctx.hall_id, end, by, unit) if by is not Group.PERSON else {}
    )
    electronic, late = _entries(ctx, conn, first, last, by, unit)
    counts = {
        key: replace(
            counts_of_moves(moves.get(key, {})),
            days=days.get(key, Counter()),
            waiting=waiting.get(key, 0),
            electronic=electronic[key],
            late=late[key],
        )
        for key in {*moves, *days, *waiting, *electronic}
    }
    return {key: own for key, own in counts.items() if own != LicenceCounts()}


def _hand_outs(ctx: Context, rows: Iterable[tuple[str, str, str, int]]) -> dict[str, Counter[int]]:
    """Return the number of hand-outs by working days since the decision, by group."""
    calendar = ctx.workdays().statutory()

    @cache
    def days_between(decided: str, handed: str) -> int:
        return working_days_after(date.fromisoformat(decided), date.fromisoformat(handed), calendar)

    days: dict[str, Counter[int]] = defaultdict(Counter)
    for key, decided, handed, count in rows:
        days[key][days_between(decided, handed)] += count
    return days


def span_of(ctx: Context, first: date, last: date) -> tuple[int, int]:
    """Return the time from the begin of `first` up to the end of `last`, in ms."""
    zone = ctx.settings().of(GeneralSettings).timezone
    after = last + timedelta(days=1)
    begin, end = (instant(datetime.combine(day, time()), zone) for day in (first, after))
    return begin, end


def _entries(
    ctx: Context, conn: Connection, first: date, last: date, by: Group, unit: str
) -> tuple[Counter[str], Counter[str]]:
    """Return the number of electronic licences issued on the days, and of late ones, by group.

    Late up to the last day, or today.
    """
    allowed = ctx.settings().of(IssuingSettings).licence_entry_days
    until, calendar = min(last, ctx.local().date()), ctx.workdays().statutory()

    @cache
    def late_of(issued: str, entered: str) -> int:
        entry = Entry(date.fromisoformat(issued), date.fromisoformat(entered) if entered else None)
        return entry_counts([entry], allowed, until, calendar).late

    electronic: Counter[str] = Counter()
    late: Counter[str] = Counter()
    span = first.isoformat(), last.isoformat()
    for key, issued, entered, count in figure_queries.electronic(
        conn, ctx.hall_id, *span, by, unit
    ):
        electronic[key] += count
        late[key] += count * late_of(issued, entered)
    return electronic, late
