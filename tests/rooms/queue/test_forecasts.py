"""Latest forecast of a hall: the same on slip, kiosk and phone; kept, or played on demand."""

from __future__ import annotations

import json

import pytest

from kiosk import views
from kiosk.messages import TicketView
from server.core.errors import HallError
from server.core.events import Event
from server.queue import calling, issuing, slip_queries, snapshot, window_sessions
from server.queue.events import WaitsPlayed
from server.queue.forecasts import MOST_AGE_MS, Forecasts
from server.queue.ticket_place import place_of
from server.queue.tickets import Ticket
from server.queue.wait_range import Wait, wait_of
from support.halls import SmallHall
from support.web import Web


class StoppedError(Exception):
    """End of a keeper's endless work."""


def stop(seconds: float) -> None:
    """End the keeper when it rests; go on where it only lets others run."""
    if seconds:
        raise StoppedError


def kept(small: SmallHall) -> Forecasts:
    """Return the hall's forecasts after the keeper's first pass."""
    forecasts = Forecasts.of(small.ctx)
    with pytest.raises(StoppedError):
        forecasts.keep(stop, stop)
    return forecasts


def phone(small: SmallHall, ticket: Ticket) -> TicketView:
    """Return what the holder of a ticket sees."""
    seen, latest = snapshot.take(small.ctx), Forecasts.of(small.ctx).current()
    item = seen.catalogue.item_by.get(ticket.item)
    place = place_of(seen, small.ticket(ticket.id), item, latest)
    return views.ticket_view(seen, small.ticket(ticket.id), seen.catalogue, place, (), "")


def slip_of(small: SmallHall, ticket: Ticket) -> Wait:
    """Return the wait on a ticket's slip."""
    rows = small.ctx.read(lambda c: slip_queries.of_ticket(c, small.ctx.hall_id, ticket.id))
    facts = json.loads(rows[0].document)
    return Wait(facts["ahead"], facts["low"], facts["high"])


def offer(small: SmallHall, item: str) -> Wait:
    """Return what the kiosk's page offers a newcomer."""
    latest = Forecasts.of(small.ctx).current()
    page = views.item_page_of(snapshot.take(small.ctx), latest, item).offer
    assert page is not None
    return Wait(page.ahead, page.low, page.high)


def test_kiosk_slip_and_phone_say_the_same(small: SmallHall) -> None:
    small.sign_in("G1", "G2")
    for n in range(7):
        item = ("tax-1", "social-1")[n % 2]
        offered = offer(small, item)
        ticket = small.issue(item)
        seen = phone(small, ticket)
        assert offered == slip_of(small, ticket) == Wait(seen.ahead, seen.low, seen.high)
        assert seen.ahead == n
        assert (seen.high <= 2) is (n < 2), "two windows are free"


def test_nobody_behind_others_at_comprehensive_windows_is_next(small: SmallHall) -> None:
    """Seven people of two units wait for two busy windows: only the first is next."""
    small.sign_in("G1", "G2")
    for item in ("tax-1", "social-1"):
        small.issue(item)
    small.call("G1")
    small.call("G2")
    tickets = [small.issue(("tax-1", "social-1")[n % 2]) for n in range(7)]
    assert [phone(small, ticket).ahead for ticket in tickets] == list(range(7))


def test_priority_and_a_transfer_are_explained(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    moved = small.issue("tax-1")
    small.call("T1")
    small.issue("tax-1")
    small.call("T2")
    ordinary = small.issue("tax-1")
    small.issue("tax-1", "elderly")
    seen = phone(small, ordinary)
    assert (seen.ahead, seen.priority_ahead, seen.sent) == (1, 1, False)
    act = small.ctx, small.clerk("T1"), small.key(), "T1"
    calling.transfer(*act, to_window="T2", to_item=None, to_unit=None, text="")
    seen = phone(small, moved)
    assert seen.sent
    assert [window.number for window in seen.windows] == [2]


def test_a_phone_names_the_windows_of_the_unit_it_was_sent_to(small: SmallHall) -> None:
    small.sign_in("T1", "S1", "G1")
    moved = small.issue("tax-1")
    small.call("T1")
    act = small.ctx, small.clerk("T1"), small.key(), "T1"
    calling.transfer(*act, to_window=None, to_item=None, to_unit="build", text="")
    assert [window.number for window in phone(small, moved).windows] == [3]


def test_a_kept_forecast_counts_those_who_joined_since(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.call("T1")
    forecasts = kept(small)
    first, second = small.issue("tax-1"), small.issue("tax-1", "elderly")
    assert [slip_of(small, t).ahead for t in (first, second)] == [0, 0]
    assert slip_of(small, small.issue("tax-1")).ahead == 2
    assert phone(small, first).ahead == 0, "still the kept one"
    forecasts.refresh()
    assert phone(small, first).ahead == phone(small, first).priority_ahead == 1


def test_those_who_join_during_a_pass_stay_in_its_forecast(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.call("T1")
    forecasts = kept(small)
    came: list[Ticket] = []

    def breathe() -> None:
        if not came:
            came.append(small.issue("tax-1"))

    small.clock.advance(seconds=1)
    forecasts.refresh(breathe)
    assert slip_of(small, small.issue("tax-1")).ahead == 1
    assert phone(small, came[0]).ahead == 0


def test_an_old_forecast_is_played_again(small: SmallHall) -> None:
    small.sign_in("T1")
    forecasts = kept(small)
    small.issue("tax-1")
    assert forecasts.current().forecast.turns == {}
    small.clock.advance(seconds=MOST_AGE_MS // 1000 + 1)
    assert len(forecasts.current().forecast.turns) == 1


def test_a_number_that_is_not_issued_leaves_nothing(small: SmallHall) -> None:
    small.sign_in("T1")
    with pytest.raises(HallError):
        small.issue("fire-1")
    assert slip_of(small, small.issue("tax-1")).ahead == 0


def test_people_are_ahead_in_their_unit_while_no_window_may_call(small: SmallHall) -> None:
    small.sign_in("T1")
    tickets = [small.issue("tax-1"), small.issue("tax-1", "elderly"), small.issue("tax-1")]

    window_sessions.pause(small.ctx, small.clerk("T1"), small.key(), "T1", "rest", "")
    assert [phone(small, ticket).ahead for ticket in tickets] == [1, 0, 2]


def test_the_wait_of_an_issued_number_is_that_of_its_answer(small: SmallHall) -> None:
    small.sign_in("T1")
    latest = Forecasts.of(small.ctx).current()
    expected = wait_of(latest.newcomer(small.ctx.catalogue().item_by["tax-1"], 0))
    kiosk = small.clerk("T1")
    issued = issuing.issue_with_data(
        small.ctx, kiosk, small.key(), item="tax-1", applicant="ordinary", kiosk="", paper=False
    )
    assert issued.wait == expected


def test_the_office_sees_whether_the_told_waits_held(small: SmallHall) -> None:
    small.sign_in("T1", "G1")
    small.issue("tax-1")
    small.call("T1")
    soon, later = small.issue("tax-1", "elderly"), small.issue("social-1")
    assert (later.told_low, later.told_high) == (0, 2), "a free window calls at once"
    small.serve("G1")
    small.clock.advance(seconds=3600)
    assert soon.told_high is not None
    assert soon.told_high < 60
    small.call("T1", "accepted")
    web = Web(small)
    by_kind = {row["kind"]: row for row in web.manager().get("/office/today").get_json()["told"]}
    assert by_kind["priority"] == {"kind": "priority", "people": 1, "within": 0.0, "late": 1.0} | {
        "width": soon.told_high - (soon.told_low or 0)
    }
    assert (by_kind["comprehensive"]["people"], by_kind["comprehensive"]["within"]) == (1, 1.0)


def test_pages_are_told_of_a_forecast_with_later_changes_and_of_no_other(small: SmallHall) -> None:
    """A page that is redrawn at a change may read the forecast before it: it is redrawn after."""
    small.sign_in("T1")
    events: list[Event] = []
    small.ctx.bus.subscribe(events.append)
    kept(small)
    assert [event for event in events if isinstance(event, WaitsPlayed)] == [WaitsPlayed()]
    kept(small)
    assert events.count(WaitsPlayed()) == 1
    small.issue("tax-1")
    kept(small)
    assert events.count(WaitsPlayed()) == 2
