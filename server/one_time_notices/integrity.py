"""Integrity check of one-time notices: lines match the hand-in, every breach was proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from server.one_time_notices import queries
from server.one_time_notices.actions import finding_mark, history
from server.one_time_notices.queries import StoredHandIn, StoredMaterial
from server.one_time_notices.rules import breaches
from server.spot_checks import finding_queries

Problem = tuple[str, str]


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Return what is wrong with notices, in Chinese and English."""
    for rows in queries.every_matter(conn, hall_id).values():
        materials = queries.materials(conn, hall_id, [row.id for row in rows])
        notices = queries.notices_of(conn, hall_id, [row.id for row in rows])
        for row in rows:
            notice = notices.get(row.id)
            number = notice.id if notice else ""
            if _faults(materials.get(row.id, ())) != _named(conn, hall_id, number):
                yield (
                    f"登记 {row.id} 的材料情况与告知单 {number or '（无）'} 不符",
                    f"hand-in {row.id} and its notice {number or '(none)'} differ",
                )
        for later in sorted({b.later for b in breaches(history(rows, materials))}):
            mark = finding_mark(notices[later].id) if later in notices else ""
            if finding_queries.of_source(conn, hall_id, "doubt", mark) is None:
                yield _unproposed(rows, later)


def _faults(materials: Sequence[StoredMaterial]) -> list[tuple[str, str]]:
    return [(m.material, fault) for m in materials if m.faults for fault in m.faults.split(",")]


def _named(conn: Connection, hall_id: str, number: str) -> list[tuple[str, str]]:
    if not number:
        return []
    return [(line.material, line.fault) for line in queries.lines(conn, hall_id, number)]


def _unproposed(rows: Sequence[StoredHandIn], later: str) -> Problem:
    ticket = next(row.ticket for row in rows if row.id == later)
    return (
        f"号码 {ticket} 的再次告知列出了首次应当告知的问题，却没有提出疑点",
        f"the later notice of {ticket} names what the first left out, and no finding was proposed",
    )
