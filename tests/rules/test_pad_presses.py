"""Presses on rating pads: the service that each rates, if any."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.ratings.pad_rules import (
    SLACK_MS,
    WAIT_MS,
    Press,
    PressState,
    Service,
    service_of,
    state_of,
)

SECONDS = 20
ENDED = 1_000_000
FIRST, SECOND = Service("a", "T1", ENDED), Service("b", "T1", ENDED + 60_000)
OTHER = Service("c", "T2", ENDED)
LONGEST = SECONDS * 1000 + SLACK_MS
services = st.lists(
    st.builds(Service, st.text(min_size=1), st.sampled_from(["T1", "T2"]), st.integers(0, 10**6)),
    max_size=8,
)


def found(at: int, ticket: str = "") -> str:
    service = service_of(Press("T1", at, ticket), (FIRST, SECOND, OTHER), SECONDS)
    return service.ticket if service else ""


def test_a_press_rates_the_service_that_the_pad_asked_for_however_late_it_was() -> None:
    assert found(ENDED + 10 * LONGEST, "a") == "a"


def test_a_pad_asks_only_for_services_of_its_own_window() -> None:
    assert found(ENDED, "c") == ""


def test_without_the_server_a_press_rates_what_the_window_had_just_finished() -> None:
    assert found(ENDED + 5_000) == "a"
    assert found(ENDED + 65_000) == "b"
    assert found(ENDED - SLACK_MS) == "a", "the desk's clock may be ahead"
    assert found(ENDED - SLACK_MS - 1) == ""
    assert found(ENDED + 60_000 + LONGEST) == "b"
    assert found(ENDED + 60_000 + LONGEST + 1) == ""


def test_the_first_press_counts_and_one_without_a_service_waits_for_three_days() -> None:
    assert state_of(FIRST, is_rated=False, at=0, now=0) is PressState.COUNTED
    assert state_of(FIRST, is_rated=True, at=0, now=10 * WAIT_MS) is PressState.REPEATED
    assert state_of(None, is_rated=False, at=0, now=WAIT_MS) is PressState.WAITING
    assert state_of(None, is_rated=False, at=0, now=WAIT_MS + 1) is PressState.UNMATCHED
    late = 10 * WAIT_MS
    assert state_of(None, is_rated=False, at=late, now=late + 1) is PressState.WAITING
    assert WAIT_MS == 3 * 86_400_000


@given(services, st.integers(-(10**5), 2 * 10**6))
def test_a_press_never_rates_another_window_and_takes_the_newest_service_near(
    finished: list[Service], at: int
) -> None:
    service = service_of(Press("T1", at), finished, SECONDS)
    near = [
        s.ended_at for s in finished if s.window == "T1" and -SLACK_MS <= at - s.ended_at <= LONGEST
    ]
    assert (service is None) == (not near)
    if service is not None:
        assert service.window == "T1"
        assert service.ended_at == max(near)
