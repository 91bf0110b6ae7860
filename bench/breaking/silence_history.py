"""Approval by silence after a run and its violations: pure functions, no I/O.

Every case that nobody answered by the close of its last day under a scheme is granted once: one
step, one paper, one consent with the right moment, one line of the journal each, none too early.
Nothing else is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.breaking.history import Violation


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent as stored: last ISO day of the limit, when it took effect, when it was recorded."""

    case: str
    day: str
    effective_at: int
    at: int


@dataclass(slots=True)
class SilenceHistory:
    """Evidence of a run."""

    expected: Mapping[str, tuple[str, int]]
    """Last day and moment (ms) by case, as they follow from the facts."""
    consents: Sequence[Consent]
    steps: Sequence[str]
    """Cases of the steps by which silence granted."""
    papers: Sequence[str]
    """Cases of its papers."""
    lines: Sequence[tuple[str, str]]
    """Act and case of the journal's lines."""
    checks: Sequence[str] = field(default=())
    """Violations that `hall check` found."""


ACTS = ("case.tacit", "tacit.consent")


def silence_violations(history: SilenceHistory) -> list[Violation]:
    """Return every broken promise of a run."""
    broken = [*_consents(history), *_once(history)]
    return [*broken, *(Violation("hall check", text) for text in history.checks)]


def _consents(history: SilenceHistory) -> Iterator[Violation]:
    stored = {consent.case: consent for consent in history.consents}
    for case, (day, moment) in history.expected.items():
        consent = stored.get(case)
        if consent is None:
            yield Violation("silence missed", f"case {case} was not granted on {day}")
        elif (consent.day, consent.effective_at) != (day, moment):
            yield Violation("silence moved", f"case {case}: {consent.day} instead of {day}")
    for case, consent in stored.items():
        if case not in history.expected:
            yield Violation("silence invented", f"case {case} was granted")
        if consent.at < consent.effective_at:
            yield Violation("silence early", f"case {case} was granted before its time")


def _once(history: SilenceHistory) -> Iterator[Violation]:
    cases = {consent.case for consent in history.consents}
    counted: dict[str, Counter[str]] = {
        "step": Counter(history.steps),
        "paper": Counter(history.papers),
        **{act: Counter(case for a, case in history.lines if a == act) for act in ACTS},
    }
    for name, counts in counted.items():
        for case in cases | counts.keys():
            if (case in cases, counts[case]) != (True, 1):
                yield Violation("silence not once", f"case {case}: {counts[case]} of {name}")
