"""Attendance in words: a person reads what was punched, which clause applies and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from server.attendance.shift_rules import ShiftRule, SlotRule
from server.attendance.verdicts import DayFacts, SlotVerdict, State, verdicts
from server.attendance.words import (
    change_sentence,
    previous_words,
    rule_clauses,
    stored_value_words,
    verdict_sentence,
    verdict_words,
)
from server.core.day_facts import Correction, LeaveKind, LeaveSpan, Punch, RetroactiveChange
from support.summer_rule import DAY, SUMMER

CITED = "依据：规则“夏令时2026”（2026年5月1日起施行）"


def at(clock: str) -> datetime:
    return datetime.combine(DAY, time.fromisoformat(clock))


def verdict(place: int, *clocks: str, rule: ShiftRule = SUMMER, **facts: Any) -> SlotVerdict:
    """Return the verdict of one of the day's four slots; a trailing ? marks a doubtful time."""
    punches = tuple(
        Punch(at(clock.rstrip("?")), n, doubt="clock" if clock.endswith("?") else "")
        for n, clock in enumerate(clocks, 1)
    )
    return verdicts(rule, DayFacts(DAY, punches, **facts))[place]


def with_slots(**changes: Any) -> ShiftRule:
    """Return the summer rule with all its slots changed."""
    slots: tuple[SlotRule, ...] = tuple(replace(slot, **changes) for slot in SUMMER.slots)
    return replace(SUMMER, slots=slots)


# Sentences of a verdict


def test_a_punch_on_time_says_no_minutes() -> None:
    assert verdict_sentence(verdict(0, "08:20")) == (
        f"上午签到：08:20打卡，准时。{CITED}第2条“08:30后打卡为迟到”。"
    )


def test_leaving_early_is_explained_as_coming_late_is() -> None:
    assert verdict_sentence(verdict(1, "11:50")) == (
        f"上午签退：11:50打卡，早退10分钟。{CITED}第4条“12:00前打卡为早退”。"
    )


def test_minutes_of_grace_do_not_count_and_those_over_it_count_from_the_due_time() -> None:
    rule = with_slots(grace=5)
    late = verdict(0, "08:36", rule=rule)
    assert verdict_sentence(late) == (
        f"上午签到：08:36打卡，迟到6分钟。{CITED}第2条“08:35后打卡为迟到，迟到时间从08:30起算”。"
    )
    early = verdict(1, "11:54", rule=rule)
    assert verdict_sentence(early).endswith("“11:55前打卡为早退，早退时间从12:00起算”。")


@pytest.mark.parametrize(
    ("absent_after", "clock", "is_absent"),
    [(0, "09:20", False), (1, "08:31", True), (10, "08:39", False), (10, "08:40", True)],
)
def test_half_a_day_is_absent_from_the_minutes_on_that_the_rule_names(
    absent_after: int, clock: str, is_absent: bool
) -> None:
    words = verdict_sentence(verdict(0, clock, rule=with_slots(absent_after=absent_after)))
    assert ("按旷工半天处理" in words) is is_absent


def test_a_slot_that_is_pending_says_until_when_records_lack() -> None:
    until: dict[str, Any] = {"delivered_until": at("08:35")}
    waits = "待定，打卡机记录尚未上传至09:30以后"
    assert verdict_sentence(verdict(0, **until)) == f"上午签到：{waits}。"
    last = "目前已收到的最后一次为08:37"
    assert verdict_sentence(verdict(0, "08:37", **until)) == f"上午签到：{waits}，{last}。"


def test_unused_punches_are_named_with_the_reason() -> None:
    rule = replace(SUMMER, min_interval_seconds=90)
    sentence = verdict_sentence(verdict(2, "12:05:10", "12:05:40", "14:20?", rule=rule))
    assert sentence == (
        f"下午签到：未打卡，记缺卡。{CITED}第5条“12:00至15:00打卡有效”。"
        "12:05:10的打卡与前后一次相隔不到90秒，算同一次。"
        "14:20有一次打卡，打卡机时钟不准，未采信。"
    )


def test_leave_over_several_days_names_its_last_day() -> None:
    days = LeaveSpan("l1", LeaveKind.SICK, at("08:00"), at("12:00") + timedelta(days=2))
    assert verdict_sentence(verdict(0, leave=(days,))) == (
        "上午签到：免打卡，病假已批准（2026年7月6日08:00至2026年7月8日12:00）。"
    )


# Corrections and changes

FIXED = Correction("c1", DAY.isoformat(), "am_in", "on_time", "读卡器断电", "1004", "1002")
CHANGE = RetroactiveChange(
    DAY.isoformat(), "am_in", "上午签到", "迟到7分钟", "准时", "1002", "1001", "时钟快了"
)
CHANGED = "更正：原为迟到7分钟，改为准时（工号1002提出，工号1001确认；理由：时钟快了）。"


@pytest.mark.parametrize("end", ["", "。", ".", " ", "。 "])
def test_a_reason_ends_the_sentence_however_it_was_typed(end: str) -> None:
    assert change_sentence(replace(CHANGE, reason=f"时钟快了{end}")) == CHANGED
    fixed = replace(FIXED, reason=f"。读卡器XX{end}")
    words = verdict_sentence(verdict(0, "08:37", corrections=(fixed,)))
    assert words.endswith("。经工号1002批准补签，改记准时；理由：。读卡器XX。")
    assert change_sentence(replace(CHANGE, reason=f".XX{end}")).endswith("理由：.XX）。")


def test_changes_of_a_past_day_follow_the_verdict_in_order() -> None:
    second = replace(CHANGE, value_before="准时", value_after="缺卡")
    changed = verdict(0, "08:37", retroactive_changes=(CHANGE, second))
    assert verdict_sentence(changed) == (
        verdict_sentence(verdict(0, "08:37")) + CHANGED + change_sentence(second)
    )


def test_the_value_before_the_last_correction_or_change_is_told() -> None:
    assert previous_words(verdict(0, "08:37")) == ""
    assert previous_words(verdict(0, "08:37", corrections=(FIXED,))) == "迟到7分钟"
    assert previous_words(verdict(0, corrections=(FIXED,))) == "缺卡"
    both = verdict(0, "08:37", corrections=(FIXED,), retroactive_changes=(CHANGE,))
    assert previous_words(both) == "迟到7分钟"
    third = replace(CHANGE, value_before="病假")
    last = verdict(0, "08:37", corrections=(FIXED,), retroactive_changes=(CHANGE, third))
    assert previous_words(last) == "病假"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", ("无", "none")),
        ("on_time", ("准时", "on time")),
        ("late 35", ("迟到35分钟", "late by 35 min")),
        ("early 1", ("早退1分钟", "left early by 1 min")),
        ("missing", ("缺卡", "no punch")),
    ],
)
def test_a_stored_value_of_a_day_in_both_languages(value: str, words: tuple[str, str]) -> None:
    assert stored_value_words(value) == words
    assert stored_value_words("2", halves=True) == ("旷工2个半天", "2 half-days absent")
    assert stored_value_words("", halves=True) == ("无", "none")


def test_a_verdict_without_minutes_is_its_name() -> None:
    assert verdict_words(State.MISSING) == "缺卡"
    assert verdict_words(State.LATE, 7) == "迟到7分钟"


# Clauses of a rule


def test_the_last_clause_of_a_rule_is_the_time_between_two_punches() -> None:
    last = "60秒内连续打卡算一次，只抵一个时段"
    assert rule_clauses(SUMMER)[8:] == [last]
    assert len(rule_clauses(replace(SUMMER, min_interval_seconds=0))) == 8
    assert rule_clauses(replace(SUMMER, slots=SUMMER.slots[:2]))[4:] == [last]
    assert len(rule_clauses(replace(SUMMER, slots=SUMMER.slots[:1]))) == 2
