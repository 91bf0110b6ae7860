"""Working days of a hall: its week, its own special days, and the State Council's calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from server.catalogue.model import Catalogue, Scope
from server.core.working_days import Workdays, week_of


def workdays_of(
    catalogue: Catalogue,
    years: Iterable[int],
    weeks: tuple[tuple[date, frozenset[int]], ...] = (),
) -> Workdays:
    """Return the working days that follow from a catalogue with its state calendar.

    `weeks`: as in Workdays. A hall that changes its week changes it from that day on.
    """
    week = week_of(h.weekdays for h in catalogue.hours if h.scope is Scope.HALL)
    return Workdays(catalogue.state_days, catalogue.special_days, week, frozenset(years), weeks)
