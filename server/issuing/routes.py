"""Routes of the issuing window, and of the units' licences."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Response, request
from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.cases.errors import CaseCode
from server.cases.queries import StoredCase
from server.cases.routes import PERSON_KEY_FILE
from server.cases.rules import is_id_number, masked_id, person_key, plain_id, read_number
from server.core.errors import CommonCode, HallError
from server.core.folder_key import key_in
from server.hall.composition import Hall
from server.issuing import (
    access,
    actions,
    archive,
    entries,
    exchange,
    handing,
    issuing_pdf,
    list_actions,
    queries,
    rolls,
    views,
)
from server.issuing.actions import Registration
from server.issuing.errors import LicenceCode
from server.issuing.handing import HandOut, ParcelStep
from server.issuing.list_actions import Count
from server.issuing.messages import (
    ArchiveList,
    CaseLicences,
    EnterLicence,
    EntryList,
    FindReady,
    GiveLicences,
    HandOutLicences,
    HandoverList,
    IssuingDesk,
    LicenceView,
    MyLicences,
    ReadyCase,
    ReadyCases,
    ReceiveLicences,
    RegisterLicence,
    SendLicences,
    ShelveLicences,
    StepLicence,
    StepParcel,
    UnitEntries,
)
from server.issuing.rules import TAIL, Shown, shown_of
from server.issuing.settings import IssuingSettings
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.queue.errors import QueueCode
from server.web_api import STAFF, Api, Call
from server.web_api.arguments import day_argument, day_of
from server.web_api.downloads import INLINE, file_response
from server.web_api.uploads import uploaded

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
    _of_unit(api)
    _single(api)
    _entered(api)
    _finished(api)


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
        count = Count(tuple(body.present), body.counted, body.words, body.shelf)
        list_actions.receive(ctx, call.actor, call.key, call.args["list"], count)
        return ctx.read(lambda c: views.list_named(ctx, c, call.actor, call.args["list"]))

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


def _of_unit(api: Api) -> None:
    ctx = api.hall.ctx

    @api.get(
        "/cases/<case>/licences",
        who=STAFF,
        answer=CaseLicences,
        codes=(CaseCode.CASE_UNKNOWN, LicenceCode.LICENCE_UNKNOWN),
    )
    def case_licences(call: Call) -> CaseLicences:
        """Return the licences of a case."""
        return ctx.read(lambda c: views.case_licences(ctx, c, call.actor, call.args["case"]))

    @api.post(
        "/cases/<case>/licences",
        who=STAFF,
        body=RegisterLicence,
        answer=CaseLicences,
        codes=(
            CaseCode.CASE_UNKNOWN,
            LicenceCode.LICENCE_POST,
            LicenceCode.LICENCE_CASE,
            LicenceCode.LICENCE_TAKEN,
        ),
        example={"kind": "食品经营许可证", "number": "JY10000000000001"},
    )
    def register_licence(call: Call) -> CaseLicences:
        """Register a licence of a granted case."""
        body: RegisterLicence = call.body
        wish = Registration(
            case=call.args["case"],
            kind=body.kind,
            number=body.number,
            copy=body.copy_number,
            paper=body.paper,
            electronic=body.electronic,
            issued=day_of(body.issued_day, "issued_day") if body.issued_day else None,
            valid_to=day_of(body.valid_to, "valid_to").isoformat() if body.valid_to else "",
        )
        actions.register(ctx, call.actor, call.key, wish)
        return ctx.read(lambda c: views.case_licences(ctx, c, call.actor, call.args["case"]))

    @api.get("/my/licences", who=STAFF, answer=MyLicences)
    def my_licences(call: Call) -> MyLicences:
        """Return the licences of one's units: to hand over, on lists, entries that are open."""
        return ctx.read(lambda c: views.my_licences(ctx, c, call.actor))

    @api.post(
        "/my/licence-lists",
        who=STAFF,
        body=GiveLicences,
        answer=HandoverList,
        codes=(*MOVES, LicenceCode.LICENCE_COUNT),
        example={"licences": ["Z1"], "counted": 1},
    )
    def give_licences(call: Call) -> HandoverList:
        """Put licences on a hand-over list, counted by the giver."""
        body: GiveLicences = call.body
        number = list_actions.give(ctx, call.actor, call.key, body.licences, body.counted)
        return ctx.read(lambda c: views.list_named(ctx, c, call.actor, number))

    @api.post("/my/licence-lists/<list>/drop", who=STAFF, answer=MyLicences, codes=MOVES)
    def drop_list(call: Call) -> MyLicences:
        """Drop a hand-over list before it is counted."""
        list_actions.drop(ctx, call.actor, call.key, call.args["list"])
        return ctx.read(lambda c: views.my_licences(ctx, c, call.actor))

    @api.post(
        "/my/licence-rolls/<unit>",
        who=STAFF,
        answer=MyLicences,
        codes=(LicenceCode.LICENCE_POST, LicenceCode.ROLL_FILE, LicenceCode.ROLL_TAKEN),
        upload=ROLL_LIMIT_KB * 1024,
    )
    def hand_in_roll(call: Call) -> MyLicences:
        """Hand in a list of issued numbers (CSV, multipart field `file`); its digest is kept."""
        name, content = uploaded(ROLL_LIMIT_KB)
        rolls.hand_in(ctx, call.actor, call.key, call.args["unit"], name[:120], content)
        return ctx.read(lambda c: views.my_licences(ctx, c, call.actor))


def _single(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get(
        "/licences/<licence>",
        who=STAFF,
        answer=LicenceView,
        codes=(LicenceCode.LICENCE_UNKNOWN,),
    )
    def licence(call: Call) -> LicenceView:
        """Return one licence with every fact."""
        return ctx.read(lambda c: views.single(ctx, c, call.actor, call.args["licence"]))

    @api.post(
        "/licences/<licence>/step",
        who=STAFF,
        body=StepLicence,
        answer=LicenceView,
        codes=(*MOVES, LicenceCode.LICENCE_SECOND),
        example={"move": "ask_back", "words": "证照内容有误"},
    )
    def step_licence(call: Call) -> LicenceView:
        """Request that a licence goes back or becomes void, or consent as the second person."""
        body: StepLicence = call.body
        args = call.args["licence"], body.move, body.words
        actions.step(ctx, call.actor, call.key, *args)
        return ctx.read(lambda c: views.single(ctx, c, call.actor, call.args["licence"]))

    @api.get(
        "/licences/<licence>/files/<file>",
        who=STAFF,
        answer=None,
        codes=(LicenceCode.LICENCE_UNKNOWN, LeaveCode.FILE_UNKNOWN),
        media="application/octet-stream",
    )
    def licence_file(call: Call) -> Response:
        """Return a signature or an authorisation to whoever may see the licence."""
        args = call.args
        _, facts = ctx.read(lambda c: access.accessible(ctx, c, call.actor, args["licence"]))
        return step_papers.paper_of(hall, call.actor, facts, args["file"], args["licence"])


def _entered(api: Api) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/licences/<licence>/entry",
        who=STAFF,
        body=EnterLicence,
        answer=LicenceView,
        codes=(*MOVES, LicenceCode.LICENCE_ENTERED),
        example={"day": "2026-11-30"},
    )
    def enter_licence(call: Call) -> LicenceView:
        """Record that an electronic licence was entered in the licence library."""
        body: EnterLicence = call.body
        day = day_of(body.day) if body.day else None
        actions.enter(ctx, call.actor, call.key, call.args["licence"], day)
        return ctx.read(lambda c: views.single(ctx, c, call.actor, call.args["licence"]))

    @api.get("/issuing/electronic", who=STAFF, answer=EntryList, codes=(LicenceCode.LICENCE_POST,))
    def electronic_licences(call: Call) -> EntryList:
        """Return the electronic licences issued on days `from`..`to` (30 days), by unit."""
        last = day_argument("to", ctx.local().date())
        first = day_argument("from", last - timedelta(days=views.SHOWN_DAYS))

        def read(conn: Connection) -> EntryList:
            access.require_window(ctx, conn, call.actor)
            rows = entries.of_span(ctx, conn, first, last)
            units = entries.by_unit(rows)
            return EntryList(
                first=first.isoformat(),
                last=last.isoformat(),
                allowed=ctx.settings().of(IssuingSettings).licence_entry_days,
                total=entries.figures(entries.counts(ctx, rows)),
                units=[
                    UnitEntries(
                        unit=unit,
                        unit_name=views.unit_name(ctx.catalogue(), unit),
                        **entries.figures(entries.counts(ctx, own)).model_dump(),
                    )
                    for unit, own in sorted(units.items())
                ],
                licences=views.briefs(ctx, conn, rows),
            )

        return ctx.read(read)


def _finished(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx
    codes = (CaseCode.CASE_UNKNOWN, LicenceCode.LICENCE_UNKNOWN, LicenceCode.LICENCE_OPEN)

    def listed(call: Call) -> ArchiveList:
        return ctx.read(lambda c: archive.archive_list(ctx, c, call.actor, call.args["case"]))

    @api.get("/cases/<case>/archive", who=STAFF, answer=ArchiveList, codes=codes)
    def archive_list(call: Call) -> ArchiveList:
        """Return the archive list of a finished case."""
        return listed(call)

    @api.get("/cases/<case>/archive.pdf", who=STAFF, answer=None, codes=codes, media=PDF)
    def archive_paper(call: Call) -> Response:
        """Return the archive list of a finished case as PDF."""
        shown, hall_name = listed(call), ctx.catalogue().hall_name
        content = hall.offload(lambda: issuing_pdf.archive_paper(shown, hall_name))
        return file_response(content, PDF, f"{shown.number}.pdf", disposition=INLINE)

    @api.get("/cases/<case>/exchange.json", who=STAFF, answer=None, codes=codes, media=JSON)
    def exchange_file(call: Call) -> Response:
        """Return the exchange file of a finished case; `codes`: `gdbs` or `shanghai`."""
        try:
            variant = exchange.Variant(request.args.get("codes", exchange.Variant.GDBS.value))
        except ValueError:
            raise HallError(CommonCode.INVALID, field="codes") from None
        case = call.args["case"]
        values = ctx.read(lambda c: exchange.exchange(ctx, c, call.actor, case, variant))
        content = json.dumps(values, ensure_ascii=False, indent=1).encode()
        return file_response(content, JSON, f"{case}.json")
