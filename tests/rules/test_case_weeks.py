"""Counts of cases in a week, from facts and from the journal alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.cases.clock import DayTable
from server.cases.integrity import PLAIN
from server.cases.replay import replayed
from server.cases.rules import CaseMove, CaseState, Fact
from server.cases.week_counts import CaseCounts, DatedFact, case_counts, dated_facts
from server.core.journal_line import Line
from server.core.working_days import Workdays

FIRST, LAST = "2026-03-02", "2026-03-08"
BEFORE, AFTER = "2026-02-27", "2026-03-09"
DAYS = Workdays()
READER = replace(PLAIN, calendar=DAYS, table=DayTable(DAYS, 2025, 2027), today=date(2026, 3, 1))
MOVE, STATE = CaseMove, CaseState


def fact(day: str, move: CaseMove, state: CaseState, due: str = "", promised: int = 5) -> DatedFact:
    return DatedFact(day, move, state, due, promised)


def accepted(day: str, due: str = AFTER) -> DatedFact:
    return fact(day, MOVE.ACCEPT, STATE.HANDLING, due)


def decided(day: str, due: str, promised: int = 5) -> DatedFact:
    return fact(day, MOVE.DECIDE, STATE.DECIDED, due, promised)


def counts(*cases: list[DatedFact]) -> CaseCounts:
    return case_counts(cases, FIRST, LAST)


@pytest.mark.parametrize(
    ("move", "state", "name"),
    [
        (MOVE.FILE, STATE.FILED, "filed"),
        (MOVE.ACCEPT, STATE.HANDLING, "accepted"),
        (MOVE.COMPLETE, STATE.HANDLING, "accepted"),
        (MOVE.DEEM, STATE.HANDLING, "accepted"),
        (MOVE.NOT_ACCEPT, STATE.NOT_ACCEPTED, "not_accepted"),
        (MOVE.DECIDE, STATE.DECIDED, "decided"),
    ],
)
def test_what_happened_counts_on_its_own_day_both_ends_included(
    move: CaseMove, state: CaseState, name: str
) -> None:
    for day, number in ((BEFORE, 0), (FIRST, 1), (LAST, 1), (AFTER, 0)):
        assert getattr(counts([fact(day, move, state)]), name) == number


def test_a_decision_is_early_on_time_or_late_by_its_promised_day() -> None:
    for day, on_time, early in (("2026-03-04", 1, 1), ("2026-03-05", 1, 0), ("2026-03-06", 0, 0)):
        got = counts([accepted(BEFORE, "2026-03-05"), decided(day, "2026-03-05")])
        assert (got.decided, got.on_time, got.early, got.promised) == (1, on_time, early, 1)
    direct = counts([decided(FIRST, LAST, promised=0)])
    assert (direct.on_time, direct.early, direct.promised) == (1, 0, 0)


def test_a_decision_by_silence_is_one_and_never_on_time() -> None:
    silent = counts([accepted(BEFORE, FIRST), fact(FIRST, MOVE.TACIT, STATE.DECIDED, FIRST)])
    assert (silent.decided, silent.tacit, silent.on_time, silent.early) == (1, 1, 0, 0)
    assert counts([decided(FIRST, LAST)]).tacit == 0


def test_what_is_open_counts_as_it_stood_at_the_end() -> None:
    overdue, due_later = [accepted(BEFORE, LAST)], [accepted(BEFORE, AFTER)]
    suspended = [accepted(BEFORE, LAST), fact(FIRST, MOVE.SUSPEND, STATE.SUSPENDED)]
    decided_later = [accepted(BEFORE, AFTER), decided(AFTER, AFTER)]
    not_accepted_yet = [fact(FIRST, MOVE.FILE, STATE.FILED)]
    got = counts(overdue, due_later, suspended, decided_later, not_accepted_yet)
    assert (got.open, got.overdue, got.decided) == (4, 1, 0)
    on_time = counts(overdue, [decided(FIRST, LAST)]).on_time_rate
    assert (on_time.count, on_time.of) == (1, 2)
    assert counts([accepted(AFTER, LAST)]) == CaseCounts()


def test_the_promised_day_is_the_one_that_held_then() -> None:
    def on(day: int, move: CaseMove, state: CaseState, days: int = 0) -> tuple[Fact, CaseState]:
        return Fact(move, date(2026, 3, day), days), state

    facts = [
        on(2, MOVE.FILE, STATE.FILED),
        on(2, MOVE.ACCEPT, STATE.HANDLING),
        on(3, MOVE.SUSPEND, STATE.SUSPENDED, 3),
        on(6, MOVE.RESUME, STATE.HANDLING),
        on(9, MOVE.ASK_TIME, STATE.HANDLING, 2),
        on(9, MOVE.GRANT_TIME, STATE.HANDLING),
        on(10, MOVE.DECIDE, STATE.DECIDED),
    ]
    dues = [each.due for each in dated_facts(READER, facts, 5)]
    resumed, extended = "2026-03-12", "2026-03-16"
    assert dues == ["", "2026-03-09", "", resumed, resumed, extended, extended]
    spot = dated_facts(READER, [facts[0], facts[1], on(2, MOVE.DECIDE, STATE.DECIDED)], 0)
    assert spot[-1].due == FIRST


def line(act: str, subject: str, **data: Any) -> Line:
    more = {"unit": "tax", "mode": "promised", "promised": 5, "days": 0, "day": FIRST} | data
    return Line("small", 1, 1, "clerk", "1", "", act, subject, more, "")


def test_the_journal_gives_facts_by_unit_and_mode_and_other_lines_change_nothing() -> None:
    lines = [
        line("case.file", "K1", state="filed"),
        line("case.accept", "K1", state="handling"),
        line("case.serve", "K1", unit="nowhere"),
        line("case.file", "K2", state="filed", unit="build", mode="direct", promised=0),
        line("lamp.red", "K1"),
        line("case.accept", "K2", state="handling", unit="build", mode="direct", promised=0),
    ]
    replay = replayed(lines)
    single = CaseCounts(filed=1, accepted=1, open=1)
    assert replay.counts(READER, FIRST, LAST, unit="tax") == single
    assert replay.counts(READER, FIRST, LAST, mode="direct") == CaseCounts(
        filed=1, accepted=1, open=1, overdue=1
    )
    assert replay.counts(READER, FIRST, LAST).overdue == 1
    assert replay.counts(READER, FIRST, LAST, unit="nowhere") == CaseCounts()
