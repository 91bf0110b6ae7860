"""Verdicts with the facts behind them, day sheets and totals; the punches that serve slots."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from server.attendance.assignment import assign, gain, is_repeat, sum_gains, weights
from server.attendance.day_sheet import DaySheet, Totals, day_sheet, total
from server.attendance.shift_rules import Direction, SlotRule
from server.attendance.verdicts import DayFacts, SlotVerdict, State, absent_halves, verdicts
from server.core.day_facts import Correction, LeaveKind, LeaveSpan, Punch, RetroactiveChange
from support.summer_rule import DAY, SUMMER

AM_IN, AM_OUT, PM_IN, PM_OUT = SUMMER.slots


def at(clock: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(clock))


def punches(*clocks: str) -> tuple[Punch, ...]:
    """Return punches in the order of time; a trailing ? marks a doubtful time."""
    return tuple(
        Punch(at(clock.rstrip("?")), n, doubt="clock" if clock.endswith("?") else "")
        for n, clock in enumerate(clocks, 1)
    )


def judged(*clocks: str, **facts: object) -> tuple[SlotVerdict, ...]:
    return verdicts(SUMMER, DayFacts(DAY, punches(*clocks), **facts))  # type: ignore[arg-type]


# Punches that serve slots


def test_the_gain_of_a_punch() -> None:
    seconds = 8 * 3600 + 20 * 60 + 5
    assert gain(AM_IN, 8, time(8, 20, 5)) == (8, 1, 0, -seconds)
    assert gain(AM_IN, 8, time(8, 37)) == (0, 1, -7, -(8 * 3600 + 37 * 60))
    assert gain(AM_OUT, 4, time(12, 2)) == (4, 1, 0, 12 * 3600 + 120)
    assert sum_gains((1, 2, 3, 4), (10, 20, 30, 40)) == (11, 22, 33, 44)


def test_an_earlier_slot_weighs_more_than_all_later_ones() -> None:
    assert weights(SUMMER.slots) == [8, 4, 2, 1]
    assert weights(()) == []


def served(*clocks: str, apart: int = 60) -> list[str | None]:
    """Return the times of the punches that serve the slots of summer."""
    chosen = assign(SUMMER.slots, punches(*clocks), apart)
    return [f"{punch.at:%H:%M:%S}" if punch else None for punch in chosen]


def test_the_first_arrival_and_the_last_departure_serve() -> None:
    assert served("08:10", "08:20", "17:35", "17:40") == ["08:10:00", None, None, "17:40:00"]


def test_without_punches_no_slot_is_served() -> None:
    assert served() == [None] * 4
    assert assign((), punches("08:10")) == []


def test_two_punches_apart_serve_both_noon_slots() -> None:
    assert served("12:05:00", "12:06:00")[1:3] == ["12:05:00", "12:06:00"]


def test_two_punches_too_close_serve_one_noon_slot() -> None:
    assert served("12:05:00", "12:05:59")[1:3] == ["12:05:59", None]
    assert served("12:05:00", "12:05:59", apart=0)[1:3] == ["12:05:00", "12:05:59"]


def test_without_an_interval_two_punches_of_one_second_serve_two_slots() -> None:
    chosen = assign(SUMMER.slots, punches("12:05:00", "12:05:00"))
    assert [punch.id if punch else None for punch in chosen] == [None, 1, 2, None]


def test_of_three_punches_the_first_and_the_last_serve() -> None:
    assert served("12:05:00", "12:05:30", "12:06:00")[1:3] == ["12:05:00", "12:06:00"]


def test_repeats_in_one_half_do_not_change_the_other() -> None:
    assert served("08:10", "12:05:00", "12:05:20", "14:20", "17:40") == [
        "08:10:00",
        "12:05:20",
        "14:20:00",
        "17:40:00",
    ]


MINUTE = timedelta(minutes=1)


def repeats(first: str, second: str) -> bool:
    """Return True if the second punch at noon repeats the first."""
    punch, other = punches(first, second)
    return is_repeat(AM_OUT, punch, PM_IN, other, MINUTE)


def test_a_punch_within_the_interval_repeats_one_that_could_serve_either_slot() -> None:
    assert repeats("12:05:00", "12:05:59") is True
    assert repeats("12:05:00", "12:06:00") is False


def test_punches_of_windows_that_do_not_overlap_are_two() -> None:
    assert repeats("11:59:30", "12:00:10") is False  # the afternoon's window opens at twelve
    assert repeats("13:30:30", "13:31:10") is False  # the forenoon's closes at half past one


def slot(direction: Direction, due: time) -> SlotRule:
    return SlotRule(direction.value, direction.value, direction, due, time(8), time(18), 1)


@pytest.mark.parametrize(
    ("leave", "come", "expected"),
    [
        (slot(Direction.OUT, time(11)), slot(Direction.IN, time(12, 1)), True),
        # The first is too early for the second slot.
        (slot(Direction.OUT, time(11)), slot(Direction.OUT, time(12, 1)), False),
        # The second is too late for the first slot.
        (slot(Direction.IN, time(12)), slot(Direction.IN, time(12, 1)), False),
        (slot(Direction.IN, time(12)), slot(Direction.OUT, time(12, 1)), False),
    ],
)
def test_punches_repeat_each_other_if_both_are_on_time_for_both_slots(
    leave: SlotRule, come: SlotRule, expected: bool
) -> None:
    first, second = punches("12:00:40", "12:01:20")
    assert is_repeat(leave, first, come, second, MINUTE) is expected


def test_a_punch_that_is_not_on_time_for_its_slot_is_repeated() -> None:
    early, late = slot(Direction.OUT, time(13)), slot(Direction.IN, time(11))
    first, second = punches("12:00:10", "12:00:40")
    assert is_repeat(early, first, slot(Direction.IN, time(12, 30)), second, MINUTE) is True
    assert is_repeat(slot(Direction.OUT, time(11)), first, late, second, MINUTE) is True


# Verdicts


def test_a_verdict_names_its_punch() -> None:
    first, second, third, fourth = punches("08:37", "11:50", "14:20", "17:31")
    facts = DayFacts(DAY, (first, second, third, fourth))
    assert verdicts(SUMMER, facts) == (
        SlotVerdict(SUMMER, 0, State.LATE, 7, first),
        SlotVerdict(SUMMER, 1, State.EARLY, 10, second),
        SlotVerdict(SUMMER, 2, State.ON_TIME, 0, third),
        SlotVerdict(SUMMER, 3, State.ON_TIME, 0, fourth),
    )


def test_a_missing_slot_names_the_doubtful_punch_in_its_window() -> None:
    day = judged("06:00?", "08:20?", "12:40")
    assert (day[0].state, day[0].punch) == (State.MISSING, None)
    assert day[0].doubtful_punch is not None
    assert day[0].doubtful_punch.at == at("08:20")
    assert day[3].doubtful_punch is None


def test_a_missing_slot_names_the_punch_that_repeats_another() -> None:
    day = judged("12:05:10", "12:05:40")
    assert (day[1].state, day[2].state) == (State.ON_TIME, State.MISSING)
    assert day[2].repeated_punch is not None
    assert day[2].repeated_punch.at == at("12:05:10")
    assert day[1].repeated_punch is None


def test_a_punch_a_whole_interval_away_or_doubtful_is_no_repeat() -> None:
    assert judged("12:05:10", "12:05:40", "12:06:40")[2].repeated_punch is None
    assert judged("12:05:10?", "12:05:40")[2].repeated_punch is None
    assert judged("11:59:50", "12:00:20")[2].repeated_punch is None
    exact = replace(SUMMER, min_interval_seconds=30)
    facts = DayFacts(DAY, punches("08:10:00", "08:10:30"))
    assert verdicts(exact, facts)[0].repeated_punch is None


def test_a_departure_punched_twice_leaves_the_return_missing_without_a_repeat_elsewhere() -> None:
    day = judged("08:20", "12:05:10", "12:05:40", "17:31")
    assert [verdict.repeated_punch is not None for verdict in day] == [False, False, True, False]


SPAN = LeaveSpan("l1", LeaveKind.SICK, at("08:30"), at("12:00"))


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (LeaveKind.OFFICIAL, State.OFFICIAL),
        (LeaveKind.ELSEWHERE, State.ELSEWHERE),
        (LeaveKind.OUTING, State.LEAVE),
        (LeaveKind.PERSONAL, State.LEAVE),
        (LeaveKind.SICK, State.LEAVE),
        (LeaveKind.REST, State.LEAVE),
    ],
)
def test_leave_that_covers_the_due_time_excuses(kind: LeaveKind, state: State) -> None:
    span = replace(SPAN, kind=kind)
    day = judged("08:20", leave=(span,))
    assert day[0] == SlotVerdict(SUMMER, 0, state, leave=span)
    assert day[1] == SlotVerdict(SUMMER, 1, state, leave=span)
    assert day[2].state is State.MISSING


def test_leave_counts_at_both_of_its_ends() -> None:
    moments = {"08:29": False, "08:30": True, "12:00": True, "12:01": False}
    assert {clock: SPAN.holds(at(clock)) for clock in moments} == moments


def test_the_first_leave_that_covers_the_time_is_named() -> None:
    second = replace(SPAN, id="l2", kind=LeaveKind.OFFICIAL)
    assert judged(leave=(SPAN, second))[0].leave is SPAN


def test_a_punch_during_leave_may_serve_another_slot() -> None:
    noon = LeaveSpan("l1", LeaveKind.OUTING, at("12:00"), at("12:30"))
    day = judged("08:20", "12:40", "17:31", leave=(noon,))
    assert [verdict.state for verdict in day] == [
        State.ON_TIME,
        State.LEAVE,
        State.ON_TIME,
        State.ON_TIME,
    ]


@pytest.mark.parametrize(
    ("until", "missing", "late"),
    [
        ("08:37:00", State.PENDING, State.PENDING),
        ("08:37:01", State.PENDING, State.LATE),
        ("09:30:59", State.PENDING, State.LATE),
        ("09:31:00", State.MISSING, State.LATE),
    ],
)
def test_an_arrival_is_pending_until_its_time_was_delivered(
    until: str, missing: State, late: State
) -> None:
    empty = judged(delivered_until=at(until))[0]
    assert (empty.state, empty.minutes) == (missing, 0)
    punched = judged("08:37", delivered_until=at(until))[0]
    assert (punched.state, punched.minutes) == (late, 7 if late is State.LATE else 0)
    assert punched.punch is not None


@pytest.mark.parametrize(
    ("until", "state", "minutes"), [("13:30:59", State.PENDING, 0), ("13:31:00", State.EARLY, 10)]
)
def test_a_departure_is_pending_until_its_window_was_delivered(
    until: str, state: State, minutes: int
) -> None:
    verdict = judged("11:50", delivered_until=at(until))[1]
    assert (verdict.state, verdict.minutes) == (state, minutes)
    assert verdict.punch is not None


FIX = Correction("c1", DAY.isoformat(), "am_in", "on_time", "断电", "1004", "1002")


def test_a_correction_replaces_the_verdict_and_keeps_the_facts() -> None:
    plain = judged("08:37")[0]
    corrected = judged("08:37", corrections=(FIX,))[0]
    assert corrected == SlotVerdict(
        SUMMER,
        0,
        State.ON_TIME,
        punch=plain.punch,
        correction=FIX,
        original=State.LATE,
        original_minutes=7,
    )
    assert corrected.corrected is True
    assert plain.corrected is False


def test_a_correction_keeps_the_leave_and_the_other_punches() -> None:
    excused = judged(leave=(SPAN,), corrections=(FIX,))[0]
    assert (excused.leave, excused.original) == (SPAN, State.LEAVE)
    noon = replace(FIX, slot="pm_in")
    repeated = judged("12:05:10", "12:05:40", corrections=(noon,))[2]
    assert repeated.repeated_punch is not None
    doubtful = judged("08:20?", corrections=(FIX,))[0]
    assert doubtful.doubtful_punch is not None


def test_the_last_correction_of_a_slot_counts_and_those_of_others_do_not() -> None:
    later = replace(FIX, id="c2", verdict="official")
    other = replace(FIX, id="c3", slot="am_out", verdict="early")
    day = judged("08:37", corrections=(FIX, later, other))
    assert (day[0].state, day[0].correction) == (State.OFFICIAL, later)
    assert (day[1].state, day[1].correction) == (State.EARLY, other)
    assert day[2].correction is None


CHANGE = RetroactiveChange(DAY.isoformat(), "am_in", "上午签到", "迟到", "准时", "1", "2", "改规则")


def test_retroactive_changes_stand_at_their_slot() -> None:
    absent = replace(CHANGE, slot="absent")
    facts = DayFacts(DAY, punches("08:37"), retroactive_changes=(CHANGE, absent))
    day = verdicts(SUMMER, facts)
    assert day[0].retroactive_changes == (CHANGE,)
    assert day[0].corrected is True
    assert (day[0].state, day[0].minutes) == (State.LATE, 7)
    assert day[1].retroactive_changes == ()
    sheet = day_sheet("1004", "swj", 1, SUMMER, facts)
    assert sheet.retroactive_changes == (CHANGE, absent)
    assert sheet.changes_without_slot == (absent,)


# Half-days without presence


def halves(*changes: tuple[State, int]) -> int:
    return absent_halves(
        [SlotVerdict(SUMMER, n, state, minutes) for n, (state, minutes) in enumerate(changes)]
    )


def test_a_half_day_is_absent_if_all_of_it_is_missing() -> None:
    missing, good, leave = (State.MISSING, 0), (State.ON_TIME, 0), (State.LEAVE, 0)
    assert halves(missing, missing, good, good) == 1
    assert halves(good, good, missing, missing) == 1
    assert halves(missing, missing, missing, missing) == 2
    assert halves(missing, good, missing, good) == 0
    assert halves(missing, leave, good, good) == 0
    assert halves() == 0


@pytest.mark.parametrize(("minutes", "count"), [(29, 0), (30, 1), (31, 1)])
def test_a_half_day_is_absent_if_a_punch_is_too_late_or_early(minutes: int, count: int) -> None:
    good = (State.ON_TIME, 0)
    assert halves((State.LATE, minutes), good, good, good) == count
    assert halves(good, good, good, (State.EARLY, minutes)) == count


def test_without_a_limit_no_lateness_is_absence() -> None:
    free = replace(SUMMER, slots=tuple(replace(s, absent_after=0) for s in SUMMER.slots))
    assert absent_halves([SlotVerdict(free, 0, State.LATE, 500)]) == 0


# Day sheets and totals


def test_a_day_sheet_has_the_person_the_rule_and_the_facts() -> None:
    facts = DayFacts(DAY, punches("08:20", "12:02", "12:10"))
    sheet = day_sheet("1004", "swj", 1, SUMMER, facts)
    assert sheet == DaySheet(
        "1004", "swj", DAY, True, SUMMER, verdicts(SUMMER, facts), facts.punches, 0
    )
    assert sheet.unused == ()
    assert sheet.settled is True


@pytest.mark.parametrize(("weekday", "rule"), [(None, SUMMER), (1, None), (None, None)])
def test_a_day_without_weekday_or_rule_has_no_slots(weekday: int | None, rule: object) -> None:
    facts = DayFacts(DAY, punches("08:20"), retroactive_changes=(CHANGE,))
    sheet = day_sheet("1004", "swj", weekday, rule, facts)  # type: ignore[arg-type]
    assert (sheet.slots, sheet.absent_halves, sheet.working) == ((), 0, weekday is not None)
    assert sheet.unused == facts.punches
    assert sheet.changes_without_slot == (CHANGE,)


def test_a_sheet_is_settled_when_no_slot_is_pending() -> None:
    facts = DayFacts(DAY, (), delivered_until=at("13:31"))
    assert day_sheet("1004", "swj", 1, SUMMER, facts).settled is False


def test_a_punch_that_serves_no_slot_is_unused() -> None:
    facts = DayFacts(DAY, punches("06:00", "08:10", "08:20"))
    assert [p.at for p in day_sheet("1", "u", 1, SUMMER, facts).unused] == [
        at("06:00"),
        at("08:20"),
    ]


def test_totals_of_several_days() -> None:
    days = [
        DayFacts(DAY, punches("08:37", "11:50", "14:25", "17:31")),
        DayFacts(DAY, punches("08:40", "11:45"), (), (FIX, replace(FIX, slot="pm_in"))),
        DayFacts(DAY, (), (replace(SPAN, ends=at("18:00")),)),
        DayFacts(DAY, (), delivered_until=at("07:00")),
    ]
    sheets = [day_sheet("1004", "swj", 1, SUMMER, facts) for facts in days]
    rest = day_sheet("1004", "swj", None, SUMMER, DayFacts(date(2026, 7, 5), ()))
    totals = total([*sheets, rest])
    assert totals == Totals(
        states=Counter(
            {
                State.LATE: 1,
                State.EARLY: 2,
                State.ON_TIME: 4,
                State.MISSING: 1,
                State.LEAVE: 4,
                State.PENDING: 4,
            }
        ),
        late_minutes=7,
        early_minutes=25,
        absent_halves=0,
        corrected=2,
        days=4,
    )
    assert (totals.due, totals.rate) == (8, 0.5)


def test_totals_without_a_day_have_no_rate() -> None:
    assert total([]) == Totals()
    assert (total([]).due, total([]).rate) == (0, None)


def test_totals_add_up_the_absent_halves() -> None:
    missing = day_sheet("1004", "swj", 1, SUMMER, DayFacts(DAY, ()))
    assert total([missing, missing]).absent_halves == 4
    late = day_sheet("1004", "swj", 1, SUMMER, DayFacts(DAY, punches("08:37")))
    assert total([late, late]).late_minutes == 14
