"""Routes of remote numbers: the offer, taking one, checking in by phone and at a kiosk."""

from __future__ import annotations

from flask import request

from server.appointments.errors import AppointmentCode
from server.appointments.people import source_key
from server.appointments.public_routes import is_here, person_of
from server.catalogue.refs import building
from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.core.problems import problem
from server.hall.composition import Hall
from server.hall.context import Context, JsonDict
from server.queue import returning, ticket_queries
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts, Latest
from server.queue.routing import ROUTING
from server.queue.tickets import PASSED, Ticket
from server.remote_numbers import actions
from server.remote_numbers.errors import RemoteCode
from server.remote_numbers.messages import (
    CheckedIn,
    CheckInByPhone,
    RemoteOffer,
    RemotePlace,
    RemoteTaken,
    TakeRemote,
)
from server.remote_numbers.rules import Holder
from server.remote_numbers.settings import RemoteSettings
from server.web_api import ANYONE, Api, Call
from server.web_api.limits import BOOKINGS, PHONES, source_of

PHONE = Actor(ActorKind.PHONE, "phone")
OFFERED = (RemoteCode.REMOTE_OFF, RemoteCode.REMOTE_SHORT, RemoteCode.REMOTE_FULL)
TAKING = (
    *ROUTING,
    *OFFERED,
    RemoteCode.REMOTE_TWICE,
    RemoteCode.REMOTE_MOST,
    RemoteCode.REMOTE_BARRED,
    AppointmentCode.APPOINTMENT_PERSON,
)
CHECKING = (QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED)


def add(api: Api) -> None:
    """Register the routes."""
    _taking(api)
    _checking_in(api)


def _url(hall: Hall, ticket: Ticket) -> str:
    return f"{hall.config.base_url}/t/{ticket.token}"


def _ticket(hall: Hall, ticket_id: str) -> Ticket:
    ctx = hall.ctx
    ticket = ctx.read_single(lambda c: ticket_queries.get(c, ctx.hall_id, ticket_id))
    assert ticket is not None, "it was just stored"
    return ticket


def _holder(hall: Hall, phone: str) -> Holder:
    person = person_of(hall, phone)
    address = source_of(request.remote_addr or "")
    source = source_key(hall.config.data, hall.ctx.tokens, address)
    return Holder(person.key, source)


def _offers(ctx: Context, item: str, latest: Latest) -> RemoteOffer:
    """Return the offer, with those of the buildings to choose from; raises ITEM_UNKNOWN."""
    offer = _offer(ctx, item, latest)
    code = ctx.read(lambda c: actions.site_of_item(ctx, c, item)) if offer["offered"] else ""
    site = ctx.catalogue().site_by.get(code)
    return RemoteOffer(
        **offer,
        check_in_ahead=ctx.settings().of(RemoteSettings).remote_check_in_ahead,
        building=building(site) if site is not None else None,
        places=[
            RemotePlace(**building(place).model_dump(), **_offer(ctx, item, latest, place.code))
            for place in actions.choices(ctx, item)
        ],
    )


def _offer(ctx: Context, item: str, latest: Latest, site: str = "") -> JsonDict:
    """Return an offer's own fields, of a building if one is named; raises ITEM_UNKNOWN."""
    try:
        wait = ctx.read(lambda c: actions.offer(ctx, c, item, latest, site))
    except HallError as error:
        if error.code is QueueCode.ITEM_UNKNOWN:
            raise
        words = problem(error)
        refusal = {"refusal_zh": words.message_zh, "refusal_en": words.message_en}
        return {"offered": False, "refusal": words.code, "ahead": 0, "low": 0, "high": 0} | refusal
    return {"offered": True, "ahead": wait.ahead, "low": wait.low, "high": wait.high}


def _taking(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/remote/items/<item>",
        who=ANYONE,
        answer=RemoteOffer,
        codes=(QueueCode.ITEM_UNKNOWN,),
        policy=PHONES,
    )
    def remote_offer(call: Call) -> RemoteOffer:
        """Return whether a remote number of an item is given now, and the expected wait."""
        return _offers(ctx, call.args["item"], Forecasts.of(ctx).current())

    @api.post(
        "/remote/numbers",
        who=ANYONE,
        body=TakeRemote,
        answer=RemoteTaken,
        codes=TAKING,
        policy=BOOKINGS,
        example={"item": "zrzy-07", "phone": "13900001234"},
    )
    def take_remote_number(call: Call) -> RemoteTaken:
        """Take a number before coming; it is called after the check-in in the hall."""
        body: TakeRemote = call.body
        holder = _holder(hall, body.phone)
        wanted = {"item": body.item, "site": body.site}
        ticket = _ticket(hall, actions.take(ctx, PHONE, call.key, holder=holder, **wanted))
        return RemoteTaken(number=ticket.number, token=ticket.token, url=_url(hall, ticket))


def _checking_in(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/remote/<token>/check-in",
        who=ANYONE,
        body=CheckInByPhone,
        answer=CheckedIn,
        codes=(*CHECKING, RemoteCode.REMOTE_NOT_HERE),
        policy=BOOKINGS,
        example={"here": "3F9A1C"},
    )
    def check_in_by_phone(call: Call) -> CheckedIn:
        """Check in by phone, in the hall's network or with the code that is shown in the hall."""
        token = call.args["token"]
        ticket = ctx.read_single(lambda c: ticket_queries.by_token(c, ctx.hall_id, token))
        if ticket is None:
            hall.people.guesses.wrong("page", request.remote_addr or "")
            raise HallError(QueueCode.TICKET_UNKNOWN)
        if not is_here(hall, call.body.here):
            raise HallError(RemoteCode.REMOTE_NOT_HERE)
        late = ticket.lane.startswith(PASSED)
        returned = returning.check_in(ctx, PHONE, call.key, ticket.id)
        return CheckedIn(number=ticket.number, ahead=returned.ahead, late=late)
