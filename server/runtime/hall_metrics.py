"""Metrics of a hall for monitoring: counts by kind, no names of people or devices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from server.core import journal
from server.core.last_backup import last_backup
from server.device_health import queries as device_health_queries
from server.hall.context import Context
from server.queue import slip_queries, ticket_queries, window_session_queries

Sample = tuple[str, str, dict[str, str], float]
"""Name, help text, labels, value."""


def source(ctx: Context, data: Path) -> Callable[[], list[Sample]]:
    """Return a function that samples the hall of `ctx`, whose data folder is `data`."""
    return lambda: [*ctx.read(lambda c: list(_books(ctx, c))), *_folder(ctx, data)]


def _books(ctx: Context, conn: Connection) -> Iterator[Sample]:
    hall = ctx.hall_id
    waiting = sum(row.waiting for row in ticket_queries.waiting_by_lane(conn, hall))
    yield "hallkeeper_waiting", "People waiting", {}, waiting
    sessions = window_session_queries.sessions(conn, hall)
    paused = sum(session.paused_at is not None for session in sessions)
    words = "Windows with somebody signed in"
    yield "hallkeeper_windows", words, {"state": "open"}, len(sessions) - paused
    yield "hallkeeper_windows", words, {"state": "paused"}, paused
    all_devices = device_health_queries.every(conn, hall)
    device_counts = Counter((d.kind, d.state if d.connected else "gone") for d in all_devices)
    for (kind, state), count in sorted(device_counts.items()):
        labels = {"kind": kind, "state": state or "unknown"}
        yield "hallkeeper_devices", "Devices by kind and state", labels, count
    open_slips = slip_queries.open_count(conn, hall)
    yield "hallkeeper_slips_owed", "Slips whose printer has not answered yet", {}, open_slips
    lines = journal.head(conn, hall)[0]
    yield "hallkeeper_journal_lines", "Lines of the journal", {}, lines


def _folder(ctx: Context, data: Path) -> Iterator[Sample]:
    backup = last_backup(data, ctx.hall_id)
    if backup is not None:
        age = (ctx.clock.now() - backup[0]) / 1000
        yield "hallkeeper_backup_age_seconds", "Since the last good backup", {}, age
    file = data / "hall.db"
    if file.exists():
        size = file.stat().st_size
        yield "hallkeeper_database_bytes", "Size of the hall's SQLite file", {}, size
