"""Last reports of the branch servers: how many windows are open there, and how many people wait."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from server.branches import queries

FRESH_MS = 120_000
"""Milliseconds after which a report says nothing about the moment; one comes every 20 s."""


@dataclass(frozen=True, slots=True)
class Report:
    """Windows with somebody signed in, and people waiting, in a branch."""

    windows: int
    waiting: int


def reports(conn: Connection, hall_id: str, now: int) -> dict[str, Report]:
    """Return the fresh reports of the hall's branches, by building."""
    return {
        row.site: Report(row.windows, row.waiting)
        for row in queries.every(conn, hall_id)
        if row.heard_at is not None and now - row.heard_at <= FRESH_MS
    }
