"""The day sheet's verdicts: real cases in words, and what must hold for every day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.attendance.assignment import NOTHING, Gain, assign, gain, plus, twice, weights
from server.domain.attendance.facts import Correction, LeaveKind, LeaveSpan, Punch
from server.domain.attendance.sheet import day_sheet, total
from server.domain.attendance.shifts import (
    Direction,
    RuleScope,
    RuleState,
    ShiftRule,
    check,
    four_punches,
    rule_for,
)
from server.domain.attendance.verdicts import DayFacts, State, verdicts
from server.domain.errors import Code, HallError

DAY = date(2026, 7, 6)
DUE = (time(8, 30), time(12, 0), time(14, 30), time(17, 30))
WINDOWS = (
    (time(7, 30), time(9, 30)),
    (time(11, 30), time(13, 30)),
    (time(12, 0), time(15, 0)),
    (time(17, 0), time(20, 0)),
)
SUMMER = ShiftRule(
    "r1",
    "夏令时2026",
    RuleScope.HALL,
    (),
    date(2026, 5, 1),
    date(2026, 9, 30),
    frozenset({1, 2, 3, 4, 5}),
    four_punches(DUE, WINDOWS, absent_after=30),
)


def at(clock: str, day: date = DAY) -> datetime:
    """A moment of the day, 'HH:MM' or 'HH:MM:SS'."""
    return datetime.combine(day, time.fromisoformat(clock))


def punches(*clocks: str) -> tuple[Punch, ...]:
    """Punches in the order of time; a trailing ? is one whose clock was not believed."""
    return tuple(
        Punch(at(clock.rstrip("?")), n, doubt="clock" if clock.endswith("?") else "")
        for n, clock in enumerate(clocks, 1)
    )


def leave(begins: str, ends: str, kind: LeaveKind = LeaveKind.PERSONAL) -> LeaveSpan:
    """Approved leave on the day."""
    return LeaveSpan("l1", kind, at(begins), at(ends))


def states(facts: DayFacts, rule: ShiftRule = SUMMER) -> str:
    """The four verdicts in short, with minutes."""
    found = verdicts(rule, facts)
    return " ".join(v.state.value + (str(v.minutes) if v.minutes else "") for v in found)


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
    assert verdict.line == (
        "上午签到 08:37，规则“夏令时2026”（2026-05-01起）第2条：08:30后迟到，7分钟"
    )


def test_half_an_hour_late_names_the_consequence() -> None:
    verdict = verdicts(SUMMER, DayFacts(DAY, punches("09:00")))[0]
    assert verdict.line.endswith("08:30后迟到，30分钟，满30分钟记旷工半天")
    assert SUMMER.clauses[1] == "08:30后迟到，满30分钟记旷工半天"


def test_a_missing_punch_names_its_window_and_the_doubted_one() -> None:
    verdict = verdicts(SUMMER, DayFacts(DAY, punches("19:31?")))[3]
    assert verdict.line == (
        "下午签退缺卡，规则“夏令时2026”（2026-05-01起）第7条：17:00至20:00打卡有效；"
        "19:31有一次打卡，打卡机时钟有误，未采信"
    )


def test_morning_leave_frees_the_morning_only() -> None:
    facts = DayFacts(DAY, punches("14:25", "17:31"), (leave("08:00", "12:00"),))
    assert states(facts) == "leave leave on_time on_time"
    assert verdicts(SUMMER, facts)[0].line == (
        "上午签到免打卡：事假（07-06 08:00至07-06 12:00，已批准）"
    )


def test_leave_of_an_hour_frees_what_it_covers_and_nothing_else() -> None:
    facts = DayFacts(
        DAY, punches("09:40", *FULL[1:]), (leave("08:30", "09:30", LeaveKind.OFFICIAL),)
    )
    assert states(facts) == "official on_time on_time on_time"
    facts = DayFacts(DAY, punches(*FULL), (leave("09:00", "11:00"),))
    assert states(facts) == "on_time on_time on_time on_time"


@pytest.mark.parametrize(
    ("clocks", "known", "wanted"),
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
def test_nothing_is_decided_before_the_readers_have_told(
    clocks: tuple[str, ...], known: str, wanted: str
) -> None:
    assert states(DayFacts(DAY, punches(*clocks), known_until=at(known))) == wanted


def test_a_correction_counts_and_the_original_stays() -> None:
    fixed = Correction("c1", DAY.isoformat(), "am_in", "on_time", "读卡器断电", "1004", "1002")
    verdict = verdicts(SUMMER, DayFacts(DAY, punches("08:37"), corrections=(fixed,)))[0]
    assert (verdict.state, verdict.original, verdict.original_minutes) == (
        State.ON_TIME,
        State.LATE,
        7,
    )
    assert verdict.line.endswith("7分钟；经1002核准更正为准时（读卡器断电）")


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


# -- which rule holds ------------------------------------------------------------------------------

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
    found = rule_for(RULES, "1004", "swj", day, weekday)
    assert (found.name if found else None) == name


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
    assert (refused.value.code, refused.value.data["reason"]) == (Code.RULE_INVALID, reason)


# -- what holds for every day ----------------------------------------------------------------------

minutes = st.integers(6 * 60, 21 * 60)
seconds = st.integers(0, 59)
moments = st.builds(lambda m, s: datetime.combine(DAY, time(m // 60, m % 60, s)), minutes, seconds)


@st.composite
def laid(draw: st.DrawFn, most: int = 9) -> list[datetime]:
    """Punches of a day; fingers are laid again after some seconds."""
    found: set[datetime] = set()
    for moment in draw(st.lists(moments | noons, max_size=most)):
        found |= {moment + timedelta(seconds=s) for s in draw(again)}
    return sorted(found)[:most]


noons = st.builds(
    lambda m, s: datetime.combine(DAY, time(m // 60, m % 60, s)),
    st.integers(11 * 60 + 20, 15 * 60 + 30),
    seconds,
)
again = st.sampled_from([[0], [0], [0, 3], [0, 30], [0, 59], [0, 61], [0, 20, 45], [0, 40, 80]])


@st.composite
def rules(draw: st.DrawFn) -> ShiftRule:
    """Any rule that `check` lets pass: the usual one with everything shifted a little."""
    shift = draw(st.lists(st.integers(-25, 25), min_size=4, max_size=4))
    widen = draw(st.lists(st.integers(0, 60), min_size=8, max_size=8))
    grace = draw(st.integers(0, 10))
    apart = draw(st.sampled_from([0, 60, 60, 60, 300]))

    def moved(clock: time, by: int) -> time:
        return (datetime.combine(DAY, clock) + timedelta(minutes=by)).time()

    due = [moved(clock, by) for clock, by in zip(DUE, shift, strict=True)]
    spans = [
        (moved(WINDOWS[n][0], -widen[2 * n] + shift[n]), moved(WINDOWS[n][1], widen[2 * n + 1]))
        for n in range(4)
    ]
    slots = four_punches(due, spans, grace, absent_after=30)
    rule = replace(SUMMER, slots=slots, apart_seconds=apart)
    try:
        check(rule)
    except HallError:
        return SUMMER
    return rule


days = st.lists(moments, max_size=9, unique=True) | laid()
spans = st.lists(st.tuples(moments, st.integers(0, 600), st.sampled_from(LeaveKind)), max_size=2)


def _facts(when: list[datetime], away: list[tuple[datetime, int, LeaveKind]] = []) -> DayFacts:  # noqa: B006
    found = tuple(Punch(moment, n) for n, moment in enumerate(sorted(when), 1))
    gone = tuple(
        LeaveSpan(str(n), kind, begins, begins + timedelta(minutes=long))
        for n, (begins, long, kind) in enumerate(away)
    )
    return DayFacts(DAY, found, gone)


@settings(max_examples=300, deadline=None)
@given(rule=rules(), when=days)
def test_every_punch_serves_at_most_one_slot_and_lies_in_its_window(
    rule: ShiftRule, when: list[datetime]
) -> None:
    facts = _facts(when)
    chosen = assign(rule.slots, facts.punches, rule.apart_seconds)
    used = [punch for punch in chosen if punch is not None]
    assert len({punch.id for punch in used}) == len(used)
    assert used == sorted(used)
    for slot, punch in zip(rule.slots, chosen, strict=True):
        assert punch is None or slot.holds(punch.at.time())


def _allowed(rule: ShiftRule, when: tuple[Punch, ...]) -> Iterator[list[tuple[int, Punch]]]:
    """Every order-keeping choice in which no finger laid twice serves two slots."""
    apart = timedelta(seconds=rule.apart_seconds)
    for count in range(len(rule.slots) + 1):
        for places in combinations(range(len(rule.slots)), count):
            for served in combinations(when, count):
                found = list(zip(places, served, strict=True))
                if all(rule.slots[k].holds(p.at.time()) for k, p in found) and not any(
                    twice(rule.slots[k], p, rule.slots[m], q, apart)
                    for (k, p), (m, q) in combinations(found, 2)
                ):
                    yield found


def _worth(rule: ShiftRule, chosen: Iterable[tuple[int, Punch]]) -> Gain:
    weight, whole = weights(rule.slots), NOTHING
    for place, punch in chosen:
        whole = plus(whole, gain(rule.slots[place], weight[place], punch.at.time()))
    return whole


@settings(max_examples=300, deadline=None)
@given(rule=rules(), when=laid(7))
def test_no_choice_that_is_allowed_is_better(rule: ShiftRule, when: list[datetime]) -> None:
    """Against all choices there are, two fingers within the seconds excluded pair by pair."""
    facts = _facts(when)
    chosen = assign(rule.slots, facts.punches, rule.apart_seconds)
    found = [(place, punch) for place, punch in enumerate(chosen) if punch is not None]
    allowed = list(_allowed(rule, facts.punches))
    assert found in allowed
    assert _worth(rule, found) == max(_worth(rule, each) for each in allowed)


@settings(max_examples=300, deadline=None)
@given(rule=rules(), when=days, seconds=st.integers(1, 59))
def test_laying_every_finger_twice_changes_no_slot_that_was_missing(
    rule: ShiftRule, when: list[datetime], seconds: int
) -> None:
    """Whoever lays the finger twice each time gets no slot for it but a minute's grace.

    A second punch may be the better one: on the next minute, or in the next window.
    """
    rule = replace(rule, apart_seconds=60)
    once = [moment.replace(second=0) for moment in when]
    once = [m for n, m in enumerate(sorted(set(once))) if n % 2 == 0]
    again = [moment + timedelta(seconds=seconds) for moment in once]
    before = verdicts(rule, _facts(once))
    after = verdicts(rule, _facts([*once, *again]))
    assert [v.state for v in before] == [v.state for v in after]


@settings(max_examples=500, deadline=None)
@given(rule=rules(), when=days, extra=moments)
def test_one_more_punch_never_turns_on_time_into_late(
    rule: ShiftRule, when: list[datetime], extra: datetime
) -> None:
    before = verdicts(rule, _facts(when))
    after = verdicts(rule, _facts([*when, extra] if extra not in when else when))
    for one, other in zip(before, after, strict=True):
        if one.state is State.ON_TIME:
            assert other.state is State.ON_TIME
    absent = [sum(v.state is State.MISSING for v in found) for found in (before, after)]
    assert absent[1] <= absent[0]


BAD = (State.MISSING, State.LATE, State.EARLY)


@settings(max_examples=400, deadline=None)
@given(rule=rules(), when=days, away=spans)
def test_leave_never_makes_a_day_worse(
    rule: ShiftRule, when: list[datetime], away: list[tuple[datetime, int, LeaveKind]]
) -> None:
    before = day_sheet("p", "u", 1, rule, _facts(when))
    after = day_sheet("p", "u", 1, rule, _facts(when, away))
    assert after.absent_halves <= before.absent_halves
    for one, other in zip(before.slots, after.slots, strict=True):
        if one.state is State.ON_TIME:
            assert other.state not in BAD
    assert sum(v.state in BAD for v in after.slots) <= sum(v.state in BAD for v in before.slots)


@settings(max_examples=200, deadline=None)
@given(rule=rules(), when=days, known=moments)
def test_a_decided_verdict_stays_when_more_becomes_known(
    rule: ShiftRule, when: list[datetime], known: datetime
) -> None:
    """What is decided while readers still owe later punches is not taken back by those."""
    early = [moment for moment in when if moment < known]
    before = verdicts(rule, replace(_facts(early), known_until=known))
    after = verdicts(rule, _facts(when))
    for one, other in zip(before, after, strict=True):
        if one.state is State.ON_TIME:
            assert other.state is State.ON_TIME
        elif one.state is State.MISSING:
            assert other.state is State.MISSING


def test_the_two_directions_count_from_the_due_time() -> None:
    into, out = SUMMER.slots[0], SUMMER.slots[1]
    assert (into.direction, out.direction) == (Direction.IN, Direction.OUT)
    graced = replace(into, grace=5)
    assert [graced.minutes_off(time(8, m)) for m in (30, 35, 36)] == [0, 0, 6]
