"""Sign of cases outside the hall: a licence was issued, and the hall has no case of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from server.hall.context import Context
from server.issuing import queries
from server.supervision.signs import IssuedNumber, Suspicion, issued_without_case


def signs_of_day(ctx: Context, conn: Connection, day: date) -> list[Suspicion]:
    """Return the numbers of the lists handed in on a day that have no licence with a case."""
    text, issued = day.isoformat(), []
    for roll in queries.rolls(conn, ctx.hall_id, text, text):
        numbers = queries.numbers(conn, ctx.hall_id, roll.unit)
        issued += [
            IssuedNumber(roll.unit, e.number, e.kind, e.issued_day, e.number in numbers)
            for e in queries.roll_lines(conn, ctx.hall_id, [roll.digest])
        ]
    return issued_without_case(issued)
