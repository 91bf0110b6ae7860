"""Cache of what is due: made anew when calendar, opening hours or a rule of the clock change.

A list of 100,000 open cases cannot run every clock. `case_due` holds the days that the clock gave
after each case's last fact; `basis` names the calendar, hours and rules by which all of them were
made. A job compares it with those in force and makes the days anew, in parts: a kill in between
repeats the work, and loses nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from server.cases import actions, queries
from server.cases.clocks import CaseClocks
from server.cases.due_rows import clocks_of, due_rows
from server.cases.queries import StoredDue
from server.catalogue.calendar_import import differing
from server.catalogue.hours import PastHours
from server.core.store import Tx
from server.core.working_days import SpecialDay, Workdays
from server.hall.context import Context


def basis_of(reader: CaseClocks, hours: PastHours) -> str:
    """Return the digest of the calendar, the rules and the opening hours by which dues are made."""
    calendar, rules = reader.calendar, [reader.tell_days, reader.spot.minutes]
    days = [[s.day.isoformat(), s.opens, s.like_weekday] for s in calendar.state]
    text = json.dumps([sorted(days), sorted(calendar.week), rules, hours.basis()])
    return hashlib.sha256(text.encode()).hexdigest()


REMADE_AT_ONCE = 100
"""Cases in one action: whoever presses or calls meanwhile waits for no more than this."""


class DueCache:
    """Keeper of the cache of one hall; its job calls `update` again and again."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def update(self) -> None:
        """Make every open case's due days anew if calendar, hours or a rule have changed."""
        ctx = self._ctx
        reader = actions.clocks(ctx)
        basis = basis_of(reader, ctx.past_hours())
        if ctx.read(lambda c: queries.basis(c, ctx.hall_id)) == basis:
            return
        after = ""
        while ids := self._next(after):
            self._remake(ids)
            after = ids[-1]
        ctx.write(lambda tx: queries.set_basis(tx, basis))

    def _next(self, after: str) -> list[str]:
        hall_id = self._ctx.hall_id
        return self._ctx.read(lambda c: queries.open_ids(c, hall_id, after, REMADE_AT_ONCE))

    def _remake(self, ids: list[str]) -> None:
        ctx = self._ctx

        def act(tx: Tx) -> None:
            rows = rows_of(ctx, tx.conn, ids, actions.clocks(ctx, tx.now))
            queries.set_dues(tx, ids, rows)

        ctx.write(act)


def rows_of(ctx: Context, conn: Connection, ids: list[str], reader: CaseClocks) -> list[StoredDue]:
    """Return what the clock says is due of these cases."""
    facts = queries.FACTS.of(conn, ctx.hall_id, ids)
    served = queries.served_decisions(conn, ctx.hall_id, ids)
    return [
        due
        for row in queries.among(conn, ctx.hall_id, ids)
        for due in due_rows(
            reader,
            row,
            facts[row.id],
            ctx.catalogue_at(conn, row.version).item_by[row.item],
            is_served=row.id in served,
        )
    ]


@dataclass(frozen=True, slots=True)
class MovedDay:
    """Due day, ISO, that a change of the calendar moves, and the first changed day behind it."""

    case: str
    clock: str
    before: str
    after: str
    because: str


def moved_by(
    ctx: Context, conn: Connection, year: int, days: Sequence[SpecialDay]
) -> Iterator[MovedDay]:
    """Yield every open case's due day that another State Council calendar of a year would move.

    Reads the cases of which anything is due on the first changed day or later, by the cache.
    """
    now, calendar = actions.clocks(ctx), ctx.workdays().statutory()
    state = (*(s for s in calendar.state if s.day.year != year), *days)
    other = Workdays(state, (), calendar.week, calendar.years)
    hours = replace(ctx.past_hours(), state_days=state)
    then = clocks_of(other, hours, ctx.settings(), now.today)
    changed = differing(calendar, other)
    if not changed:
        return
    after = ""
    # A due day before the first change stays where it is.
    while ids := queries.due_from(conn, ctx.hall_id, changed[0], after):
        before = {(due.case, due.clock): due for due in rows_of(ctx, conn, ids, now)}
        since = {row.id: row.day for row in queries.among(conn, ctx.hall_id, ids)}
        for due in rows_of(ctx, conn, ids, then):
            old = before.get((due.case, due.clock))
            day = old.rule if old else ""
            if day != due.rule:
                because = next((change for change in changed if change > since[due.case]), "")
                yield MovedDay(due.case, due.clock, day, due.rule, because)
        after = ids[-1]
