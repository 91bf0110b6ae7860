"""Appointments: holds, bookings, arrivals, cancellations, no-shows, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from server.appointments import actions, capacity, claims, jobs, plans, queries, tables
from server.appointments.actions import Closure
from server.appointments.claims import PHONE, Choice, Person
from server.appointments.integrity import problems
from server.appointments.queries import StoredAppointment, StoredSeat
from server.appointments.rules import Arrival, HallReason, Plan
from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.privacy.personal_data import delete_old
from server.queue import calling, window_sessions
from server.queue.business_day import keep_day
from server.queue.tickets import Outcome
from support.halls import MANAGER, MONDAY, SmallHall, at

TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
DESK = Actor(ActorKind.CLERK, "1001")
PLAN = Plan(
    id="",
    n=0,
    name="税务预约",
    items=("tax-1",),
    groups=(),
    valid_from=MONDAY.isoformat(),
    valid_to="2026-12-31",
    weekdays=frozenset({1, 2, 3, 4, 5}),
    opens=540,
    closes=720,
    step=30,
    share=25,
)
"""Four windows (two of tax, two by mandate), ten minutes a person: 12 in a slot, 3 seats."""


def person(name: str = "a", **more: str) -> Person:
    return Person(key=f"key-{name}", name=f"张{name}", phone=f"sealed-{name}", **more)


def choice(start: str = "09:30", day: date = TUESDAY, item: str = "tax-1") -> Choice:
    return Choice(item, day.isoformat(), start)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    plans.save(small.ctx, OFFICE, small.key(), PLAN)
    return small


def hold(hall: SmallHall, who: str = "a", wanted: Choice | None = None, **more: str) -> str:
    first = more.pop("first", "")
    holder = person(who, **more)
    return claims.hold(hall.ctx, PHONE, hall.key(), wanted or choice(), holder, first).token


def book(hall: SmallHall, who: str = "a", wanted: Choice | None = None, **more: str) -> str:
    token = hold(hall, who, wanted, **more)
    return claims.confirm(hall.ctx, PHONE, hall.key(), token, person(who))


def stored(hall: SmallHall, appointment: str) -> StoredAppointment:
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, appointment))
    assert row is not None
    return row


def seats(hall: SmallHall) -> list[StoredSeat]:
    return hall.ctx.read(
        lambda c: queries.seats_of_days(c, hall.ctx.hall_id, "2026-01-01", "2026-12-31")
    )


def whole(hall: SmallHall) -> None:
    assert hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id))) == []


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as refusal:
        act()
    return refusal.value.code.value


def arrive(hall: SmallHall, appointment: str, actor: Actor = PHONE) -> actions.Arrived:
    return actions.arrive(hall.ctx, actor, hall.key(), appointment, paper=False)


def test_seats_show_the_figures_they_follow_from(hall: SmallHall) -> None:
    slots = hall.ctx.read(lambda c: capacity.slots_of_day(hall.ctx, c, TUESDAY))
    assert [slot.start for slot in slots] == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    figures = slots[0].figures
    assert (figures.windows, figures.is_measured, figures.seconds) == (4, False, 600)
    assert (figures.full, figures.public, figures.first) == (12, 3, 1)
    saturday = MONDAY + timedelta(days=5)
    assert hall.ctx.read(lambda c: capacity.slots_of_day(hall.ctx, c, saturday)) == []


def test_thirty_measured_services_decide_on_the_seats(hall: SmallHall) -> None:
    hall.sign_in("T1")
    for _ in range(30):
        hall.issue("tax-1")
        hall.call("T1")
        hall.clock.advance(minutes=1)
        calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")
        hall.clock.advance(minutes=4)
        calling.finish(hall.ctx, hall.clerk("T1"), hall.key(), "T1", Outcome.DONE, "")
    hall.clock.set(at(9, day=TUESDAY))
    slots = hall.ctx.read(lambda c: capacity.slots_of_day(hall.ctx, c, WEDNESDAY))
    figures = slots[0].figures
    assert (figures.services, figures.seconds, figures.is_measured) == (30, 300, True)
    assert (figures.full, figures.public) == (24, 6)


def test_two_plans_share_their_windows(hall: SmallHall) -> None:
    # tax-2 is served by the two windows of tax only, which serve tax-1 as well.
    plans.save(hall.ctx, OFFICE, hall.key(), replace(PLAN, items=("tax-2",), share=100))
    slots = hall.ctx.read(lambda c: capacity.slots_of_day(hall.ctx, c, TUESDAY))
    by_items = {slot.plan.items[0]: slot.figures for slot in slots if slot.start == "09:00"}
    assert (by_items["tax-1"].windows, by_items["tax-2"].windows) == (3, 1)
    assert by_items["tax-2"].public == 3


def test_a_hold_becomes_an_appointment_once(hall: SmallHall) -> None:
    token, key = hold(hall), hall.key()
    first = claims.confirm(hall.ctx, PHONE, key, token, person())
    assert claims.confirm(hall.ctx, PHONE, key, token, person()) == first
    assert refused(lambda: claims.confirm(hall.ctx, PHONE, hall.key(), token, person())) == (
        "hold_over"
    )
    row = stored(hall, first)
    assert (row.state, row.day, row.start, row.name) == ("booked", "2026-03-03", "09:30", "张*")
    (seat,) = seats(hall)
    assert (seat.appointment, seat.held_until, seat.token, seat.holder) == (first, 0, "", "")
    ctx = hall.ctx
    (line,) = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, first))
    assert line["act"] == "appointment.book"
    assert not any(text in str(line) for text in ("张", "sealed", row.code, row.person_key))
    whole(hall)


def test_another_person_cannot_confirm_a_hold(hall: SmallHall) -> None:
    token = hold(hall)
    assert refused(lambda: claims.confirm(hall.ctx, PHONE, hall.key(), token, person("b"))) == (
        "hold_over"
    )
    hall.clock.advance(minutes=5)
    assert refused(lambda: claims.confirm(hall.ctx, PHONE, hall.key(), token, person())) == (
        "hold_over"
    )


def test_the_last_seat_is_offered_to_one_person_at_a_time(hall: SmallHall) -> None:
    book(hall, "a")
    book(hall, "b")
    last = hold(hall, "c")
    with pytest.raises(HallError) as held:
        hold(hall, "d")
    assert (held.value.code, held.value.data) == ("appointment_held", {"until": "09:05"})
    hall.clock.advance(minutes=5)  # the hold is over: the seat is offered to the next person
    assert hold(hall, "d") != last
    assert refused(lambda: claims.confirm(hall.ctx, PHONE, hall.key(), last, person("c"))) == (
        "hold_over"
    )
    claims.confirm(hall.ctx, PHONE, hall.key(), hold(hall, "d"), person("d"))
    assert refused(lambda: hold(hall, "c")) == "appointment_full"
    assert sorted(seat.n for seat in seats(hall)) == [1, 2, 3]
    whole(hall)


def test_a_person_holds_one_seat_and_a_source_a_few(hall: SmallHall) -> None:
    for start in ("09:00", "09:30", "10:00"):
        hold(hall, "a", choice(start))
    assert [seat.start for seat in seats(hall)] == ["10:00"]
    hall.configure(appointment_source_holds=2, appointment_source_most=3)
    hold(hall, "b", source="home")
    hold(hall, "c", source="home")
    assert refused(lambda: hold(hall, "d", choice("11:00"), source="home")) == "hold_most"
    hold(hall, "d", choice("11:00"), source="elsewhere")
    for who in ("b", "c"):
        claims.confirm(
            hall.ctx, PHONE, hall.key(), hold(hall, who, source="home"), person(who, source="home")
        )
    hold(hall, "e", choice("11:00"), source="home")
    assert refused(lambda: hold(hall, "f", choice("11:00"), source="home")) == "hold_most"
    claims.release(hall.ctx, PHONE, hall.key(), "unknown")


def test_a_hold_that_is_given_up_is_free_at_once(hall: SmallHall) -> None:
    tokens = [hold(hall, who) for who in ("a", "b", "c")]
    claims.release(hall.ctx, PHONE, hall.key(), tokens[1])
    assert hold(hall, "d") not in tokens


def test_one_appointment_for_an_item_and_a_day_and_a_few_in_all(hall: SmallHall) -> None:
    book(hall)
    assert refused(lambda: hold(hall, "a", choice("11:00"))) == "appointment_twice"
    book(hall, "a", choice("11:00", WEDNESDAY))
    book(hall, "a", choice("11:00", MONDAY + timedelta(days=3)))
    friday = choice("11:00", MONDAY + timedelta(days=4))
    assert refused(lambda: hold(hall, "a", friday)) == "appointment_most"


def test_what_cannot_be_booked_is_refused(hall: SmallHall) -> None:
    for item, day, start, code in [
        ("nothing", TUESDAY, "09:30", "item_unknown"),
        ("tobacco-1", TUESDAY, "09:30", "appointment_none"),
        ("cars-1", TUESDAY, "09:30", "appointment_none"),
        ("ask-1", TUESDAY, "09:30", "appointment_none"),
        ("lapsed-1", TUESDAY, "09:30", "appointment_none"),
        ("build-1", TUESDAY, "09:30", "appointment_day"),
        ("tax-1", MONDAY, "09:30", "appointment_day"),
        ("tax-1", MONDAY + timedelta(days=8), "09:30", "appointment_day"),
        ("tax-1", MONDAY + timedelta(days=5), "09:30", "appointment_day"),
        ("tax-1", TUESDAY, "09:15", "appointment_day"),
        ("tax-1", TUESDAY, "12:00", "appointment_day"),
    ]:
        wanted = choice(start, day, item)
        assert refused(lambda wanted=wanted: hold(hall, "a", wanted)) == code
    assert seats(hall) == []


def test_a_seat_is_moved_before_the_old_one_is_freed(hall: SmallHall) -> None:
    appointment = book(hall)
    for who in ("b", "c", "d"):
        book(hall, who, choice("10:00"))
    move = claims.change

    def to(wanted: Choice) -> None:
        move(hall.ctx, PHONE, hall.key(), appointment, wanted)

    assert refused(lambda: to(choice("10:00"))) == "appointment_full"
    assert stored(hall, appointment).start == "09:30"
    to(choice("11:00", WEDNESDAY))
    assert stored(hall, appointment).day == WEDNESDAY.isoformat()
    assert Counter(seat.appointment for seat in seats(hall))[appointment] == 1
    whole(hall)
    hall.clock.set(at(9, 1, day=WEDNESDAY))
    assert refused(lambda: to(choice("11:30", MONDAY + timedelta(days=3)))) == "appointment_late"


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


def close_day(hall: SmallHall, day: date) -> None:
    hall.clock.set(at(19, day=day))
    keep_day(hall.ctx)
    jobs.update(hall.ctx)


def open_day(hall: SmallHall, day: date, minute: int = 0) -> None:
    hall.clock.set(at(9, minute, day=day))
    keep_day(hall.ctx)
    hall.sign_in("T1")


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


def miss(hall: SmallHall, who: str, day: date) -> str:
    appointment = book(hall, who, choice("09:30", day))
    open_day(hall, day, 20)
    hall.issue("tax-1")
    close_day(hall, day)
    assert stored(hall, appointment).state == "missed"
    return appointment


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
    asked = replace(OFFICE, why="补交住院证明")
    assert refused(lambda: actions.excuse(hall.ctx, asked, hall.key(), appointment, "住院")) == (
        "past_asked"
    )
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


def close(hall: SmallHall, closure: Closure) -> list[str]:
    return actions.close(hall.ctx, OFFICE, hall.key(), closure, HallReason.WINDOW, "")


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
        assert refused(lambda wrong=wrong: close(hall, wrong)) == "closure_scope"
    closures = hall.ctx.read(lambda c: queries.closures(c, hall.ctx.hall_id, day, day))
    for row in closures:
        actions.lift(hall.ctx, OFFICE, hall.key(), row.id)
    assert refused(lambda: actions.lift(hall.ctx, OFFICE, hall.key(), closures[0].id)) == (
        "closure_unknown"
    )
    hold(hall, "d")
    whole(hall)


def test_a_smaller_plan_takes_no_claimed_seat_away(hall: SmallHall) -> None:
    people = [book(hall, who) for who in ("a", "b", "c")]
    (row,) = hall.ctx.read(lambda c: queries.plans(c, hall.ctx.hall_id))
    plans.save(hall.ctx, OFFICE, hall.key(), replace(PLAN, id=row.id, share=10))
    assert [stored(hall, entry).state for entry in people] == ["booked"] * 3
    actions.cancel(hall.ctx, PHONE, hall.key(), people[0])
    assert refused(lambda: hold(hall, "d")) == "appointment_full"
    plans.end(hall.ctx, OFFICE, hall.key(), row.id, TUESDAY.isoformat())
    assert refused(lambda: hold(hall, "d")) == "appointment_day"
    assert [plan.n for plan in hall.ctx.read(lambda c: queries.plans(c, hall.ctx.hall_id))] == [
        1,
        2,
        3,
    ]
    whole(hall)


def test_a_wrong_plan_is_refused(hall: SmallHall) -> None:
    for draft, code in [
        (replace(PLAN, items=()), "plan_empty"),
        (replace(PLAN, items=(), groups=("none",)), "plan_empty"),
        (replace(PLAN, items=("ask-1",)), "appointment_none"),
        (replace(PLAN, valid_from="2026-03-01"), "plan_times"),
        (replace(PLAN, valid_to="2026-03-01"), "plan_times"),
        (replace(PLAN, closes=560), "plan_times"),
        (replace(PLAN, weekdays=frozenset()), "plan_times"),
        (PLAN, "plan_overlap"),
        (replace(PLAN, items=(), groups=("life",)), "plan_overlap"),
        (replace(PLAN, id="P9", items=("tax-2",)), "plan_unknown"),
    ]:

        def save(draft: Plan = draft) -> str:
            return plans.save(hall.ctx, OFFICE, hall.key(), draft)

        assert refused(save) == code


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


@pytest.mark.parametrize("seed", range(3))
def test_no_seat_is_lost_or_claimed_twice(hall: SmallHall, seed: int) -> None:
    """Let many people hold, confirm, cancel, move and let holds expire, in any order."""
    hall.configure(appointment_person_most=20)
    chance, held, booked = random.Random(seed), dict[str, str](), dict[str, str]()
    starts, people = ("09:00", "09:30", "10:00"), [f"p{n}" for n in range(12)]

    def step(who: str) -> None:
        wanted = choice(chance.choice(starts))
        move = chance.choice(("hold", "hold", "confirm", "confirm", "cancel", "change", "wait"))
        if move == "hold":
            held[who] = hold(hall, who, wanted)
        elif move == "confirm" and who in held:
            token = held.pop(who)
            booked[who] = claims.confirm(hall.ctx, PHONE, hall.key(), token, person(who))
        elif move == "cancel" and who in booked:
            actions.cancel(hall.ctx, PHONE, hall.key(), booked.pop(who))
        elif move == "change" and who in booked:
            claims.change(hall.ctx, PHONE, hall.key(), booked[who], wanted)
        elif move == "wait":
            hall.clock.advance(minutes=chance.randint(0, 3))

    for _ in range(80):
        who = chance.choice(people)
        try:
            step(who)
        except HallError as error:
            assert error.code.value in {
                "appointment_full",
                "appointment_held",
                "appointment_twice",
                "hold_over",
            }
        rows = seats(hall)
        live = [row for row in rows if row.appointment or row.held_until > hall.clock.now()]
        assert {row.appointment for row in rows if row.appointment} == set(booked.values())
        assert max(Counter((row.start,) for row in live).values(), default=0) <= 3
        assert len({(row.start, row.n) for row in rows}) == len(rows)
    whole(hall)


def test_the_check_sees_seats_that_do_not_fit(hall: SmallHall) -> None:
    appointment = book(hall)
    hall.ctx.write(
        lambda tx: tx.conn.execute(update(tables.appointment_seat).values(start="10:00")).rowcount
    )
    wrong = hall.ctx.read(lambda c: [en for _, en in problems(c, hall.ctx.hall_id)])
    assert len(wrong) == 2
    assert stored(hall, appointment).code in wrong[0]
