"""Integrity check of one-time notices: lines match the hand-in, every breach was proposed.

The counts that the journal alone gives are those of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from server.core import journal
from server.one_time_notices import queries
from server.one_time_notices.actions import finding_mark, history
from server.one_time_notices.queries import StoredHandIn, StoredMaterial
from server.one_time_notices.replay import ACTS, replayed
from server.one_time_notices.rules import breaches
from server.one_time_notices.week_counts import CountedHandIn, notice_counts
from server.one_time_notices.week_facts import counted, findings
from server.spot_checks import finding_queries

Problem = tuple[str, str]
FIRST_DAY, LAST_DAY = DAYS = "2000-01-01", "2099-12-31"


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Return what is wrong with notices, in Chinese and English."""
    matters = queries.every_matter(conn, hall_id)
    hand_ins: list[CountedHandIn] = []
    for rows in matters.values():
        materials = queries.materials(conn, hall_id, [row.id for row in rows])
        notices = queries.notices_of(conn, hall_id, [row.id for row in rows])
        hand_ins += counted(rows, notices)
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
    yield from _counts(conn, hall_id, hand_ins)


def _counts(conn: Connection, hall_id: str, hand_ins: list[CountedHandIn]) -> Iterator[Problem]:
    """Compare the counts of all notices with those that the journal alone gives."""
    states = {number: row.state for number, row in findings(conn, hall_id).items()}
    # One day for all lines: the hall's time zone, which makes days of times, is not needed here.
    replay = replayed(journal.of_acts(conn, hall_id, ACTS), lambda _at: FIRST_DAY)
    if replay.counts(*DAYS) != notice_counts(hand_ins, states, *DAYS):
        yield (
            "一次性告知合计与流水重算不一致",
            "counts of one-time notices differ from the journal's",
        )


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
