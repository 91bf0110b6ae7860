"""Integrity check of the assessment: steps are whole, releases unchanged and recomputable."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection

from server.assessment import queries
from server.assessment.actions import amendment_digest
from server.assessment.frozen import Contents, month_of, results_of
from server.assessment.months import month_results
from server.assessment.periods import PeriodKind, parse_period
from server.assessment.queries import StoredRelease
from server.assessment.workflow import ReleaseState
from server.core.step_chains import Problem, chain_problems

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    sheets = queries.sheets(conn, hall_id)
    steps = queries.SHEET_STEPS.of(conn, hall_id, [row.id for row in sheets])
    for row in sheets:
        yield from chain_problems(
            (f"评分表 {row.id} ", f"score sheet {row.id}"), row.state, steps[row.id]
        )
    marks = queries.marks(conn, hall_id, FIRST_DAY, LAST_DAY)
    mark_steps = queries.MARK_STEPS.of(conn, hall_id, [row.id for row in marks])
    for mark in marks:
        name = f"人工记分 {mark.id} ", f"mark {mark.id}"
        yield from chain_problems(name, mark.state, mark_steps[mark.id])
    disputes = queries.disputes(conn, hall_id)
    dispute_steps = queries.DISPUTE_STEPS.of(conn, hall_id, [row.id for row in disputes])
    for dispute in disputes:
        name = f"考核申诉 {dispute.id} ", f"dispute {dispute.id}"
        yield from chain_problems(name, dispute.state, dispute_steps[dispute.id])
    for listed in queries.releases(conn, hall_id):
        release = queries.release(conn, hall_id, listed.period)
        if release is not None and release.state == ReleaseState.RELEASED:
            yield from _release(release)
            yield from _amendments(conn, hall_id, release)


def _release(row: StoredRelease) -> Iterator[Problem]:
    contents = Contents(row.period, json.loads(row.frozen), results_of(row.results))
    digests = contents.digest, contents.sheets_digest, contents.facts_digest
    if digests != (row.digest, row.sheets_digest, row.facts_digest):
        yield (
            f"考核 {row.period} 的内容与发布时的校验码不符",
            f"the assessment of {row.period} is not what was released",
        )
    yield from _recomputed(row.period, row.frozen, row.results)
    if row.checked_by == row.released_by:
        yield (
            f"考核 {row.period} 由同一人核对和发布",
            f"one person checked and released the assessment of {row.period}",
        )


def _amendments(conn: Connection, hall_id: str, row: StoredRelease) -> Iterator[Problem]:
    before = row.digest
    for listed in queries.amendments(conn, hall_id, row.period):
        amendment = queries.amendment(conn, hall_id, row.period, listed.n)
        if amendment is None or amendment.released_at is None:
            continue
        if amendment_digest(before, amendment) != amendment.digest:
            yield (
                f"考核 {row.period} 第 {listed.n} 号更正与发布时的校验码不符",
                f"amendment {listed.n} of {row.period} is not what was released",
            )
        yield from _recomputed(row.period, amendment.frozen, amendment.results)
        before = amendment.digest


def _recomputed(period: str, content: str, results: str) -> Iterator[Problem]:
    """Yield a month whose stored scores do not follow from what is stored beside them."""
    if parse_period(period).kind is not PeriodKind.MONTH:
        return
    if month_results(month_of(json.loads(content))) != results_of(results):
        yield (
            f"考核 {period} 的得分与所存依据重算不一致",
            f"the scores of {period} do not follow from the facts stored with them",
        )
