"""Line on fees in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeeLine:
    """Fees of a unit, in fen; `differences`: their number, of dues of the unit."""

    unit: str
    name: str
    made: int
    made_count: int
    received: int
    waived: int
    refunded: int
    differences: int
    link: str
