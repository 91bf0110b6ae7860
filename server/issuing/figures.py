"""Licences of days, counted once: the bulletin and the reports read this count."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from server.core.actors import person_of
from server.core.clock import instant
from server.core.groups import Group, added
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.issuing import figure_queries
from server.issuing.rules import Entry, entry_counts
from server.issuing.settings import IssuingSettings
from server.issuing.week_counts import (
    LicenceCounts,
    counts_of_moves,
    with_entries,
    working_days_after,
)


def licences_by(
    ctx: Context, conn: Connection, first: date, last: date, by: Group, unit: str = ""
) -> dict[str, LicenceCounts]:
    """Return the counts of days `first`..`last` by group, without groups that have none.

    `unit`: of this unit's licences alone. By person: whoever stated it; what waits is nobody's.
    """
    begin, end = span_of(ctx, first, last)
    parts: dict[str, list[LicenceCounts]] = defaultdict(list)

    def add(key: str, counts: LicenceCounts) -> None:
        parts[person_of(key) if by is Group.PERSON and ":" in key else key].append(counts)

    for key, move, count in figure_queries.moves(conn, ctx.hall_id, begin, end, by, unit):
        add(key, counts_of_moves(Counter({move: count})))
    calendar = ctx.workdays().statutory()
    days: dict[tuple[str, str], int] = {}
    for key, decided, handed, count in figure_queries.hand_outs(
        conn, ctx.hall_id, begin, end, by, unit
    ):
        pair = decided, handed
        if pair not in days:
            first_day, last_day = map(date.fromisoformat, pair)
            days[pair] = working_days_after(first_day, last_day, calendar)
        add(key, LicenceCounts(days=Counter({days[pair]: count})))
    if by is not Group.PERSON:
        for key, count in figure_queries.waiting(conn, ctx.hall_id, end, by, unit).items():
            add(key, LicenceCounts(waiting=count))
    for key, entries in _entries(ctx, conn, first, last, by, unit).items():
        until = min(last, ctx.local().date())
        allowed = ctx.settings().of(IssuingSettings).licence_entry_days
        add(key, with_entries(LicenceCounts(), entry_counts(entries, allowed, until, calendar)))
    counts = {key: added(LicenceCounts(), own) for key, own in parts.items()}
    return {key: own for key, own in counts.items() if own != LicenceCounts()}


def span_of(ctx: Context, first: date, last: date) -> tuple[int, int]:
    """Return the time from the begin of `first` up to the end of `last`, in ms."""
    zone = ctx.settings().of(GeneralSettings).timezone
    after = last + timedelta(days=1)
    begin, end = (instant(datetime.combine(day, time()), zone) for day in (first, after))
    return begin, end


def _entries(
    ctx: Context, conn: Connection, first: date, last: date, by: Group, unit: str
) -> dict[str, list[Entry]]:
    span = first.isoformat(), last.isoformat()
    entries: dict[str, list[Entry]] = defaultdict(list)
    for key, issued, entered, count in figure_queries.electronic(
        conn, ctx.hall_id, *span, by, unit
    ):
        entry = Entry(date.fromisoformat(issued), date.fromisoformat(entered) if entered else None)
        entries[key] += [entry] * count
    return entries
