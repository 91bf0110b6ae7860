"""Claims of seats: hold, give up, confirm, move to another time, book at the desk.

The insert of a seat is the claim (docs/adr/0049). A hold is a seat with an end; confirming it adds
the appointment in the same transaction. Holds are no facts of the hall and are not in the journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from server.appointments import capacity, queries
from server.appointments.capacity import Slot
from server.appointments.errors import AppointmentCode
from server.appointments.queries import StoredAppointment, StoredSeat
from server.appointments.rules import (
    AppointmentChannel,
    AppointmentMove,
    AppointmentState,
    barred_until,
    bookable_days,
    code_from,
    free_place,
    masked_name,
    minute_of,
)
from server.appointments.settings import AppointmentSettings
from server.appointments.steps import Wish, add_step, attempt_of, require
from server.appointments.workflow import APPOINTMENT
from server.catalogue.model import Handling, Item, Presence
from server.core.actors import Actor, ActorKind
from server.core.clock import instant
from server.core.errors import HallError
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict
from server.queue.errors import QueueCode
from server.queue.routing import windows_for

PHONE = Actor(ActorKind.PHONE, "phone")
"""Whoever books by phone, or has the address of an appointment's page."""
DAY_MS = 86_400_000
CODE_TRIES = 8
NOT_BOOKABLE = (
    QueueCode.ITEM_UNKNOWN,
    QueueCode.UNIT_WITHDRAWN,
    QueueCode.ELSEWHERE,
    AppointmentCode.APPOINTMENT_CONSULT,
    AppointmentCode.APPOINTMENT_NONE,
)
"""Error codes of items that take no appointments."""
BOOKING = (
    *NOT_BOOKABLE,
    AppointmentCode.APPOINTMENT_DAY,
    AppointmentCode.APPOINTMENT_FULL,
    AppointmentCode.APPOINTMENT_HELD,
    AppointmentCode.APPOINTMENT_PERSON,
    AppointmentCode.APPOINTMENT_TWICE,
    AppointmentCode.APPOINTMENT_MOST,
    AppointmentCode.APPOINTMENT_BARRED,
    AppointmentCode.APPOINTMENT_FIRST,
)
"""Error codes of whatever claims a seat."""
CONFIRMING = (
    QueueCode.CLASS_UNKNOWN,
    AppointmentCode.HOLD_OVER,
    AppointmentCode.APPOINTMENT_PERSON,
    AppointmentCode.APPOINTMENT_TWICE,
    AppointmentCode.APPOINTMENT_MOST,
    AppointmentCode.APPOINTMENT_BARRED,
    AppointmentCode.APPOINTMENT_FIRST,
)
"""Error codes of whatever turns a hold into an appointment."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Slot that somebody wants: `start` is a time such as 09:30."""

    item: str
    day: str
    start: str
    plan: str = ""
    """Empty: the one plan of the item at that time."""


@dataclass(frozen=True, slots=True)
class Person:
    """Person who books: keyed hash of the telephone, masked name, sealed telephone."""

    key: str
    name: str = ""
    phone: str = ""
    source: str = ""
    """Keyed hash of the address; empty at the desk."""
    applicant: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Hold as it was made."""

    token: str
    until: int


def bookable(ctx: Context, item_code: str) -> Item:
    """Return an item that people come to this hall for.

    Raises the code of `NOT_BOOKABLE` that says where to go instead.
    """
    catalogue = ctx.catalogue()
    item = catalogue.item_by.get(item_code)
    if item is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=item_code)
    unit = catalogue.unit_by[item.unit]
    if unit.presence is not Presence.HALL:
        is_gone = unit.presence is Presence.WITHDRAWN
        raise HallError(
            QueueCode.UNIT_WITHDRAWN if is_gone else QueueCode.ELSEWHERE,
            item=item.code,
            unit=unit.name,
            unit_en=unit.name_en,
            place=unit.place,
            place_en=unit.place_en,
            phone=unit.phone,
        )
    if item.handling is Handling.CONSULT:
        advice = {"advice": item.advice, "advice_en": item.advice_en}
        raise HallError(AppointmentCode.APPOINTMENT_CONSULT, item=item.code, **advice)
    if not windows_for(catalogue, item, ctx.local()):
        raise HallError(AppointmentCode.APPOINTMENT_NONE, item=item.code)
    return item


def days_of(ctx: Context, now: int, *, first_choice: bool = False) -> list[date]:
    """Return the days for which appointments can be booked now."""
    settings = ctx.settings().of(AppointmentSettings)
    least = 0 if first_choice else settings.appointment_least_days
    today = ctx.local(now).date()
    return bookable_days(ctx.workdays(), today, least, settings.appointment_most_days)


def begins(ctx: Context, day: str, start: str) -> int:
    """Return the time (ms) of a start."""
    minute = minute_of(start)
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time())
    moment += timedelta(minutes=minute)
    return instant(moment, ctx.settings().of(GeneralSettings).timezone)


def hold(
    ctx: Context, actor: Actor, key: str, choice: Choice, person: Person, first: str = ""
) -> Held:
    """Hold a seat of a slot for a person; a hold that the person had before is given up.

    `first`: token of an appointment that the hall cancelled, for the seats set aside.

    Raises a code of `NOT_BOOKABLE`, APPOINTMENT_DAY, _FULL, _HELD, _FIRST, _TWICE, _MOST, _BARRED,
    HOLD_MOST.
    """
    request: JsonDict = {
        "act": "appointment.hold",
        "item": choice.item,
        "day": choice.day,
        "start": choice.start,
        "plan": choice.plan,
        "holder": person.key,
        "first": first,
    }

    def act(tx: Tx) -> JsonDict:
        cancelled = _first_choice(tx, first)
        settings = ctx.settings().of(AppointmentSettings)
        slot = _slot(ctx, tx, choice, first_choice=bool(cancelled))
        require_may_book(ctx, tx.conn, tx.now, person.key, choice.item, choice.day)
        queries.end_holds(tx, holder=person.key, day=slot.day, plan=slot.plan.id, start=slot.start)
        _require_source(ctx, tx, person.source)
        until = tx.now + settings.appointment_hold_minutes * 60_000
        token = ctx.tokens.token(16)
        seat = StoredSeat(
            *slot.key,
            n=0,
            appointment="",
            token=token,
            item=choice.item,
            holder=person.key,
            source=person.source,
            first=cancelled,
            held_until=until,
        )
        _claim(ctx, tx, slot, seat, first_choice=bool(cancelled))
        return {"hold": token, "until": until}

    answer = ctx.command(actor, key, request, act)
    return Held(str(answer["hold"]), int(answer["until"]))


def release(ctx: Context, actor: Actor, key: str, token: str) -> None:
    """Give up a hold; one that is over or unknown changes nothing."""
    request: JsonDict = {"act": "appointment.release", "hold": _digest(token)}

    def act(tx: Tx) -> JsonDict:
        queries.delete_hold(tx, token)
        return {}

    ctx.command(actor, key, request, act)


def confirm(ctx: Context, actor: Actor, key: str, token: str, person: Person) -> str:
    """Turn a hold into an appointment; return its id. A repeat returns the same one.

    Raises HOLD_OVER, APPOINTMENT_TWICE, _MOST, _BARRED, _FIRST, HOLD_MOST, CLASS_UNKNOWN.
    """
    request: JsonDict = {
        "act": "appointment.book",
        "hold": _digest(token),
        "person": person.key,
        "applicant": person.applicant,
    }

    def act(tx: Tx) -> JsonDict:
        seat = queries.hold(tx.conn, tx.hall_id, token)
        if seat is None or seat.held_until <= tx.now or seat.holder != person.key:
            raise HallError(AppointmentCode.HOLD_OVER)
        require_may_book(ctx, tx.conn, tx.now, person.key, seat.item, seat.day)
        appointment_id = _book(ctx, tx, actor, seat, person, AppointmentChannel.PHONE)
        return {"appointment": appointment_id}

    return str(ctx.command(actor, key, request, act)["appointment"])


def book(
    ctx: Context, actor: Actor, key: str, choice: Choice, person: Person, first: str = ""
) -> str:
    """Book at the desk, in one step; return the appointment's id. Raises as `hold` does."""
    request: JsonDict = {
        "act": "appointment.book",
        "item": choice.item,
        "day": choice.day,
        "start": choice.start,
        "plan": choice.plan,
        "person": person.key,
        "applicant": person.applicant,
        "first": first,
    }

    def act(tx: Tx) -> JsonDict:
        cancelled = _first_choice(tx, first)
        slot = _slot(ctx, tx, choice, first_choice=bool(cancelled))
        require_may_book(ctx, tx.conn, tx.now, person.key, choice.item, choice.day)
        queries.end_holds(tx, holder=person.key, day=slot.day, plan=slot.plan.id, start=slot.start)
        seat = StoredSeat(
            *slot.key,
            n=0,
            appointment="",
            token=ctx.tokens.token(16),
            item=choice.item,
            holder=person.key,
            source="",
            first=cancelled,
            held_until=tx.now + 1,
        )
        seat = _claim(ctx, tx, slot, seat, first_choice=bool(cancelled))
        return {"appointment": _book(ctx, tx, actor, seat, person, AppointmentChannel.RECEPTION)}

    return str(ctx.command(actor, key, request, act)["appointment"])


def change(ctx: Context, actor: Actor, key: str, appointment_id: str, choice: Choice) -> None:
    """Move an appointment to another time: the new seat is claimed before the old one is freed.

    Raises APPOINTMENT_UNKNOWN, _STATE, _LATE, _DAY, _FULL, _HELD, _TWICE.
    """
    request: JsonDict = {
        "act": "appointment.change",
        "appointment": appointment_id,
        "day": choice.day,
        "start": choice.start,
        "plan": choice.plan,
    }

    def act(tx: Tx) -> JsonDict:
        row = require(tx, appointment_id)
        end = changing_until(ctx, row)
        APPOINTMENT.after(AppointmentMove.CHANGE, attempt_of(ctx, actor, row, tx.now, end=end))
        slot = _slot(ctx, tx, choice, first_choice=False)
        _require_single(tx.conn, tx.hall_id, row, slot.day)
        seat = StoredSeat(
            *slot.key,
            n=0,
            appointment="",
            token=ctx.tokens.token(16),
            item=row.item,
            holder=row.id,  # the person may hold another seat meanwhile
            source="",
            first="",
            held_until=tx.now + 1,
        )
        queries.end_holds(tx, holder=row.id, day=slot.day, plan=slot.plan.id, start=slot.start)
        seat = _claim(ctx, tx, slot, seat, first_choice=False)
        was = {"was_day": row.day, "was_start": row.start, "was_plan": row.plan}
        assert queries.free_seat(tx, row.id), "a booked appointment has its seat"
        assert queries.settle(tx, seat, row.id), "it was claimed just now"
        queries.change(tx, row.id, day=slot.day, start=slot.start, plan=slot.plan.id)
        moved = require(tx, row.id)
        wish = Wish(AppointmentMove.CHANGE)
        data = was | {"plan": slot.plan.id, "n": seat.n}
        add_step(tx, actor, moved, AppointmentState.BOOKED, wish, data)
        return {}

    ctx.command(actor, key, request, act)


def changing_until(ctx: Context, row: StoredAppointment) -> int:
    """Return the time (ms) until which an appointment can be moved, or cancelled in time."""
    hours = ctx.settings().of(AppointmentSettings).appointment_cancel_hours
    return begins(ctx, row.day, row.start) - hours * 3_600_000


def require_may_book(
    ctx: Context, conn: Connection, now: int, person: str, item: str, day: str
) -> None:
    """Raise APPOINTMENT_BARRED, _TWICE or _MOST if a person may not book this."""
    settings = ctx.settings().of(AppointmentSettings)
    today = ctx.local(now).date()
    reach = settings.appointment_misses_days + settings.appointment_bar_days
    since = (today - timedelta(days=reach)).isoformat()
    rows = queries.of_person(conn, ctx.hall_id, person, since)
    until = bar_of(ctx, rows)
    if until is not None and today < until:
        raise HallError(AppointmentCode.APPOINTMENT_BARRED, until=until.isoformat())
    booked = [row for row in rows if row.state == AppointmentState.BOOKED]
    if any(row.item == item and row.day == day for row in booked):
        raise HallError(AppointmentCode.APPOINTMENT_TWICE)
    to_come = sum(row.day >= today.isoformat() for row in booked)
    if to_come >= settings.appointment_person_most:
        raise HallError(AppointmentCode.APPOINTMENT_MOST, most=settings.appointment_person_most)


def bar_of(ctx: Context, rows: Sequence[StoredAppointment]) -> date | None:
    """Return the day on which the bar of a person ends, by their appointments; None without any."""
    settings = ctx.settings().of(AppointmentSettings)
    missed = (r for r in rows if r.state == AppointmentState.MISSED and not r.excused)
    return barred_until(
        [date.fromisoformat(row.day) for row in missed],
        settings.appointment_misses,
        settings.appointment_misses_days,
        settings.appointment_bar_days,
    )


def _require_single(conn: Connection, hall_id: str, row: StoredAppointment, day: str) -> None:
    """Raise APPOINTMENT_TWICE if the person has another appointment for the item on that day."""
    others = queries.of_person(conn, hall_id, row.person_key, day)
    if any(
        other.id != row.id
        and other.state == AppointmentState.BOOKED
        and (other.item, other.day) == (row.item, day)
        for other in others
    ):
        raise HallError(AppointmentCode.APPOINTMENT_TWICE)


def _require_source(ctx: Context, tx: Tx, source: str) -> None:
    """Raise HOLD_MOST if a source holds or booked too many seats."""
    if not source:
        return
    settings = ctx.settings().of(AppointmentSettings)
    holds = queries.holds_of(tx.conn, tx.hall_id, source, tx.now)
    midnight = begins(ctx, ctx.day(tx.now), "00:00")
    booked = queries.booked_by(tx.conn, tx.hall_id, source, midnight)
    if (
        holds >= settings.appointment_source_holds
        or holds + booked >= settings.appointment_source_most
    ):
        raise HallError(AppointmentCode.HOLD_MOST)


def _first_choice(tx: Tx, token: str) -> str:
    """Return the appointment whose cancellation gave a first choice; raise APPOINTMENT_FIRST."""
    if not token:
        return ""
    row = queries.by_token(tx.conn, tx.hall_id, token)
    if row is None or row.first_used or row.first_until is None or row.first_until <= tx.now:
        raise HallError(AppointmentCode.APPOINTMENT_FIRST)
    return row.id


def _slot(ctx: Context, tx: Tx, choice: Choice, *, first_choice: bool) -> Slot:
    """Return the slot of a choice; raises a code of `NOT_BOOKABLE`, APPOINTMENT_DAY."""
    item = bookable(ctx, choice.item)
    days = days_of(ctx, tx.now, first_choice=first_choice)
    day = next((day for day in days if day.isoformat() == choice.day), None)
    if day is None or minute_of(choice.start) < 0:
        raise HallError(AppointmentCode.APPOINTMENT_DAY)
    for slot in capacity.slots_of_day(ctx, tx.conn, day):
        fits = slot.plan.covers(item.code, item.group) and choice.plan in ("", slot.plan.id)
        if fits and slot.start == choice.start:
            if begins(ctx, slot.day, slot.start) <= tx.now:
                break
            return slot
    raise HallError(AppointmentCode.APPOINTMENT_DAY)


def _claim(ctx: Context, tx: Tx, slot: Slot, seat: StoredSeat, *, first_choice: bool) -> StoredSeat:
    """Insert a seat of the slot; raises APPOINTMENT_FULL, or _HELD if a hold may yet end."""
    rows = queries.seats_of_slot(tx.conn, tx.hall_id, *slot.key)
    places = {row.n for row in rows if row.appointment or row.held_until > tx.now}
    most = slot.figures.most if first_choice else slot.figures.public
    while (n := free_place(places, most)) is not None:
        claimed = StoredSeat(
            **{name: getattr(seat, name) for name in StoredSeat.__slots__} | {"n": n}
        )
        if queries.claim(tx, claimed):
            return claimed
        places.add(n)
    ends = [row.held_until for row in rows if not row.appointment and row.held_until > tx.now]
    booked = sum(bool(row.appointment) for row in rows)
    if ends and booked < most:
        until = ctx.local(min(ends)).strftime("%H:%M")
        raise HallError(AppointmentCode.APPOINTMENT_HELD, until=until)
    raise HallError(AppointmentCode.APPOINTMENT_FULL)


def _book(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    seat: StoredSeat,
    person: Person,
    channel: AppointmentChannel,
) -> str:
    """Add the appointment of a seat that is held; return its id."""
    catalogue, settings = ctx.catalogue(), ctx.settings().of(AppointmentSettings)
    applicant = person.applicant or catalogue.classes[0].code
    if applicant not in catalogue.class_by:
        raise HallError(QueueCode.CLASS_UNKNOWN, applicant=applicant)
    row = StoredAppointment(
        id=f"B{ctx.tokens.token(9)}",
        code=_code(ctx, tx),
        token=ctx.tokens.token(16),
        person_key=person.key,
        source=person.source,
        name=masked_name(person.name),
        phone=person.phone,
        item=seat.item,
        version=catalogue.version,
        klass=applicant,
        plan=seat.plan,
        day=seat.day,
        start=seat.start,
        state="",
        channel=channel.value,
        booked_at=tx.now,
        arrived_at=None,
        arrival="",
        ticket="",
        reason="",
        excused=0,
        unsure="",
        first_until=None,
        first_used="",
        erase_after=begins(ctx, seat.day, seat.start)
        + settings.keep_appointment_contact_days * DAY_MS,
    )
    attempt: Attempt[AppointmentState] = Attempt(None, holds=lambda _role: True)
    state = APPOINTMENT.after(AppointmentMove.BOOK, attempt)
    if not queries.settle(tx, seat, row.id):
        raise HallError(AppointmentCode.HOLD_OVER)
    queries.add(tx, row)
    if seat.first and not queries.use_first(tx, seat.first, row.id):
        raise HallError(AppointmentCode.APPOINTMENT_FIRST)
    data: JsonDict = {"plan": seat.plan, "n": seat.n, "item": row.item, "version": row.version}
    data |= {"applicant": applicant, "channel": channel.value}
    if seat.first:
        data["first"] = seat.first
    add_step(tx, actor, row, state, Wish(AppointmentMove.BOOK), data)
    return row.id


def _code(ctx: Context, tx: Tx) -> str:
    """Return a code that no appointment has."""
    for _ in range(CODE_TRIES):
        value = int.from_bytes(hashlib.sha256(ctx.tokens.token(16).encode()).digest()[:12])
        code = code_from(value)
        if queries.by_code(tx.conn, tx.hall_id, code) is None:
            return code
    raise AssertionError("eight codes in a row are taken")


def _digest(token: str) -> str:
    """Return what a stored request shows of a token."""
    return hashlib.sha256(json.dumps(token).encode()).hexdigest()
