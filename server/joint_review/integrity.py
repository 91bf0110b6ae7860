"""Integrity check of joint review: parts, meetings and notices, against each other and the journal.

Every part and meeting has its steps without a gap, each with its journal line. A notice exists
exactly for a whole that has ended, with the right digest and the results of its parts. Every
attendance names each invited unit once. The counts of the journal alone are those of the tables.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from server.core import journal
from server.core.step_chains import Problem, chain_problems
from server.core.working_days import Workdays
from server.joint_review import notice, queries
from server.joint_review.meetings import STATING
from server.joint_review.queries import (
    StoredAttendance,
    StoredMeeting,
    StoredMeetingStep,
    StoredNotice,
    StoredPart,
    StoredStep,
)
from server.joint_review.replay import ACTS, replayed
from server.joint_review.rules import PartKind, PartState, has_ended
from server.joint_review.week_counts import dated_part, joint_counts

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"
# One calendar for both: the check has no hall whose calendar it could read.
PLAIN = Workdays()


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    lines = list(journal.of_acts(conn, hall_id, ACTS))
    counts = Counter((line.subject, line.act, int(line.data["n"])) for line in lines)
    parts = queries.every_part(conn, hall_id)
    steps = queries.STEPS.of(conn, hall_id, [part.id for part in parts])
    for part in parts:
        name = (f"并联审批 {part.id} ", f"part {part.id}")
        yield from _chain(name, "joint", part.id, part.state, steps[part.id], counts)
    notices = {row.case: row for row in queries.every_notice(conn, hall_id)}
    yield from _wholes(parts, steps, notices)
    rows = queries.meetings_between(conn, hall_id, FIRST_DAY, LAST_DAY)
    ids = [row.id for row in rows]
    meeting_steps = queries.MEETING_STEPS.of(conn, hall_id, ids)
    attended = queries.attendances(conn, hall_id, ids)
    for row in rows:
        name = (f"会议 {row.id} ", f"meeting {row.id}")
        yield from _chain(name, "meeting", row.id, row.state, meeting_steps[row.id], counts)
        yield from _attendance(row, meeting_steps[row.id], attended[row.id])
    stored = joint_counts(
        (
            dated_part(queries.stated(steps[part.id]), PLAIN)
            for part in parts
            if part.kind == PartKind.OPINION
        ),
        queries.facts_of_meetings(conn, hall_id, ids),
        FIRST_DAY,
        LAST_DAY,
    )
    if replayed(lines).counts(PLAIN, FIRST_DAY, LAST_DAY) != stored:
        yield "并联审批合计与流水重算不一致", "counts of joint review differ from the journal's"


def _chain(
    name: Problem,
    prefix: str,
    subject: str,
    state: str,
    steps: Sequence[StoredStep] | Sequence[StoredMeetingStep],
    lines: Counter[tuple[str, str, int]],
) -> Iterator[Problem]:
    yield from chain_problems(name, state, steps)
    for step in steps:
        if lines[subject, f"{prefix}.{step.move}", step.n] != 1:
            yield (
                f"{name[0]}第 {step.n} 步与流水不一致",
                f"step {step.n} of {name[1]} differs from the journal",
            )


def _wholes(
    parts: Sequence[StoredPart],
    steps: Mapping[str, Sequence[StoredStep]],
    notices: Mapping[str, StoredNotice],
) -> Iterator[Problem]:
    """Yield every whole whose notice is missing, too early, changed or wrong."""
    by_case: dict[str, list[StoredPart]] = defaultdict(list)
    for part in parts:
        if part.kind == PartKind.OPINION:
            by_case[part.case].append(part)
    for case in by_case.keys() | notices.keys():
        own, row = by_case[case], notices.get(case)
        if has_ended(PartState(part.state) for part in own) is not (row is not None):
            yield (
                f"办件 {case} 的并联审批与结果告知书不符",
                f"the notice of case {case} differs from the end of its parts",
            )
        if row is None:
            continue
        content = json.loads(row.content)
        if notice.digest_of(row.id, row.content) != row.digest:
            yield f"告知书 {row.id} 已被改动", f"notice {row.id} was changed"
        # Names are those of the day; the rest follows from the parts.
        shown = [[line[0], *line[2:]] for line in content["results"]]
        if shown != [[line[0], *line[2:]] for line in notice.results({}, own, steps)]:
            yield (
                f"告知书 {row.id} 与各单位意见不一致",
                f"notice {row.id} differs from the opinions of the units",
            )


def _attendance(
    row: StoredMeeting,
    steps: Sequence[StoredMeetingStep],
    attended: Sequence[StoredAttendance],
) -> Iterator[Problem]:
    units = sorted(json.loads(row.units))
    for step in steps:
        stated = sorted(each.unit for each in attended if each.n == step.n)
        if stated != (units if step.move in STATING else []):
            yield (
                f"会议 {row.id} 第 {step.n} 步的签到不完整",
                f"the attendance of step {step.n} of meeting {row.id} is not complete",
            )
