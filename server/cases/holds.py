"""Holds: rooms above that stop a person's step of a case, or come before it.

A room that may stop a step, such as the parts of a joint review that still run, brings a module
`case_holds` with `hold(ctx, conn, actor, case, move)`, which returns the refusal or None. One in
which time may have decided before the person brings `case_overtakes` with `overtake(ctx, tx, actor,
case, facts, wish)`, which records that and returns True. `server.core.rooms` finds both by name.
Steps of the hall itself are never held.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from sqlalchemy import Connection

from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import CaseMove
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.rooms import modules
from server.core.store import Tx
from server.hall.context import Context


def hold_of(
    ctx: Context,
    conn: Connection,
    actor: Actor,
    row: StoredCase,
    move: CaseMove,
    rooms: Sequence[ModuleType] | None = None,
) -> HallError | None:
    """Return the first refusal of a step; `rooms`: their modules `case_holds`, None for all."""
    for room in modules("case_holds") if rooms is None else rooms:
        refusal: HallError | None = room.hold(ctx, conn, actor, row, move)
        if refusal is not None:
            return refusal
    return None


def overtaken(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredCase,
    facts: Sequence[StoredFact],
    wish: object,
) -> bool:
    """Return True if a room recorded in this action that the case was decided before the step."""
    return any(
        room.overtake(ctx, tx, actor, row, facts, wish) for room in modules("case_overtakes")
    )
