"""Spot checks of a week, its findings, and the findings of the week before."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from server.attendance.week_facts import facts_of, unit_name
from server.core.weeks import Fact, Week
from server.hall.context import Context
from server.hall.week_request import WeekFacts, WeekRequest
from server.spot_checks import finding_queries
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.finding_queries import StoredFinding
from server.spot_checks.second_checker import state_of
from server.spot_checks.week_lines import CheckLine, FindingLine

PLACE = 2
STANDING = ("confirmed", "disputed", "upheld")
WALKED = ("started", "done", "unfinished")
KINDS = {
    "empty": "空岗",
    "away": "离岗去向不明",
    "conduct": "工作纪律问题",
    "no_call": "有人等候长时间不叫号",
    "no_punch": "有在岗记录但上午未打卡",
    "complaint": "投诉查实",
    "self_rated": "评价疑似非群众本人所为",
    "not_told_once": "未一次性告知",
    "case_overdue": "办件超时",
    "part_overdue": "并联审批、上报超时",
    "extension_late": "延期申请过期",
    "consent_moved": "超时默许日期变动",
    "outside": "疑似体外循环",
}


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's spot checks and findings."""
    week = request.week
    checks = _checks(request.ctx, request.conn, week)
    findings, before = _findings(request, week), _findings(request, week.before())
    lines = {"checks": checks, "findings": findings, "last_findings": before}
    return WeekFacts(_check_facts(week, checks, findings, before), lines)


def _checks(ctx: Context, conn: Connection, week: Week) -> tuple[CheckLine, ...]:
    lines = []
    for row in spot_checks_queries.of_days(
        conn, ctx.hall_id, week.first.isoformat(), week.last.isoformat()
    ):
        at = row.started_at or row.due_at
        marked_windows = {
            mark.window for mark in spot_checks_queries.marks(conn, ctx.hall_id, row.id)
        }
        lines.append(
            CheckLine(
                id=row.id,
                day=row.day,
                kind=row.kind,
                state=state_of(row),
                at=f"{ctx.local(at):%H:%M}" if at else "",
                windows=len(marked_windows),
                link=f"/office#checks/{row.id}",
            )
        )
    return tuple(lines)


def _findings(request: WeekRequest, week: Week) -> tuple[FindingLine, ...]:
    catalogue, people = request.catalogue, facts_of(request).everybody()
    first, last = week.first.isoformat(), week.last.isoformat()
    rows = finding_queries.of_days(request.conn, request.ctx.hall_id, first, last)
    return tuple(
        FindingLine(
            id=row.id,
            day=row.day,
            window=row.window,
            staff=row.staff,
            name=people[row.staff].name if row.staff in people else row.staff,
            unit=row.unit,
            unit_name=unit_name(catalogue, row.unit),
            kind=row.kind,
            words=_finding_words(row),
            state=row.state,
            step=row.step,
            rectified=bool(row.rectified),
            link=f"/office#findings/{row.id}",
        )
        for row in reversed(rows)
        if row.state in STANDING
    )


def _finding_words(row: StoredFinding) -> str:
    faults = json.loads(row.facts).get("faults") or []
    return KINDS.get(row.kind, row.kind) + (f"：{'、'.join(faults)}" if faults else "")


def _check_facts(
    week: Week,
    check_lines: Sequence[CheckLine],
    week_findings: Sequence[FindingLine],
    before: Sequence[FindingLine],
) -> dict[str, Fact]:
    link, list_link = f"/office#checks/{week.id}", f"/office#findings/{week.id}"
    last_link = f"/office#findings/{week.before().id}"
    drawn_checks = [c for c in check_lines if c.kind == "drawn"]
    # Disputed findings of last week are not open to rectification until they are settled.
    settled_findings = [f for f in before if f.state != "disputed"]
    counts = {
        "checks_due": (len(drawn_checks), link),
        "checks_done": (sum(c.state in WALKED for c in drawn_checks), link),
        "checks_missed": (sum(c.state == "missed" for c in drawn_checks), link),
        "checks_extra": (sum(c.kind != "drawn" for c in check_lines), link),
        "marks": (sum(c.windows for c in check_lines), link),
        "confirmed": (sum(f.state != "disputed" for f in week_findings), list_link),
        "disputed": (sum(f.state == "disputed" for f in week_findings), list_link),
        "last_findings": (len(settled_findings), last_link),
        "last_rectified": (sum(f.rectified for f in settled_findings), last_link),
        "last_open": (sum(not f.rectified for f in settled_findings), last_link),
    }
    return {name: Fact(str(count), target) for name, (count, target) in counts.items()}
