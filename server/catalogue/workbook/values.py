"""Checks of one value for its column: bounds, lengths, characters, forms of codes.

Types are checked before (by the import, or by the catalogue's records); other rows are compared
in `references` and `rules`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, time

from server.catalogue.workbook.columns import Column, Kind
from server.catalogue.workbook.problem import Flaw

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
PREFIX = re.compile(r"[A-HJ-NP-Z]{1,2}", re.ASCII)
"""Pattern of a unit's letters: one serves 24 units, two serve 600; I and O look like digits."""
SEPARATORS = "、,，;；\n"
"""Characters that separate the entries of a list in one cell."""
EARLIEST = date(2000, 1, 1)
# Spreadsheet programs and openpyxl interpret these as other characters.
_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_|x005F_")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
FlawWithData = tuple[Flaw, dict[str, object]]


def flaws(column: Column, value: object) -> Iterator[FlawWithData]:
    """Yield the flaws of `value` in `column`, each with the data of its message."""
    if value is None or value in ("", (), frozenset()):
        if column.required:
            yield Flaw.CELL_EMPTY, {}
    elif isinstance(value, tuple):
        yield from _list_flaws(column, value)
    elif isinstance(value, str) and column.kind is not Kind.CHOICE:
        yield from _text_flaws(column, value)
    elif column.kind in (Kind.WHOLE, Kind.DECIMAL) and isinstance(value, int | float):
        yield from _number_flaws(column, value)
    elif column.kind is Kind.MONEY and isinstance(value, int):
        if not column.low <= value <= column.high:
            bounds: dict[str, object] = {"low": column.low / 100, "high": column.high / 100}
            yield Flaw.OUT_OF_RANGE, {"value": value / 100} | bounds
    else:
        yield from _other_flaws(column, value)


def _other_flaws(column: Column, value: object) -> Iterator[FlawWithData]:
    if isinstance(value, date) and value < EARLIEST:
        yield Flaw.OUT_OF_RANGE, {"value": value, "low": EARLIEST, "high": date.max}
    elif isinstance(value, time) and value != time(value.hour, value.minute):
        yield Flaw.NOT_TIME, {"value": value}
    elif isinstance(value, frozenset) and not value <= frozenset(range(1, 8)):
        yield Flaw.NOT_WEEKDAYS, {"value": "、".join(str(v) for v in sorted(value))}
    elif column.kind is Kind.CHOICE and value not in [choice for _, choice in column.choices]:
        others = "、".join(word for word, _ in column.choices)
        yield Flaw.NOT_IN_LIST, {"value": value, "other": others}


def _number_flaws(column: Column, value: float) -> Iterator[FlawWithData]:
    if not column.low <= value <= column.high:
        yield Flaw.OUT_OF_RANGE, {"value": value, "low": column.low, "high": column.high}
    elif round(value, 1) != value:
        yield Flaw.TOO_FINE, {"value": value}


def _text_flaws(column: Column, value: str) -> Iterator[FlawWithData]:
    if column.kind is Kind.CODE and not CODE.fullmatch(value):
        yield Flaw.CODE_INVALID, {"value": value}
    elif column.field == "prefix" and not PREFIX.fullmatch(value):
        yield Flaw.PREFIX_INVALID, {"value": value}
    elif len(value) > column.high:
        yield Flaw.TOO_LONG, {"high": column.high}
    elif not is_clean(value, lines=column.kind is Kind.LONG):
        yield Flaw.UNCLEAN_TEXT, {}


def _list_flaws(column: Column, entries: tuple[str, ...]) -> Iterator[FlawWithData]:
    for number, entry in enumerate(entries):
        if entry in entries[:number]:
            yield Flaw.LIST_REPEATED, {"value": entry}
        elif column.kind is Kind.CODES and not CODE.fullmatch(entry):
            yield Flaw.CODE_INVALID, {"value": entry}
        elif len(entry) > column.high:
            yield Flaw.TOO_LONG, {"high": column.high}
        elif not is_clean(entry) or any(mark in entry for mark in SEPARATORS):
            yield Flaw.UNCLEAN_TEXT, {}
    if len(entries) > column.high:
        yield Flaw.TOO_LONG, {"high": column.high}


def is_clean(text: str, *, lines: bool = False) -> bool:
    """Return True if `text` has no invisible character, escape or outer space.

    `lines` allows line breaks.
    """
    if text != text.strip() or not text or _ESCAPE.search(text):
        return False
    return all(_is_visible(c) or (lines and c == "\n") for c in text)


def _is_visible(character: str) -> bool:
    # U+xFFFE and U+xFFFF are no characters and are not allowed in a workbook's XML.
    if ord(character) & 0xFFFE == 0xFFFE:
        return False
    return unicodedata.category(character) not in _INVISIBLE
