"""Settled assessment of the small hall: a released February, and every kind of open step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from sqlalchemy import Connection, select

from server.assessment import actions, dispute_actions, mark_actions, sheet_actions, sheet_workbook
from server.assessment.periods import parse_period
from server.assessment.sheets import Line, Part, Sheet
from server.assessment.tables import score_amendment, score_release
from server.assessment.workflow import MarkMove
from server.core.actors import Actor, ActorKind
from server.core.measured import Subject
from support.halls import SmallHall

FEBRUARY = parse_period("2026-02")
SHEET = Sheet(
    Subject.PERSON,
    "人员",
    (Part("service", "服务", Decimal(100)),),
    (Line("1", "service", "争吵", "mark_quarrel", Decimal(-3)),),
)


def settle(small: SmallHall, first: Actor, second: Actor, clerk: str) -> dict[str, list[str]]:
    """Release February and leave a mark, a dispute, a sheet and an amendment open; return ids."""
    ctx, key = small.ctx, small.key
    sheet = sheet_actions.draft(ctx, first, key(), SHEET, FEBRUARY.id)
    sheet_actions.start(ctx, second, key(), sheet)
    shown = ctx.read(lambda c: actions.load(ctx, c, FEBRUARY))
    actions.check(ctx, first, key(), shown, shown.contents.digest)
    actions.release(ctx, second, key(), shown, shown.contents.digest)
    wish = mark_actions.Wish("quarrel", Subject.PERSON, clerk, date(2026, 2, 24), 1, "与群众争吵")
    marks = [mark_actions.propose(ctx, first, key(), wish) for _ in range(2)]
    mark_actions.decide(ctx, second, key(), marks[0], MarkMove.CONFIRM)
    changed = ctx.read(lambda c: actions.load(ctx, c, FEBRUARY))
    actions.amend(ctx, first, key(), changed, "补记一次争吵")
    draft = sheet_actions.draft(ctx, first, key(), SHEET, "2026-03")
    march = mark_actions.propose(
        ctx,
        first,
        key(),
        mark_actions.Wish("quarrel", Subject.PERSON, clerk, date(2026, 3, 2), 1, "争吵"),
    )
    mark_actions.decide(ctx, second, key(), march, MarkMove.CONFIRM)
    points = dispute_actions.Wish(
        parse_period("2026-03"), Subject.PERSON, clerk, "mark_quarrel", march, "不属实"
    )
    dispute = dispute_actions.dispute(ctx, Actor(ActorKind.CLERK, clerk), key(), points)
    return {
        "period": [FEBRUARY.id, "2026-01"],
        "score_sheet": [sheet, draft],
        "mark": marks,
        "dispute": [dispute],
    }


def score_workbook() -> bytes:
    """Return the sheet as a workbook."""
    stream = BytesIO()
    sheet_workbook.write(SHEET, "2026-03", stream)
    return stream.getvalue()


def released(conn: Connection) -> dict[str, Any]:
    """Return what was released, by its digest."""
    return {
        f"{table.name} {row['digest']}": row["results"]
        for table in (score_release, score_amendment)
        for row in conn.execute(select(table)).mappings()
        if row["released_at"]
    }
