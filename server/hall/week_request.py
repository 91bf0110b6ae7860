"""Request of a weekly report to the rooms: each answers with its `week_facts`.

A room that has something to report brings a module `week_facts` with `PLACE` (its place among the
others) and `week_facts(request)`. `server.core.rooms` finds it by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.weeks import Fact, Week
from server.hall.context import Context


@dataclass(frozen=True, slots=True)
class WeekRequest:
    """Week to report on, and the business data as they stood at its end."""

    ctx: Context
    conn: Connection
    catalogue: Catalogue
    week: Week
    shared: dict[str, Any] = field(default_factory=dict)
    """Results that one room computes once for this request, by its own key."""


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """Figures of one room: those that sentences quote, and the lines of its tables by name."""

    facts: Mapping[str, Fact]
    lines: Mapping[str, Any] = field(default_factory=dict)
