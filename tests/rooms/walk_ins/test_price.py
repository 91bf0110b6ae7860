"""Price of a day's appointments on both databases: stored once, shown, an alarm if too high."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.appointments import plans
from server.queue import business_day, calling, returning, snapshot
from server.queue.forecasts import Forecasts
from server.queue.issuing import IssueExtras
from server.walk_ins import actions, alarms, queries, views
from server.walk_ins.queries import StoredPrice
from support.appointments import OFFICE, PLAN, TUESDAY, arrive, book, choice, close_day, open_day
from support.halls import SmallHall, at
from support.web import Web


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the hall with a plan of appointments."""
    plans.save(small.ctx, OFFICE, small.key(), PLAN)
    business_day.keep_day(small.ctx)
    return small


def _prices(hall: SmallHall) -> list[StoredPrice]:
    return hall.ctx.read(lambda c: queries.prices(c, hall.ctx.hall_id, "2026-01-01", "2026-12-31"))


def _day(hall: SmallHall) -> None:
    """Play Tuesday: two people wait, one with an appointment is called before them."""
    appointment = book(hall, "a", choice("09:30"))
    open_day(hall, TUESDAY, 20)
    hall.issue("tax-1")
    hall.issue("tax-1")
    hall.clock.set(at(9, 29, day=TUESDAY))
    arrive(hall, appointment)
    for minute in (30, 40, 50):
        hall.clock.set(at(9, minute, day=TUESDAY))
        hall.serve("T1")
    close_day(hall, TUESDAY)


def test_a_closed_day_with_appointments_has_its_price_once(hall: SmallHall) -> None:
    _day(hall)
    assert actions.update(hall.ctx) == 1
    assert actions.update(hall.ctx) == 0
    price = _prices(hall)[0]
    assert (price.day, price.walk_ins, price.booked) == (TUESDAY.isoformat(), 2, 1)
    # Without the appointment both would have been called ten minutes earlier.
    assert (price.mean, price.p95, price.p95_wait) == (1000, 1000, 3000)
    assert (price.booked_mean, price.booked_in_time, price.agreement) == (0, 1, 10_000)
    assert (price.bound, price.promised) == (20, 10)


def test_a_day_without_appointments_has_none(hall: SmallHall) -> None:
    open_day(hall, TUESDAY, 20)
    hall.issue("tax-1")
    hall.serve("T1")
    close_day(hall, TUESDAY)
    assert actions.update(hall.ctx) == 0
    assert _prices(hall) == []


def test_a_day_is_not_priced_before_it_is_closed(hall: SmallHall) -> None:
    appointment = book(hall, "a", choice("09:30"))
    open_day(hall, TUESDAY, 20)
    arrive(hall, appointment)
    assert actions.update(hall.ctx) == 0


def test_a_broken_promise_is_an_alarm_and_shown_to_everybody(hall: SmallHall) -> None:
    hall.configure(walk_in_extra_minutes=5)
    _day(hall)
    actions.update(hall.ctx)
    current = alarms.alarms(hall.hall)
    seen = current(snapshot.take(hall.ctx))
    assert [(alarm.code, alarm.subject) for alarm in seen] == [("walk_in_bound", "2026-03-03")]
    assert "10.0" in seen[0].message_zh
    assert "10.0" in seen[0].message_en
    shown = hall.ctx.read(lambda c: views.price_days(hall.ctx, c, views.PUBLIC_DAYS))
    assert [(day.day, day.kept, day.p95) for day in shown.days] == [("2026-03-03", False, 10.0)]
    hall.clock.set(at(9, day=TUESDAY + timedelta(days=4)))
    assert current(snapshot.take(hall.ctx)) == []


def test_a_later_bound_does_not_change_what_was_promised(hall: SmallHall) -> None:
    _day(hall)
    actions.update(hall.ctx)
    hall.configure(walk_in_extra_minutes=5)
    shown = hall.ctx.read(lambda c: views.price_days(hall.ctx, c, views.OFFICE_DAYS))
    assert (shown.bound, shown.days[0].bound, shown.days[0].kept) == (5, 20, True)
    assert alarms.alarms(hall.hall)(snapshot.take(hall.ctx)) == []


def test_the_office_and_the_public_read_it(hall: SmallHall) -> None:
    web = Web(hall)
    for browser, path in (
        (web.manager(), "/office/appointment-price"),
        (web.browser(), "/appointments-price"),
    ):
        answer = browser.get(path)
        assert answer.get_json() == {"days": [], "bound": 20, "promised": 10, "every": 2}
    assert web.browser().get("/office/appointment-price").status_code == 401


def test_waits_count_who_has_an_appointment_and_is_not_here_yet(hall: SmallHall) -> None:
    book(hall, "a", choice("09:30"))
    open_day(hall, TUESDAY, 29)
    _, second = hall.issue("tax-1"), hall.issue("tax-1")
    item = hall.ctx.catalogue().item_by["tax-1"]
    forecasts = Forecasts.of(hall.ctx)
    hall.configure(appointment_late_minutes=0)
    expected = forecasts.refresh().turn_of(second, item)
    hall.clock.set(at(9, 31, day=TUESDAY))
    late = forecasts.refresh().turn_of(second, item)
    # Somebody is called in between, who is not ahead: nobody knows yet whether that person comes.
    assert expected.minutes > late.minutes
    assert expected.ahead == late.ahead == 1


def test_a_day_without_a_call_says_nothing_about_the_promise(hall: SmallHall) -> None:
    appointment = book(hall, "a", choice("09:30"))
    open_day(hall, TUESDAY, 20)
    arrive(hall, appointment)
    close_day(hall, TUESDAY)
    assert actions.update(hall.ctx) == 1
    shown = hall.ctx.read(lambda c: views.price_days(hall.ctx, c, views.OFFICE_DAYS))
    assert shown.days == []


def test_the_replay_knows_who_came_late_left_came_back_or_was_sent_on(hall: SmallHall) -> None:
    appointment = book(hall, "a", choice("09:30"))
    open_day(hall, TUESDAY, 20)
    ctx, clerk = hall.ctx, hall.clerk("T1")
    afar = [hall.issue_extra("tax-1", IssueExtras(absent=True)) for _ in range(2)]
    gone = hall.issue("tax-1")
    people = [hall.issue("tax-1") for _ in range(4)]
    calling.cancel(ctx, clerk, hall.key(), gone.id)
    minutes = iter(range(29, 60))

    def later() -> None:
        hall.clock.set(at(9, next(minutes), day=TUESDAY))

    later()
    arrive(hall, appointment)
    later()
    hall.serve("T1")
    later()
    missed = hall.call_and_miss("T1")  # both numbers from afar are passed over
    assert missed.id == people[0].id
    returning.return_missed(ctx, clerk, hall.key(), missed.id)
    for number in afar:
        returning.check_in(ctx, clerk, hall.key(), number.id)
    for _ in range(3):
        later()
        hall.serve("T1")
    later()
    sent = hall.call("T1")
    calling.start(ctx, clerk, hall.key(), "T1")
    target = {"to_window": None, "to_item": "tax-2", "to_unit": None}
    calling.transfer(ctx, clerk, hall.key(), "T1", **target, text="")
    assert sent.id in {number.id for number in afar} | {missed.id}
    for _ in range(3):
        later()
        hall.serve("T1")
    close_day(hall, TUESDAY)
    actions.update(ctx)
    price = _prices(hall)[0]
    assert (price.walk_ins, price.booked, price.agreement) == (6, 1, 10_000)
