"""Rules without a database: moves, hours, waiting times, settings, the journal's hash."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalogue import hours as catalogue_hours
from server.core.actors import ActorKind
from server.core.errors import CommonCode, HallError
from server.core.journal_line import GENESIS, Line, line_hash
from server.core.settings import Settings, bounds, with_values
from server.core.working_days import SpecialDay
from server.queue.errors import QueueCode
from server.queue.tickets import (
    FINAL,
    RULES,
    UNDO_OF,
    Move,
    State,
    number,
    order_of,
    state_after,
)
from server.queue.wait_range import Service, mean_service, percentile
from support.halls import MONDAY, catalogue


@pytest.mark.parametrize("move", list(RULES))
def test_a_move_is_allowed_exactly_from_its_states(move: Move) -> None:
    rule = RULES[move]
    for state, actor in product(State, ActorKind):
        if actor in rule.actors and state in rule.sources:
            assert state_after(move, state, actor, holds=True) is rule.target
            continue
        with pytest.raises(HallError) as caught:
            state_after(move, state, actor, holds=True)
        wrong_actor = actor not in rule.actors
        assert caught.value.code is (
            CommonCode.FORBIDDEN if wrong_actor else QueueCode.MOVE_NOT_ALLOWED
        )


def test_only_an_undo_leads_out_of_a_final_state() -> None:
    leading_out = {
        m for m, rule in RULES.items() if rule.sources & FINAL and rule.target not in FINAL
    }
    assert leading_out == {Move.UNDO_FINISH}


def test_an_undo_leads_back_to_where_the_move_began() -> None:
    for move, undo in UNDO_OF.items():
        assert RULES[undo].sources == {RULES[move].target}
        assert {RULES[undo].target} == RULES[move].sources


def test_only_the_holder_starts_finishes_and_transfers() -> None:
    for move in (Move.START, Move.FINISH, Move.TRANSFER, Move.NO_SHOW, Move.HOLD, Move.RECALL):
        state = next(iter(RULES[move].sources))
        with pytest.raises(HallError) as caught:
            state_after(move, state, ActorKind.CLERK, holds=False)
        assert caught.value.code is QueueCode.NOT_THE_HOLDER


def test_ticket_numbers_are_formatted_and_parsed() -> None:
    assert [number("A", n) for n in (1, 12, 999)] == ["A001", "A012", "A999"]
    for wrong in (0, 1000):
        with pytest.raises(HallError):
            number("A", wrong)


@given(st.integers(1, 100_000))
def test_there_is_an_order_between_two_neighbours(arrival: int) -> None:
    assert order_of(arrival) + 1 < order_of(arrival + 1)


def test_hours_of_hall_window_and_item() -> None:
    book = catalogue()
    tuesday, sunday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=6)
    assert [s.opens for s in catalogue_hours.hall_spans(book, MONDAY)] == [
        time(8, 30),
        time(14, 30),
    ]
    assert catalogue_hours.hall_spans(book, sunday) == ()
    assert catalogue_hours.window_spans(book, "F1", MONDAY) == ()
    assert len(catalogue_hours.window_spans(book, "F1", tuesday)) == 1
    assert catalogue_hours.window_spans(book, "T1", MONDAY) == catalogue_hours.hall_spans(
        book, MONDAY
    )
    assert catalogue_hours.weekdays_of(book, ["F1"]) == (2,)


def test_holidays_and_make_up_days() -> None:
    sunday = MONDAY + timedelta(days=6)
    days = (
        SpecialDay(MONDAY, opens=False, note="假日"),
        SpecialDay(sunday, opens=True, note="补班", like_weekday=1),
    )
    book = replace(catalogue(), special_days=days)
    assert catalogue_hours.hall_spans(book, MONDAY) == ()
    assert len(catalogue_hours.hall_spans(book, sunday)) == 2


def test_next_opening_skips_closed_days() -> None:
    friday_evening = datetime.combine(MONDAY + timedelta(days=4), time(18))
    opening = catalogue_hours.next_opening(catalogue(), "tax-1", ["T1"], friday_evening)
    assert opening == datetime.combine(MONDAY + timedelta(days=7), time(8, 30))


times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
spans = st.lists(
    st.tuples(times, times).filter(lambda p: p[0] < p[1]).map(lambda p: catalogue_hours.Span(*p)),
    max_size=6,
)


@given(spans, spans, times)
def test_crossed_spans_are_open_exactly_when_both_are(
    left: list[catalogue_hours.Span], right: list[catalogue_hours.Span], moment: time
) -> None:
    both = catalogue_hours.open_at(tuple(left), moment) and catalogue_hours.open_at(
        tuple(right), moment
    )
    assert (
        catalogue_hours.open_at(catalogue_hours._crossed(tuple(left), tuple(right)), moment) is both
    )


def test_default_service_times_are_replaced_by_those_of_the_day() -> None:
    assert mean_service(8, 8, Service()) == 8
    assert 8 < mean_service(8, 8, Service(8, 8 * 20.0)) < 20
    assert mean_service(8, 8, Service(1000, 20_000)) == pytest.approx(20, rel=0.02)


def test_percentile() -> None:
    assert percentile([], 0.5) is None
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(1, 101), 0.9) == 90


@pytest.mark.parametrize("name", list(bounds()))
def test_settings_keep_their_bounds(name: str) -> None:
    low, high = bounds()[name]
    assert with_values(Settings(), {name: high}).values()[name] == high
    assert low <= int(Settings().values()[name]) <= high
    for wrong in (low - 1, high + 1, "many", True, 1.5):
        with pytest.raises(HallError) as caught:
            with_values(Settings(), {name: wrong})
        assert caught.value.data["name"] == name


def test_unknown_settings_are_refused() -> None:
    for values in ({"speed": 1}, {"voice_one": "two"}, {"notice_zh": "字" * 300}):
        with pytest.raises(HallError):
            with_values(Settings(), values)


LINE = Line("hall", 1, 0, "clerk", "1001", "T1", "ticket.call", "x", {"n": 1}, "")


@given(
    st.sampled_from(["hall_id", "actor", "window", "act", "subject", "why"]),
    st.text(min_size=1),
)
def test_every_field_is_in_the_hash(name: str, value: str) -> None:
    if getattr(LINE, name) != value:
        changes: dict[str, Any] = {name: value}
        assert line_hash(GENESIS, replace(LINE, **changes)) != line_hash(GENESIS, LINE)
    assert line_hash("1" * 64, LINE) != line_hash(GENESIS, LINE)


def test_adjacent_fields_have_different_hashes() -> None:
    first = replace(LINE, actor="10", window="01")
    other = replace(LINE, actor="100", window="1")
    assert line_hash(GENESIS, first) != line_hash(GENESIS, other)


def test_the_first_day_of_a_mandate_counts() -> None:
    mandate = catalogue().mandates[2]
    assert mandate.in_force(date(2025, 12, 31))
    assert not mandate.in_force(date(2026, 1, 1))
