"""Integrity check of honours: chains, second persons, the flag's walks, and the journal.

The flag's walks have no gap: each begins where the one before ended, and the last one is where the
decisions and the vetoes put the flag. Nobody who was barred has a flag. No decision, veto or drop
of an interview was made by one person alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from server.core import journal
from server.core.journal_line import Line
from server.core.step_chains import Problem, Step, chain_problems
from server.honours import queries
from server.honours.interview_rules import InterviewMove
from server.honours.list_actions import list_digest
from server.honours.list_rules import ListKind, ListMove
from server.honours.queries import (
    StoredAward,
    StoredFlagMove,
    StoredFlagStep,
    StoredList,
    StoredVetoStep,
)
from server.honours.rules import (
    AWARDED,
    OFFICE,
    Cause,
    FlagMove,
    VetoMove,
    after_quarters,
    flag_at,
)

WALK = "flag.move"
ACTS = (
    WALK,
    *(f"flag.{move}" for move in FlagMove),
    *(f"veto.{move}" for move in VetoMove),
    *(f"interview.{move}" for move in InterviewMove),
    *(f"honour_list.{move}" for move in ListMove),
)
SECONDS = {
    FlagMove.DECIDE: FlagMove.PROPOSE,
    FlagMove.REVOKE: FlagMove.ASK_REVOKE,
    FlagMove.UPHOLD: FlagMove.ASK_REVOKE,
}
"""Moves of a second person, and the step that another person took before."""
Lines = Counter[tuple[str, str, int]]


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    every = list(journal.of_acts(conn, hall_id, ACTS))
    lines = Counter((line.subject, line.act, int(line.data["n"])) for line in every)
    awards = queries.awards(conn, hall_id)
    yield from _awards(conn, hall_id, awards, lines)
    yield from _vetoes(conn, hall_id, lines)
    yield from _interviews(conn, hall_id, lines)
    yield from _lists(conn, hall_id, every)
    walks = queries.moves(conn, hall_id)
    noted = Counter(int(line.data["n"]) for line in every if line.act == WALK)
    yield from _walks(walks, noted)
    place = flag_at(queries.decided(awards), queries.for_rules(queries.vetoes(conn, hall_id)))
    at = (walks[-1].quarter, walks[-1].to_window) if walks else ("", OFFICE)
    if at != (place.quarter, place.window):
        yield (
            "流动红旗所在的窗口与决定和一票否决不一致",
            "the red flag is not where the decisions and vetoes put it",
        )


def _chain(
    name: Problem, state: str, steps: Sequence[Step], lines: Lines, subject: str, room: str
) -> Iterator[Problem]:
    yield from chain_problems(name, state, steps)
    for step in steps:
        move = getattr(step, "move", "")
        if lines[subject, f"{room}.{move}", step.n] != 1:
            yield (
                f"{name[0]}第 {step.n} 步与流水不一致",
                f"step {step.n} of {name[1]} differs from the journal",
            )


def _awards(
    conn: Connection, hall_id: str, rows: Sequence[StoredAward], lines: Lines
) -> Iterator[Problem]:
    steps = queries.FLAG_STEPS.of(conn, hall_id, [row.quarter for row in rows])
    for row in rows:
        name = f"{row.quarter} 的流动红旗", f"the red flag of {row.quarter}"
        own = steps[row.quarter]
        yield from _chain(name, row.state, own, lines, row.quarter, "flag")
        yield from _alone(name, own, SECONDS)
        barred = {entry["window"] for entry in json.loads(row.basis) if entry["bars"]}
        if row.state in AWARDED and row.window in barred:
            yield f"{name[0]}给了不能评的窗口", f"{name[1]} went to a window that was barred"


def _alone(
    name: Problem,
    steps: Sequence[StoredFlagStep] | Sequence[StoredVetoStep],
    pairs: dict[FlagMove, FlagMove] | dict[VetoMove, VetoMove],
) -> Iterator[Problem]:
    """Yield every step whose actor took the first step of its pair as well."""
    seconds = {second.value: first.value for second, first in pairs.items()}
    last: dict[str, str] = {}
    for step in steps:
        first = seconds.get(step.move)
        if first is not None and last.get(first) == step.by_actor:
            yield f"{name[0]}由一个人办理", f"{name[1]} was decided by one person"
        last[step.move] = step.by_actor


def _vetoes(conn: Connection, hall_id: str, lines: Lines) -> Iterator[Problem]:
    rows = queries.vetoes(conn, hall_id)
    steps = queries.VETO_STEPS.of(conn, hall_id, [row.id for row in rows])
    for row in rows:
        name = f"一票否决 {row.id} ", f"veto {row.id}"
        own = steps[row.id]
        yield from _chain(name, row.state, own, lines, row.id, "veto")
        for first in (VetoMove.PROPOSE, VetoMove.CONFIRM):
            later = (VetoMove.CONFIRM, VetoMove.UPHOLD, VetoMove.WITHDRAW)
            yield from _alone(name, own, {move: first for move in later if move is not first})
        is_confirmed = any(step.move == VetoMove.CONFIRM for step in own)
        spans = {after_quarters(row.first_quarter, n) for n in range(4)} if is_confirmed else {""}
        if row.last_quarter not in spans or is_confirmed is (row.dispute_until is None):
            yield f"{name[0]}的期限有误", f"the period of {name[1]} is wrong"


def _interviews(conn: Connection, hall_id: str, lines: Lines) -> Iterator[Problem]:
    rows = queries.interviews(conn, hall_id)
    steps = queries.INTERVIEW_STEPS.of(conn, hall_id, [row.id for row in rows])
    for row in rows:
        name = f"约谈 {row.id} ", f"interview {row.id}"
        yield from _chain(name, row.state, steps[row.id], lines, row.id, "interview")
        by = [step.by_actor for step in steps[row.id]]
        if row.state == "dropped" and by[-1] == by[0]:
            yield f"{name[0]}由提出的人取消", f"{name[1]} was dropped by its proposer"


def _lists(conn: Connection, hall_id: str, every: Sequence[Line]) -> Iterator[Problem]:
    """Yield fixed lists that are not what two people fixed."""
    noted = {
        (line.subject, int(line.data["n"])): line.data["digest"]
        for line in every
        if line.act == f"honour_list.{ListMove.RELEASE}"
    }
    before: dict[str, StoredList] = {}
    for row in queries.every_list(conn, hall_id):
        if row.released_at is None:
            continue
        subject = f"{row.kind}/{row.period}"
        earlier = before.get(subject)
        name = f"{subject} 第 {row.n} 版", f"version {row.n} of {subject}"
        own = list_digest(earlier.digest if earlier else "", row)
        is_noted = row.kind == ListKind.CERTIFICATE or noted.get((subject, row.n)) == row.digest
        if own != row.digest or not is_noted or row.n != (earlier.n if earlier else 0) + 1:
            yield f"{name[0]}与定稿时的校验码不符", f"{name[1]} is not what was fixed"
        if row.drafted_by == row.released_by:
            yield f"{name[0]}由一个人办理", f"{name[1]} was fixed by one person"
        before[subject] = row


def _walks(walks: Sequence[StoredFlagMove], noted: Counter[int]) -> Iterator[Problem]:
    at = OFFICE
    for place, walk in enumerate(walks, 1):
        if walk.n != place or walk.from_window != at or walk.cause not in set(Cause):
            yield (
                f"流动红旗第 {walk.n} 次流动与上一次不衔接",
                f"walk {walk.n} of the red flag does not begin where the one before ended",
            )
        if noted[walk.n] != 1:
            yield (
                f"流动红旗第 {walk.n} 次流动与流水不一致",
                f"walk {walk.n} of the red flag differs from the journal",
            )
        at = walk.to_window
