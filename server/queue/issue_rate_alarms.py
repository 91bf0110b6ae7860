"""Alarms of kiosks over their issue rate, and of units with few numbers left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from server.catalogue.model import Unit
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.queue import issue_rate_queries
from server.queue.issue_rate import FRESH_MS
from server.queue.issue_rate_queries import StoredExcess
from server.queue.number_ranges import range_of
from server.queue.offline import lease_queries
from server.queue.settings import NumberSettings


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms from a snapshot."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        return ctx.read(lambda c: _all(c, ctx.hall_id, snapshot))

    return current


def _all(conn: Connection, hall_id: str, snapshot: Snapshot) -> list[Alarm]:
    fast = issue_rate_queries.since(conn, hall_id, snapshot.now - FRESH_MS)
    units = {unit.prefix: unit for unit in snapshot.catalogue.units}
    own = range_of(snapshot.settings, snapshot.day)
    if own is None:
        return [_fast(row, units.get(row.prefix)) for row in fast]
    reserve = own.reserve(snapshot.settings.of(NumberSettings).desk_numbers)
    last_numbers = issue_rate_queries.counters_from(
        conn, hall_id, snapshot.day, own.open_last - reserve
    )
    remaining = {}
    for prefix in sorted(last_numbers.keys() & units.keys()):
        lowest = lease_queries.lowest(conn, hall_id, snapshot.day, prefix)
        remaining[prefix] = max(
            0, (own.last if lowest is None else lowest - 1) - last_numbers[prefix]
        )
    return [
        *(_fast(row, units.get(row.prefix)) for row in fast),
        *(_few(units[prefix], count) for prefix, count in remaining.items() if count <= reserve),
    ]


def _fast(row: StoredExcess, unit: Unit | None) -> Alarm:
    name_zh, name_en = _names(unit, row.prefix)
    zh, en = (
        ("已暂停发放", "It is paused")
        if row.refused
        else ("断网时发放", "Given without the server")
    )
    return Alarm(
        code="kiosk_pace",
        subject=f"{row.kiosk}/{row.prefix}",
        since=row.at,
        message_zh=f"取号机 {row.kiosk} 在 {row.minutes} 分钟内发放了 {row.numbers} 个"
        f"{name_zh}的号码，{zh}。请到现场查看，群众请到咨询台取号。",
        message_en=f"Kiosk {row.kiosk} gave {row.numbers} numbers of {name_en} within "
        f"{row.minutes} min. {en}. Please go and look; people take numbers at the desk.",
    )


def _few(unit: Unit, left: int) -> Alarm:
    name_zh, name_en = _names(unit, unit.prefix)
    return Alarm(
        code="numbers_at_desk",
        subject=unit.prefix,
        since=None,
        message_zh=f"{name_zh}的号码今天只剩 {left} 个，取号机已停止发放，请在咨询台或窗口取号。",
        message_en=f"Only {left} numbers of {name_en} are left today; the kiosks give no more. "
        "Please give them at the desk or a window.",
    )


def _names(unit: Unit | None, prefix: str) -> tuple[str, str]:
    """Return the unit's name with its letter, in Chinese and in English."""
    if unit is None:
        return prefix, prefix
    return f"{unit.short or unit.name}（{prefix}）", f"{unit.name_en or unit.name} ({prefix})"
