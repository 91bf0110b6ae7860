"""Figures of a report and how they add up. Pure.

Every figure is a count, or follows from counts: a total is the sum of its rows. A median follows
from no sum; it is counted apart, of the rows and of all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.core.groups import added
from server.core.rates import Rate
from server.queue.week_lines import mean_minutes


class Grouping(StrEnum):
    """Grouping of a report: what a row stands for."""

    UNIT = "unit"
    ITEM = "item"
    WINDOW = "window"
    PERSON = "person"
    SITE = "site"
    """Building of the hall (办公地点)."""


@dataclass(frozen=True, slots=True)
class TicketSums:
    """Counts of tickets, and sums of their milliseconds."""

    issued: int = 0
    served: int = 0
    """Finished at a window (办理)."""
    missed: int = 0
    expired: int = 0
    """Still waiting when the day ended, never called (当日未办)."""
    waits: int = 0
    """Those that were called: each has a wait."""
    wait_ms: int = 0
    aimed: int = 0
    """Waits in a unit with a target (等候目标)."""
    over: int = 0
    """Of those, waits beyond the target."""
    services: int = 0
    """Served ones with both times of the service."""
    service_ms: int = 0

    @property
    def wait_mean(self) -> float | None:
        """Mean wait in minutes."""
        return mean_minutes(self.wait_ms, self.waits)

    @property
    def service_mean(self) -> float | None:
        """Mean service in minutes."""
        return mean_minutes(self.service_ms, self.services)

    @property
    def over_rate(self) -> Rate:
        """Share of the waits beyond the target."""
        return Rate(self.over, self.aimed)


def total(sums: Iterable[TicketSums]) -> TicketSums:
    """Return the sum of rows."""
    return added(TicketSums(), sums)
