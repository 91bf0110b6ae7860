"""Findings of spot checks: the office's list and decisions; what a clerk and a unit see and say.

Every route reaches a finding through `finding.access`, so that nobody learns of one that does not
concern him.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, request
from sqlalchemy import Connection

from server.api import MANAGERS, STAFF, Api, Call
from server.domain.errors import Code, HallError
from server.domain.inspection import findings as rules
from server.hall import Hall
from server.office import check_views as views
from server.office.workdays import nearby
from server.services.attendance import files as papers
from server.services.inspection import finding
from server.storage import findings
from server.wire.checks import (
    DisputeFinding,
    FindingList,
    FindingView,
    JudgeFinding,
    RectifyFinding,
    SettleFinding,
)

JPEG = "image/jpeg"
SHOWN_DAYS = 92
OWN_DAYS = 400
DECIDING = (Code.FINDING_UNKNOWN, Code.FINDING_STATE, Code.FINDING_OWN)


def add(api: Api) -> None:
    """Register the findings."""
    _office(api)
    _own(api)


def _list(hall: Hall, call: Call, rows: Sequence[Any]) -> FindingList:
    ctx = hall.ctx
    catalogue, now = ctx.catalogue(), ctx.clock.now()
    who = finding.person_of(catalogue, call.actor)
    return FindingList(
        findings=[views.finding_view(catalogue, row, who, now) for row in rows],
    )


def _one(hall: Hall, call: Call) -> FindingView:
    """The finding of the address, as it stands now."""
    ctx = hall.ctx
    row = ctx.read(lambda c: finding.access(ctx, c, call.actor, call.args["finding"]))
    return _list(hall, call, [row]).findings[0]


def _office(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/office/findings", who=MANAGERS, answer=FindingList)
    def office_findings(_call: Call) -> FindingList:
        """Findings of a period (`from`, `to`; the last 92 days), newest first."""
        today = ctx.local().date()
        last = _day("to", today)
        first = _day("from", last - timedelta(days=SHOWN_DAYS))
        rows = ctx.read(
            lambda c: findings.of_days(c, ctx.hall_id, first.isoformat(), last.isoformat())
        )
        return _list(hall, _call, rows)

    @api.get(
        "/office/findings/<finding>",
        who=MANAGERS,
        answer=FindingView,
        codes=(Code.FINDING_UNKNOWN,),
    )
    def office_finding(call: Call) -> FindingView:
        """One finding."""
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
        """Confirm or dismiss what the system proposed."""
        body: JudgeFinding = call.body
        finding.judge(ctx, call.actor, call.key, call.args["finding"], body.confirm, body.why)
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
        """Decide a dispute: neither the person, nor who found it, nor who confirmed it."""
        body: SettleFinding = call.body
        finding.settle(ctx, call.actor, call.key, call.args["finding"], body.stands, body.why)
        return _one(hall, call)


def _day(name: str, default: date) -> date:
    text = request.args.get(name, "")
    try:
        return nearby(date.fromisoformat(text), name) if text else default
    except ValueError:
        raise HallError(Code.INVALID, field=name) from None


def _own(api: Api) -> None:
    hall, ctx = api.hall, api.hall.ctx

    @api.get("/my/findings", who=STAFF, answer=FindingList)
    def my_findings(call: Call) -> FindingList:
        """One's own findings, and one's unit's for its chief representative."""
        return _list(hall, call, ctx.read(lambda c: _concerning(hall, c, call)))

    @api.post(
        "/my/findings/<finding>/dispute",
        who=STAFF,
        body=DisputeFinding,
        answer=FindingView,
        codes=(Code.FINDING_UNKNOWN, Code.FINDING_STATE, Code.DISPUTE_OVER),
        example={"statement": "当时在打印室取材料"},
    )
    def dispute_finding(call: Call) -> FindingView:
        """Dispute a finding with a statement."""
        finding.dispute(ctx, call.actor, call.key, call.args["finding"], call.body.statement)
        return _one(hall, call)

    @api.post(
        "/my/findings/<finding>/rectify",
        who=STAFF,
        body=RectifyFinding,
        answer=FindingView,
        codes=(Code.FINDING_UNKNOWN, Code.FINDING_STATE),
        example={"words": "已提醒并明确替岗安排", "day": "2026-03-05"},
    )
    def rectify_finding(call: Call) -> FindingView:
        """What was put right, and on which day."""
        body: RectifyFinding = call.body
        named = call.args["finding"]
        finding.rectify(ctx, call.actor, call.key, named, body.words, _real(body.day))
        return _one(hall, call)

    @api.get(
        "/my/findings/<finding>/photos/<n>",
        who=STAFF,
        answer=None,
        codes=(Code.FINDING_UNKNOWN, Code.PHOTO_UNKNOWN),
        media=JPEG,
    )
    def finding_photo(call: Call) -> Response:
        """A photo of a finding, 1, 2 …, for whoever may see the finding."""
        row = ctx.read(lambda c: finding.access(ctx, c, call.actor, call.args["finding"]))
        kept, n = finding.facts_of(row).get("photos", []), call.args["n"]
        if not n.isdecimal() or not 0 < int(n) <= len(kept):
            raise HallError(Code.PHOTO_UNKNOWN)
        return photo(hall, kept[int(n) - 1])


def _real(day: str) -> str:
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise HallError(Code.INVALID, field="day") from None


def _concerning(hall: Hall, conn: Connection, call: Call) -> list[Any]:
    ctx = hall.ctx
    who = finding.person_of(ctx.catalogue(), call.actor)
    since = (ctx.local().date() - timedelta(days=OWN_DAYS)).isoformat()
    rows = list(findings.of_staff(conn, ctx.hall_id, who.number, since))
    if who.chief and who.unit:
        known = {row.id for row in rows}
        of_unit = findings.of_unit(conn, ctx.hall_id, who.unit, since)
        rows += [row for row in of_unit if row.id not in known]
    # What is only proposed is the office's question; it is told once somebody has confirmed it.
    plain = rules.Person(who.number, who.unit, who.chief)
    seen = [row for row in rows if rules.may_see(finding.finding_of(row), plain)]
    return sorted(seen, key=lambda row: (-row.at, row.id))


def photo(hall: Hall, photo_id: str) -> Response:
    """A kept photo; whether it may be seen, the caller has asked."""
    headers = {"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"}
    return Response(papers.load(hall, photo_id).data, mimetype=JPEG, headers=headers)
