"""Integrity check: the journal's chain, numbers, holders, times, spot checks, punches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from server.branches.queries import RESUMED, numbers_before
from server.core import journal
from server.core import tables as core_tables
from server.core.rooms import modules
from server.integrity import times
from server.queue import tables as queue_tables
from server.queue.number_counters import RESTORED
from server.queue.offline import lease_queries
from server.queue.offline.tables import handed_in
from server.queue.tickets import number


@dataclass(frozen=True, slots=True)
class Violation:
    """Violation found by the integrity check, in both languages."""

    zh: str
    en: str


def hall_ids(conn: Connection) -> list[str]:
    """Return the ids of all halls in the database."""
    return list(
        conn.execute(
            select(core_tables.hall.c.hall_id).order_by(core_tables.hall.c.hall_id)
        ).scalars()
    )


def violations(hall_id: str, conn: Connection) -> list[Violation]:
    """Return all violations of a hall; empty if all is well."""
    return list(_all(conn, hall_id))


def _all(conn: Connection, hall_id: str) -> Iterator[Violation]:
    broken = journal.first_break(conn, hall_id)
    if broken is not None:
        yield Violation(
            f"操作日志第 {broken} 条的哈希不对", f"journal line {broken} breaks the chain"
        )
    yield from _numbers(conn, hall_id)
    yield from _holders(conn, hall_id)
    yield from _journalled(conn, hall_id)
    yield from (Violation(zh, en) for zh, en in times.problems(conn, hall_id))
    for module in modules("integrity"):
        yield from (Violation(zh, en) for zh, en in module.problems(conn, hall_id))


def _numbers(conn: Connection, hall_id: str) -> Iterator[Violation]:
    """Yield gaps in numbers issued by the server, and in those issued by a kiosk from a lease."""
    t, h = queue_tables.ticket.c, handed_in.c
    own = (
        select(t.day, t.prefix, func.count().label("n"), func.max(t.seq).label("last"))
        .outerjoin(handed_in, (h.hall_id == t.hall_id) & (h.ticket_id == t.id))
        .where(t.hall_id == hall_id, t.branch == "", h.ticket_id.is_(None))
        .group_by(t.day, t.prefix)
    )
    left_out = _left_out(conn, hall_id)
    before = numbers_before(conn, hall_id)
    for row in conn.execute(own).all():
        spans = left_out.get((row.day, row.prefix), [])
        # A span skipped by a restore has no tickets; above it numbers continue.
        missing = sum(last - first + 1 for first, last in spans if first <= row.last)
        if row.n + missing != row.last - before(row.day):
            first, last = number(row.prefix, before(row.day) + 1), number(row.prefix, row.last)
            yield Violation(
                f"{row.day} {first}–{last} 中缺号：只有 {row.n} 张",
                f"{row.day} {first}–{last}: only {row.n} tickets",
            )
    yield from _leased(conn, hall_id)


def _leased(conn: Connection, hall_id: str) -> Iterator[Violation]:
    t, h = queue_tables.ticket.c, handed_in.c
    query = (
        select(h.lease, func.count().label("n"), func.max(t.seq).label("last"))
        .join(queue_tables.ticket, (t.hall_id == h.hall_id) & (t.id == h.ticket_id))
        .where(h.hall_id == hall_id, h.verdict.not_in(["conflict", RESUMED]))
        .group_by(h.lease)
    )
    issued_by_lease = {row.lease: row for row in conn.execute(query)}
    counters = lease_queries.counters(conn, hall_id)
    for lease in lease_queries.every(conn, hall_id):
        first, last = number(lease.prefix, lease.first), number(lease.prefix, lease.last)
        row = issued_by_lease.pop(lease.id, None)
        if row is not None and (row.n != row.last - lease.first + 1 or row.last > lease.last):
            yield Violation(
                f"{lease.day} 取号机 {lease.kiosk} 备用号段 {first}–{last} 中缺号：交回 {row.n} 张",
                f"{lease.day} kiosk {lease.kiosk}, leased {first}–{last}: {row.n} came, with gaps",
            )
        if counters.get((lease.day, lease.prefix), 0) >= lease.first:
            yield Violation(
                f"{lease.day} 备用号段 {first}–{last} 的号被服务器发过",
                f"{lease.day} {first}–{last} were leased, and given by the server too",
            )
    for name in issued_by_lease:
        yield Violation(f"断网取的号没有备用号段 {name}", f"no lease {name} for tickets handed in")


def _left_out(conn: Connection, hall_id: str) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return the numbers skipped by restores, by (day, prefix), from their journal lines."""
    j = core_tables.journal.c
    lines = select(j.data).where(j.hall_id == hall_id, j.act == RESTORED).order_by(j.seq)
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for line_text in conn.execute(lines).scalars():
        data = json.loads(line_text)
        for prefix, (first, last) in data["skipped"].items():
            spans.setdefault((data["day"], prefix), []).append((first, last))
    return spans


def _holders(conn: Connection, hall_id: str) -> Iterator[Violation]:
    t = queue_tables.ticket.c
    rows = conn.execute(
        select(t.window, func.count().label("n"))
        .where(t.hall_id == hall_id, t.state.in_(["called", "serving"]))
        .group_by(t.window)
        .having(func.count() > 1)
    ).all()
    for row in rows:
        yield Violation(
            f"窗口 {row.window} 同时有 {row.n} 个号", f"{row.window} holds {row.n} tickets"
        )


def _journalled(conn: Connection, hall_id: str) -> Iterator[Violation]:
    t, j = queue_tables.ticket, core_tables.journal
    lines = select(j.c.subject).where(j.c.hall_id == hall_id, j.c.act == "ticket.issue")
    missing = conn.execute(
        select(func.count()).where(t.c.hall_id == hall_id, t.c.id.not_in(lines))
    ).scalar_one()
    if missing:
        yield Violation(f"{missing} 张票没有取号记录", f"{missing} tickets without a journal line")
