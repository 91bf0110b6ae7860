"""Seats of appointments: plans, holds and claims, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from server.appointments import (
    actions,
    capacity,
    claims,
    plan_queries,
    plans,
    tables,
)
from server.appointments.claims import PHONE, Choice
from server.appointments.integrity import problems
from server.appointments.rules import Plan
from server.core import journal
from server.core.errors import HallError
from server.queue import calling
from server.queue.tickets import Outcome
from support.appointments import (
    OFFICE,
    PLAN,
    TUESDAY,
    WEDNESDAY,
    book,
    choice,
    hold,
    person,
    refused,
    seats,
    stored,
    whole,
)
from support.halls import MONDAY, SmallHall, at


def test_seats_show_the_figures_they_follow_from(hall: SmallHall) -> None:
    slots = hall.ctx.read(lambda c: capacity.slots_of_day(hall.ctx, c, TUESDAY))
    assert [slot.start for slot in slots] == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
    figures = slots[0].figures
    assert (float(figures.windows), figures.is_measured, figures.seconds) == (4, False, 600)
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
    assert [float(by_items[item].windows) for item in ("tax-1", "tax-2")] == [3, 1]
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
        ("tobacco-1", TUESDAY, "09:30", "unit_withdrawn"),
        ("cars-1", TUESDAY, "09:30", "elsewhere"),
        ("ask-1", TUESDAY, "09:30", "appointment_consult"),
        ("lapsed-1", TUESDAY, "09:30", "appointment_none"),
        ("build-1", TUESDAY, "09:30", "appointment_day"),
        ("tax-1", MONDAY, "09:30", "appointment_day"),
        ("tax-1", MONDAY + timedelta(days=8), "09:30", "appointment_day"),
        ("tax-1", MONDAY + timedelta(days=5), "09:30", "appointment_day"),
        ("tax-1", TUESDAY, "09:15", "appointment_day"),
        ("tax-1", TUESDAY, "12:00", "appointment_day"),
    ]:
        wanted = choice(start, day, item)
        assert refused(partial(hold, hall, "a", wanted)) == code
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


def test_a_smaller_plan_takes_no_claimed_seat_away(hall: SmallHall) -> None:
    people = [book(hall, who) for who in ("a", "b", "c")]
    (row,) = hall.ctx.read(lambda c: plan_queries.plans(c, hall.ctx.hall_id))
    plans.save(hall.ctx, OFFICE, hall.key(), replace(PLAN, id=row.id, share=10))
    assert [stored(hall, entry).state for entry in people] == ["booked"] * 3
    actions.cancel(hall.ctx, PHONE, hall.key(), people[0])
    assert refused(lambda: hold(hall, "d")) == "appointment_full"
    plans.end(hall.ctx, OFFICE, hall.key(), row.id, TUESDAY.isoformat())
    assert refused(lambda: hold(hall, "d")) == "appointment_day"
    assert [
        plan.n for plan in hall.ctx.read(lambda c: plan_queries.plans(c, hall.ctx.hall_id))
    ] == [
        1,
        2,
        3,
    ]
    whole(hall)


def test_a_wrong_plan_is_refused(hall: SmallHall) -> None:
    for draft, code in [
        (replace(PLAN, items=()), "plan_empty"),
        (replace(PLAN, items=(), groups=("none",)), "plan_empty"),
        (replace(PLAN, items=("ask-1",)), "appointment_consult"),
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
