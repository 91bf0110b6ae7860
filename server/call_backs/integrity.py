"""Integrity check of call backs: each draw repeated, each call, and the counts of the journal.

A draw, repeated from its stored seed and candidates, gives the people on its list. An entry's calls
have no gap and lead to its state; one that was rated has its rating, by a call. A rating of a case
without a ticket names a case that exists. The counts that the journal alone gives are those of the
tables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from server.call_backs import queries
from server.call_backs.queries import StoredCallBack, StoredDraw, StoredTry
from server.call_backs.replay import ACTS, DRAW, replayed
from server.call_backs.rules import CallState, call_counts, draw
from server.cases import queries as case_queries
from server.core import journal
from server.core.step_chains import Problem, chain_problems

FIRST_WEEK, LAST_WEEK = "2000-W01", "2099-W53"


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    entries = queries.of_weeks(conn, hall_id, FIRST_WEEK, LAST_WEEK)
    lines = list(journal.of_acts(conn, hall_id, ACTS))
    digests = {line.subject: line.data["digest"] for line in lines if line.act == DRAW}
    for row in queries.draws(conn, hall_id):
        listed = [entry.case for entry in entries if entry.week == row.week]
        yield from _draw(row, listed, digests.get(row.week, ""))
    tries = queries.TRIES.of(conn, hall_id, [entry.case for entry in entries])
    levels = queries.levels(conn, hall_id, [entry.rating for entry in entries if entry.rating])
    for entry in entries:
        yield from _entry(entry, tries[entry.case], has_rating=entry.rating in levels)
    stored = call_counts((CallState(e.state), levels.get(e.rating)) for e in entries)
    if replayed(lines).counts(FIRST_WEEK, LAST_WEEK) != stored:
        yield "回访合计与流水重算不一致", "counts of call backs differ from the journal's"
    for rating, case in queries.ratings_of_cases(conn, hall_id):
        if case_queries.get(conn, hall_id, case) is None:
            yield f"评价 {rating} 没有对应的办件", f"rating {rating} belongs to no case"


def _draw(row: StoredDraw, listed: Sequence[str], digest: str) -> Iterator[Problem]:
    pairs = [(case, unit) for case, unit in json.loads(row.candidates)]
    if draw(row.seed, pairs, row.wanted) != listed:
        yield (
            f"{row.week} 的回访名单与抽取结果不一致",
            f"the list of call backs of {row.week} is not what its draw gives",
        )
    if hashlib.sha256(row.candidates.encode()).hexdigest() != digest:
        yield (
            f"{row.week} 的回访抽取范围与流水不一致",
            f"the candidates of the draw of {row.week} differ from the journal",
        )


def _entry(
    entry: StoredCallBack, tries: Sequence[StoredTry], *, has_rating: bool
) -> Iterator[Problem]:
    name = f"回访 {entry.case} ", f"call back {entry.case}"
    untried = not tries and entry.state == CallState.OPEN
    if entry.state != CallState.SELF_RATED and not untried:
        yield from chain_problems(name, entry.state, tries)
    if has_rating is not (entry.state == CallState.RATED):
        yield f"{name[0]}的评价与结果不一致", f"the rating of {name[1]} differs from its result"
