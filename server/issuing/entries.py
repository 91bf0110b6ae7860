"""Electronic licences: entered in the licence library, and by how many days too late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from server.hall.context import Context
from server.issuing import queries
from server.issuing.messages import EntryFigures
from server.issuing.queries import StoredLicence
from server.issuing.rules import Entry, EntryCounts, Place, days_late, entry_counts
from server.issuing.settings import IssuingSettings


def entry_of(row: StoredLicence) -> Entry:
    """Return an electronic licence as its entry is counted."""
    entered = date.fromisoformat(row.entered_day) if row.entered_day else None
    return Entry(date.fromisoformat(row.issued_day), entered)


def late_of(ctx: Context, row: StoredLicence) -> int:
    """Return by how many working days the entry of a licence is late up to now; 0 for paper."""
    if not row.electronic or row.state == Place.VOID:
        return 0
    allowed = ctx.settings().of(IssuingSettings).licence_entry_days
    return days_late(entry_of(row), allowed, ctx.local().date(), ctx.workdays().statutory())


def counts(ctx: Context, rows: Sequence[StoredLicence], last: date | None = None) -> EntryCounts:
    """Return the counts of electronic licences up to a day (None: today)."""
    allowed = ctx.settings().of(IssuingSettings).licence_entry_days
    calendar = ctx.workdays().statutory()
    return entry_counts([entry_of(r) for r in rows], allowed, last or ctx.local().date(), calendar)


def figures(result: EntryCounts) -> EntryFigures:
    """Return counts as a message."""
    return EntryFigures(
        issued=result.issued, entered=result.entered, late=result.late, days_late=result.days_late
    )


def by_unit(rows: Sequence[StoredLicence]) -> dict[str, list[StoredLicence]]:
    """Return licences by unit."""
    groups: dict[str, list[StoredLicence]] = {}
    for row in rows:
        groups.setdefault(row.unit, []).append(row)
    return groups


def of_span(ctx: Context, conn: Connection, first: date, last: date) -> list[StoredLicence]:
    """Return the electronic licences issued on days `first`..`last`."""
    return queries.electronic(conn, ctx.hall_id, first.isoformat(), last.isoformat())
