"""Hold on a case: the lead may not pass it on while a part of it has not ended."""

from __future__ import annotations

from sqlalchemy import Connection

from server.cases.queries import StoredCase
from server.cases.rules import CaseMove
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context
from server.joint_review import queries
from server.joint_review.errors import JointCode
from server.joint_review.rules import ENDED, PartState

HELD = frozenset({CaseMove.PASS, CaseMove.DECIDE})


def hold(
    ctx: Context, conn: Connection, _actor: Actor, row: StoredCase, move: CaseMove
) -> HallError | None:
    """Return the refusal of a step that leads to a decision while parts run; else None."""
    if move not in HELD:
        return None
    parts = queries.parts_of(conn, ctx.hall_id, [row.id])
    running = sum(PartState(part.state) not in ENDED for part in parts)
    return HallError(JointCode.JOINT_OPEN, count=running) if running else None
