"""Flags in lists and places on desks: rooms above mark cases, and may put some of them ahead.

Such a room brings a module `case_places` with `flags(ctx, conn, cases)`, the flags by case;
`is_needed(ctx, conn)`, whether desks have another order than by due days; and `ordered(ctx, conn,
due)`, that order. `server.core.rooms` finds it by name.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select

from server.cases import list_queries, queries
from server.cases.queries import StoredCase
from server.cases.rules import CaseFlag
from server.core.rooms import modules
from server.hall.context import Context


def flags_of(ctx: Context, conn: Connection, cases: Collection[str]) -> dict[str, list[CaseFlag]]:
    """Return the flags of those of these cases that have one."""
    result: dict[str, list[CaseFlag]] = {}
    for room in modules("case_places") if cases else ():
        for case, flags in room.flags(ctx, conn, cases).items():
            result.setdefault(case, []).extend(flags)
    return result


def desk_page(
    ctx: Context, conn: Connection, query: Select[Any], skip: int
) -> tuple[list[StoredCase], int]:
    """Return the next cases of a desk after `skip` in its order, and how many more follow."""
    rooms = [room for room in modules("case_places") if room.is_needed(ctx, conn)]
    if not rooms:
        return list_queries.page(conn, query, skip)
    order = list_queries.ids(conn, query)
    for room in rooms:
        order = room.ordered(ctx, conn, order)
    shown = order[skip : skip + list_queries.MOST_LISTED]
    rows = {row.id: row for row in queries.among(conn, ctx.hall_id, shown)}
    return [rows[case] for case in shown], max(0, len(order) - skip - len(shown))
