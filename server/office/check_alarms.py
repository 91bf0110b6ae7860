"""Spot checks in the office's list of alarms: one has come due; somebody has to decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.hall import Hall
from server.services.inspection.sealing import LOST
from server.services.snapshot import Snapshot
from server.storage import checks, findings
from server.wire.views import Alarm

WAITING = {
    "proposed": ("条查岗疑点待核实", "doubts are to be judged"),
    "disputed": ("条查岗问题的申诉待裁定", "disputes over findings are to be settled"),
}


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """The alarms of spot checks, as the office's surface asks for them."""
    ctx = hall.ctx
    return lambda taken: ctx.read(lambda c: [*_due(c, ctx.hall_id, taken), *_open(c, ctx.hall_id)])


def _due(conn: Connection, hall_id: str, taken: Snapshot) -> list[Alarm]:
    """A drawn time that has come, never one that has not."""
    rows = checks.of_days(conn, hall_id, taken.day, taken.day)
    found = [
        Alarm(
            code="check_due",
            subject=row.id,
            since=row.due_at,
            message_zh="查岗时间到，请两名检查人用手机打开“查岗”页面开始。",
            message_en="A spot check is due: open /check on a phone",
        )
        for row in rows
        if row.state == "due"
    ]
    sealed = checks.day(conn, hall_id, taken.day)
    if sealed is not None and sealed.revealed_at is not None and sealed.seed == LOST:
        found.append(_lost(taken.day))
    return found


def _lost(day: str) -> Alarm:
    return Alarm(
        code="check_seed_lost",
        subject=day,
        since=None,
        message_zh="今天的抽签密码无法读取（密钥文件丢失），今天不再抽签查岗，请联系系统管理员，可改用临时查岗。",
        message_en="Today's seed cannot be opened (its key is gone): no more drawn checks today",
    )


def _open(conn: Connection, hall_id: str) -> list[Alarm]:
    counted = findings.counted(conn, hall_id, WAITING)
    return [
        Alarm(
            code=f"findings_{state}",
            subject="findings",
            since=None,
            message_zh=f"{counted[state]} {WAITING[state][0]}",
            message_en=f"{counted[state]} {WAITING[state][1]}",
        )
        for state in WAITING
        if counted.get(state)
    ]
