"""Device claims in the office: list, alarms, confirm and refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from sqlalchemy import Connection

from server.core.messages import Alarm, Done
from server.device_health import binding_queries as stored
from server.device_health import bindings
from server.device_health.binding_queries import Binding, Claim
from server.device_health.errors import DeviceCode
from server.device_health.messages import ClaimRef, DeviceClaim
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.web_api import ADMINISTRATORS, Api, Call

NAMED = 6
EXAMPLE = {"agent": "kiosk-1", "device": "printer-1", "kind": "printers", "serves": "1"}


def claims(conn: Connection, hall_id: str) -> list[DeviceClaim]:
    """Return waiting and refused claims, each with the bindings that conflict with it."""
    bound = stored.every(conn, hall_id)
    return [_claim(bound, row) for row in stored.claims(conn, hall_id)]


def _claim(bound: Mapping[str, Binding], row: Claim) -> DeviceClaim:
    binding = bound.get(row.name)
    change = "new"
    if binding is not None and binding.agent != row.agent:
        change = "agent"
    elif binding is not None:
        change = "kind" if binding.kind != row.kind else "place"
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
        held_by=binding.agent if binding is not None else "",
        held_kind=binding.kind if binding is not None else "",
        held_serves=binding.serves if binding is not None else "",
        beside=[other.name for other in others],
    )


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of waiting claims: new and changed, by agent."""
    ctx = hall.ctx

    def current(_snapshot: Snapshot) -> list[Alarm]:
        waiting = [claim for claim in ctx.read(lambda c: claims(c, ctx.hall_id)) if claim.waits]
        ordered = sorted(waiting, key=lambda claim: (claim.agent, claim.change != "new"))
        return [
            _alarm(agent, list(group), changed=changed)
            for (agent, changed), group in groupby(
                ordered, lambda claim: (claim.agent, claim.change != "new")
            )
        ]

    return current


def _alarm(agent: str, group: Sequence[DeviceClaim], *, changed: bool) -> Alarm:
    ellipsis = "…" if len(group) > NAMED else ""
    zh, en = (
        mark.join(claim.device for claim in group[:NAMED]) + ellipsis for mark in ("、", ", ")
    )
    what_zh = "要求变更" if changed else "新增"
    what_en = "asks to change" if changed else "has new"
    return Alarm(
        code="device_claim_change" if changed else "device_claim_new",
        subject=agent,
        message_zh=f"设备代理 {agent} {what_zh} {len(group)} 台设备（{zh}），确认前不投入使用。"
        "请到“设备”页核对。",
        message_en=f"Agent {agent} {what_en} devices ({en}). They are out of service until an "
        "administrator confirms them under Devices.",
        since=min(claim.since for claim in group),
    )


def add(api: Api) -> None:
    """Register the routes to confirm and to refuse."""
    ctx = api.hall.ctx

    @api.post(
        "/office/devices/confirm",
        who=ADMINISTRATORS,
        body=ClaimRef,
        answer=Done,
        codes=(DeviceCode.DEVICE_CLAIM,),
        example=EXAMPLE,
    )
    def confirm(call: Call) -> Done:
        """Bind a device to its agent, kind and place as announced; it is in service then."""
        body: ClaimRef = call.body
        bindings.confirm(ctx, call.actor, call.key, body.agent, body.announced())
        return Done()

    @api.post(
        "/office/devices/refuse",
        who=ADMINISTRATORS,
        body=ClaimRef,
        answer=Done,
        codes=(DeviceCode.DEVICE_CLAIM,),
        example=EXAMPLE,
    )
    def refuse(call: Call) -> Done:
        """Keep an announced device out of service."""
        body: ClaimRef = call.body
        bindings.refuse(ctx, call.actor, call.key, body.agent, body.announced())
        return Done()
