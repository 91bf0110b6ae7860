"""Joint review: the end of the whole, due days by two readings, and what each unit may see."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.actors import ActorKind
from server.core.journal_line import Line
from server.core.workflow import Attempt
from server.core.working_days import SpecialDay, Workdays
from server.joint_review import workflow
from server.joint_review.replay import replayed
from server.joint_review.rules import (
    ENDED,
    UNANSWERED,
    MeetingMove,
    Opinion,
    PartClock,
    PartDue,
    PartKind,
    PartMove,
    PartState,
    PartStep,
    due_of,
    has_ended,
    result_of,
    shows_opinions,
)
from server.joint_review.week_counts import JointCounts, MeetingFact, dated_part, joint_counts
from server.joint_review.workflow import OPINION_PART

MOVE, STATE = PartMove, PartState
MONDAY = date(2026, 3, 2)
PLAIN = Workdays()
EVERYTHING = (
    workflow.WORDS,
    workflow.REASON,
    workflow.OPINION,
    workflow.ANSWER,
    workflow.OPEN,
    workflow.BODY,
    workflow.NUMBER,
)
LATER = timedelta(days=1)


def step(move: PartMove, state: PartState, later: int = 0, days: int = 0) -> PartStep:
    """Return a step some days after the Monday."""
    return PartStep(move, state, MONDAY + timedelta(days=later), days)


SEND = step(MOVE.SEND, STATE.SENT, 0, 3)


@dataclass
class Whole:
    """Parts of one case as random people move them."""

    parts: list[list[PartStep]] = field(default_factory=list)
    ended_at: int | None = None
    """Number of moves after which the whole had ended."""

    def states(self) -> list[PartState]:
        """Return the states of the parts."""
        return [steps[-1].state for steps in self.parts]


def walk(choices: Iterator[int], parts: int) -> Whole:
    """Move the parts of a whole at random until it ends; every move is one of the table."""
    whole = Whole([[step(MOVE.SEND, STATE.SENT, 0, 3)] for _ in range(parts)])
    for n in count(1):
        running = [steps for steps in whole.parts if steps[-1].state not in ENDED]
        if not running or n > 300:
            break
        # A part that was answered may be taken back as long as others run.
        movable = [steps for steps in whole.parts if _moves(steps[-1].state)]
        steps = movable[next(choices) % len(movable)]
        moves = _moves(steps[-1].state)
        move, state = moves[next(choices) % len(moves)]
        opinion = None
        if move is MOVE.ANSWER:
            opinion = Opinion.UPWARD if state is STATE.OWED else Opinion.AGREE
        elif move is MOVE.HEAR:
            opinion = Opinion.DISAGREE
        steps.append(PartStep(move, state, MONDAY + n * LATER, 2, opinion))
        if has_ended(whole.states()) and whole.ended_at is None:
            whole.ended_at = n
    return whole


def _moves(state: PartState) -> list[tuple[PartMove, PartState]]:
    """Return the moves of the table from a state, with their targets."""
    attempt = Attempt(state, "1", lambda role: role != workflow.HALL, given=EVERYTHING)
    return [
        (move, target)
        for move in PartMove
        if (row := OPINION_PART.row(move, state)) is not None
        if OPINION_PART.allows(move, attempt)
        for target in row.targets
    ]


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_the_whole_ends_exactly_when_its_last_part_ends(parts: int, chance: random.Random) -> None:
    whole = walk(iter(lambda: chance.randrange(1 << 20), -1), parts)
    all_ended = [state in ENDED for state in whole.states()]
    answered = any(state is not STATE.RECALLED for state in whole.states())
    assert (whole.ended_at is not None) is (all(all_ended) and answered)
    if whole.ended_at is not None:
        # The last move ended the whole: before it some part ran.
        last = max(steps[-1].day for steps in whole.parts)
        assert last == MONDAY + whole.ended_at * LATER
        final = next(steps for steps in whole.parts if steps[-1].day == last)
        before = [*(s[-1].state for s in whole.parts if s is not final), final[-2].state]
        assert not has_ended(before)
        for steps in whole.parts:
            recalled = steps[-1].state is STATE.RECALLED
            assert recalled or result_of(steps) in (Opinion.AGREE, Opinion.DISAGREE)


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(6)), st.lists(st.booleans(), min_size=6, max_size=6))
def test_the_order_of_answers_makes_no_difference(
    order: Sequence[int], agree: Sequence[bool]
) -> None:
    parts = [[SEND] for _ in order]
    for n, place in enumerate(order, 1):
        assert not has_ended(steps[-1].state for steps in parts)
        opinion = Opinion.AGREE if agree[place] else Opinion.DISAGREE
        parts[place].append(PartStep(MOVE.ANSWER, STATE.ANSWERED, MONDAY + n * LATER, 0, opinion))
    assert has_ended(steps[-1].state for steps in parts)
    assert [result_of(steps) is Opinion.AGREE for steps in parts] == list(agree)


def by_walking(steps: Sequence[PartStep], calendar: Workdays) -> PartDue | None:
    """Return what is due of a part by walking its days, as a person would with a calendar."""
    begins = {
        STATE.SENT: (PartClock.ANSWER, MOVE.SEND),
        STATE.SIGNED: (PartClock.ANSWER, MOVE.SEND),
        STATE.OWED: (PartClock.SEND_UP, MOVE.ANSWER),
        STATE.BACK: (PartClock.PASS_ON, MOVE.HEAR),
    }
    if steps[-1].state not in begins:
        return None
    clock, move = begins[steps[-1].state]
    begin = [each for each in steps if each.move is move][-1]
    day, left = begin.day, begin.days
    while left:
        day += LATER
        left -= calendar.weekday(day) is not None
    return PartDue(clock, day)


SPECIALS = st.dictionaries(st.integers(0, 60), st.booleans(), max_size=20).map(
    lambda days: Workdays(
        tuple(
            SpecialDay(MONDAY + n * LATER, opens, "", 1 if opens else 0)
            for n, opens in sorted(days.items())
        )
    )
)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 30), SPECIALS, st.randoms(use_true_random=False))
def test_two_readings_of_the_days_agree(
    limit: int, calendar: Workdays, chance: random.Random
) -> None:
    whole = walk(iter(lambda: chance.randrange(1 << 20), -1), 2)
    for steps in whole.parts:
        own = [PartStep(s.move, s.state, s.day, limit, s.opinion) for s in steps]
        for n in range(1, len(own) + 1):
            due = due_of(own[:n], calendar)
            assert due == by_walking(own[:n], calendar)
            if due is not None:
                begin = max(s.day for s in own[:n] if s.move in (MOVE.SEND, MOVE.ANSWER, MOVE.HEAR))
                assert due.day > begin or due.clock is PartClock.ANSWER
                assert calendar.works(due.day)


@pytest.mark.parametrize(
    ("steps", "due"),
    [
        ([SEND], PartDue(PartClock.ANSWER, date(2026, 3, 5))),
        (
            [SEND, step(MOVE.SIGN, STATE.SIGNED, 1)],
            PartDue(PartClock.ANSWER, date(2026, 3, 5)),
        ),
        (
            [SEND, step(MOVE.ANSWER, STATE.OWED, 4, 3)],
            PartDue(PartClock.SEND_UP, date(2026, 3, 11)),
        ),
        ([SEND, step(MOVE.SEND_UP, STATE.ABOVE, 5)], None),
        (
            [SEND, step(MOVE.HEAR, STATE.BACK, 11, 2)],
            PartDue(PartClock.PASS_ON, date(2026, 3, 17)),
        ),
        ([SEND, step(MOVE.ANSWER, STATE.ANSWERED, 1)], None),
        ([step(MOVE.SEND, STATE.SENT)], None),
        (
            # Taken back: the day of the first sending stays.
            [SEND, step(MOVE.ANSWER, STATE.ANSWERED, 1), step(MOVE.TAKE_BACK, STATE.SIGNED, 8)],
            PartDue(PartClock.ANSWER, date(2026, 3, 5)),
        ),
    ],
)
def test_a_clock_begins_with_its_step(steps: list[PartStep], due: PartDue | None) -> None:
    assert due_of(steps, PLAIN) == due


def test_silence_never_ends_a_part() -> None:
    assert not has_ended([STATE.SENT])
    assert not has_ended([STATE.SIGNED, STATE.ANSWERED])
    assert not has_ended([])
    assert not has_ended([STATE.RECALLED])
    assert has_ended([STATE.RECALLED, STATE.PASSED])
    assert not has_ended([STATE.DROPPED, STATE.ANSWERED]), "nobody is owed a notice"


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        ([], False),
        ([STATE.SENT], False),
        ([STATE.SIGNED], False),
        ([STATE.RECALLED], False),
        ([STATE.ANSWERED], True),
        ([STATE.OWED], True),
        ([STATE.ANSWERED, STATE.RECALLED], True),
        ([STATE.ANSWERED, STATE.SENT], False),
    ],
)
def test_nobody_copies(own: list[PartState], *, shown: bool) -> None:
    assert shows_opinions(own, is_lead=False, ended=False) is shown
    assert shows_opinions(own, is_lead=True, ended=False)
    assert shows_opinions(own, is_lead=False, ended=True)


def lines_of(whole: Whole, unit: str = "fire") -> list[Line]:
    """Return the journal lines that the steps of a whole leave."""
    return [
        Line(
            "small",
            0,
            0,
            ActorKind.CLERK.value,
            "1",
            "",
            f"joint.{each.move}",
            f"P{place}",
            {
                "kind": PartKind.OPINION.value,
                "unit": unit,
                "day": each.day.isoformat(),
                "state": each.state.value,
                "days": each.days,
                "opinion": each.opinion.value if each.opinion else "",
            },
            "",
        )
        for place, steps in enumerate(whole.parts)
        for each in steps
    ]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4), st.randoms(use_true_random=False), st.integers(0, 30))
def test_the_journal_alone_gives_the_counts(parts: int, chance: random.Random, later: int) -> None:
    whole = walk(iter(lambda: chance.randrange(1 << 20), -1), parts)
    first, last = MONDAY.isoformat(), (MONDAY + later * LATER).isoformat()
    stored = joint_counts([dated_part(steps, PLAIN) for steps in whole.parts], [], first, last)
    replay = replayed(lines_of(whole))
    assert replay.counts(PLAIN, first, last) == stored
    assert replay.counts(PLAIN, first, last, "fire") == stored
    assert replay.counts(PLAIN, first, last, "tax") == JointCounts()
    assert stored.sent == parts
    open_now = [
        steps
        for steps in whole.parts
        if [s for s in steps if s.day.isoformat() <= last][-1].state in UNANSWERED
    ]
    assert stored.overdue == (len(open_now) if last >= "2026-03-05" else 0)


def test_an_answer_counts_on_its_day_and_in_time_by_its_limit() -> None:
    in_time = [SEND, step(MOVE.ANSWER, STATE.ANSWERED, 3)]
    late = [SEND, step(MOVE.ANSWER, STATE.OWED, 4, 3)]
    record = MeetingMove.RECORD
    attended = [
        [MeetingFact("2026-03-04", record, (("fire", False),))],
        [MeetingFact("2026-03-05", record, (("fire", True),))],
        [MeetingFact("2026-03-09", record, (("fire", False),))],
        [MeetingFact("2026-03-05", MeetingMove.CALL)],
    ]
    parts = [dated_part(steps, PLAIN) for steps in (in_time, late, [SEND])]
    counts = joint_counts(parts, attended, "2026-03-02", "2026-03-08")
    assert counts == JointCounts(sent=3, answered=2, on_time=1, overdue=1, meetings=2, absent=1)
    assert (counts.on_time_rate.count, counts.on_time_rate.of) == (1, 3)
    before = joint_counts(parts, attended, "2026-03-02", "2026-03-04")
    assert before == JointCounts(sent=3, meetings=1, absent=1)
    after = joint_counts(parts, attended, "2026-03-09", "2026-03-15")
    assert after == JointCounts(overdue=1, meetings=1, absent=1)
    running = joint_counts(parts, [], "2026-03-02", "2026-03-08", over="2026-03-04")
    assert (running.overdue, running.late) == (0, 1)


def test_an_answer_that_disagrees_is_counted_apart_and_no_other_step_is() -> None:
    answers = [replace(step(MOVE.ANSWER, STATE.ANSWERED, 3), opinion=o) for o in Opinion]
    parts = [dated_part([SEND, answer], PLAIN) for answer in answers]
    taken_back = replace(step(MOVE.TAKE_BACK, STATE.SENT, 3), opinion=Opinion.DISAGREE)
    parts.append(dated_part([SEND, answers[0], taken_back], PLAIN))
    counts = joint_counts(parts, [], "2026-03-02", "2026-03-08", over="2026-03-04")
    assert (counts.answered, counts.disagreed) == (len(answers) + 1, 1)


def test_only_a_unit_that_owes_an_answer_by_a_day_is_silent() -> None:
    owed = [SEND, step(MOVE.ANSWER, STATE.OWED, 1, 3)]
    sent_up = [*owed, step(MOVE.SEND_UP, STATE.ABOVE, 2)]
    assert [part.due for part in dated_part(sent_up, PLAIN)] == ["2026-03-05", "2026-03-05", ""]
    back = [*sent_up, step(MOVE.HEAR, STATE.BACK, 3, 2)]
    assert dated_part(back, PLAIN)[-1].due == "", "passing on is another clock"
    without_days = [step(MOVE.SEND, STATE.SENT)]
    parts = [dated_part(steps, PLAIN) for steps in (without_days, sent_up, owed)]
    assert joint_counts(parts, [], "2026-03-02", "2026-03-31").overdue == 0


def test_there_is_no_opinion_before_an_answer_and_after_it_was_taken_back() -> None:
    answer = replace(step(MOVE.ANSWER, STATE.ANSWERED, 1), opinion=Opinion.AGREE)
    assert result_of([SEND]) is None
    assert result_of([SEND, answer]) is Opinion.AGREE
    assert result_of([SEND, answer, step(MOVE.TAKE_BACK, STATE.SENT, 2)]) is None


def meeting_line(move: MeetingMove, absent: list[str], day: str = "2026-03-04") -> Line:
    """Return the journal line of a step of a meeting of two units."""
    present = [unit for unit in ("build", "fire") if unit not in absent]
    data = {"on": day, "absent": absent, "present": present}
    return Line("small", 0, 0, "clerk", "1", "", f"meeting.{move}", "H1", data, "")


def test_a_requested_correction_counts_once_it_is_confirmed() -> None:
    record = meeting_line(MeetingMove.RECORD, ["fire"])
    request = meeting_line(MeetingMove.REQUEST, [])
    span = PLAIN, "2026-03-01", "2026-03-31"
    assert replayed([record]).counts(*span).absent == 1
    assert replayed([record, request]).counts(*span).absent == 1
    confirm = meeting_line(MeetingMove.CONFIRM, [])
    assert replayed([record, request, confirm]).counts(*span).absent == 0
    reject = meeting_line(MeetingMove.REJECT, [])
    assert replayed([record, request, reject]).counts(*span).absent == 1
    correct = meeting_line(MeetingMove.CORRECT, ["build", "fire"])
    assert replayed([record, correct]).counts(*span).absent == 2
    assert replayed([record, correct]).counts(*span, "fire").absent == 1


def test_a_later_correction_never_changes_the_counts_of_days_that_are_over() -> None:
    lines = [
        meeting_line(MeetingMove.RECORD, ["fire"]),
        meeting_line(MeetingMove.REQUEST, [], "2026-03-09"),
        meeting_line(MeetingMove.CONFIRM, [], "2026-03-10"),
    ]
    replay = replayed(lines)
    assert replay.counts(PLAIN, "2026-03-02", "2026-03-08").absent == 1
    assert replay.counts(PLAIN, "2026-03-09", "2026-03-15") == JointCounts()
    assert replay.counts(PLAIN, "2026-03-02", "2026-03-15") == JointCounts(meetings=2)
