"""Lines of a sheet in words: 每次扣1分，第5次起加倍; each costs 1, 2 times from number 5 on."""

from __future__ import annotations

from server.assessment.forms import plain
from server.assessment.sheets import ONE, Line
from server.core.measured import Measure


def line_words(line: Line, measure: Measure | None) -> str:
    """Return the rule of a line in Chinese."""
    counted = measure.counted_in if measure is not None else ""
    amount = counted if line.per == ONE and counted != "%" else f"{plain(line.per)}{counted}"
    verb, points = ("加", line.points) if line.is_bonus else ("扣", -line.points)
    words = f"每{amount}{verb}{plain(points)}分"
    if line.free:
        words = f"超过{plain(line.free)}{counted}的，{words}"
    if line.repeat_from:
        words += f"，第{line.repeat_from}{counted}起按{plain(line.repeat_factor)}倍"
    if line.is_yearly:
        words += "，从年度得分中扣一次"
    if line.chief_share:
        words += f"，首席代表分担{plain(line.chief_share * 100)}%"
    return words


def line_words_en(line: Line, measure: Measure | None) -> str:
    """Return the rule of a line in English."""
    percent = "%" if measure is not None and measure.counted_in == "%" else ""
    amount = "each" if line.per == ONE and not percent else f"each {plain(line.per)}{percent}"
    words = f"{amount} {'earns' if line.is_bonus else 'costs'} {plain(abs(line.points))}"
    if line.free:
        words = f"beyond {plain(line.free)}{percent}, {words}"
    if line.repeat_from:
        words += f", {plain(line.repeat_factor)} times from number {line.repeat_from} on"
    if line.is_yearly:
        words += ", once in the year's total"
    if line.chief_share:
        words += f", {plain(line.chief_share * 100)}% of it carried by the chief representative"
    return words
