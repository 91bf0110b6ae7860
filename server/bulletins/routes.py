"""Routes of the weekly bulletin: draft, words, release, amendments, receipts, the public page.

Figures are computed in another thread; actions are short and run like all other actions.
"""

from __future__ import annotations

from typing import TypeVar

from flask import Response
from sqlalchemy import Connection

from server.attendance.routes import PDF, XLSX
from server.bulletins import actions, paper, queries, views
from server.bulletins.actions import Bulletin
from server.bulletins.errors import BulletinCode
from server.bulletins.events import BulletinChanged
from server.bulletins.messages import (
    AmendBulletin,
    AmendmentMade,
    BulletinChanges,
    BulletinList,
    BulletinMade,
    BulletinReleased,
    BulletinView,
    DraftBulletin,
    EditBulletin,
    PublicBulletin,
    ReleaseBulletin,
    TicketEvidence,
)
from server.bulletins.settings import BulletinSettings
from server.core.errors import CommonCode, HallError
from server.core.events import Event, HallChanged
from server.core.messages import Done
from server.core.weeks import parse_week
from server.queue.week_facts import tickets
from server.web_api import ANYONE, MANAGERS, STAFF, Api, Call
from server.web_api.downloads import file_response

T = TypeVar("T")
RELEASE_CODES = (
    BulletinCode.BULLETIN_UNKNOWN,
    BulletinCode.BULLETIN_STATE,
    BulletinCode.BULLETIN_CHANGED,
    BulletinCode.BULLETIN_SECOND,
)
EDITING = (
    BulletinCode.BULLETIN_UNKNOWN,
    BulletinCode.BULLETIN_STATE,
    BulletinCode.BULLETIN_WORDS,
    CommonCode.CHANGED_MEANWHILE,
)


class Bulletins:
    """Bulletins of one hall for the office pages."""

    def __init__(self, api: Api) -> None:
        self.hall = api.hall
        self.ctx = api.hall.ctx
        self._public: PublicBulletin | None = None
        self.ctx.bus.subscribe(self._on_event)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, BulletinChanged | HallChanged):
            self._public = None

    def load(self, call: Call) -> Bulletin:
        """Return the bulletin that the route names; raises BULLETIN_UNKNOWN."""
        bulletin_id = call.args["bulletin"]
        return self.hall.read_off_loop(lambda conn: actions.load(self.ctx, conn, bulletin_id))

    def view(self, conn: Connection, bulletin: str) -> BulletinView:
        """Return the view of a bulletin with receipts and amendments."""
        record = actions.load(self.ctx, conn, bulletin)
        return views.bulletin(
            self.ctx.catalogue(),
            record,
            queries.acknowledged(conn, self.ctx.hall_id, bulletin),
            queries.amendments(conn, self.ctx.hall_id, bulletin),
        )

    def public(self) -> PublicBulletin:
        """Return the newest released bulletin; raises BULLETIN_UNKNOWN before the first."""
        if self._public is None:
            ctx = self.ctx
            row = ctx.read(lambda c: queries.newest_released(c, ctx.hall_id))
            if row is None:
                raise HallError(BulletinCode.BULLETIN_UNKNOWN)
            view = self.hall.read_off_loop(lambda conn: self.view(conn, row.id))
            self._public = views.public(
                view, names=bool(ctx.settings().of(BulletinSettings).bulletin_names)
            )
        return self._public

    def evidence(self, conn: Connection, code: str, week: str) -> TicketEvidence:
        """Return the tickets of a unit, window or the hall (`all`) in a week; raises INVALID."""
        try:
            parsed = parse_week(week)
        except ValueError:
            raise HallError(CommonCode.INVALID, field="week") from None
        rows = tickets(self.ctx, conn, parsed)
        return views.tickets(self.ctx.catalogue(), rows, code, week)


def add(api: Api) -> None:
    """Register the routes of the bulletin."""
    pages = Bulletins(api)
    _reading(api, pages)
    _papers(api, pages)
    _acts(api, pages)
    _amendments(api, pages)


def _reading(api: Api, pages: Bulletins) -> None:
    ctx = api.hall.ctx

    @api.get("/bulletins", who=STAFF, answer=BulletinList)
    def bulletin_list(call: Call) -> BulletinList:
        """Return the archive, newest first; drafts only for managers."""
        rows = ctx.read(lambda c: queries.every(c, ctx.hall_id))
        return views.archive(rows, drafts=call.actor.manages)

    @api.get(
        "/bulletins/<bulletin>",
        who=STAFF,
        answer=BulletinView,
        codes=(BulletinCode.BULLETIN_UNKNOWN,),
    )
    def one_bulletin(call: Call) -> BulletinView:
        """Return a bulletin with its figures, words, receipts and amendments."""
        name = call.args["bulletin"]
        view: BulletinView = pages.hall.read_off_loop(lambda conn: pages.view(conn, name))
        if view.state == "draft" and not call.actor.manages:
            raise HallError(BulletinCode.BULLETIN_UNKNOWN, bulletin=name)
        return view

    @api.get("/bulletin", who=ANYONE, answer=PublicBulletin, codes=(BulletinCode.BULLETIN_UNKNOWN,))
    def public_bulletin(_call: Call) -> PublicBulletin:
        """Return the newest released bulletin, for boards and phones."""
        return pages.public()

    @api.get("/office/tickets/<code>/<week>", who=MANAGERS, answer=TicketEvidence)
    def ticket_evidence(call: Call) -> TicketEvidence:
        """Return the tickets behind a line of service figures."""
        code, week = call.args["code"], call.args["week"]
        evidence: TicketEvidence = pages.hall.read_off_loop(
            lambda conn: pages.evidence(conn, code, week)
        )
        return evidence


def _papers(api: Api, pages: Bulletins) -> None:
    def answer(name: str, content: bytes, ending: str, media: str) -> Response:
        return file_response(content, media, f"bulletin-{name}.{ending}")

    @api.get(
        "/office/bulletins/<bulletin>/bulletin.pdf",
        who=MANAGERS,
        answer=None,
        codes=(BulletinCode.BULLETIN_UNKNOWN,),
        media=PDF,
    )
    def bulletin_paper(call: Call) -> Response:
        """Return the bulletin under the hall's letterhead as a PDF."""
        name = call.args["bulletin"]
        view = pages.hall.read_off_loop(lambda conn: pages.view(conn, name))
        content = api.hall.offload(lambda: paper.paper(view))
        return answer(name, content, "pdf", PDF)

    @api.get(
        "/office/bulletins/<bulletin>/bulletin.xlsx",
        who=MANAGERS,
        answer=None,
        codes=(BulletinCode.BULLETIN_UNKNOWN,),
        media=XLSX,
    )
    def bulletin_workbook(call: Call) -> Response:
        """Return the bulletin's tables as a workbook."""
        name = call.args["bulletin"]
        view = pages.hall.read_off_loop(lambda conn: pages.view(conn, name))
        content = api.hall.offload(lambda: paper.workbook(view))
        return answer(name, content, "xlsx", XLSX)


def _acts(api: Api, pages: Bulletins) -> None:
    ctx = api.hall.ctx

    @api.post(
        "/office/bulletins",
        who=MANAGERS,
        body=DraftBulletin,
        answer=BulletinMade,
        codes=(BulletinCode.BULLETIN_STATE,),
        example={"week": "2026-W10"},
    )
    def draft_bulletin(call: Call) -> BulletinMade:
        """Draft a week's bulletin by hand."""
        return BulletinMade(id=actions.draft(ctx, call.actor, call.key, call.body.week))

    @api.post(
        "/office/bulletins/<bulletin>/words",
        who=MANAGERS,
        body=EditBulletin,
        answer=Done,
        codes=EDITING,
        example={"words": {"closing": "请各单位签收。"}},
    )
    def edit_bulletin(call: Call) -> Done:
        """Edit a draft's words; braces quote figures."""
        body: EditBulletin = call.body
        actions.edit(ctx, call.actor, call.key, pages.load(call), body.words, body.seen)
        return Done()

    @api.post(
        "/office/bulletins/<bulletin>/release",
        who=MANAGERS,
        body=ReleaseBulletin,
        answer=BulletinReleased,
        codes=RELEASE_CODES,
        example={"seen": "0" * 64},
    )
    def release_bulletin(call: Call) -> BulletinReleased:
        """Release exactly the version that was read, as a person who did not edit it."""
        record, seen = pages.load(call), call.body.seen
        return BulletinReleased(digest=actions.release(ctx, call.actor, call.key, record, seen))

    @api.post(
        "/bulletins/<bulletin>/acknowledge",
        who=STAFF,
        answer=Done,
        codes=(
            BulletinCode.BULLETIN_UNKNOWN,
            BulletinCode.BULLETIN_STATE,
            BulletinCode.BULLETIN_ACK,
        ),
    )
    def acknowledge_bulletin(call: Call) -> Done:
        """Acknowledge a bulletin as a unit's chief representative."""
        actions.acknowledge(ctx, call.actor, call.key, call.args["bulletin"])
        return Done()


def _amendments(api: Api, pages: Bulletins) -> None:
    ctx = api.hall.ctx

    @api.get(
        "/office/bulletins/<bulletin>/changes",
        who=MANAGERS,
        answer=BulletinChanges,
        codes=(BulletinCode.BULLETIN_UNKNOWN,),
    )
    def bulletin_changes(call: Call) -> BulletinChanges:
        """Return the figures of a released bulletin that differ from today's records."""
        record = pages.load(call)
        changes = pages.hall.read_off_loop(lambda conn: actions.changed_since(ctx, conn, record))
        return BulletinChanges(changes=views.with_labels(changes))

    @api.post(
        "/office/bulletins/<bulletin>/amendments",
        who=MANAGERS,
        body=AmendBulletin,
        answer=AmendmentMade,
        codes=(BulletinCode.BULLETIN_UNKNOWN, BulletinCode.BULLETIN_STATE),
        example={"words": "补收打卡机数据后更正。"},
    )
    def amend_bulletin(call: Call) -> AmendmentMade:
        """Draft an amendment with the changes since the release."""
        record = pages.load(call)
        changes = pages.hall.read_off_loop(lambda conn: actions.changed_since(ctx, conn, record))
        n = actions.amend(ctx, call.actor, call.key, record, changes, call.body.words)
        return AmendmentMade(n=n)

    @api.post(
        "/office/bulletins/<bulletin>/amendments/<n>/release",
        who=MANAGERS,
        answer=BulletinReleased,
        codes=(
            BulletinCode.BULLETIN_UNKNOWN,
            BulletinCode.BULLETIN_STATE,
            BulletinCode.BULLETIN_SECOND,
        ),
    )
    def release_amendment(call: Call) -> BulletinReleased:
        """Release an amendment as a person who did not draft it."""
        text = call.args["n"]
        n = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        name = call.args["bulletin"]
        return BulletinReleased(
            digest=actions.release_amendment(ctx, call.actor, call.key, name, n)
        )
