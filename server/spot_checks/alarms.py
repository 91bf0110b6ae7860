"""Alarms of spot checks: a due check, a lost seed, findings that wait for a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.spot_checks import finding_queries, queries
from server.spot_checks.draw_commitment import LOST

WAITING = {
    "proposed": ("条查岗疑点待核实", "doubts to be judged"),
    "disputed": ("条查岗问题的申诉待裁定", "disputes over findings to be settled"),
}


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of spot checks from a snapshot."""
    ctx = hall.ctx
    return lambda snapshot: ctx.read(
        lambda c: [*_due(c, ctx.hall_id, snapshot), *_open(c, ctx.hall_id)]
    )


def _due(conn: Connection, hall_id: str, snapshot: Snapshot) -> list[Alarm]:
    """Return alarms of drawn times that have come, never of later ones."""
    rows = queries.of_days(conn, hall_id, snapshot.day, snapshot.day)
    result = [
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
    commitment = queries.day(conn, hall_id, snapshot.day)
    if commitment is not None and commitment.revealed_at is not None and commitment.seed == LOST:
        result.append(_lost(snapshot.day))
    return result


def _lost(day: str) -> Alarm:
    return Alarm(
        code="check_seed_lost",
        subject=day,
        since=None,
        message_zh="今天的抽签密码无法读取（密钥文件丢失），今天不再抽签查岗，请联系系统管理员，可改用临时查岗。",
        message_en="Today's seed cannot be opened (its key is gone): no more drawn checks today",
    )


def _open(conn: Connection, hall_id: str) -> list[Alarm]:
    counts = finding_queries.count_by_state(conn, hall_id, WAITING)
    return [
        Alarm(
            code=f"findings_{state}",
            subject="findings",
            since=None,
            message_zh=f"{counts[state]} {WAITING[state][0]}",
            message_en=f"{counts[state]} {WAITING[state][1]}",
        )
        for state in WAITING
        if counts.get(state)
    ]
