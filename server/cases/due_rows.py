"""Stored facts as the clocks read them, and what is due as it is stored for lists and lamps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from server.cases.clocks import CaseClocks, StatedFact
from server.cases.queries import StoredCase, StoredDue, StoredFact
from server.cases.rules import CaseMove, CaseState, Fact
from server.catalogue.model import Item


def stated(facts: Sequence[StoredFact]) -> list[StatedFact]:
    """Return facts as the clocks read them."""
    return [
        StatedFact(
            Fact(CaseMove(fact.move), date.fromisoformat(fact.day), fact.days),
            CaseState(fact.state),
        )
        for fact in facts
    ]


def due_rows(
    reader: CaseClocks, row: StoredCase, facts: Sequence[StoredFact], item: Item
) -> list[StoredDue]:
    """Return what is due of a case after its last fact, by clock."""
    if not facts:
        return []
    return [
        StoredDue(
            row.id,
            clock.value,
            row.unit,
            *(day.isoformat() if day else "" for day in (days.earliest, days.rule, days.latest)),
        )
        for clock, days in reader.due(stated(facts), item).items()
    ]
