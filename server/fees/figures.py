"""Money of days, counted once, for the cashier's month, the bulletin and the reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection

from server.core.actors import person_of
from server.core.groups import Group
from server.fees import queries
from server.fees.rules import DayMoney, FactSum, money_of


def money_by(
    conn: Connection, hall_id: str, first: str, last: str, by: Group, unit: str = ""
) -> dict[str, DayMoney]:
    """Return the money of ISO days `first`..`last` by group, without groups that have none.

    `unit`: of this unit's dues alone. By person: charged by who made the due, received and refunded
    by who confirmed it, waived and cancelled by who decided.
    """
    sums = queries.sums_by(conn, hall_id, first, last, by, unit)
    return _money((person_of(key) if by is Group.PERSON else key, facts) for key, facts in sums)


def money_by_day(
    conn: Connection, hall_id: str, first: str, last: str, unit: str = ""
) -> dict[str, DayMoney]:
    """Return the money of each ISO day of `first`..`last` that has any; `unit`: of its dues."""
    return _money(queries.sums_by(conn, hall_id, first, last, None, unit))


def _money(sums: Iterable[tuple[str, FactSum]]) -> dict[str, DayMoney]:
    groups: dict[str, list[FactSum]] = defaultdict(list)
    for key, facts in sums:
        groups[key].append(facts)
    money = {key: money_of(facts) for key, facts in groups.items()}
    return {key: own for key, own in money.items() if own != DayMoney()}
