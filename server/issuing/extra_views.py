"""Messages of additional licences, made from what was read."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from server.core.actors import Actor
from server.hall.context import Context
from server.issuing import extra_queries, extras
from server.issuing.messages import ExtraFactView, ExtraView
from server.issuing.names import person_name, unit_name
from server.issuing.rules import ExtraMove, ExtraState
from server.issuing.workflow import EXTRA


def unsettled(
    ctx: Context, conn: Connection, actor: Actor, units: Collection[str] | None = None
) -> list[ExtraView]:
    """Return the additional licences that two people have not resolved, of units or of all."""
    catalogue = ctx.catalogue()
    rows = extra_queries.unsettled(conn, ctx.hall_id, units)
    facts = extra_queries.FACTS.of(conn, ctx.hall_id, [row.id for row in rows])
    result = []
    for row in rows:
        attempt = extras.attempt_of(ctx, conn, actor, row.unit, row, facts[row.id])
        result.append(
            ExtraView(
                id=row.id,
                number=row.number,
                list_id=row.list,
                unit_name=unit_name(catalogue, row.unit),
                day=row.day,
                state=ExtraState(row.state),
                facts=[
                    ExtraFactView(
                        move=ExtraMove(fact.move),
                        at=fact.at,
                        words=fact.words,
                        by_name=person_name(catalogue, fact.by_actor),
                    )
                    for fact in facts[row.id]
                ],
                moves=[
                    move
                    for move in ExtraMove
                    if move is not ExtraMove.FIND and EXTRA.allows(move, attempt)
                ],
            )
        )
    return result
