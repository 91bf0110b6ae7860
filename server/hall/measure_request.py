"""Request of a period to the rooms: each answers with the facts of its measures.

A room that counts something of windows, people or units brings a module `measures` with `MEASURES`
and `measured(request)`. `server.core.rooms` finds it by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.measured import Coverage, Measure, MeasuredFact
from server.core.rooms import modules
from server.hall.context import Context


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """Days to measure, and the business data as they stood at their end."""

    ctx: Context
    conn: Connection
    catalogue: Catalogue
    first: date
    last: date
    shared: dict[str, Any] = field(default_factory=dict)
    """Results that one room computes once for this request, by its own key."""

    @property
    def span(self) -> tuple[str, str]:
        """First and last day as ISO texts."""
        return self.first.isoformat(), self.last.isoformat()


@dataclass(frozen=True, slots=True)
class Measured:
    """Facts of the measures of one or more rooms; `coverage` names what could not be measured."""

    facts: tuple[MeasuredFact, ...] = ()
    coverage: tuple[Coverage, ...] = ()


def measures() -> dict[str, Measure]:
    """Return the measures of every room by code. Raises ValueError if two have the same code."""
    by_code: dict[str, Measure] = {}
    for room in modules("measures"):
        for measure in room.MEASURES:
            if measure.code in by_code:
                raise ValueError(f"two measures are called {measure.code}")
            by_code[measure.code] = measure
    return by_code


def measure_all(request: MeasureRequest) -> Measured:
    """Return the facts of every room, in the order of measure, day and reference."""
    parts: list[Measured] = [room.measured(request) for room in modules("measures")]
    facts = [fact for part in parts for fact in part.facts]
    facts.sort(key=lambda fact: (fact.measure, fact.day, fact.ref))
    return Measured(tuple(facts), tuple(entry for part in parts for entry in part.coverage))
