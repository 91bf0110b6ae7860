"""Place of the flag: moved in the same transaction as whatever decides about it."""

from __future__ import annotations

from server.core.actors import Actor
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.honours import queries
from server.honours.events import FlagMoved
from server.honours.queries import StoredFlagMove
from server.honours.rules import OFFICE, Cause, flag_at


def move_flag(ctx: Context, tx: Tx, actor: Actor, cause: Cause, cause_id: str) -> None:
    """Carry the flag to where the decisions and vetoes put it now, if it stands elsewhere."""
    awards = queries.decided(queries.awards(tx.conn, tx.hall_id))
    place = flag_at(awards, queries.for_rules(queries.vetoes(tx.conn, tx.hall_id)))
    before = queries.newest_move(tx.conn, tx.hall_id)
    at = (before.quarter, before.to_window) if before is not None else ("", OFFICE)
    if (place.quarter, place.window) == at:
        return
    row = StoredFlagMove(
        n=before.n + 1 if before is not None else 1,
        at=tx.now,
        day=ctx.day(tx.now),
        from_window=at[1],
        to_window=place.window,
        quarter=place.quarter,
        cause=cause.value,
        cause_id=cause_id,
        by_actor=actor.key,
    )
    queries.add_move(tx, row)
    data = {"from": row.from_window, "quarter": row.quarter, "cause": row.cause, "n": row.n}
    write_journal(
        tx, actor, "flag.move", row.to_window or "office", window=row.to_window, data=data
    )
    tx.events.append(FlagMoved(row.from_window, row.to_window))
