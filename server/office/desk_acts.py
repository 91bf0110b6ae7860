"""Acts of desks without the server that did not fit: both versions, and the office's decision."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from server.api import MANAGERS, Api, Call
from server.domain.catalogue import Catalogue
from server.domain.errors import Code
from server.hall import Hall
from server.services import desk_settling
from server.services.snapshot import Snapshot
from server.storage import desks
from server.wire.commands import Done
from server.wire.offline import DeskActSaid, DeskActsAside, SettleActs, TicketKnown
from server.wire.views import Alarm


def waiting(conn: Connection, hall_id: str, catalogue: Catalogue) -> list[DeskActsAside]:
    """Return what waits for a decision, oldest first."""
    return [_view(catalogue, row) for row in desks.aside(conn, hall_id)]


def _view(catalogue: Catalogue, row: Any) -> DeskActsAside:
    known = json.loads(row.known)
    return DeskActsAside(
        id=row.id,
        window_number=_number(catalogue, row.window),
        staff=row.staff,
        staff_name=_name(catalogue, row.staff),
        ticket=known["number"] if known else row.ticket_id.partition("-")[2],
        reason=row.reason,
        said=[
            DeskActSaid(kind=one["kind"], at=one["at"], outcome=one["outcome"])
            for one in json.loads(row.said)
        ],
        known=TicketKnown(
            number=known["number"],
            state=known["state"],
            window_number=_number(catalogue, known["window"]),
            staff_name=_name(catalogue, known["staff"]),
            called_at=known["called_at"],
            serving_at=known["serving_at"],
            ended_at=known["ended_at"],
        )
        if known
        else None,
        handed_at=row.handed_at,
    )


def _number(catalogue: Catalogue, code: str) -> int:
    window = catalogue.window_by.get(code)
    return window.number if window is not None else 0


def _name(catalogue: Catalogue, staff: str) -> str:
    person = catalogue.staff_by.get(staff)
    return person.name if person is not None else staff


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function by which the office's surface asks whether something waits."""
    ctx = hall.ctx

    def found(taken: Snapshot) -> list[Alarm]:
        rows = ctx.read(lambda c: desks.aside(c, ctx.hall_id))
        if not rows:
            return []
        numbers = sorted({_number(taken.catalogue, row.window) for row in rows})
        zh = "、".join(map(str, numbers))
        return [
            Alarm(
                code="desk_acts",
                subject="desks",
                since=min(row.handed_at for row in rows),
                message_zh=f"{zh} 号窗口断网时的操作有 {len(rows)} 条与系统记录不符，请核对。",
                message_en=f"Window {', '.join(map(str, numbers))}: what was done to {len(rows)} "
                "ticket(s) without the server does not fit the record; please look at it.",
            )
        ]

    return found


def add(api: Api) -> None:
    """Register the decision."""

    @api.post(
        "/office/desk-acts/<number>/settle",
        who=MANAGERS,
        body=SettleActs,
        answer=Done,
        codes=(
            Code.ACTS_UNKNOWN,
            Code.ACTS_SETTLED,
            Code.OWN_CASE,
            Code.TICKET_UNKNOWN,
            Code.MOVE_NOT_ALLOWED,
            Code.WINDOW_BUSY,
            Code.NO_SHOW_TOO_EARLY,
        ),
        example={"taken": False, "why": "当时窗口没有断网"},
    )
    def settle_acts(call: Call) -> Done:
        """Take what a desk says it did without the server, or dismiss it, with a reason."""
        asked: SettleActs = call.body
        number = call.args["number"]
        desk_settling.settle(api.hall.ctx, call.actor, call.key, number, asked.taken, asked.why)
        return Done()
