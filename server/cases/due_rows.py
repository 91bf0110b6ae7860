"""Stored facts as the clocks read them, and what is due as it is stored for lists and lamps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from server.cases.clocks import CaseClocks, Clock, SpotRule, StatedFact, table_of
from server.cases.due_texts import minute_text
from server.cases.queries import StoredCase, StoredDue, StoredFact
from server.cases.rules import CaseMove, CaseState, Fact
from server.cases.settings import CaseSettings
from server.catalogue.hours import PastHours
from server.catalogue.model import Item
from server.core.settings import GeneralSettings, Settings
from server.core.working_days import Workdays


def clocks_of(calendar: Workdays, hours: PastHours, settings: Settings, today: date) -> CaseClocks:
    """Return how clocks are read by a statutory calendar, the hall's hours and its settings."""
    rules, timezone = settings.of(CaseSettings), settings.of(GeneralSettings).timezone
    spot = SpotRule(rules.case_direct_minutes, hours, timezone)
    table = table_of(calendar, today.year)
    return CaseClocks(calendar, table, rules.case_tell_days, today, spot)


def stated(facts: Sequence[StoredFact]) -> list[StatedFact]:
    """Return facts as the clocks read them."""
    return [
        StatedFact(
            Fact(CaseMove(fact.move), date.fromisoformat(fact.day), fact.days, fact.ahead),
            CaseState(fact.state),
            fact.at,
        )
        for fact in facts
    ]


def due_rows(
    reader: CaseClocks,
    row: StoredCase,
    facts: Sequence[StoredFact],
    item: Item,
    *,
    is_served: bool,
) -> list[StoredDue]:
    """Return what is due of a case after its last fact, by clock; `is_served`: its decision is."""
    if not facts:
        return []
    stated_facts = stated(facts)
    rows = [
        StoredDue(
            row.id,
            clock.value,
            row.unit,
            *(day.isoformat() if day else "" for day in (days.earliest, days.rule, days.latest)),
        )
        for clock, days in reader.due(stated_facts, item).items()
    ]
    if reader.is_on_the_spot(stated_facts, item):
        minute = minute_text(reader.direct_due(stated_facts, item))
        rows.append(StoredDue(row.id, Clock.DIRECT.value, row.unit, minute, minute, minute))
    serve_by = reader.serve_due(stated_facts)
    if serve_by is not None and not is_served:
        day = serve_by.isoformat()
        rows.append(StoredDue(row.id, Clock.SERVE.value, row.unit, day, day, day))
    return rows
