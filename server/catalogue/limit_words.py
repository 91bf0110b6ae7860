"""Words of the units of time limits, for papers and slips."""

from __future__ import annotations

from server.catalogue.model import LimitUnit

UNIT_WORDS = {LimitUnit.WORKING: "工作日", LimitUnit.CALENDAR: "自然日"}


def legal_words(days: int, unit: LimitUnit) -> str:
    """Return a legal limit as a paper without spaces prints it; 0 days: the law names none."""
    return f"{days}个{UNIT_WORDS[unit]}" if days else "法律未规定"
