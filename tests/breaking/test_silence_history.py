"""Judge of approval by silence: finds each planted violation, and none in a correct run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.breaking.silence_history import ACTS, Consent, SilenceHistory, silence_violations

DAY, END = "2026-03-09", 1000


def right() -> SilenceHistory:
    """Return a correct run with one case."""
    return SilenceHistory(
        expected={"K1": (DAY, END)},
        consents=[Consent("K1", DAY, END, END + 5)],
        steps=["K1"],
        papers=["K1"],
        lines=[(act, "K1") for act in ACTS],
    )


def test_a_correct_run_has_no_violation() -> None:
    assert silence_violations(right()) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"expected": {"K1": (DAY, END), "K2": (DAY, END)}}, "silence missed"),
        ({"expected": {}}, "silence invented"),
        ({"expected": {"K1": ("2026-03-10", END)}}, "silence moved"),
        ({"consents": [Consent("K1", DAY, END, END - 1)]}, "silence early"),
        ({"steps": ["K1", "K1"]}, "silence not once"),
        ({"papers": []}, "silence not once"),
        ({"lines": [(ACTS[0], "K1")]}, "silence not once"),
        ({"steps": ["K1", "K2"]}, "silence not once"),
        ({"checks": ["a gap"]}, "hall check"),
    ],
)
def test_a_planted_violation_is_found(changes: dict[str, Any], kind: str) -> None:
    kinds = {violation.kind for violation in silence_violations(replace(right(), **changes))}
    assert kinds == {kind}
