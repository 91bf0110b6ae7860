"""Conversion of one cell of a foreign workbook into its column's value, or a flaw.

Tolerant where the meaning is certain (a number in a text column, 8：30 typed as text,
surrounding spaces), strict elsewhere. Bounds and references are checked later, for all values
alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from server.catalogue.workbook import formerly
from server.catalogue.workbook.columns import WEEKDAYS, Column, Kind
from server.catalogue.workbook.problem import Flaw
from server.core.half_width import half_width

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：]00)?", re.ASCII)
_ZEROS = re.compile(r'((?:"[^"]*"|\\.)*)(0+)((?:"[^"]*"|\\.)*)')
"""Pattern of a number format with leading zeros and fixed text around them: `0000`, `"W"00`."""
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
EXACT = 10**15
"""First number with more than 15 digits: spreadsheets replace further digits by zeros."""
_TYPED = frozenset({Kind.CODE, Kind.CODES, Kind.WHOLE, Kind.DECIMAL, Kind.DATE, Kind.TIME}) | {
    Kind.MONEY
}
_TYPED_FIELDS = frozenset({"prefix", "phone"})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_", re.ASCII)


@dataclass(slots=True, eq=False)
class FlawError(Exception):
    """Cell that cannot be converted; `other` is inserted into the message."""

    code: Flaw
    value: object = ""
    other: str = ""


def converted(column: Column, value: object, data_type: str, number_format: str = "") -> object:
    """Return a cell's value for its column; raises FlawError. None and blanks are empty.

    `number_format`: the spreadsheet's display format of a number; a text column gets the
    displayed text.
    """
    if data_type == "f":
        raise FlawError(Flaw.CELL_FORMULA)
    if data_type == "e":
        raise FlawError(Flaw.CELL_ERROR, value)
    if isinstance(value, str):
        value = unescaped(value).strip()
        if column.kind in _TYPED or column.field in _TYPED_FIELDS:
            value = half_width(value)
    elif column.kind in _WORDED:
        value = _shown(value, number_format)
    if value is None or value == "":
        if column.required:
            raise FlawError(Flaw.CELL_EMPTY)
        return empty_cell(column)
    return _CONVERTERS[column.kind](column, value)


def _shown(value: object, number_format: str) -> object:
    """Return a whole number as the text that the sheet displays; other values unchanged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not math.isfinite(value) or value != int(value):
        return value
    if abs(value) >= EXACT:
        raise FlawError(Flaw.DIGITS_LOST, int(value))
    form = _ZEROS.fullmatch((number_format or "").partition(";")[0])
    if form is None or value < 0:
        return str(int(value))
    before, after = (_QUOTED.sub(lambda q: q[1] or q[2] or "", form[n]) for n in (1, 3))
    return f"{before}{int(value):0{len(form[2])}d}{after}"


def unescaped(text: str) -> str:
    """Undo the _x000A_ escapes that spreadsheet programs write and openpyxl leaves."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _text(_column: Column, value: object) -> str:
    if isinstance(value, str):
        return value
    raise FlawError(Flaw.NOT_TEXT, value)


def _number(_column: Column, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise FlawError(Flaw.NOT_NUMBER, value)


def _whole(column: Column, value: object) -> int:
    try:
        number = _number(column, value)
    except FlawError as flaw:
        raise FlawError(Flaw.NOT_WHOLE, value) from flaw
    if not number.is_integer():
        raise FlawError(Flaw.NOT_WHOLE, value)
    return int(number)


def _money(column: Column, value: object) -> int:
    """Return the fen of an amount in yuan; a spreadsheet's 0.1 + 0.2 is 0.30."""
    fen = _number(column, value) * 100
    if not math.isfinite(fen) or abs(fen - round(fen)) > 1e-6 * max(1.0, abs(fen) / 1e6):
        raise FlawError(Flaw.NOT_MONEY, value)
    return round(fen)


def _date(_column: Column, value: object) -> date:
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    try:
        if match:
            return date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise FlawError(Flaw.NOT_DATE, value) from error
    raise FlawError(Flaw.NOT_DATE, value)


def _time(_column: Column, value: object) -> time:
    if isinstance(value, time):
        value = datetime.combine(date.min, value) - datetime.combine(date.min, time(0))
    if isinstance(value, timedelta):
        return _minute(value)
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        if match:
            return time(int(match[1]), int(match[2]))
    except ValueError as error:
        raise FlawError(Flaw.NOT_TIME, value) from error
    raise FlawError(Flaw.NOT_TIME, value)


def _minute(since_midnight: timedelta) -> time:
    """Return a time of day, rounded: stored as a fraction of a day it may be slightly off."""
    seconds = since_midnight.total_seconds()
    minutes = round(seconds / 60)
    if not 0 <= minutes < 24 * 60 or abs(seconds - minutes * 60) >= 1:
        raise FlawError(Flaw.NOT_TIME, since_midnight)
    return time(minutes // 60, minutes % 60)


def _yes_no(_column: Column, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("是", "否"):
        return value == "是"
    raise FlawError(Flaw.NOT_YES_NO, value)


def _choice(column: Column, value: object) -> object:
    current_word = formerly.CHOICES.get(column.field, {}).get(str(value), value)
    for word, choice in column.choices:
        if word == current_word:
            return choice
    raise FlawError(Flaw.NOT_IN_LIST, value, "、".join(word for word, _ in column.choices))


def _list(column: Column, value: object) -> tuple[str, ...]:
    parting = r"[、,，;；\s]+" if column.kind is Kind.CODES else r"[、,，;；\n]+"
    parts = (part.strip() for part in re.split(parting, _text(column, value)))
    return tuple(part for part in parts if part)


def _weekdays(_column: Column, value: object) -> frozenset[int]:
    text = re.sub(r"[周星期、,，\s]", "", value) if isinstance(value, str) else ""
    days = [WEEKDAYS.find(c) + 1 for c in text.replace("天", "日")]
    if not days or not all(days):
        raise FlawError(Flaw.NOT_WEEKDAYS, value)
    return frozenset(days)


_CONVERTERS: dict[Kind, Callable[[Column, object], object]] = {
    Kind.CODE: _text,
    Kind.TEXT: _text,
    Kind.LONG: _text,
    Kind.WHOLE: _whole,
    Kind.DECIMAL: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.CODES: _list,
    Kind.WORDS: _list,
    Kind.WEEKDAYS: _weekdays,
}
_WORDED = frozenset(kind for kind, take in _CONVERTERS.items() if take in (_text, _list))
"""Kinds that hold text, where a spreadsheet may have stored a number."""
EMPTY: dict[Kind, object] = {
    Kind.CODE: "",
    Kind.TEXT: "",
    Kind.LONG: "",
    Kind.DATE: None,
    Kind.WHOLE: None,
    Kind.YES_NO: False,
    Kind.CODES: (),
    Kind.WORDS: (),
}
"""Value of an empty cell in an optional column that names no other."""
STAND_IN: dict[Kind, object] = {
    **EMPTY,
    Kind.WHOLE: 0,
    Kind.DECIMAL: 0.0,
    Kind.MONEY: 1,
    Kind.DATE: date.max,
    Kind.TIME: time(0),
    Kind.YES_NO: False,
    Kind.WEEKDAYS: frozenset(),
}
"""Substitute value of a cell that could not be converted, so that the rest can be checked."""


def empty_cell(column: Column) -> object:
    """Return the value of an empty cell of an optional column."""
    return EMPTY[column.kind] if column.empty is None else column.empty
