"""Counts of cases from the journal alone, to prove those that the tables give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from server.cases.clocks import CaseClocks
from server.cases.rules import CaseMove, CaseState, Fact
from server.cases.week_counts import CaseCounts, case_counts, dated_facts
from server.core.journal_line import Line

PREFIX = "case."
ACTS = frozenset(f"{PREFIX}{move}" for move in CaseMove)
"""Acts of facts; others, such as the service of a paper, change no count."""


@dataclass(slots=True)
class ReplayedCases:
    """Cases as the journal tells them, by their id."""

    facts: dict[str, list[tuple[Fact, CaseState]]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    promised: dict[str, int] = field(default_factory=dict)
    """Promised working days of the item version."""

    def counts(
        self,
        reader: CaseClocks,
        first: str,
        last: str,
        *,
        unit: str | None = None,
        mode: str | None = None,
    ) -> CaseCounts:
        """Return the counts of ISO days `first`..`last`, of one unit or mode or of all."""
        return case_counts(
            (
                dated_facts(reader, facts, self.promised[case])
                for case, facts in self.facts.items()
                if unit in (None, self.units[case]) and mode in (None, self.modes[case])
            ),
            first,
            last,
        )


def replayed(lines: Iterable[Line]) -> ReplayedCases:
    """Return what the lines of a journal say of cases, in their order."""
    result = ReplayedCases()
    for line in lines:
        if line.act not in ACTS:
            continue
        data = line.data
        move = CaseMove(line.act.removeprefix(PREFIX))
        fact = Fact(
            move,
            date.fromisoformat(str(data["day"])),
            int(data["days"]),
            int(data.get("ahead", 0)),  # lines from before it was kept have none
        )
        result.facts.setdefault(line.subject, []).append((fact, CaseState(str(data["state"]))))
        result.units[line.subject] = str(data["unit"])
        result.modes[line.subject] = str(data["mode"])
        result.promised[line.subject] = int(data["promised"])
    return result
