"""How a slot stands at this moment: what a correction keeps as `was`."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.domain.attendance.shifts import clock
from server.domain.errors import Code, HallError
from server.services.attendance.sheets import day_sheets
from server.services.context import Context


def standing(ctx: Context, conn: Connection, staff: str, day: date, slot: str) -> dict[str, Any]:
    """The verdict of one slot with its reason; raises INVALID for a slot that was not due."""
    for sheet in day_sheets(ctx, conn, day, day, [staff]):
        for found in sheet.slots:
            if found.slot.code == slot:
                return {
                    "state": found.state.value,
                    "minutes": found.minutes,
                    "name": found.slot.name,
                    "due": clock(found.slot.due),
                    "at": clock(found.punch.at.time()) if found.punch is not None else "",
                    "line": found.line,
                }
    raise HallError(Code.INVALID, field="slot")
