"""Retroactive changes: the days an event reaches, the values that change, the second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from server.attendance.verdicts import State as Verdict
from server.core.errors import HallError
from server.core.workflow import Attempt
from server.retroactive.scopes import value_of
from server.retroactive.second_person import may_confirm
from server.retroactive.value_changes import (
    TICKET,
    AffectedDays,
    EventScope,
    State,
    ValueChange,
    ValueKey,
    moves,
    reach,
    subjects,
    tickets_of,
)
from server.retroactive.workflow import CHANGE, SECOND, Move

TODAY, OLDEST = date(2026, 3, 10), date(2026, 3, 2)
NINTH = date(2026, 3, 9)


def march(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 3, day) for day in days)


def reached(*events: EventScope) -> AffectedDays | None:
    return reach(events, TODAY, OLDEST)


def test_named_days_are_reached_if_they_are_over_and_have_values() -> None:
    event = EventScope(("2026-03-01", "2026-03-02", "2026-03-09", "2026-03-10"), ("1001",))
    assert reached(event) == AffectedDays(march(2, 9), frozenset({"1001"}))


def test_an_event_since_a_day_reaches_all_days_up_to_yesterday() -> None:
    event = EventScope((), ("1001",), since="2026-03-07")
    assert reached(event) == AffectedDays(march(7, 8, 9), frozenset({"1001"}))


def test_an_event_between_two_days_reaches_both() -> None:
    event = EventScope((), ("1001",), since="2026-03-04", until="2026-03-05")
    assert reached(event) == AffectedDays(march(4, 5), frozenset({"1001"}))


def test_an_event_of_a_single_past_day() -> None:
    event = EventScope((), ("1001",), since="2026-03-09", until="2026-03-09")
    assert reached(event) == AffectedDays((NINTH,), frozenset({"1001"}))


def test_an_event_into_the_future_reaches_the_past_days_only() -> None:
    event = EventScope((), ("1001",), since="2026-03-08", until="2026-04-30")
    assert reached(event) == AffectedDays(march(8, 9), frozenset({"1001"}))


def test_an_event_without_a_first_day_reaches_back_to_the_oldest_value() -> None:
    assert reached(EventScope((), ("1001",), until="2026-03-03")) == AffectedDays(
        march(2, 3), frozenset({"1001"})
    )
    assert reached(EventScope((), ("1001",), since="2025-01-01", until="2026-03-02")) == (
        AffectedDays(march(2), frozenset({"1001"}))
    )


def test_an_event_of_today_or_later_reaches_nothing() -> None:
    assert reached(EventScope((), ("1001",), since="2026-03-10")) is None
    assert reached(EventScope(("2026-03-10",), ("1001",))) is None
    assert reached() is None


def test_several_events_reach_the_days_and_people_of_each() -> None:
    events = [
        EventScope(("2026-03-09",), ("1001",)),
        EventScope(("2026-03-11",), ("1009",)),  # reaches no past day, so nobody
        EventScope(("2026-03-05", "2026-03-09"), ("1002", "1003")),
    ]
    assert reached(*events) == AffectedDays(march(5, 9), frozenset({"1001", "1002", "1003"}))


def test_an_event_without_people_reaches_everybody() -> None:
    everybody = EventScope(("2026-03-05",), ())
    single = EventScope(("2026-03-06",), ("1001",))
    for events in ([everybody, single], [single, everybody]):
        assert reached(*events) == AffectedDays(march(5, 6), None)


def test_tickets_have_values_before_the_first_day_that_has_a_shift_rule() -> None:
    """An outcome of January can be corrected; a punch of January has no verdict."""
    of_ticket = EventScope(("2026-01-05", "2026-03-10"), ("1001",), tickets=("A001",))
    assert reached(of_ticket) == AffectedDays(
        (date(2026, 1, 5),), frozenset({"1001"}), frozenset({"A001"})
    )
    assert reached(replace(of_ticket, tickets=())) is None


def test_several_events_reach_the_tickets_of_each() -> None:
    events = [
        EventScope(("2026-03-09",), ("1001",), tickets=("A001", "A002")),
        EventScope(("2026-03-09",), ("1001",)),
        EventScope(("2026-03-05",), ("1001",), tickets=("A003",)),
        EventScope(("2026-03-11",), ("1001",), tickets=("A004",)),  # not over yet
    ]
    assert reached(*events) == AffectedDays(
        march(5, 9), frozenset({"1001"}), frozenset({"A001", "A002", "A003"})
    )


def test_days_in_consecutive_stretches() -> None:
    days = AffectedDays(march(2, 3, 4, 6, 9, 10), None)
    assert days.runs() == [march(2, 4), march(6, 6), march(9, 10)]
    assert AffectedDays((), None).runs() == []


MORNING = ValueKey("2026-03-09", "1002", "am_in")
EVENING = ValueKey("2026-03-09", "1002", "pm_out")
EARLIER = ValueKey("2026-03-08", "1009", "am_in")


def test_the_tickets_of_a_change_are_those_whose_outcome_or_item_moves() -> None:
    outcome = ValueKey("2026-03-09", "1002", f"{TICKET}A001")
    named = ValueKey("2026-03-09", "1002", f"{TICKET}B{TICKET}")
    changes = [ValueChange(key, "done", "refused") for key in (outcome, named, MORNING)]
    assert tickets_of(changes) == {"A001", f"B{TICKET}"}
    assert tickets_of([ValueChange(MORNING, "late 35", "on_time")]) == frozenset()


def test_changed_new_and_vanished_values_are_changes_in_order() -> None:
    before = {MORNING: "late 35", EARLIER: "missing"}
    after = {MORNING: "on_time", EVENING: "early 4"}
    assert moves(before, after) == [
        ValueChange(EARLIER, "missing", ""),
        ValueChange(MORNING, "late 35", "on_time"),
        ValueChange(EVENING, "", "early 4"),
    ]


def test_equal_values_are_no_change() -> None:
    assert moves({MORNING: "on_time"}, {MORNING: "on_time", EVENING: ""}) == []
    assert moves({EVENING: ""}, {}) == []


def test_the_people_of_a_change_are_listed_once() -> None:
    keys = (MORNING, EVENING, EARLIER, ValueKey("2026-03-09", "", "finding:1"))
    assert subjects(ValueChange(key, "a", "b") for key in keys) == ["1002", "1009"]


@pytest.mark.parametrize(
    ("actor", "moved", "expected"),
    [
        ("2001", [], False),  # requested it
        ("2002", [], True),
        ("1001", [], False),  # without the rank
        ("2002", ["2002"], False),  # its own day
        ("2003", ["2002"], True),
        ("2002", ["2002", "2003"], True),  # everybody's days: any but the requester
        ("2001", ["2002", "2003"], False),
    ],
)
def test_the_second_person(actor: str, moved: list[str], expected: bool) -> None:
    assert may_confirm(actor, "2001", moved, ["2001", "2002", "2003"]) is expected


def test_only_a_waiting_change_can_be_decided() -> None:
    for state in State:
        attempt = Attempt(state, holds=lambda role: role == SECOND)
        if state is State.WAITING:
            assert CHANGE.after(Move.CONFIRM, attempt) is State.CONFIRMED
            continue
        with pytest.raises(HallError) as caught:
            CHANGE.after(Move.CONFIRM, attempt)
        assert str(caught.value.code) == "past_state"
        assert caught.value.data == {"state": state.value}


def test_the_text_of_a_value() -> None:
    assert value_of(Verdict.LATE, 35) == "late 35"
    assert value_of(Verdict.ON_TIME, 0) == "on_time"
