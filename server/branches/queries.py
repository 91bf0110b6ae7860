"""Branches of a hall at the main server, and the line of a branch server: queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from server.branches.tables import branch, main_line
from server.core.records import Records
from server.core.setting_queries import current
from server.core.settings import Settings, with_values
from server.core.store import Tx
from server.queue.number_ranges import branch_servers


@dataclass(frozen=True, slots=True)
class StoredBranch:
    """Branch as the main server knows it."""

    site: str
    run: int
    applied: int
    lines: int
    line_hash: str
    windows: int
    waiting: int
    heard_at: int | None
    refusal: str


@dataclass(frozen=True, slots=True)
class StoredLine:
    """Line of a branch server to the main one."""

    site: str
    run: int
    delivered: int
    received: int
    heard_at: int | None
    refusal: str


RESUMED = "resumed"
"""Verdict of a number that a lost server of this branch had issued."""
_branches = Records(StoredBranch, branch)
_lines = Records(StoredLine, main_line)
_b, _l = branch.c, main_line.c


def get(conn: Connection, hall_id: str, site: str) -> StoredBranch | None:
    """Return one branch, or None."""
    return _branches.first(conn, _branches.select().where(_b.hall_id == hall_id, _b.site == site))


def every(conn: Connection, hall_id: str) -> list[StoredBranch]:
    """Return the branches of the hall."""
    return _branches.all(conn, _branches.select().where(_b.hall_id == hall_id).order_by(_b.site))


def add(tx: Tx, site: str) -> None:
    """Insert a branch that has not joined yet; an earlier one of the building begins again."""
    tx.conn.execute(delete(branch).where(_b.hall_id == tx.hall_id, _b.site == site))
    tx.conn.execute(insert(branch).values(hall_id=tx.hall_id, site=site))


def change(tx: Tx, site: str, **values: Any) -> None:
    """Set columns of a branch."""
    tx.conn.execute(
        update(branch).where(_b.hall_id == tx.hall_id, _b.site == site).values(**values)
    )


def line(conn: Connection, hall_id: str) -> StoredLine | None:
    """Return this server's line to the main one, None unless it is a branch server."""
    return _lines.first(conn, _lines.select().where(_l.hall_id == hall_id))


def put_line(tx: Tx, site: str, run: int, received: int) -> None:
    """Store the line of a branch server that has just joined."""
    tx.conn.execute(delete(main_line).where(_l.hall_id == tx.hall_id))
    tx.conn.execute(
        insert(main_line).values(
            hall_id=tx.hall_id, site=site, run=run, received=received, heard_at=tx.now
        )
    )


def change_line(tx: Tx, **values: Any) -> None:
    """Set columns of this server's line."""
    tx.conn.execute(update(main_line).where(_l.hall_id == tx.hall_id).values(**values))


def numbers_before(conn: Connection, hall_id: str) -> Callable[[str], int]:
    """Return the function from a day to the number before the first that this server issues."""
    own = line(conn, hall_id)
    if own is None:
        return lambda _day: 0
    settings = with_values(Settings(), current(conn, hall_id))
    servers = [s for s in branch_servers(settings) if s.site == own.site]
    return lambda day: next((s.first - 1 for s in servers if s.runs_on(day)), 0)
