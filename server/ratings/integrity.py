"""Integrity check of ratings: stored rows against the hash-chained journal, and against each other.

Every rating belongs to a ticket or case and has its journal line with the same level; the counts
that the journal alone gives are those of the tables; every bad first rating has a redress whose
steps are without a gap, each with its actor and, except the last, the day by which the next was
due.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from server.core import journal
from server.core.step_chains import Problem, chain_problems, due_problems
from server.core.tables import journal as journal_table
from server.queue.tables import ticket
from server.ratings import queries, redress_queries
from server.ratings.figures import By, counts_by
from server.ratings.levels import Level
from server.ratings.queries import StoredRating
from server.ratings.redress_queries import StoredRedress, StoredStep
from server.ratings.redress_rules import FINAL
from server.ratings.replay import replayed

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"
_j = journal_table.c


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    ratings = queries.of_days(conn, hall_id, FIRST_DAY, LAST_DAY)
    lines = _levels_in_journal(conn, hall_id)
    tickets = {
        row[0] for row in conn.execute(select(ticket.c.id).where(ticket.c.hall_id == hall_id))
    }
    for rating in ratings:
        yield from _rating(rating, lines, tickets)
    if ratings:
        yield from _counts(conn, hall_id)
    yield from _redresses(conn, hall_id, ratings)


def _levels_in_journal(conn: Connection, hall_id: str) -> dict[str, int]:
    query = select(_j.subject, _j.data).where(_j.hall_id == hall_id, _j.act == "rating.give")
    return {row[0]: int(json.loads(row[1])["level"]) for row in conn.execute(query)}


def _rating(rating: StoredRating, lines: Mapping[str, int], tickets: set[str]) -> Iterator[Problem]:
    if not rating.case and rating.ticket not in tickets:
        yield (
            f"评价 {rating.id} 没有对应的号码",
            f"rating {rating.id} belongs to no ticket",
        )
    if lines.get(rating.id) != rating.level:
        yield (
            f"评价 {rating.id} 与流水不一致",
            f"rating {rating.id} differs from the journal",
        )


def _counts(conn: Connection, hall_id: str) -> Iterator[Problem]:
    replay = replayed(journal.line_of(row) for row in journal.lines(conn, hall_id))
    counts = replay.counts(FIRST_DAY, LAST_DAY)
    stored = counts_by(conn, hall_id, FIRST_DAY, LAST_DAY, By.ALL)[""]
    if (counts.active, counts.levels) != (stored.active, stored.levels):
        yield ("评价合计与流水重算不一致", "counts of ratings differ from the journal's")


def _redresses(conn: Connection, hall_id: str, ratings: list[StoredRating]) -> Iterator[Problem]:
    rows = {row.rating: row for row in redress_queries.of_days(conn, hall_id, FIRST_DAY, LAST_DAY)}
    steps = redress_queries.STEPS.of(conn, hall_id, list(rows))
    for rating in ratings:
        if Level(rating.level).is_bad and not rating.second_of and rating.id not in rows:
            yield (f"差评 {rating.id} 没有整改记录", f"bad rating {rating.id} has no redress")
    for row in rows.values():
        yield from _redress(row, steps[row.rating])


def _redress(row: StoredRedress, steps: list[StoredStep]) -> Iterator[Problem]:
    name = f"差评整改 {row.rating} ", f"redress {row.rating}"
    yield from chain_problems(name, row.state, steps)
    yield from due_problems(name, row.due, steps, FINAL)
