"""Routes of licences apart from the window: of their units, of one licence, of a finished case."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Response, request
from sqlalchemy import Connection

from server.cases.errors import CaseCode
from server.core.errors import CommonCode, HallError
from server.issuing import (
    access,
    actions,
    archive,
    entries,
    exchange,
    issuing_pdf,
    list_actions,
    names,
    rolls,
    views,
)
from server.issuing.actions import Registration
from server.issuing.errors import LicenceCode
from server.issuing.messages import (
    ArchiveList,
    CaseLicences,
    EnterLicence,
    EntryList,
    GiveLicences,
    HandoverList,
    LicenceView,
    MyLicences,
    RegisterLicence,
    StepLicence,
    UnitEntries,
)
from server.issuing.routes import MOVES, PDF
from server.issuing.settings import IssuingSettings
from server.leave import step_papers
from server.leave.errors import LeaveCode
from server.web_api import STAFF, Api, Call
from server.web_api.arguments import day_argument, day_of
from server.web_api.downloads import INLINE, file_response
from server.web_api.uploads import uploaded

JSON = "application/json"
ROLL_LIMIT_KB = 512


def add(api: Api) -> None:
    """Register the routes."""
    _of_case(api)
    _handed_over(api)
    _single(api)
    _entered(api)
    _finished(api)


def _of_case(api: Api) -> None:
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


def _handed_over(api: Api) -> None:
    ctx = api.hall.ctx

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
                        unit_name=names.unit_name(ctx.catalogue(), unit),
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
