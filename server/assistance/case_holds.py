"""Port of cases: whoever helps with a case neither reviews nor approves it."""

from __future__ import annotations

from sqlalchemy import Connection

from server.assistance import queries
from server.assistance.errors import AssistCode
from server.assistance.rules import is_barred
from server.cases.queries import StoredCase
from server.cases.rules import CaseMove, CaseState
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context


def hold(
    ctx: Context, conn: Connection, actor: Actor, row: StoredCase, move: CaseMove
) -> HallError | None:
    """Return the refusal of a helper's step that would review or approve the case."""
    if not is_barred(move, CaseState(row.state)):
        return None
    if queries.helps(conn, ctx.hall_id, row.id, actor.name):
        return HallError(AssistCode.HELPER_BARRED)
    return None
