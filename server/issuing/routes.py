"""Routes of the issuing window, and of the units' licences."""

from __future__ import annotations

from flask import Response
from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.cases.errors import CaseCode
from server.cases.queries import StoredCase
from server.cases.routes import PERSON_KEY_FILE
from server.cases.rules import is_id_number, masked_id, person_key, plain_id, read_number
from server.core.errors import HallError
from server.core.folder_key import key_in
from server.hall.composition import Hall
from server.issuing import (
    access,
    actions,
    extras,
    handing,
    issuing_pdf,
    list_actions,
    queries,
    views,
)
from server.issuing.errors import LicenceCode
from server.issuing.handing import HandOut, ParcelStep
from server.issuing.list_actions import Count
from server.issuing.messages import (
    FindReady,
    HandOutLicences,
    HandoverList,
    IssuingDesk,
    MyLicences,
    ReadyCase,
    ReadyCases,
    ReceiveLicences,
    SendLicences,
    ShelveLicences,
    StepExtra,
    StepParcel,
)
from server.issuing.rules import TAIL, Shown, shown_of
from server.leave.errors import LeaveCode
from server.queue.errors import QueueCode
from server.web_api import STAFF, Api, Call
from server.web_api.arguments import day_of
from server.web_api.downloads import INLINE, file_response

PDF, JSON = "application/pdf", "application/json"
ROLL_LIMIT_KB = 512
MOVES = (
    LicenceCode.LICENCE_UNKNOWN,
    LicenceCode.LICENCE_STATE,
    LicenceCode.LICENCE_POST,
    LicenceCode.LICENCE_WORDS,
)
LEAVES = (LicenceCode.LICENCE_CASE, LicenceCode.LICENCE_DUES)


def add(api: Api) -> None:
    """Register the routes."""
    _window(api)
    _counted(api)
    _handed(api)
    _posted(api)


def _window(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/issuing", who=STAFF, answer=IssuingDesk, codes=(LicenceCode.LICENCE_POST,))
    def issuing_desk(call: Call) -> IssuingDesk:
        """Return the work of the issuing window to whoever issues, and to the office."""
        return ctx.read(lambda c: views.desk(ctx, c, call.actor))

    @api.post(
        "/issuing/find",
        who=STAFF,
        body=FindReady,
        answer=ReadyCases,
        codes=(LicenceCode.LICENCE_POST, CaseCode.CASE_NUMBER),
        keyed=False,
        example={"number": "20261130000017"},
    )
    def find_ready(call: Call) -> ReadyCases:
        """Return the case with a number, or the cases of a document's holder, with licences."""
        body: FindReady = call.body
        place = read_number(body.number) if body.number else None
        plain = plain_id(body.id_number)
        if place is None and (body.number or not plain):
            raise HallError(CaseCode.CASE_NUMBER)

        def read(conn: Connection) -> ReadyCases:
            access.require_window(ctx, conn, call.actor)
            if place is not None:
                row = case_queries.by_serial(conn, ctx.hall_id, *place)
                rows = [row] if row is not None else []
            else:
                key = person_key(_secret(hall), body.id_kind, plain)
                rows = queries.cases_of_person(conn, ctx.hall_id, key)
            return ReadyCases(cases=views.ready_cases(ctx, conn, call.actor, rows))

        return ctx.read(read)

    @api.post(
        "/issuing/shelf",
        who=STAFF,
        body=ShelveLicences,
        answer=IssuingDesk,
        codes=(*MOVES, LicenceCode.LICENCE_SHELF),
        example={"licences": ["Z1"], "shelf": "A-03"},
    )
    def shelve_licences(call: Call) -> IssuingDesk:
        """Put licences on a place of the shelf."""
        body: ShelveLicences = call.body
        actions.shelve(ctx, call.actor, call.key, body.licences, body.shelf)
        return ctx.read(lambda c: views.desk(ctx, c, call.actor))


def _secret(hall: Hall) -> bytes:
    """Return the key of the hash by which people are recognised."""
    return key_in(hall.config.data, hall.ctx.tokens, PERSON_KEY_FILE)


def _counted(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/issuing/lists/<list>/receive",
        who=STAFF,
        body=ReceiveLicences,
        answer=HandoverList,
        codes=(*MOVES, LicenceCode.LICENCE_SECOND, LicenceCode.LICENCE_COUNT),
        example={"present": ["Z1"], "counted": 1, "shelf": "A-03"},
    )
    def receive_licences(call: Call) -> HandoverList:
        """Count a hand-over list; what differs is named, what is missing goes back."""
        body: ReceiveLicences = call.body
        extra = tuple(body.extra)
        count = Count(tuple(body.present), body.counted, body.words, body.shelf, extra)
        list_actions.receive(ctx, call.actor, call.key, call.args["list"], count)
        return ctx.read(lambda c: views.list_named(ctx, c, call.actor, call.args["list"]))

    @api.post(
        "/licence-extras/<extra>/step",
        who=STAFF,
        body=StepExtra,
        answer=MyLicences,
        codes=(*MOVES, LicenceCode.LICENCE_SECOND),
        example={"move": "return", "words": "当面交还单位"},
    )
    def step_extra(call: Call) -> MyLicences:
        """Give an additional licence back to its unit, or say as the unit that it came or not."""
        body: StepExtra = call.body
        extras.move(ctx, call.actor, call.key, call.args["extra"], body.move, body.words)
        return ctx.read(lambda c: views.my_licences(ctx, c, call.actor))

    @api.get(
        "/issuing/lists/<list>.pdf",
        who=STAFF,
        answer=None,
        codes=(LicenceCode.LICENCE_UNKNOWN,),
        media=PDF,
    )
    def handover_list(call: Call) -> Response:
        """Return a hand-over list, to be signed by two."""
        name = call.args["list"]
        shown = ctx.read(lambda c: views.list_named(ctx, c, call.actor, name))
        hall_name = ctx.catalogue().hall_name
        content = hall.offload(lambda: issuing_pdf.handover_list(shown, hall_name))
        return file_response(content, PDF, f"{name}.pdf", disposition=INLINE)


def _handed(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/issuing/hand-out",
        who=STAFF,
        body=HandOutLicences,
        answer=ReadyCase,
        codes=(
            *MOVES,
            *LEAVES,
            LicenceCode.LICENCE_IDENTITY,
            LicenceCode.LICENCE_RECEIVER,
            LeaveCode.FILE_UNKNOWN,
            QueueCode.TICKET_UNKNOWN,
        ),
        example={"licences": ["Z1"], "id_number": "0021", "signed": "paper"},
    )
    def hand_out(call: Call) -> ReadyCase:
        """Hand licences of a case to the applicant or an agent; the decision is served with it."""
        body: HandOutLicences = call.body
        wish = HandOut(
            licences=tuple(body.licences),
            to=body.to,
            shown=_shown(hall, body),
            signed=body.signed,
            signature=body.signature,
            agent=body.agent,
            agent_masked=masked_id(plain_id(body.id_number)) if body.agent else "",
            authorisation=body.authorisation,
            ticket=body.ticket,
        )
        case = handing.hand_out(ctx, call.actor, call.key, wish)
        return _ready(hall, call, case)


def _shown(hall: Hall, body: HandOutLicences) -> Shown:
    """Return the document that was shown; raise LICENCE_IDENTITY for an impossible number."""
    number = plain_id(body.id_number)
    if len(number) != TAIL and not is_id_number(body.id_kind, number):
        raise HallError(LicenceCode.LICENCE_IDENTITY)
    return shown_of(_secret(hall), body.id_kind, number)


def _ready(hall: Hall, call: Call, case_id: str) -> ReadyCase:
    ctx = hall.ctx

    def read(conn: Connection) -> ReadyCase:
        case: StoredCase = access.case_of(ctx, conn, case_id)
        return views.ready_cases(ctx, conn, call.actor, [case])[0]

    return ctx.read(read)


def _posted(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.post(
        "/issuing/parcels",
        who=STAFF,
        body=SendLicences,
        answer=ReadyCase,
        codes=(*MOVES, *LEAVES, LicenceCode.WAYBILL_TAKEN),
        example={"licences": ["Z1"], "waybill": "EX123456789CN", "carrier": "邮政"},
    )
    def send_licences(call: Call) -> ReadyCase:
        """Post licences of a case."""
        body: SendLicences = call.body
        case = handing.send(
            ctx, call.actor, call.key, body.licences, body.waybill.upper(), body.carrier
        )
        return _ready(hall, call, case)

    @api.post(
        "/issuing/parcels/<waybill>/step",
        who=STAFF,
        body=StepParcel,
        answer=ReadyCase,
        codes=(*MOVES, LicenceCode.LICENCE_SHELF),
        example={"move": "deliver", "to": "applicant"},
    )
    def step_parcel(call: Call) -> ReadyCase:
        """Record a try, the delivery or the return of a parcel; a delivery serves the decision."""
        body: StepParcel = call.body
        day = day_of(body.day) if body.day else None
        step = ParcelStep(body.move, body.words, body.to, body.shelf, day)
        case = handing.parcel_step(ctx, call.actor, call.key, call.args["waybill"], step)
        return _ready(hall, call, case)
