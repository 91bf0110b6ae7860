"""Tickets of a span of days, counted by the database: a row a group, never a row a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, and_, case, func, literal, or_, select

from server.queue.tables import ticket
from server.queue.week_lines import MINUTE_MS
from server.reports.rules import Grouping, TicketSums

_t = ticket.c
TENTH_MS = MINUTE_MS // 10
KEYS: Mapping[Grouping, Column[str]] = {
    Grouping.UNIT: _t.queue,
    Grouping.ITEM: _t.item,
    Grouping.WINDOW: _t.window,
    Grouping.PERSON: _t.staff,
}
_called = _t.first_called_at.is_not(None)
_wait = _t.first_called_at - _t.issued_at
_timed = and_(_t.state == "finished", _t.serving_at.is_not(None), _t.ended_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Scope:
    """Hall and ISO days `first`..`last`; `unit`: only this unit's tickets."""

    hall_id: str
    first: str
    last: str
    unit: str = ""

    @property
    def wanted(self) -> list[ColumnElement[bool]]:
        """Conditions on tickets."""
        wanted = [_t.hall_id == self.hall_id, _t.day >= self.first, _t.day <= self.last]
        return [*wanted, _t.queue == self.unit] if self.unit else wanted


def sums_by(
    conn: Connection, scope: Scope, by: ColumnElement[str], targets: Mapping[str, int]
) -> dict[str, TicketSums]:
    """Return the sums of tickets by the values of a column; `targets`: minutes by unit."""
    key = by.label("key")
    query = select(key, *_sums(targets)).where(*scope.wanted).group_by(key)
    return {row[0]: TicketSums(*map(int, row[1:])) for row in conn.execute(query)}


def _sums(targets: Mapping[str, int]) -> list[ColumnElement[int]]:
    """Return the columns of `TicketSums`, in the order of its fields."""
    goals = {unit: minutes * MINUTE_MS for unit, minutes in sorted(targets.items()) if minutes}
    goal = case(goals, value=_t.queue) if goals else literal(None)
    return [
        func.count(),
        _number(_t.state == "finished"),
        # A called number that nobody came with expires at the end of the day: it was missed.
        _number(or_(_t.state == "missed", and_(_t.state == "expired", _called))),
        _number(and_(_t.state == "expired", ~_called)),
        _number(_called),
        _sum(_wait),
        _number(and_(_called, goal.is_not(None))) if goals else literal(0),
        _number(_wait > goal) if goals else literal(0),
        _number(_timed),
        _sum(case((_timed, _t.ended_at - _t.serving_at))),
    ]


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return _sum(case((condition, 1)))


def _sum(value: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(value), 0)


def median_waits(conn: Connection, scope: Scope, by: ColumnElement[str] | None) -> dict[str, float]:
    """Return the median wait in minutes by the values of a column; of all with the key "".

    The value that half of the waits do not exceed, in tenths, half up, as in the bulletin: rounding
    keeps the order of waits, so that the median of the tenths is that of the waits, rounded.
    """
    key = literal("") if by is None else by
    tenth = (_wait + TENTH_MS // 2) // TENTH_MS
    counted = select(key.label("key"), tenth.label("tenth"), func.count().label("number")).where(
        *scope.wanted, _called
    )
    tenths = counted.group_by(*([] if by is None else [by]), tenth).subquery().c
    number = func.sum(tenths.number)
    running = select(
        tenths.key,
        tenths.tenth,
        number.over(partition_by=tenths.key, order_by=tenths.tenth).label("so_far"),
        number.over(partition_by=tenths.key).label("all"),
    ).subquery()
    c = running.c
    query = select(c.key, func.min(c.tenth)).where(2 * c.so_far > c.all).group_by(c.key)
    return {key: int(median) / 10 for key, median in conn.execute(query)}
