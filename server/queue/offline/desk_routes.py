"""Quarantined desk actions in the office: both versions, the alarm, and the decision."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.errors import CommonCode
from server.core.messages import Alarm, Done
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.queue.errors import QueueCode
from server.queue.offline import desk_decisions, desk_queries
from server.queue.offline.desk_queries import QuarantinedAct
from server.queue.offline.errors import OfflineCode
from server.queue.offline.messages import DeskActSaid, DeskActsAside, SettleActs, TicketKnown
from server.queue.snapshot import QueueSnapshot, with_queue
from server.web_api import MANAGERS, Api, Call


def waiting(conn: Connection, hall_id: str, catalogue: Catalogue) -> list[DeskActsAside]:
    """Return quarantined desk actions that wait for a decision, oldest first."""
    return [_view(catalogue, row) for row in desk_queries.quarantined(conn, hall_id)]


def _view(catalogue: Catalogue, row: QuarantinedAct) -> DeskActsAside:
    recorded = json.loads(row.known)
    return DeskActsAside(
        id=row.id,
        window_number=_number(catalogue, row.window),
        staff=row.staff,
        staff_name=_name(catalogue, row.staff),
        ticket=recorded["number"] if recorded else row.ticket_id.partition("-")[2],
        reason=row.reason,
        said=[
            DeskActSaid(kind=action["kind"], at=action["at"], outcome=action["outcome"])
            for action in json.loads(row.said)
        ],
        known=TicketKnown(
            number=recorded["number"],
            state=recorded["state"],
            window_number=_number(catalogue, recorded["window"]),
            staff_name=_name(catalogue, recorded["staff"]),
            called_at=recorded["called_at"],
            serving_at=recorded["serving_at"],
            ended_at=recorded["ended_at"],
        )
        if recorded
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
    """Return the function that makes the alarm of waiting desk actions."""
    ctx = hall.ctx

    def current(snapshot: QueueSnapshot) -> list[Alarm]:
        rows = ctx.read(lambda c: desk_queries.quarantined(c, ctx.hall_id))
        if not rows:
            return []
        numbers = sorted({_number(snapshot.catalogue, row.window) for row in rows})
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

    return with_queue(current)


def add(api: Api) -> None:
    """Register the route of the decision."""

    @api.post(
        "/office/desk-acts/<number>/settle",
        who=MANAGERS,
        body=SettleActs,
        answer=Done,
        codes=(
            OfflineCode.ACTS_UNKNOWN,
            OfflineCode.ACTS_SETTLED,
            CommonCode.OWN_CASE,
            QueueCode.TICKET_UNKNOWN,
            QueueCode.MOVE_NOT_ALLOWED,
            QueueCode.WINDOW_BUSY,
            QueueCode.NO_SHOW_TOO_EARLY,
        ),
        example={"taken": False, "why": "当时窗口没有断网"},
    )
    def settle_acts(call: Call) -> Done:
        """Accept or dismiss a desk's offline actions, with a reason."""
        body: SettleActs = call.body
        number = call.args["number"]
        desk_decisions.settle(api.hall.ctx, call.actor, call.key, number, body.taken, body.why)
        return Done()
