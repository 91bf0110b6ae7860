"""List of a year for the county's review: units in the order of the released ranking."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from server.assessment.periods import Period, PeriodKind
from server.assessment.standings import Standing, Subject, computed, released
from server.hall.context import Context
from server.hall.past_catalogue import catalogue_then
from server.honours import queries
from server.honours.queries import StoredVeto
from server.honours.rules import standing_awards


@dataclass(frozen=True, slots=True)
class UnitOfYear:
    """Unit of a year's list."""

    standing: Standing
    flags: int
    """Quarters in which one of its windows had the flag."""
    vetoes: tuple[StoredVeto, ...]
    """Standing vetoes of the year that take the unit's honours."""


def units_of(ctx: Context, conn: Connection, year: Period) -> tuple[list[UnitOfYear], bool]:
    """Return the units of a year in the order of their ranks, and True if these are released.

    Before the release they are those that the records give so far; none without a sheet in force.
    """
    ranks = released(ctx, conn, Subject.UNIT, year)
    standings = computed(ctx, conn, Subject.UNIT, year) if ranks is None else ranks
    rows = queries.vetoes(conn, ctx.hall_id)
    vetoes = queries.for_rules(rows)
    awards = standing_awards(queries.decided(queries.awards(conn, ctx.hall_id)), vetoes)
    windows = catalogue_then(ctx, conn, year.last).window_by
    flags = Counter(
        unit
        for quarter, window in awards.items()
        if quarter.startswith(year.id) and window in windows
        for unit in windows[window].units
    )
    units = [
        UnitOfYear(entry, flags[entry.code], _vetoes_of(rows, entry.code, year))
        for entry in standings
    ]
    return units, ranks is not None


def _vetoes_of(rows: list[StoredVeto], unit: str, year: Period) -> tuple[StoredVeto, ...]:
    striking = {veto.id for veto in queries.for_rules(rows) if veto.stands and veto.unit == unit}
    return tuple(row for row in rows if row.id in striking and row.day.startswith(year.id))


def is_year(period: Period) -> bool:
    """Return True for a whole year."""
    return period.kind is PeriodKind.YEAR
