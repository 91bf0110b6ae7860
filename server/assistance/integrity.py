"""Integrity check of assistance: chains, due days, second persons, and the journal.

Questions, jobs and green channels have their steps without a gap, and each step its journal line.
No case was reviewed or approved by its helper, and nobody granted the own proposal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection

from server.assistance import queries
from server.assistance.rules import (
    AskMove,
    AskState,
    GreenMove,
    JobMove,
    JobState,
    is_barred,
)
from server.cases import queries as case_queries
from server.cases.rules import CaseMove, CaseState
from server.core import journal
from server.core.step_chains import Problem, chain_problems, due_problems

ACTS = (
    *(f"first_ask.{move}" for move in AskMove),
    *(f"helper.{move}" for move in JobMove),
    *(f"green.{move}" for move in GreenMove),
)


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    lines = Counter(
        (line.subject, line.act, int(line.data["n"]))
        for line in journal.of_acts(conn, hall_id, ACTS)
    )
    yield from _asks(conn, hall_id, lines)
    yield from _jobs(conn, hall_id, lines)
    yield from _greens(conn, hall_id, lines)


Lines = Counter[tuple[str, str, int]]


def _journalled(name: Problem, lines: Lines, subject: str, act: str, n: int) -> Iterator[Problem]:
    if lines[subject, act, n] != 1:
        yield f"{name[0]}第 {n} 步与流水不一致", f"step {n} of {name[1]} differs from the journal"


def _asks(conn: Connection, hall_id: str, lines: Lines) -> Iterator[Problem]:
    rows = queries.every_ask(conn, hall_id)
    steps = queries.ASK_STEPS.of(conn, hall_id, [row.id for row in rows])
    for row in rows:
        name = f"首问记录 {row.id} ", f"first-asked question {row.id}"
        yield from chain_problems(name, row.state, steps[row.id])
        yield from due_problems(name, row.due, steps[row.id], {AskState.ENDED.value})
        for step in steps[row.id]:
            yield from _journalled(name, lines, row.id, f"first_ask.{step.move}", step.n)


def _jobs(conn: Connection, hall_id: str, lines: Lines) -> Iterator[Problem]:
    rows = queries.every_job(conn, hall_id)
    steps = queries.JOB_STEPS.of(conn, hall_id, [row.id for row in rows])
    facts = case_queries.FACTS.of(conn, hall_id, sorted({row.case for row in rows if row.case}))
    for row in rows:
        name = f"帮办代办 {row.id} ", f"helper's job {row.id}"
        yield from chain_problems(name, row.state, steps[row.id])
        for step in steps[row.id]:
            yield from _journalled(name, lines, row.id, f"helper.{step.move}", step.n)
        accepted = any(step.move == JobMove.ACCEPT for step in steps[row.id])
        before = CaseState.FILED
        for fact in facts.get(row.case, []):
            own = fact.by_actor.partition(":")[2] == row.helper
            if accepted and own and is_barred(CaseMove(fact.move), before):
                yield (
                    f"办件 {row.case} 由帮办代办人审核或审批",
                    f"case {row.case} was reviewed or approved by its helper",
                )
            before = CaseState(fact.state)
        last = steps[row.id][-1:]
        if row.state == JobState.ENDED and [s.by_actor.partition(":")[2] for s in last] == [
            row.helper
        ]:
            yield f"{name[0]}由帮办代办人自己回访", f"the helper called back about {name[1]}"


def _greens(conn: Connection, hall_id: str, lines: Lines) -> Iterator[Problem]:
    rows = queries.greens(conn, hall_id)
    steps = queries.GREEN_STEPS.of(conn, hall_id, [row.case for row in rows])
    for row in rows:
        name = f"办件 {row.case} 的绿色通道", f"the green channel of case {row.case}"
        yield from chain_problems(name, row.state, steps[row.case])
        proposer = ""
        for step in steps[row.case]:
            yield from _journalled(name, lines, row.case, f"green.{step.move}", step.n)
            by = step.by_actor.partition(":")[2]
            if step.move == GreenMove.GRANT and by == proposer:
                yield f"{name[0]}由提出的人自己批准", f"{name[1]} was granted by its proposer"
            proposer = by if step.move == GreenMove.PROPOSE else proposer
