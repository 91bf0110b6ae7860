"""Sign of cases outside the hall: a licence was issued, and the hall has no case of it."""

from __future__ import annotations

import hashlib
from datetime import date

from sqlalchemy import Connection

from server.hall.context import Context
from server.issuing import queries
from server.supervision.signs import Sign, Suspicion

MARK_LENGTH = 16


def signs_of_day(ctx: Context, conn: Connection, day: date) -> list[Suspicion]:
    """Return the numbers of the lists handed in on a day that have no licence with a case."""
    text, result = day.isoformat(), []
    rolls = queries.rolls(conn, ctx.hall_id, text, text)
    for roll in rolls:
        numbers = queries.numbers(conn, ctx.hall_id, roll.unit)
        for line in queries.roll_lines(conn, ctx.hall_id, [roll.digest]):
            if line.number not in numbers:
                words = f"证照编号 {line.number}（{line.kind or '未写名称'}"
                words += f"，{line.issued_day} 颁发）" if line.issued_day else "）"
                mark = f"{Sign.NO_LICENCE_CASE}:{_mark(roll.unit, line.number)}"
                suspicion = Suspicion(
                    Sign.NO_LICENCE_CASE, mark, roll.unit, "", f"{words}没有对应的办件"
                )
                result.append(suspicion)
    return result


def _mark(unit: str, number: str) -> str:
    """Return what tells a number from every other; the same number is proposed once."""
    return hashlib.sha256(f"{unit}\n{number}".encode()).hexdigest()[:MARK_LENGTH]
