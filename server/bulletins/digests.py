"""Freezing of a released bulletin: its canonical text and the SHA-256 of it.

The same contents give the same digest on every machine. An amendment's digest covers the digest of
what it amends.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from server.bulletins.figures import Figures
from server.core.digests import digest

ADDED = (
    "service_sites",
    "notice_units",
    "complaint_units",
    "case_units",
    "case_modes",
    "fee_units",
    "joint_units",
    "green_units",
    "flag_moves",
    "score_units",
)
"""Figures that bulletins had not always: left out while empty, so that older digests hold."""


def contents(figures: Figures) -> dict[str, Any]:
    """Return the figures as a digest covers them."""
    values = asdict(figures)
    return {name: value for name, value in values.items() if value or name not in ADDED}


def bulletin_digest(number: int, figures: Figures, words: dict[str, str]) -> str:
    """Return the digest that a release fixes: number, every figure, every word."""
    return digest({"number": number, "figures": contents(figures), "words": words})


def amendment_digest(before: str, n: int, words: str, data: object) -> str:
    """Return the digest of amendment `n`; `before` is the digest of the document before it."""
    return digest({"before": before, "n": n, "words": words, "data": data})
