"""What `hall check` verifies: the journal's chain, numbers, holders, spot checks, punches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from server.domain.tickets import number
from server.services import punch_proof
from server.services.attendance import proof as request_proof
from server.services.bulletins import acts
from server.services.inspection import proof
from server.storage import journal, schema


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be."""

    zh: str
    en: str


def hall_ids(conn: Connection) -> list[str]:
    """Every hall in the database."""
    return list(
        conn.execute(select(schema.hall.c.hall_id).order_by(schema.hall.c.hall_id)).scalars()
    )


def findings(hall_id: str, conn: Connection) -> list[Finding]:
    """Everything that is wrong with a hall; empty when all is well."""
    return list(_all(conn, hall_id))


def _all(conn: Connection, hall_id: str) -> Iterator[Finding]:
    broken = journal.first_break(conn, hall_id)
    if broken is not None:
        yield Finding(f"流水第 {broken} 条的哈希不对", f"journal line {broken} breaks the chain")
    yield from _numbers(conn, hall_id)
    yield from _holders(conn, hall_id)
    yield from _journalled(conn, hall_id)
    yield from (Finding(zh, en) for zh, en in proof.problems(conn, hall_id))
    yield from (Finding(zh, en) for zh, en in punch_proof.problems(conn, hall_id))
    yield from (Finding(zh, en) for zh, en in request_proof.problems(conn, hall_id))
    for bulletin in acts.faults_of(conn, hall_id):
        zh = f"通报 {bulletin} 的内容与发布时的校验码不符"
        yield Finding(zh, f"bulletin {bulletin} is not what was released")


def _numbers(conn: Connection, hall_id: str) -> Iterator[Finding]:
    t = schema.ticket.c
    rows = conn.execute(
        select(t.day, t.prefix, func.count().label("n"), func.max(t.seq).label("last"))
        .where(t.hall_id == hall_id)
        .group_by(t.day, t.prefix)
    ).all()
    for row in rows:
        if row.n != row.last:
            first, last = number(row.prefix, 1), number(row.prefix, row.last)
            yield Finding(
                f"{row.day} {first}–{last} 中缺号：只有 {row.n} 张",
                f"{row.day} {first}–{last}: only {row.n} tickets",
            )


def _holders(conn: Connection, hall_id: str) -> Iterator[Finding]:
    t = schema.ticket.c
    rows = conn.execute(
        select(t.window, func.count().label("n"))
        .where(t.hall_id == hall_id, t.state.in_(["called", "serving"]))
        .group_by(t.window)
        .having(func.count() > 1)
    ).all()
    for row in rows:
        yield Finding(
            f"窗口 {row.window} 同时有 {row.n} 个号", f"{row.window} holds {row.n} tickets"
        )


def _journalled(conn: Connection, hall_id: str) -> Iterator[Finding]:
    t, j = schema.ticket, schema.journal
    lines = select(j.c.subject).where(j.c.hall_id == hall_id, j.c.act == "ticket.issue")
    missing = conn.execute(
        select(func.count()).where(t.c.hall_id == hall_id, t.c.id.not_in(lines))
    ).scalar_one()
    if missing:
        yield Finding(f"{missing} 张票没有取号流水", f"{missing} tickets without a journal line")
