"""Devices that wait for a confirmation: the office's list, its alarms, confirm and refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from server.api import ADMINISTRATORS, Api, Call
from server.domain.errors import Code
from server.hall import Hall
from server.services import bindings
from server.services.snapshot import Snapshot
from server.storage import bindings as stored
from server.wire.bindings import ClaimRef, DeviceClaim
from server.wire.commands import Done
from server.wire.views import Alarm

NAMED = 6
EXAMPLE = {"agent": "kiosk-1", "device": "printer-1", "kind": "printers", "serves": "1"}


def claims(conn: Connection, hall_id: str) -> list[DeviceClaim]:
    """Return what waits for a confirmation or was refused one, each with what stands against it."""
    bound = stored.every(conn, hall_id)
    return [_claim(bound, row) for row in stored.claims(conn, hall_id)]


def _claim(bound: Mapping[str, Any], row: Any) -> DeviceClaim:
    held = bound.get(row.name)
    change = "new"
    if held is not None and held.agent != row.agent:
        change = "agent"
    elif held is not None:
        change = "kind" if held.kind != row.kind else "place"
    place = (row.kind, row.serves)
    others = [b for b in bound.values() if (b.kind, b.serves) == place and b.name != row.name]
    return DeviceClaim(
        agent=row.agent,
        device=row.name,
        kind=row.kind,
        serves=row.serves,
        waits=row.state == stored.WAITS,
        since=row.at,
        change=change,
        held_by=held.agent if held is not None else "",
        held_kind=held.kind if held is not None else "",
        held_serves=held.serves if held is not None else "",
        beside=[other.name for other in others],
    )


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that lists, for each agent, what waits: new devices, changed ones."""
    ctx = hall.ctx

    def found(_taken: Snapshot) -> list[Alarm]:
        waiting = [one for one in ctx.read(lambda c: claims(c, ctx.hall_id)) if one.waits]
        ordered = sorted(waiting, key=lambda one: (one.agent, one.change != "new"))
        return [
            _alarm(agent, list(same), changed=changed)
            for (agent, changed), same in groupby(
                ordered, lambda one: (one.agent, one.change != "new")
            )
        ]

    return found


def _alarm(agent: str, same: Sequence[DeviceClaim], *, changed: bool) -> Alarm:
    more = "…" if len(same) > NAMED else ""
    zh, en = (mark.join(one.device for one in same[:NAMED]) + more for mark in ("、", ", "))
    what_zh = "要求变更" if changed else "新增"
    what_en = "asks to change" if changed else "has new"
    return Alarm(
        code="device_claim_change" if changed else "device_claim_new",
        subject=agent,
        message_zh=f"设备代理 {agent} {what_zh} {len(same)} 台设备（{zh}），确认前不投入使用。"
        "请到“设备”页核对。",
        message_en=f"Agent {agent} {what_en} devices ({en}). They are out of service until an "
        "administrator confirms them under Devices.",
        since=min(one.since for one in same),
    )


def add(api: Api) -> None:
    """Register confirm and refuse."""
    ctx = api.hall.ctx

    @api.post(
        "/office/devices/confirm",
        who=ADMINISTRATORS,
        body=ClaimRef,
        answer=Done,
        codes=(Code.DEVICE_CLAIM,),
        example=EXAMPLE,
    )
    def confirm(call: Call) -> Done:
        """Bind a device to its agent, kind and place as it was announced; it is in service then."""
        asked: ClaimRef = call.body
        bindings.confirm(ctx, call.actor, call.key, asked.agent, asked.announced())
        return Done()

    @api.post(
        "/office/devices/refuse",
        who=ADMINISTRATORS,
        body=ClaimRef,
        answer=Done,
        codes=(Code.DEVICE_CLAIM,),
        example=EXAMPLE,
    )
    def refuse(call: Call) -> Done:
        """Leave an announced device out of service."""
        asked: ClaimRef = call.body
        bindings.refuse(ctx, call.actor, call.key, asked.agent, asked.announced())
        return Done()
