"""Counts of complaints in a week, from steps and from the journal alone."""

from __future__ import annotations

from typing import Any

from server.complaints.replay import replayed
from server.complaints.week_counts import DatedStep, WeekCounts, week_counts
from server.core.journal_line import Line

FIRST, LAST = "2026-03-02", "2026-03-08"
BEFORE, AFTER = "2026-02-27", "2026-03-09"


def step(
    day: str, move: str, state: str, due: str = "", answer_due: str = "", outcome: str = ""
) -> DatedStep:
    return DatedStep(day, move, state, due, answer_due, outcome)


def received(day: str, due: str = "2026-03-13") -> DatedStep:
    return step(day, "receive", "received", due)


def accepted(day: str, due: str) -> DatedStep:
    return step(day, "accept", "accepted", due, due)


def answered(day: str, answer_due: str, outcome: str = "unproven") -> DatedStep:
    return step(day, "answer", "answered", "2026-03-20", answer_due, outcome)


def counts(*complaints: list[DatedStep]) -> WeekCounts:
    return week_counts(complaints, FIRST, LAST)


def test_what_happened_counts_on_its_own_day_both_ends_included() -> None:
    for day, number in ((BEFORE, 0), (FIRST, 1), (LAST, 1), (AFTER, 0)):
        assert counts([received(day)]).received == number
        ends = [received(BEFORE), step(day, "refuse", "refused")]
        assert (counts(ends).refused, counts(ends).handed_on) == (number, 0)
        ends = [received(BEFORE), step(day, "hand_on", "handed_on")]
        assert (counts(ends).handed_on, counts(ends).refused) == (number, 0)


def test_an_answer_is_in_time_on_the_day_that_was_set() -> None:
    for day, in_time in (("2026-03-05", 1), ("2026-03-06", 0)):
        got = counts(
            [received(BEFORE), accepted(BEFORE, "2026-03-05"), answered(day, "2026-03-05")]
        )
        assert (got.answered, got.in_time, got.in_time_rate.of) == (1, in_time, 1)


def test_proven_and_partly_proven_answers_count_as_proven() -> None:
    for outcome, number in (("proven", 1), ("partly", 1), ("unproven", 0)):
        assert counts([received(FIRST), answered(FIRST, LAST, outcome)]).proven == number
    assert counts([received(BEFORE), answered(BEFORE, LAST, "proven")]).proven == 0


def test_what_is_open_counts_as_it_stood_at_the_end() -> None:
    later = [received(FIRST, LAST), step(AFTER, "refuse", "refused")]
    assert (counts(later).open, counts(later).overdue, counts(later).refused) == (1, 1, 0)
    assert counts([received(FIRST, AFTER)]).overdue == 0
    ended = [received(FIRST), step(LAST, "refuse", "refused")]
    assert (counts(ended).open, counts(ended).overdue) == (0, 0)
    assert counts([received(AFTER, LAST)]) == WeekCounts()
    assert counts([]) == WeekCounts()


def test_an_answer_that_is_owed_lowers_the_rate_and_one_that_is_only_not_closed_does_not() -> None:
    owed = [received(BEFORE), accepted(BEFORE, LAST)]
    asking = [received(BEFORE), step(FIRST, "ask_time", "extending", LAST, LAST)]
    not_closed = [received(BEFORE), step(FIRST, "answer", "answered", LAST, LAST, "unproven")]
    undecided = [received(BEFORE, LAST)]
    got = counts(owed, asking, not_closed, undecided)
    assert (got.overdue, got.unanswered) == (4, 2)
    assert (got.in_time_rate.count, got.in_time_rate.of) == (1, 3)
    assert counts([received(BEFORE), accepted(BEFORE, AFTER)]).unanswered == 0


def line(act: str, subject: str, at: int, **data: Any) -> Line:
    unit = data.pop("unit", "tax")
    more = {"due": "", "answer_due": "", "outcome": "", "state": "received"} | data
    return Line("small", 1, at, "manager", "1", "", act, subject, {"unit": unit, **more}, "")


def test_the_journal_gives_steps_by_complaint_and_unit_and_other_lines_change_nothing() -> None:
    lines = [
        line("redress.open", "R0", 1),
        line("complaint.receive", "C1", 1, due=LAST),
        line("complaint.receive", "C2", 1, due=LAST, unit="build"),
        line("complaint.refuse", "C2", 2, state="refused", unit="build"),
        line("complaint.erase", "C2", 2, unit="nowhere"),
        line("redress.open", "R1", 2),
    ]
    lines.insert(2, line("complaint.contact", "C1", 2, due=LAST, answer_due=AFTER, outcome="x"))
    replay = replayed(lines, lambda at: {1: FIRST, 2: LAST}[at])
    assert replay.steps["C1"] == [
        received(FIRST, LAST),
        step(LAST, "contact", "received", LAST, AFTER, "x"),
    ]
    assert replay.counts(FIRST, LAST) == WeekCounts(received=2, refused=1, open=1, overdue=1)
    assert replay.counts(FIRST, LAST, "tax") == WeekCounts(received=1, open=1, overdue=1)
    assert replay.counts(FIRST, LAST, "build") == WeekCounts(received=1, refused=1)
    assert replay.counts(FIRST, LAST, "nowhere") == WeekCounts()
    assert replay.counts(FIRST, FIRST).open == 2
