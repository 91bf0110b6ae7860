"""Present verdict of a slot, which a correction stores as `was`."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.attendance.sheets import day_sheets
from server.attendance.shift_rules import clock
from server.attendance.words import verdict_sentence
from server.core.errors import CommonCode, HallError
from server.hall.context import Context


def present_verdict(
    ctx: Context, conn: Connection, staff: str, day: date, slot: str
) -> dict[str, Any]:
    """Return the verdict of one slot with its reason; raise INVALID for a slot that was not due."""
    for sheet in day_sheets(ctx, conn, day, day, [staff]):
        for verdict in sheet.slots:
            if verdict.slot.code == slot:
                return {
                    "state": verdict.state.value,
                    "minutes": verdict.minutes,
                    "name": verdict.slot.name,
                    "due": clock(verdict.slot.due),
                    "at": clock(verdict.punch.at.time()) if verdict.punch is not None else "",
                    "line": verdict_sentence(verdict),
                }
    raise HallError(CommonCode.INVALID, field="slot")
