"""Cover (AB角): deputies in force at a moment, and the windows they may sign in to.

A cover is in force while the leave is: approved, or begun at once in an emergency. The deputy's
confirmation of the handover is recorded and shown; the window is open to the deputy without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from server.catalogue.model import Staff
from server.hall.context import Context
from server.leave import queries as stored
from server.leave import rules
from server.leave.queries import Leave


@dataclass(frozen=True, slots=True)
class Cover:
    """Absence of A with the deputy B. `cover` is empty if nobody was named."""

    leave: str
    absent: str
    cover: str
    windows: tuple[str, ...]
    begins: datetime
    ends: datetime
    confirmed: bool
    able: bool
    """True if B is not away too."""

    def holds(self, moment: datetime) -> bool:
        """Return True if the cover is in force at `moment`."""
        return self.begins <= moment < self.ends


def covers(ctx: Context, conn: Connection, day: date) -> list[Cover]:
    """Return every cover of a day, in order of its beginning."""
    absences = [
        leave for leave in stored.touching(conn, ctx.hall_id, day, day) if _is_effective(leave)
    ]
    staff = ctx.catalogue().staff_by
    return [
        _cover(leave, staff[leave.staff], absences) for leave in absences if leave.staff in staff
    ]


def _is_effective(leave: Leave) -> bool:
    return leave.state == rules.State.APPROVED or (
        leave.state == rules.State.ASKED and rules.emergency(leave.steps)
    )


def _cover(leave: Leave, person: Staff, others: Iterable[Leave]) -> Cover:
    away = any(
        other.staff == leave.cover
        and rules.overlap(leave.begins, leave.ends, (other.begins, other.ends))
        for other in others
    )
    return Cover(
        leave.id,
        leave.staff,
        leave.cover,
        person.windows,
        leave.begins,
        leave.ends,
        rules.handed_over(leave.steps),
        bool(leave.cover) and not away,
    )


def in_force(ctx: Context, conn: Connection, moment: datetime) -> list[Cover]:
    """Return the covers in force at a moment."""
    return [cover for cover in covers(ctx, conn, moment.date()) if cover.holds(moment)]


def of_person(ctx: Context, conn: Connection, staff: str, moment: datetime) -> list[Cover]:
    """Return the covers in which a person is the deputy at a moment."""
    return [c for c in in_force(ctx, conn, moment) if c.cover == staff and c.able]


def may_sign_in(ctx: Context, conn: Connection, staff: str, window: str, moment: datetime) -> bool:
    """Return True if a person may sign in to a window as the deputy of its person."""
    return any(window in c.windows for c in of_person(ctx, conn, staff, moment))
