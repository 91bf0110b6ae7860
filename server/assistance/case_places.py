"""Port of cases: flags in lists, and the places of green cases on desks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from server.assistance import queries
from server.assistance.rules import places
from server.assistance.settings import AssistSettings
from server.cases.rules import CaseFlag
from server.hall.context import Context


def flags(ctx: Context, conn: Connection, cases: Collection[str]) -> dict[str, list[CaseFlag]]:
    """Return the flags of those of these cases that have one."""
    result: dict[str, list[CaseFlag]] = {}
    for flag, marked in (
        (CaseFlag.GREEN, queries.granted(conn, ctx.hall_id, cases)),
        (CaseFlag.HELPED, queries.helped(conn, ctx.hall_id, cases)),
    ):
        for case in marked:
            result.setdefault(case, []).append(flag)
    return result


def is_needed(ctx: Context, conn: Connection) -> bool:
    """Return True if any case is in the green channel, so that desks have to be ordered."""
    return bool(queries.granted(conn, ctx.hall_id))


def ordered(ctx: Context, conn: Connection, due: Sequence[str]) -> list[str]:
    """Return the cases of a desk in its order, from the order in which they are due."""
    every = ctx.settings().of(AssistSettings).green_every
    return places(due, queries.granted(conn, ctx.hall_id), every)
