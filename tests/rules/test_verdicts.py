"""Verdicts of the day sheet: real cases in words, and properties of every day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from server.attendance.day_sheet import day_sheet, total
from server.attendance.errors import ShiftRuleCode
from server.attendance.shift_rules import (
    Direction,
    RuleScope,
    RuleState,
    ShiftRule,
    check,
    four_punches,
    rule_for,
)
from server.attendance.verdicts import DayFacts, State, verdicts
from server.attendance.words import rule_clauses, verdict_sentence
from server.core.day_facts import Correction, LeaveKind, LeaveSpan, Punch
from server.core.errors import HallError
from support.summer_rule import DAY, DUE, SUMMER, WINDOWS


def at(clock: str, day: date = DAY) -> datetime:
    """Return a time of the day, 'HH:MM' or 'HH:MM:SS'."""
    return datetime.combine(day, time.fromisoformat(clock))


def punches(*clocks: str) -> tuple[Punch, ...]:
    """Return punches in the order of time; a trailing ? marks a doubtful time."""
    return tuple(
        Punch(at(clock.rstrip("?")), n, doubt="clock" if clock.endswith("?") else "")
        for n, clock in enumerate(clocks, 1)
    )


def leave(begins: str, ends: str, kind: LeaveKind = LeaveKind.PERSONAL) -> LeaveSpan:
    """Return approved leave on the day."""
    return LeaveSpan("l1", kind, at(begins), at(ends))


def states(facts: DayFacts, rule: ShiftRule = SUMMER) -> str:
    """Return a short form of the four verdicts, with minutes."""
    slots = verdicts(rule, facts)
    return " ".join(v.state.value + (str(v.minutes) if v.minutes else "") for v in slots)


FULL = ("08:20", "12:02", "14:25", "17:31")
CASES: list[tuple[str, tuple[str, ...], str]] = [
    ("four good punches", FULL, "on_time on_time on_time on_time"),
    ("seven minutes late", ("08:37", *FULL[1:]), "late7 on_time on_time on_time"),
    ("the last second of the minute", ("08:30:59", *FULL[1:]), "on_time on_time on_time on_time"),
    (
        "one minute early at noon",
        (FULL[0], "11:59:59", *FULL[2:]),
        "on_time early1 on_time on_time",
    ),
    (
        "noon pair close together",
        ("08:20", "12:01", "12:02", "17:31"),
        "on_time on_time on_time on_time",
    ),
    (
        "one noon punch only: the going is served",
        ("08:20", "12:10", "17:31"),
        "on_time on_time missing on_time",
    ),
    ("noon punches forgotten", ("08:20", "17:31"), "on_time missing missing on_time"),
    ("noon return late", ("08:20", "12:01", "14:41", "17:31"), "on_time on_time late11 on_time"),
    (
        "finger laid three times",
        ("08:19", "08:20", "08:21", *FULL[1:]),
        "on_time on_time on_time on_time",
    ),
    (
        "came at five in the morning: too early to count",
        ("05:00", *FULL[1:]),
        "missing on_time on_time on_time",
    ),
    (
        "left early, came back, left again",
        (*FULL[:3], "17:05", "17:45"),
        "on_time on_time on_time on_time",
    ),
    (
        "finger laid twice at noon: the going, not the coming back",
        ("08:20", "12:05:10", "12:05:40", "17:31"),
        "on_time on_time missing on_time",
    ),
    (
        "finger laid three times at noon, the last a minute after the first",
        ("08:20", "12:05:00", "12:05:30", "12:06:00", "17:31"),
        "on_time on_time on_time on_time",
    ),
    (
        "finger laid twice too early at noon",
        ("08:20", "11:50:10", "11:50:40", "14:20", "17:31"),
        "on_time early10 on_time on_time",
    ),
    ("left early for good", (*FULL[:3], "17:05"), "on_time on_time on_time early25"),
    ("never came", (), "missing missing missing missing"),
    (
        "night clock jump: not believed",
        ("08:20", "12:02", "14:25", "19:31?"),
        "on_time on_time on_time missing",
    ),
]


@pytest.mark.parametrize(("clocks", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_day_in_words(clocks: tuple[str, ...], wanted: str) -> None:
    assert states(DayFacts(DAY, punches(*clocks))) == wanted


def test_a_late_punch_explains_itself_with_the_rule_and_its_date() -> None:
    verdict = verdicts(SUMMER, DayFacts(DAY, punches("08:37")))[0]
    assert verdict_sentence(verdict) == (
        "上午签到：08:37打卡，迟到7分钟。"
        "依据：规则“夏令时2026”（2026年5月1日起施行）第2条“08:30后打卡为迟到”。"
    )


def test_half_an_hour_late_names_the_consequence() -> None:
    verdict = verdicts(SUMMER, DayFacts(DAY, punches("09:00")))[0]
    absent = "08:30后打卡为迟到，满30分钟的，按旷工半天处理（须经认定）"
    assert verdict_sentence(verdict) == (
        "上午签到：09:00打卡，迟到30分钟，按旷工半天处理（须经认定）。"
        f"依据：规则“夏令时2026”（2026年5月1日起施行）第2条“{absent}”。"
    )
    assert rule_clauses(SUMMER)[1] == absent


def test_a_missing_punch_names_its_window_and_the_doubtful_punch() -> None:
    verdict = verdicts(SUMMER, DayFacts(DAY, punches("19:31?")))[3]
    assert verdict_sentence(verdict) == (
        "下午签退：未打卡，记缺卡。"
        "依据：规则“夏令时2026”（2026年5月1日起施行）第7条“17:00至20:00打卡有效”。"
        "19:31有一次打卡，打卡机时钟不准，未采信。"
    )


def test_morning_leave_frees_the_morning_only() -> None:
    facts = DayFacts(DAY, punches("14:25", "17:31"), (leave("08:00", "12:00"),))
    assert states(facts) == "leave leave on_time on_time"
    assert verdict_sentence(verdicts(SUMMER, facts)[0]) == (
        "上午签到：免打卡，事假已批准（2026年7月6日08:00至12:00）。"
    )


def test_leave_of_an_hour_frees_what_it_covers_and_nothing_else() -> None:
    facts = DayFacts(
        DAY, punches("09:40", *FULL[1:]), (leave("08:30", "09:30", LeaveKind.OFFICIAL),)
    )
    assert states(facts) == "official on_time on_time on_time"
    facts = DayFacts(DAY, punches(*FULL), (leave("09:00", "11:00"),))
    assert states(facts) == "on_time on_time on_time on_time"


@pytest.mark.parametrize(
    ("clocks", "delivered", "wanted"),
    [
        ((), "08:31", "pending pending pending pending"),
        (("08:37",), "08:36", "pending pending pending pending"),
        (("08:37",), "08:38", "late7 pending pending pending"),
        (("08:20", "11:40"), "12:30", "on_time pending pending pending"),
        (("08:20", "11:40"), "13:31", "on_time early20 pending pending"),
        (("08:20",), "13:30", "on_time pending pending pending"),
        (("08:20",), "13:31", "on_time missing pending pending"),
    ],
)
def test_a_slot_is_pending_until_the_time_clocks_have_delivered(
    clocks: tuple[str, ...], delivered: str, wanted: str
) -> None:
    assert states(DayFacts(DAY, punches(*clocks), delivered_until=at(delivered))) == wanted


def test_a_correction_counts_and_the_original_stays() -> None:
    fixed = Correction("c1", DAY.isoformat(), "am_in", "on_time", "读卡器断电", "1004", "1002")
    verdict = verdicts(SUMMER, DayFacts(DAY, punches("08:37"), corrections=(fixed,)))[0]
    assert (verdict.state, verdict.original, verdict.original_minutes) == (
        State.ON_TIME,
        State.LATE,
        7,
    )
    assert verdict_sentence(verdict).startswith("上午签到：08:37打卡，迟到7分钟。依据：")
    assert verdict_sentence(verdict).endswith("。经工号1002批准补签，改记准时；理由：读卡器断电。")
    decided = replace(verdict, correction=replace(fixed, decided_name="王主任"))
    assert "经王主任（工号1002）批准补签，改记准时；" in verdict_sentence(decided)


def test_half_days_are_absent_when_all_is_missing_or_too_late() -> None:
    def halves(*clocks: str) -> int:
        facts = DayFacts(DAY, punches(*clocks))
        return day_sheet("1004", "swj", 1, SUMMER, facts).absent_halves

    assert halves() == 2
    assert halves("08:20") == 1
    assert halves("09:00", "12:02", "14:25", "17:31") == 1
    assert halves("08:59", "12:02", "14:25", "17:31") == 0


def test_totals_count_what_was_due() -> None:
    facts = DayFacts(DAY, punches("08:37", "12:02"), (leave("14:00", "18:00"),))
    counted = total([day_sheet("1004", "swj", 1, SUMMER, facts)])
    assert (counted.due, counted.late_minutes, counted.rate, counted.days) == (2, 7, 0.5, 1)


def test_a_rest_day_has_no_slots_and_keeps_its_punches() -> None:
    rest = day_sheet("1004", "swj", None, SUMMER, DayFacts(DAY, punches("09:00")))
    assert (rest.slots, rest.working, len(rest.unused)) == ((), False, 1)


FRIDAY = replace(
    SUMMER,
    id="r2",
    name="周五",
    weekdays=frozenset({5}),
    slots=four_punches((*DUE[:3], time(17, 0)), (*WINDOWS[:3], (time(16, 30), time(20, 0)))),
)
WINTER = replace(SUMMER, id="r3", name="冬令时2026", valid_from=date(2026, 10, 1), valid_to=None)
ALL_DAYS = replace(SUMMER, weekdays=frozenset({1, 2, 3, 4}))
RULES = [ALL_DAYS, FRIDAY, WINTER]


@pytest.mark.parametrize(
    ("day", "weekday", "name"),
    [
        (date(2026, 7, 6), 1, "夏令时2026"),
        (date(2026, 7, 10), 5, "周五"),
        (date(2026, 5, 9), 5, "周五"),  # a make-up Saturday that keeps Friday's hours
        (date(2026, 5, 9), 1, "夏令时2026"),  # the same Saturday keeping Monday's
        (date(2026, 9, 30), 3, "夏令时2026"),
        (date(2026, 10, 1), 4, "冬令时2026"),
        (date(2026, 4, 30), 4, None),
    ],
)
def test_the_rule_of_the_day(day: date, weekday: int, name: str | None) -> None:
    rule = rule_for(RULES, "1004", "swj", day, weekday)
    assert (rule.name if rule else None) == name


def test_the_narrower_rule_goes_first_and_the_newer_of_two() -> None:
    unit = replace(SUMMER, id="u", name="单位", scope=RuleScope.UNIT, subjects=("swj", "rsj"))
    person = replace(SUMMER, id="p", name="个人", scope=RuleScope.PERSON, subjects=("1004",))
    newer = replace(SUMMER, id="n", name="新", valid_from=date(2026, 6, 1))
    rules = [SUMMER, newer, unit, person]
    assert rule_for(rules, "1004", "swj", DAY, 1) is person
    assert rule_for(rules, "1005", "rsj", DAY, 1) is unit
    assert rule_for(rules, "1006", "wjw", DAY, 1) is newer
    assert rule_for([replace(newer, state=RuleState.DRAFT), SUMMER], "1", "", DAY, 1) is SUMMER


def test_a_shift_change_in_the_middle_of_a_month() -> None:
    withdrawn = replace(SUMMER, state=RuleState.WITHDRAWN, ended_on=date(2026, 7, 16))
    later = replace(SUMMER, id="n", name="新", valid_from=date(2026, 7, 16))
    names = {
        day: rule_for([withdrawn, later], "1004", "swj", date(2026, 7, day), 3) for day in (15, 16)
    }
    assert [rule.name for rule in names.values() if rule] == ["夏令时2026", "新"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": ""}, "incomplete"),
        ({"weekdays": frozenset()}, "incomplete"),
        ({"valid_to": date(2026, 4, 1)}, "dates"),
        ({"subjects": ("1004",)}, "subjects"),
        ({"slots": (*SUMMER.slots, SUMMER.slots[0])}, "codes"),
        ({"slots": (replace(SUMMER.slots[0], due=time(10, 0)),)}, "due"),
        ({"slots": (replace(SUMMER.slots[0], grace=40, absent_after=30),)}, "minutes"),
        ({"slots": (SUMMER.slots[1], SUMMER.slots[0])}, "order"),
        (
            {"slots": (SUMMER.slots[1], replace(SUMMER.slots[2], opens=time(11, 40)))},
            "order",
        ),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused(change: dict[str, object], reason: str) -> None:
    check(SUMMER)
    with pytest.raises(HallError) as refused:
        check(replace(SUMMER, **change))  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.data["reason"]) == (
        ShiftRuleCode.RULE_INVALID,
        reason,
    )


def test_late_and_early_minutes_count_from_the_due_time() -> None:
    into, out = SUMMER.slots[0], SUMMER.slots[1]
    assert (into.direction, out.direction) == (Direction.IN, Direction.OUT)
    graced = replace(into, grace=5)
    assert [graced.minutes_off(time(8, m)) for m in (30, 35, 36)] == [0, 0, 6]
