"""Journal lines on who signed in to a window and out of it, also at a branch's own server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from server.core.records import Records
from server.core.tables import journal

SIGN_IN = "window.sign_in"
ACTS = (SIGN_IN, "window.sign_out", "window.release")


@dataclass(frozen=True, slots=True)
class SeatLine:
    """Journal line on a window session; `actor` of a sign-in is the person."""

    seq: int
    at: int
    act: str
    subject: str
    """Window."""
    actor: str


_j = journal.c
_lines = Records(SeatLine, _j.seq, _j.at, _j.act, _j.subject, _j.actor)


def between(
    conn: Connection, hall_id: str, windows: Iterable[str], since: int, until: int
) -> list[SeatLine]:
    """Return the lines about windows between two times (ms), `until` excluded, in order."""
    where = (_j.hall_id == hall_id) & _j.subject.in_(list(windows)) & _j.act.in_(ACTS)
    where &= (_j.at >= since) & (_j.at < until)
    return _lines.all(conn, _lines.select().where(where).order_by(_j.at, _j.seq))


def seats_of(lines: Iterable[SeatLine], begin: int, end: int) -> dict[str, list[tuple[int, int]]]:
    """Return the times (ms) in which each window had a person, from its sign-ins and sign-outs.

    `begin` and `end` of the day stand for those that are missing.
    """
    seats: dict[str, list[tuple[int, int]]] = {}
    since: dict[str, int] = {}
    for line in lines:
        window = line.subject
        if line.act == SIGN_IN:
            since[window] = line.at
        elif window in since or window not in seats:
            seats.setdefault(window, []).append((since.pop(window, begin), line.at))
    for window, at in since.items():
        seats.setdefault(window, []).append((at, end))
    return seats


def present(lines: Iterable[SeatLine]) -> dict[str, SeatLine]:
    """Return the sign-in by which somebody is at a window after all of the lines, by window."""
    seats: dict[str, SeatLine] = {}
    for line in lines:
        if line.act == SIGN_IN:
            seats[line.subject] = line
        else:
            seats.pop(line.subject, None)
    return seats
