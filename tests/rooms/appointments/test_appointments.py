"""Appointments: arrivals, cancellations, missed ones and closures, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from server.appointments import (
    actions,
    jobs,
    plan_queries,
    plans,
    queries,
)
from server.appointments.actions import Closure
from server.appointments.claims import PHONE
from server.appointments.rules import Arrival, HallReason
from server.appointments.week_facts import counts
from server.core.errors import HallError
from server.privacy.personal_data import delete_old
from server.queue import window_sessions
from support.appointments import (
    DESK,
    OFFICE,
    PLAN,
    TUESDAY,
    WEDNESDAY,
    arrive,
    book,
    choice,
    close,
    close_day,
    hold,
    miss,
    open_day,
    refused,
    seats,
    stored,
    whole,
)
from support.halls import MONDAY, SmallHall, at


def test_cancelling_frees_the_seat_at_once_and_late_is_no_miss(hall: SmallHall) -> None:
    first, second = book(hall), book(hall, "b", choice("11:30"))
    hall.clock.set(at(7, 30, day=TUESDAY))
    actions.cancel(hall.ctx, PHONE, hall.key(), first)
    hall.clock.set(at(9, 31, day=TUESDAY))
    actions.cancel(hall.ctx, DESK, hall.key(), second)
    assert [stored(hall, row).state for row in (first, second)] == ["cancelled", "late_cancelled"]
    assert seats(hall) == []
    assert refused(lambda: actions.cancel(hall.ctx, PHONE, hall.key(), first)) == (
        "appointment_state"
    )
    whole(hall)


def test_arrivals_early_in_time_and_late(hall: SmallHall) -> None:
    early, late = book(hall), book(hall, "b")
    hall.clock.set(at(9, 14, day=TUESDAY))
    hall.sign_in("T1")
    with pytest.raises(HallError) as refusal:
        arrive(hall, early)
    assert refusal.value.data == {"start": "09:30", "since": "09:15"}
    hall.clock.set(at(9, 15, day=TUESDAY))
    came = arrive(hall, early)
    assert came.arrival is Arrival.ON_TIME
    assert hall.ticket(came.ticket).item == "tax-1"
    assert arrive(hall, early).ticket == came.ticket  # asked again: the same number
    hall.clock.set(at(9, 46, day=TUESDAY))
    assert arrive(hall, late, DESK).arrival is Arrival.LATE
    hall.serve("T1")
    jobs.update(hall.ctx)
    assert [stored(hall, row).state for row in (early, late)] == ["served", "arrived"]
    whole(hall)


def test_another_day_is_named(hall: SmallHall) -> None:
    appointment = book(hall)
    with pytest.raises(HallError) as refusal:
        arrive(hall, appointment)
    assert refusal.value.data == {"day": "2026-03-03", "start": "09:30"}


def test_a_miss_is_decided_after_the_day_and_only_if_the_hall_worked(hall: SmallHall) -> None:
    missed, silent = book(hall), book(hall, "b", choice("11:00"))
    refused_one = book(hall, "c")
    open_day(hall, TUESDAY, 20)
    hall.issue("tax-1")
    jobs.update(hall.ctx)
    assert stored(hall, missed).state == "booked"
    window_sessions.sign_out(hall.ctx, hall.clerk("T1"), hall.key(), "T1", force=True)
    assert refused(lambda: arrive(hall, refused_one)) == "nobody_signed_in"
    close_day(hall, TUESDAY)
    assert [stored(hall, row).state for row in (missed, silent, refused_one)] == [
        "missed",
        "booked",
        "booked",
    ]
    assert [stored(hall, row).unsure for row in (silent, refused_one)] == ["silent", "refused"]
    assert jobs.update(hall.ctx) == 0
    whole(hall)


def test_a_day_on_which_the_hall_did_not_open_is_no_miss(hall: SmallHall) -> None:
    appointment = book(hall)
    hall.clock.set(at(9, day=WEDNESDAY))
    jobs.update(hall.ctx)
    row = stored(hall, appointment)
    assert (row.state, row.unsure) == ("booked", "closed")


def test_misses_bar_and_an_excuse_on_the_same_day_needs_one_person(hall: SmallHall) -> None:
    hall.configure(appointment_misses=2)
    days = [MONDAY + timedelta(days=n) for n in (1, 2)]
    last = [miss(hall, "a", day) for day in days][-1]
    with pytest.raises(HallError) as barred:
        hold(hall, "a", choice("09:30", MONDAY + timedelta(days=3)))
    assert barred.value.data == {"until": "2026-04-03"}
    hold(hall, "b", choice("09:30", MONDAY + timedelta(days=3)))
    assert refused(lambda: actions.excuse(hall.ctx, OFFICE, hall.key(), last, "")) == (
        "appointment_reason"
    )
    assert refused(lambda: actions.excuse(hall.ctx, DESK, hall.key(), last, "住院")) == (
        "appointment_unknown"
    )
    actions.excuse(hall.ctx, OFFICE, hall.key(), last, "住院")
    hold(hall, "a", choice("09:30", MONDAY + timedelta(days=3)))
    assert refused(lambda: actions.excuse(hall.ctx, OFFICE, hall.key(), last, "住院")) == (
        "appointment_state"
    )
    whole(hall)


def test_the_office_decides_on_a_past_day_with_a_second_person(hall: SmallHall) -> None:
    appointment = miss(hall, "a", TUESDAY)
    hall.clock.set(at(9, day=WEDNESDAY))
    requester = replace(OFFICE, why="补交住院证明")
    assert refused(
        lambda: actions.excuse(hall.ctx, requester, hall.key(), appointment, "住院")
    ) == ("past_asked")
    assert not stored(hall, appointment).excused


def test_the_hall_cancels_and_those_people_choose_first(hall: SmallHall) -> None:
    for who in ("a", "b", "c"):
        book(hall, who, choice("11:00", WEDNESDAY))
    cancelled = book(hall, "d")
    hall.clock.set(at(9, 5))
    cancel, other = actions.cancel_by_hall, HallReason.OTHER
    assert refused(lambda: cancel(hall.ctx, OFFICE, hall.key(), cancelled, other, "")) == (
        "appointment_reason"
    )
    cancel(hall.ctx, OFFICE, hall.key(), cancelled, HallReason.OUTAGE, "")
    row = stored(hall, cancelled)
    assert (row.state, row.reason, row.first_until) == (
        "hall_cancelled",
        "outage",
        hall.clock.now() + 48 * 3_600_000,
    )
    wanted = choice("11:00", WEDNESDAY)
    assert refused(lambda: hold(hall, "d", wanted)) == "appointment_full"
    # Today as well, which others cannot book any more.
    hold(hall, "d", choice("10:00", MONDAY), first=row.token)
    again = book(hall, "d", wanted, first=row.token)
    assert stored(hall, again).state == "booked"
    assert refused(lambda: hold(hall, "e", wanted, first=row.token)) == "appointment_first"
    late = book(hall, "e")
    actions.cancel_by_hall(hall.ctx, OFFICE, hall.key(), late, HallReason.CLOSED, "")
    token = stored(hall, late).token
    hall.clock.advance(minutes=48 * 60)
    later = choice("11:00", MONDAY + timedelta(days=3))
    assert refused(lambda: hold(hall, "e", later, first=token)) == "appointment_first"
    whole(hall)


def test_a_closure_cancels_the_latest_that_cannot_be_served(hall: SmallHall) -> None:
    hall.configure(appointment_unmeasured_minutes=30)  # each window serves one in a slot
    plans.save(
        hall.ctx,
        OFFICE,
        hall.key(),
        replace(PLAN, items=("tax-2",), share=100, opens=870, closes=930),
    )
    booked = []
    for who in ("a", "b"):
        booked.append(book(hall, who, choice("14:30", item="tax-2")))
        hall.clock.advance(seconds=1)
    other = book(hall, "c")
    day = TUESDAY.isoformat()
    assert close(hall, Closure(day, window="T1")) == [booked[1]]
    assert refused(lambda: hold(hall, "d", choice("14:30", item="tax-2"))) == "appointment_full"
    assert close(hall, Closure(day)) == [other, booked[0]]
    assert refused(lambda: hold(hall, "d", choice())) == "appointment_full"
    for wrong in (
        Closure(MONDAY.replace(day=1).isoformat()),
        Closure(day, window="X"),
        Closure(day, plan="X"),
        Closure(day, start="09:30"),
    ):
        assert refused(partial(close, hall, wrong)) == "closure_scope"
    closures = hall.ctx.read(lambda c: plan_queries.closures(c, hall.ctx.hall_id, day, day))
    for row in closures:
        actions.lift(hall.ctx, OFFICE, hall.key(), row.id)
    assert refused(lambda: actions.lift(hall.ctx, OFFICE, hall.key(), closures[0].id)) == (
        "closure_unknown"
    )
    hold(hall, "d")
    whole(hall)


def test_contacts_are_erased_after_their_time(hall: SmallHall) -> None:
    appointment = book(hall)
    hall.clock.set(at(9, day=TUESDAY + timedelta(days=179)))
    delete_old(hall.ctx, hall.hall.config.data)
    assert stored(hall, appointment).person_key
    hall.clock.set(at(10, day=TUESDAY + timedelta(days=180)))
    delete_old(hall.ctx, hall.hall.config.data)
    row = stored(hall, appointment)
    assert (row.name, row.phone, row.person_key, row.source) == ("", "", "", "")
    assert hall.ctx.read(lambda c: queries.of_person(c, hall.ctx.hall_id, "", "2026-01-01")) == []


def test_the_week_counts_how_its_appointments_ended(hall: SmallHall) -> None:
    cancelled, late = book(hall, "a", choice("11:30")), book(hall, "b")
    book(hall, "c", choice("10:00"))
    hall.clock.set(at(9, 1))
    actions.cancel_by_hall(hall.ctx, OFFICE, hall.key(), cancelled, HallReason.OUTAGE, "")
    open_day(hall, TUESDAY, 50)
    arrive(hall, late)
    close_day(hall, TUESDAY)
    first, last = MONDAY.isoformat(), TUESDAY.isoformat()
    rows = hall.ctx.read(lambda c: queries.of_days(c, hall.ctx.hall_id, first, last))
    assert counts(rows) == {
        "appointments": 3,
        "appointments_on_time": 0,
        "appointments_late": 1,
        "appointments_missed": 1,
        "appointments_cancelled": 0,
        "appointments_hall_cancelled": 1,
    }
