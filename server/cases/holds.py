"""Holds: refusals by rooms above, such as the parts of a joint review that still run.

A room that may stop a step of a case brings a module `case_holds` with `hold(ctx, conn, case,
move)`, which returns the refusal or None. `server.core.rooms` finds it by name. Steps of the hall
itself are never held.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from sqlalchemy import Connection

from server.cases.queries import StoredCase
from server.cases.rules import CaseMove
from server.core.errors import HallError
from server.core.rooms import modules
from server.hall.context import Context


def hold_of(
    ctx: Context,
    conn: Connection,
    row: StoredCase,
    move: CaseMove,
    rooms: Sequence[ModuleType] | None = None,
) -> HallError | None:
    """Return the first refusal of a step; `rooms`: their modules `case_holds`, None for all."""
    for room in modules("case_holds") if rooms is None else rooms:
        refusal: HallError | None = room.hold(ctx, conn, row, move)
        if refusal is not None:
            return refusal
    return None
