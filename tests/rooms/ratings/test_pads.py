"""Rating pads on the server's side: nothing is lost, nothing counts twice, nothing is made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.core.actors import Via
from server.queue import calling, undo
from server.queue.tickets import Outcome
from server.ratings import pad_actions, pad_queries, queries
from server.ratings.pad_queries import StoredPress
from server.ratings.pad_rules import WAIT_MS, PressState
from support.halls import SmallHall
from support.web import Web

VIA = Via("pad-1", "agent-1")


def press_of(
    hall: SmallHall, press_id: str = "p1", level: int = 2, ticket: str = ""
) -> StoredPress:
    now = hall.clock.now()
    return StoredPress(f"pad-1:{press_id}", "pad-1", "T1", now, now, level, ticket, "ff68")


def levels(hall: SmallHall, ticket: str) -> list[tuple[int, str, str]]:
    rows = hall.ctx.read(lambda c: queries.of_ticket(c, hall.ctx.hall_id, ticket))
    return [(row.level, row.channel, row.device) for row in rows]


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with the clerk of T1 signed in."""
    small.sign_in("T1")
    return small


def serve(hall: SmallHall) -> str:
    """Serve a person at T1; return the ticket's id."""
    hall.issue("tax-1")
    return hall.serve("T1").id


def test_a_press_after_a_finish_is_its_rating(hall: SmallHall) -> None:
    ticket = serve(hall)
    press = press_of(hall, ticket=ticket)
    assert pad_actions.receive(hall.ctx, press, VIA) is PressState.COUNTED
    assert levels(hall, ticket) == [(2, "pad", "pad-1")]
    assert pad_actions.receive(hall.ctx, press, VIA) is PressState.COUNTED
    assert levels(hall, ticket) == [(2, "pad", "pad-1")], "sending twice adds nothing"


def test_the_second_press_for_a_service_does_not_count(hall: SmallHall) -> None:
    ticket = serve(hall)
    pad_actions.receive(hall.ctx, press_of(hall), VIA)
    state = pad_actions.receive(hall.ctx, press_of(hall, "p2", 5), VIA)
    assert state is PressState.REPEATED
    assert levels(hall, ticket) == [(2, "pad", "pad-1")]


def test_a_press_waits_for_the_desk_and_then_counts(hall: SmallHall) -> None:
    """A press arrives before the actions of its desk: after an outage either may come first."""
    hall.issue("tax-1")
    ticket = hall.call("T1").id
    calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")
    press = press_of(hall)
    assert pad_actions.receive(hall.ctx, press, VIA) is PressState.WAITING
    assert pad_actions.settle_waiting(hall.ctx) == 0
    calling.finish(hall.ctx, hall.clerk("T1"), hall.key(), "T1", Outcome.DONE, "")
    assert pad_actions.settle_waiting(hall.ctx) == 1
    assert levels(hall, ticket) == [(2, "pad", "pad-1")]
    assert pad_actions.settle_waiting(hall.ctx) == 0


def test_a_press_without_a_service_never_becomes_a_rating(hall: SmallHall) -> None:
    press = press_of(hall)
    assert pad_actions.receive(hall.ctx, press, VIA) is PressState.WAITING
    hall.clock.advance(seconds=WAIT_MS // 1000 + 1)
    assert pad_actions.settle_waiting(hall.ctx) == 1
    stored = hall.ctx.read(lambda c: pad_queries.unmatched(c, hall.ctx.hall_id, 0))
    assert stored == [replace(press, state=PressState.UNMATCHED.value)]


def test_a_press_for_an_undone_finish_waits_for_the_next_one(hall: SmallHall) -> None:
    ticket = serve(hall)
    undo.undo(hall.ctx, hall.clerk("T1"), hall.key(), "T1")
    state = pad_actions.receive(hall.ctx, press_of(hall, ticket=ticket), VIA)
    assert state is PressState.WAITING
    calling.finish(hall.ctx, hall.clerk("T1"), hall.key(), "T1", Outcome.DONE, "")
    pad_actions.settle_waiting(hall.ctx)
    assert levels(hall, ticket) == [(2, "pad", "pad-1")]


def test_a_bad_press_opens_a_redress(hall: SmallHall) -> None:
    serve(hall)
    pad_actions.receive(hall.ctx, press_of(hall, level=5), VIA)
    redresses = Web(hall).manager().get("/office/redresses").get_json()["redresses"]
    assert [(r["level"], r["state"], r["named"]) for r in redresses] == [(5, "open", False)]
