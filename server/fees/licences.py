"""Port to the room that issues licences, which stands above and is found by name.

A room with a module `issued_licences` has `issued(conn, hall_id, first, last)`, which yields the
licences that were issued on ISO days `first`..`last`, and `cases_issued(conn, hall_id, cases)`,
which returns those of the cases that have one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy import Connection

from server.core.rooms import modules


@dataclass(frozen=True, slots=True)
class IssuedLicence:
    """Licence that was issued: its number, its case and the ISO day."""

    number: str
    case: str
    day: str


def issued(
    conn: Connection,
    hall_id: str,
    first: str,
    last: str,
    rooms: Sequence[ModuleType] | None = None,
) -> list[IssuedLicence]:
    """Return the licences of ISO days; `rooms`: their modules, None for all."""
    return [
        licence
        for room in (modules("issued_licences") if rooms is None else rooms)
        for licence in room.issued(conn, hall_id, first, last)
    ]


def cases_issued(
    conn: Connection,
    hall_id: str,
    cases: Collection[str],
    rooms: Sequence[ModuleType] | None = None,
) -> set[str]:
    """Return those of the cases of which a licence was issued."""
    return {
        case
        for room in (modules("issued_licences") if rooms is None else rooms)
        for case in room.cases_issued(conn, hall_id, cases)
    }
