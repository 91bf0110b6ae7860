"""Properties of the day sheet that hold for every day and every rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from server.attendance.assignment import NOTHING, Gain, assign, gain, is_repeat, sum_gains, weights
from server.attendance.day_sheet import day_sheet
from server.attendance.shift_rules import ShiftRule, check, four_punches
from server.attendance.verdicts import DayFacts, State, verdicts
from server.core.day_facts import LeaveKind, LeaveSpan, Punch
from server.core.errors import HallError
from support.summer_rule import DAY, DUE, SUMMER, WINDOWS

minutes = st.integers(6 * 60, 21 * 60)
seconds = st.integers(0, 59)
moments = st.builds(lambda m, s: datetime.combine(DAY, time(m // 60, m % 60, s)), minutes, seconds)


@st.composite
def laid(draw: st.DrawFn, most: int = 9) -> list[datetime]:
    """Draw the punches of a day, with fingers laid again after some seconds."""
    times: set[datetime] = set()
    for moment in draw(st.lists(moments | noons, max_size=most)):
        times |= {moment + timedelta(seconds=s) for s in draw(again)}
    return sorted(times)[:most]


noons = st.builds(
    lambda m, s: datetime.combine(DAY, time(m // 60, m % 60, s)),
    st.integers(11 * 60 + 20, 15 * 60 + 30),
    seconds,
)
again = st.sampled_from([[0], [0], [0, 3], [0, 30], [0, 59], [0, 61], [0, 20, 45], [0, 40, 80]])


@st.composite
def rules(draw: st.DrawFn) -> ShiftRule:
    """Draw any rule that `check` accepts: the usual one with everything shifted a little."""
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
    rule = replace(SUMMER, slots=slots, min_interval_seconds=apart)
    try:
        check(rule)
    except HallError:
        return SUMMER
    return rule


days = st.lists(moments, max_size=9, unique=True) | laid()
spans = st.lists(st.tuples(moments, st.integers(0, 600), st.sampled_from(LeaveKind)), max_size=2)


def _facts(when: list[datetime], away: list[tuple[datetime, int, LeaveKind]] = []) -> DayFacts:  # noqa: B006
    day_punches = tuple(Punch(moment, n) for n, moment in enumerate(sorted(when), 1))
    leave_spans = tuple(
        LeaveSpan(str(n), kind, begins, begins + timedelta(minutes=long))
        for n, (begins, long, kind) in enumerate(away)
    )
    return DayFacts(DAY, day_punches, leave_spans)


@settings(max_examples=300, deadline=None)
@given(rule=rules(), when=days)
def test_every_punch_serves_at_most_one_slot_and_lies_in_its_window(
    rule: ShiftRule, when: list[datetime]
) -> None:
    facts = _facts(when)
    chosen = assign(rule.slots, facts.punches, rule.min_interval_seconds)
    used = [punch for punch in chosen if punch is not None]
    assert len({punch.id for punch in used}) == len(used)
    assert used == sorted(used)
    for slot, punch in zip(rule.slots, chosen, strict=True):
        assert punch is None or slot.holds(punch.at.time())


def _allowed(rule: ShiftRule, when: tuple[Punch, ...]) -> Iterator[list[tuple[int, Punch]]]:
    """Yield every choice in order in which no finger laid twice serves two slots."""
    apart = timedelta(seconds=rule.min_interval_seconds)
    for count in range(len(rule.slots) + 1):
        for places in combinations(range(len(rule.slots)), count):
            for served in combinations(when, count):
                choice = list(zip(places, served, strict=True))
                if all(rule.slots[k].holds(p.at.time()) for k, p in choice) and not any(
                    is_repeat(rule.slots[k], p, rule.slots[m], q, apart)
                    for (k, p), (m, q) in combinations(choice, 2)
                ):
                    yield choice


def _worth(rule: ShiftRule, chosen: Iterable[tuple[int, Punch]]) -> Gain:
    weight, whole = weights(rule.slots), NOTHING
    for place, punch in chosen:
        whole = sum_gains(whole, gain(rule.slots[place], weight[place], punch.at.time()))
    return whole


@settings(max_examples=300, deadline=None)
@given(rule=rules(), when=laid(7))
def test_no_allowed_choice_is_better(rule: ShiftRule, when: list[datetime]) -> None:
    """Compare with all possible choices.

    Two fingers within the rule's seconds are excluded pair by pair.
    """
    facts = _facts(when)
    chosen = assign(rule.slots, facts.punches, rule.min_interval_seconds)
    choice = [(place, punch) for place, punch in enumerate(chosen) if punch is not None]
    allowed = list(_allowed(rule, facts.punches))
    assert choice in allowed
    assert _worth(rule, choice) == max(_worth(rule, each) for each in allowed)


@settings(max_examples=300, deadline=None)
@given(rule=rules(), when=days, seconds=st.integers(1, 59))
def test_laying_every_finger_twice_changes_no_slot_that_was_missing(
    rule: ShiftRule, when: list[datetime], seconds: int
) -> None:
    """Give no slot to a finger laid twice, but for a minute's grace.

    A second punch may be the better one: on the next minute, or in the next window.
    """
    rule = replace(rule, min_interval_seconds=60)
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
    for earlier, other in zip(before, after, strict=True):
        if earlier.state is State.ON_TIME:
            assert other.state is State.ON_TIME
    absent = [sum(v.state is State.MISSING for v in slots) for slots in (before, after)]
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
    for earlier, other in zip(before.slots, after.slots, strict=True):
        if earlier.state is State.ON_TIME:
            assert other.state not in BAD
    assert sum(v.state in BAD for v in after.slots) <= sum(v.state in BAD for v in before.slots)


@settings(max_examples=200, deadline=None)
@given(rule=rules(), when=days, delivered=moments)
def test_a_decided_verdict_stays_when_later_punches_arrive(
    rule: ShiftRule, when: list[datetime], delivered: datetime
) -> None:
    """Keep a verdict given before all punches were delivered.

    Punches that time clocks deliver later do not change it.
    """
    early = [moment for moment in when if moment < delivered]
    before = verdicts(rule, replace(_facts(early), delivered_until=delivered))
    after = verdicts(rule, _facts(when))
    for earlier, other in zip(before, after, strict=True):
        if earlier.state is State.ON_TIME:
            assert other.state is State.ON_TIME
        elif earlier.state is State.MISSING:
            assert other.state is State.MISSING
