"""Routes of appointments for everybody: what can be booked, holds, and one's own appointment."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import request
from sqlalchemy import Connection

from server.appointments import actions, claims, queries, views
from server.appointments.claims import BOOKING, CONFIRMING, NOT_BOOKABLE, PHONE, Choice, Person
from server.appointments.errors import AppointmentCode
from server.appointments.messages import (
    AppointmentPage,
    ArriveByPhone,
    ArrivedPage,
    BookableItems,
    ChangeAppointment,
    ConfirmHold,
    FindAppointment,
    FreeDays,
    HeldSeat,
    HoldSeat,
    ReleaseHold,
)
from server.appointments.people import here_code, person_key, source_key
from server.appointments.queries import StoredAppointment
from server.appointments.rules import plain_phone
from server.appointments.settings import AppointmentSettings, networks_of
from server.core.errors import HallError
from server.core.half_width import half_width
from server.core.messages import Done
from server.core.sealed_text import seal
from server.hall.composition import Hall
from server.queue import ticket_queries
from server.queue.routing import ROUTING
from server.web_api import ANYONE, Api, Call
from server.web_api.limits import BOOKINGS, CODES, PHONES, source_of

UNKNOWN = AppointmentCode.APPOINTMENT_UNKNOWN
ARRIVING = (
    *ROUTING,
    UNKNOWN,
    AppointmentCode.APPOINTMENT_STATE,
    AppointmentCode.APPOINTMENT_EARLY,
    AppointmentCode.APPOINTMENT_OTHER_DAY,
)
CHANGING = (
    UNKNOWN,
    AppointmentCode.APPOINTMENT_STATE,
    AppointmentCode.APPOINTMENT_LATE,
    AppointmentCode.APPOINTMENT_DAY,
    AppointmentCode.APPOINTMENT_FULL,
    AppointmentCode.APPOINTMENT_HELD,
    AppointmentCode.APPOINTMENT_TWICE,
)
ITEM, DAY, PHONE_NUMBER = "zrzy-07", "2026-11-25", "13900001234"


def add(api: Api) -> None:
    """Register the routes."""
    _offered(api)
    _claimed(api)
    _own(api)
    _changed(api)


def person_of(hall: Hall, phone: str, *, name: str = "", applicant: str = "") -> Person:
    """Return the person with a telephone number; raises APPOINTMENT_PERSON for no such number."""
    folder, chance, plain = hall.config.data, hall.ctx.tokens, plain_phone(phone)
    if not plain:
        raise HallError(AppointmentCode.APPOINTMENT_PERSON)
    return Person(
        key=person_key(folder, chance, plain),
        name=name,
        phone=seal(folder, chance, plain) if name else "",
        applicant=applicant,
    )


def _caller(hall: Hall, phone: str, *, name: str = "", applicant: str = "") -> Person:
    """Return the person with a telephone number, at the address of the request."""
    person = person_of(hall, phone, name=name, applicant=applicant)
    address = source_of(request.remote_addr or "")
    source = source_key(hall.config.data, hall.ctx.tokens, address)
    return Person(person.key, person.name, person.phone, source, person.applicant)


def page(hall: Hall, appointment_id: str) -> AppointmentPage:
    """Return an appointment as its person sees it."""
    ctx = hall.ctx

    def read(conn: Connection) -> AppointmentPage:
        row = queries.get(conn, ctx.hall_id, appointment_id)
        assert row is not None, "it was just stored"
        return views.page_of(hall, conn, row)

    return ctx.read(read)


def own(hall: Hall, token: str) -> StoredAppointment:
    """Return the appointment of a page's token; a wrong one counts as a guess."""
    try:
        return actions.by_token(hall.ctx, token)
    except HallError:
        hall.people.guesses.wrong("page", request.remote_addr or "")
        raise


def by_code(hall: Hall, code: str) -> StoredAppointment:
    """Return the appointment with a typed code; a wrong one counts as a guess."""
    try:
        return actions.by_code(hall.ctx, code)
    except HallError:
        hall.people.guesses.wrong("page", request.remote_addr or "")
        raise


def arrived(hall: Hall, answer: actions.Arrived) -> ArrivedPage:
    """Return the page of a person who has come."""
    ctx = hall.ctx
    ticket = ctx.read_single(lambda c: ticket_queries.get(c, ctx.hall_id, answer.ticket))
    return ArrivedPage(
        appointment=page(hall, answer.appointment),
        arrival=answer.arrival,
        ticket=answer.ticket,
        number=ticket.number if ticket else "",
    )


def _offered(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get("/appointments/items", who=ANYONE, answer=BookableItems, policy=PHONES)
    def appointment_items(_call: Call) -> BookableItems:
        """Return the items that can be booked, and the rules of booking."""
        return ctx.read(lambda c: views.bookable_items(ctx, c))

    @api.get(
        "/appointments/items/<item>/days",
        who=ANYONE,
        answer=FreeDays,
        codes=NOT_BOOKABLE,
        policy=PHONES,
    )
    def appointment_days(call: Call) -> FreeDays:
        """Return the days of an item with the free seats of each slot.

        With `first_choice`, the token of an appointment that the hall cancelled, what that person
        can choose from.
        """
        first = request.args.get("first_choice", "")

        def read(conn: Connection) -> FreeDays:
            row = queries.by_token(conn, ctx.hall_id, first) if first else None
            until = row.first_until if row is not None and not row.first_used else None
            chooses = first if until is not None and until > ctx.clock.now() else ""
            return views.free_days(ctx, conn, call.args["item"], chooses)

        return ctx.read(read)


def _claimed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/appointments/hold",
        who=ANYONE,
        body=HoldSeat,
        answer=HeldSeat,
        codes=(*BOOKING, AppointmentCode.HOLD_MOST),
        policy=BOOKINGS,
        example={"item": ITEM, "day": DAY, "start": "09:30", "phone": PHONE_NUMBER},
    )
    def hold_seat(call: Call) -> HeldSeat:
        """Hold a seat for some minutes; the last one is offered to one person at a time."""
        body: HoldSeat = call.body
        choice = Choice(body.item, body.day, body.start, body.plan)
        person = _caller(hall, body.phone)
        held = claims.hold(ctx, PHONE, call.key, choice, person, body.first_choice)
        return HeldSeat(hold=held.token, until=held.until)

    @api.post(
        "/appointments/release",
        who=ANYONE,
        body=ReleaseHold,
        answer=Done,
        policy=BOOKINGS,
        example={"hold": "x"},
    )
    def release_seat(call: Call) -> Done:
        """Give up a hold, so that somebody else can have the seat at once."""
        claims.release(ctx, PHONE, call.key, call.body.hold)
        return Done()

    @api.post(
        "/appointments/confirm",
        who=ANYONE,
        body=ConfirmHold,
        answer=AppointmentPage,
        codes=CONFIRMING,
        policy=BOOKINGS,
        example={"hold": "x", "name": "测试人", "phone": PHONE_NUMBER},
    )
    def confirm_seat(call: Call) -> AppointmentPage:
        """Turn a hold into an appointment; a repeat with the same key returns the same one."""
        body: ConfirmHold = call.body
        person = _caller(hall, body.phone, name=body.name, applicant=body.applicant)
        return page(hall, claims.confirm(ctx, PHONE, call.key, body.hold, person))


def _own(api: Api) -> None:
    hall = api.hall

    @api.get(
        "/appointments/<token>",
        who=ANYONE,
        answer=AppointmentPage,
        codes=(UNKNOWN,),
        policy=PHONES,
    )
    def appointment_page(call: Call) -> AppointmentPage:
        """Return an appointment to whoever has the address of its page."""
        return page(hall, own(hall, call.args["token"]).id)

    @api.post(
        "/appointments/find",
        who=ANYONE,
        body=FindAppointment,
        answer=AppointmentPage,
        codes=(UNKNOWN,),
        keyed=False,
        policy=CODES,
        example={"code": "7K2MHT4W"},
    )
    def find_appointment(call: Call) -> AppointmentPage:
        """Return an appointment to whoever has its code; it changes nothing."""
        return page(hall, by_code(hall, call.body.code).id)


def _changed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/appointments/<token>/cancel",
        who=ANYONE,
        answer=AppointmentPage,
        codes=(UNKNOWN, AppointmentCode.APPOINTMENT_STATE),
        policy=BOOKINGS,
    )
    def cancel_appointment(call: Call) -> AppointmentPage:
        """Cancel an appointment: in time, or late."""
        row = own(hall, call.args["token"])
        actions.cancel(ctx, PHONE, call.key, row.id)
        return page(hall, row.id)

    @api.post(
        "/appointments/<token>/change",
        who=ANYONE,
        body=ChangeAppointment,
        answer=AppointmentPage,
        codes=CHANGING,
        policy=BOOKINGS,
        example={"day": DAY, "start": "10:00"},
    )
    def change_appointment(call: Call) -> AppointmentPage:
        """Move an appointment: the new seat is claimed before the old one is free."""
        row, body = own(hall, call.args["token"]), call.body
        choice = Choice(row.item, body.day, body.start, body.plan)
        claims.change(ctx, PHONE, call.key, row.id, choice)
        return page(hall, row.id)

    @api.post(
        "/appointments/<token>/arrive",
        who=ANYONE,
        body=ArriveByPhone,
        answer=ArrivedPage,
        codes=(*ARRIVING, AppointmentCode.APPOINTMENT_NOT_HERE),
        policy=BOOKINGS,
        example={"here": "3F9A1C"},
    )
    def arrive_by_phone(call: Call) -> ArrivedPage:
        """Check in by phone, in the hall's network or with the code that is shown in the hall."""
        row = own(hall, call.args["token"])
        if not is_here(hall, call.body.here):
            raise HallError(AppointmentCode.APPOINTMENT_NOT_HERE)
        return arrived(hall, actions.arrive(ctx, PHONE, call.key, row.id, paper=False))


def is_here(hall: Hall, code: str) -> bool:
    """Return True for a request from the hall's networks, or with today's code of the hall."""
    ctx = hall.ctx
    networks = networks_of(ctx.settings().of(AppointmentSettings).appointment_networks)
    address = ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - no address at all
    if any(address in ip_network(network, strict=False) for network in networks):
        return True
    plain = half_width(code).strip().upper()
    if plain == here_code(hall.config.data, ctx.tokens, ctx.day()):
        return True
    if plain:
        hall.people.guesses.wrong("page", request.remote_addr or "")
    return False
