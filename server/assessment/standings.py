"""Standings of a period for other rooms: as released, or as the records give them now.

The released figures are those of the newest release or amendment, and change only with one.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.assessment.months import PeriodReader, released_of
from server.assessment.periods import Period, PeriodKind
from server.assessment.ranking import Standing, ranked
from server.core.measured import Subject
from server.hall.context import Context

__all__ = ["Period", "PeriodKind", "Standing", "Subject", "computed", "released"]


def released(
    ctx: Context, conn: Connection, subject: Subject, period: Period
) -> tuple[Standing, ...] | None:
    """Return the released standings in the order of their ranks, or None before the release.

    Amendments that were released since are included. Empty: the release has no sheet for `subject`.
    """
    newest = released_of(conn, ctx.hall_id, period)
    return None if newest is None else ranked(subject, newest.results.get(subject, ()))


def computed(
    ctx: Context, conn: Connection, subject: Subject, period: Period
) -> tuple[Standing, ...]:
    """Return the standings that the records give now, in the order of their ranks.

    A longer period adds up its released months as released, and its other months as they are now.
    Empty without a sheet in force for `subject` in any month of the period.
    """
    contents = PeriodReader(ctx, conn).contents(period)
    return ranked(subject, contents.results.get(subject, ()))
