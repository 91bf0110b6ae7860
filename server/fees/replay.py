"""Fees from the journal alone, to prove what the tables say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from server.core.journal_line import Line
from server.fees.rules import FeeFact, FeeMove, FeeState

PREFIX = "fee."
ACTS = frozenset(f"{PREFIX}{move}" for move in FeeMove)
"""Acts of facts; the reading in of a file is none."""


@dataclass(slots=True)
class ReplayedFees:
    """Dues as the journal tells them, by the number of their notice."""

    facts: dict[str, list[FeeFact]] = field(default_factory=dict)
    states: dict[str, FeeState] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    """Due of every bank reference that counts."""
    refunds: list[tuple[str, str]] = field(default_factory=list)
    """Bank reference and due of every refund."""


def replayed(lines: Iterable[Line]) -> ReplayedFees:
    """Return what the lines of a journal say of fees, in their order."""
    result = ReplayedFees()
    for line in lines:
        if line.act not in ACTS:
            continue
        data = line.data
        move = FeeMove(line.act.removeprefix(PREFIX))
        fact = FeeFact(move, str(data["day"]), int(data["amount"]), str(data["money_day"]))
        result.facts.setdefault(line.subject, []).append(fact)
        result.states[line.subject] = FeeState(str(data["state"]))
        result.units[line.subject] = str(data["unit"])
        if move is FeeMove.CONFIRM:
            result.references[str(data["reference"])] = line.subject
        elif move is FeeMove.CORRECT:
            result.references.pop(str(data["reference"]), None)
        elif move is FeeMove.CONFIRM_REFUND:
            result.refunds.append((str(data["reference"]), line.subject))
    return result
