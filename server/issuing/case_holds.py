"""Hold of cases: one whose licences are not void cannot become void itself."""

from __future__ import annotations

from sqlalchemy import Connection

from server.cases.queries import StoredCase
from server.cases.rules import CaseMove
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context
from server.issuing import queries
from server.issuing.errors import LicenceCode
from server.issuing.rules import Place


def hold(
    ctx: Context, conn: Connection, _actor: Actor, case: StoredCase, move: CaseMove
) -> HallError | None:
    """Return the refusal of a step of a case, or None."""
    if move is not CaseMove.MAKE_VOID:
        return None
    licences = queries.of_cases(conn, ctx.hall_id, [case.id])[case.id]
    if all(row.state == Place.VOID for row in licences):
        return None
    return HallError(LicenceCode.LICENCE_LEFT)
