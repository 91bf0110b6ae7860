"""Line on one-time notices in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Hand-ins and notices of a unit's items, as in `NoticeCounts`."""

    unit: str
    name: str
    hand_ins: int
    notices: int
    again: int
    twice_confirmed: int
    twice_open: int
    link: str
