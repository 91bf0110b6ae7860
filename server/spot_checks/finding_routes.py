"""Routes of findings: the office's list and decisions, disputes and rectification by staff.

Every route reaches a finding through `finding.access`, so that no one can detect a finding that
does not concern them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask import Response
from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.hall.composition import Hall
from server.leave import files as papers
from server.spot_checks import finding_actions, finding_queries, views
from server.spot_checks import finding_rules as rules
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.finding_queries import StoredFinding
from server.spot_checks.messages import (
    DisputeFinding,
    FindingList,
    FindingView,
    JudgeFinding,
    RectifyFinding,
    SettleFinding,
)
from server.web_api import MANAGERS, STAFF, Api, Call
from server.web_api.arguments import day_argument
from server.web_api.downloads import INLINE, NOSNIFF, file_response

JPEG = "image/jpeg"
SHOWN_DAYS = 92
OWN_DAYS = 400
DECIDING = (SpotCheckCode.FINDING_UNKNOWN, SpotCheckCode.FINDING_STATE, SpotCheckCode.FINDING_OWN)


def add(api: Api) -> None:
    """Register the routes of findings."""
    _office(api)
    _own(api)


def _list(hall: Hall, call: Call, rows: Sequence[StoredFinding]) -> FindingList:
    ctx = hall.ctx
    catalogue, now = ctx.catalogue(), ctx.clock.now()
    viewer = finding_actions.person_of(catalogue, call.actor)
    return FindingList(
        findings=[views.finding_view(catalogue, row, viewer, now) for row in rows],
    )


def _one(hall: Hall, call: Call) -> FindingView:
    """Return the current view of the finding in the request's address."""
    ctx = hall.ctx
    row = ctx.read(lambda c: finding_actions.access(ctx, c, call.actor, call.args["finding"]))
    return _list(hall, call, [row]).findings[0]


def _office(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/findings", who=MANAGERS, answer=FindingList)
    def office_findings(_call: Call) -> FindingList:
        """Return findings of a period (`from`, `to`; default the last 92 days), newest first."""
        today = ctx.local().date()
        last = day_argument("to", today)
        first = day_argument("from", last - timedelta(days=SHOWN_DAYS))
        rows = ctx.read(
            lambda c: finding_queries.of_days(c, ctx.hall_id, first.isoformat(), last.isoformat())
        )
        return _list(hall, _call, rows)

    @api.get(
        "/office/findings/<finding>",
        who=MANAGERS,
        answer=FindingView,
        codes=(SpotCheckCode.FINDING_UNKNOWN,),
    )
    def office_finding(call: Call) -> FindingView:
        """Return one finding."""
        return _one(hall, call)

    @api.post(
        "/office/findings/<finding>/judge",
        who=MANAGERS,
        body=JudgeFinding,
        answer=FindingView,
        codes=DECIDING,
        example={"confirm": True, "why": "现场核实无人叫号"},
    )
    def judge_finding(call: Call) -> FindingView:
        """Confirm or dismiss a finding that the system proposed."""
        body: JudgeFinding = call.body
        finding_actions.judge(
            ctx, call.actor, call.key, call.args["finding"], body.confirm, body.why
        )
        return _one(hall, call)

    @api.post(
        "/office/findings/<finding>/settle",
        who=MANAGERS,
        body=SettleFinding,
        answer=FindingView,
        codes=DECIDING,
        example={"stands": False, "why": "当时在导办台帮办"},
    )
    def settle_finding(call: Call) -> FindingView:
        """Decide a dispute, as a person not involved in the finding or its confirmation."""
        body: SettleFinding = call.body
        finding_actions.settle(
            ctx, call.actor, call.key, call.args["finding"], body.stands, body.why
        )
        return _one(hall, call)


def _own(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/my/findings", who=STAFF, answer=FindingList)
    def my_findings(call: Call) -> FindingList:
        """Return one's own findings; for a chief representative also the unit's."""
        return _list(hall, call, ctx.read(lambda c: _concerning(hall, c, call)))

    @api.post(
        "/my/findings/<finding>/dispute",
        who=STAFF,
        body=DisputeFinding,
        answer=FindingView,
        codes=(
            SpotCheckCode.FINDING_UNKNOWN,
            SpotCheckCode.FINDING_STATE,
            SpotCheckCode.DISPUTE_OVER,
        ),
        example={"statement": "当时在打印室取材料"},
    )
    def dispute_finding(call: Call) -> FindingView:
        """Dispute a finding with a statement."""
        finding_actions.dispute(
            ctx, call.actor, call.key, call.args["finding"], call.body.statement
        )
        return _one(hall, call)

    @api.post(
        "/my/findings/<finding>/rectify",
        who=STAFF,
        body=RectifyFinding,
        answer=FindingView,
        codes=(SpotCheckCode.FINDING_UNKNOWN, SpotCheckCode.FINDING_STATE),
        example={"words": "已提醒并明确代岗安排", "day": "2026-03-05"},
    )
    def rectify_finding(call: Call) -> FindingView:
        """Record the rectification of a finding and its day."""
        body: RectifyFinding = call.body
        finding_id = call.args["finding"]
        finding_actions.rectify(ctx, call.actor, call.key, finding_id, body.words, _real(body.day))
        return _one(hall, call)

    @api.get(
        "/my/findings/<finding>/photos/<n>",
        who=STAFF,
        answer=None,
        codes=(SpotCheckCode.FINDING_UNKNOWN, SpotCheckCode.PHOTO_UNKNOWN),
        media=JPEG,
    )
    def finding_photo(call: Call) -> Response:
        """Return the n-th photo of a finding (from 1) to a person who may see the finding."""
        row = ctx.read(lambda c: finding_actions.access(ctx, c, call.actor, call.args["finding"]))
        photos, n = finding_actions.facts_of(row).get("photos", []), call.args["n"]
        if not n.isdecimal() or not 0 < int(n) <= len(photos):
            raise HallError(SpotCheckCode.PHOTO_UNKNOWN)
        return photo(hall, call.actor, photos[int(n) - 1], row.id)


def _real(day: str) -> str:
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise HallError(CommonCode.INVALID, field="day") from None


def _concerning(hall: Hall, conn: Connection, call: Call) -> list[StoredFinding]:
    ctx = hall.ctx
    viewer = finding_actions.person_of(ctx.catalogue(), call.actor)
    since = (ctx.local().date() - timedelta(days=OWN_DAYS)).isoformat()
    rows = list(finding_queries.of_staff(conn, ctx.hall_id, viewer.number, since))
    if viewer.chief and viewer.unit:
        ids = {row.id for row in rows}
        of_unit = finding_queries.of_unit(conn, ctx.hall_id, viewer.unit, since)
        rows += [row for row in of_unit if row.id not in ids]
    # A proposed finding is visible to the office only, until it is confirmed.
    without_office = rules.Person(viewer.number, viewer.unit, viewer.chief)
    visible = [
        row for row in rows if rules.may_see(finding_actions.finding_of(row), without_office)
    ]
    return sorted(visible, key=lambda row: (-row.at, row.id))


def photo(hall: Hall, actor: Actor, photo_id: str, of: str) -> Response:
    """Return a photo of a check or finding, `of`, which the actor may see; journal the reading."""
    content = papers.read_by(hall, actor, photo_id, of).data
    return file_response(content, JPEG, disposition=INLINE, headers=NOSNIFF)
