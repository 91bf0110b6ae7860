"""Slip document: device-neutral content of a slip, independent of printer commands.

The server creates a document and sends its JSON form to an agent, whose driver turns it into bytes.
The module is pure: no I/O, no serial port, no printer commands, no fonts. Documents that no driver
can print are rejected (QR data that is not ASCII, sizes outside 1..4, text with control
characters).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Align = Literal["left", "center", "right"]
Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

ALIGNS: tuple[Align, ...] = ("left", "center", "right")
MAX_SCALE = 4
MAX_QR_CHARACTERS = 600
MAX_TEXT_CHARACTERS = 4_000
MAX_LINES = 500
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class DocumentError(ValueError):
    """Error for an unprintable document or JSON form; the message names line and field."""


def _check_text(value: str, name: str) -> None:
    if len(value) > MAX_TEXT_CHARACTERS:
        raise DocumentError(f"{name}: longer than {MAX_TEXT_CHARACTERS} characters")
    if CONTROLS.search(value):
        raise DocumentError(f"{name}: control characters are not printable")


def _check_range(value: int, low: int, high: int, name: str) -> None:
    if not low <= value <= high:
        raise DocumentError(f"{name}: {value} is not within {low}..{high}")


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraph, wrapped by the driver.

    `width` and `height` are multiples (1..4) of normal size. ASCII at 4 times both is the largest
    type: the driver enlarges it to the width of its paper, at most 8 times.
    """

    text: str
    width: int = 1
    height: int = 1
    bold: bool = False
    align: Align = "left"
    underline: bool = False

    def __post_init__(self) -> None:
        _check_text(self.text, "text")
        _check_range(self.width, 1, MAX_SCALE, "width")
        _check_range(self.height, 1, MAX_SCALE, "height")
        if self.align not in ALIGNS:
            raise DocumentError(f"align: {self.align!r} is none of {', '.join(ALIGNS)}")


@dataclass(frozen=True, slots=True)
class Pair:
    """Label at the left and value at the right edge of a line (two lines if necessary)."""

    left: str
    right: str
    bold: bool = False

    def __post_init__(self) -> None:
        _check_text(self.left, "left")
        _check_text(self.right, "right")


@dataclass(frozen=True, slots=True)
class Rule:
    """Line across the paper."""


@dataclass(frozen=True, slots=True)
class QR:
    """QR code; ASCII only, because scanners guess the encoding of anything else wrongly [RAN].

    `size` is the edge of one module in printer dots, 1..16.
    """

    data: str
    size: int = 6

    def __post_init__(self) -> None:
        if not self.data or not all(0x20 <= ord(char) < 0x7F for char in self.data):
            raise DocumentError(
                "data: a QR code holds printable ASCII only (percent-encode the address)"
            )
        if len(self.data) > MAX_QR_CHARACTERS:
            raise DocumentError(f"data: longer than {MAX_QR_CHARACTERS} characters")
        _check_range(self.size, 1, 16, "size")


@dataclass(frozen=True, slots=True)
class Feed:
    """Empty lines."""

    lines: int = 1

    def __post_init__(self) -> None:
        _check_range(self.lines, 1, 20, "lines")


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed to the cutter, and cut."""


Line: TypeAlias = Text | Pair | Rule | QR | Feed | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """Whole slip; `copy` makes the driver print the mark 补打 / COPY at the top."""

    lines: tuple[Line, ...] = field(default=())
    copy: bool = False

    def __post_init__(self) -> None:
        if len(self.lines) > MAX_LINES:
            raise DocumentError(f"lines: more than {MAX_LINES}")

    def to_json(self) -> dict[str, Json]:
        """Return the JSON form: `{"lines": [{"type": ...}, ...], "copy": bool}`."""
        return {"lines": [line_to_json(line) for line in self.lines], "copy": self.copy}

    @classmethod
    def from_json(cls, value: object) -> Document:
        """Parse the JSON form; raises DocumentError, naming the line, for anything else."""
        if not isinstance(value, Mapping):
            raise DocumentError("document: not an object")
        _refuse_unknown(value, {"lines", "copy"}, "document")
        lines = value.get("lines")
        if not isinstance(lines, Sequence) or isinstance(lines, str):
            raise DocumentError("lines: not a list")
        copy = value.get("copy", False)
        if not isinstance(copy, bool):
            raise DocumentError("copy: not true or false")
        return cls(tuple(_line_at(number, line) for number, line in enumerate(lines, 1)), copy)


def line_to_json(line: Line) -> dict[str, Json]:
    """Return the JSON form of a line, discriminated by `type`."""
    match line:
        case Text():
            return {
                "type": "text",
                "text": line.text,
                "width": line.width,
                "height": line.height,
                "bold": line.bold,
                "align": line.align,
                "underline": line.underline,
            }
        case Pair():
            return {"type": "pair", "left": line.left, "right": line.right, "bold": line.bold}
        case Rule():
            return {"type": "rule"}
        case QR():
            return {"type": "qr", "data": line.data, "size": line.size}
        case Feed():
            return {"type": "feed", "lines": line.lines}
        case Cut():
            return {"type": "cut"}


def _line_at(number: int, value: object) -> Line:
    try:
        return line_from_json(value)
    except DocumentError as error:
        raise DocumentError(f"line {number}: {error}") from None


def line_from_json(value: object) -> Line:
    """Parse the JSON form of a line; raises DocumentError naming the field."""
    if not isinstance(value, Mapping):
        raise DocumentError("not an object")
    kind = value.get("type")
    if kind == "text":
        _refuse_unknown(
            value, {"type", "text", "width", "height", "bold", "align", "underline"}, "text"
        )
        return Text(
            _string(value, "text"),
            _integer(value, "width", 1),
            _integer(value, "height", 1),
            _boolean(value, "bold"),
            _align(value),
            _boolean(value, "underline"),
        )
    if kind == "pair":
        _refuse_unknown(value, {"type", "left", "right", "bold"}, "pair")
        return Pair(_string(value, "left"), _string(value, "right"), _boolean(value, "bold"))
    if kind == "qr":
        _refuse_unknown(value, {"type", "data", "size"}, "qr")
        return QR(_string(value, "data"), _integer(value, "size", 6))
    if kind == "feed":
        _refuse_unknown(value, {"type", "lines"}, "feed")
        return Feed(_integer(value, "lines", 1))
    if kind in ("rule", "cut"):
        _refuse_unknown(value, {"type"}, str(kind))
        return Rule() if kind == "rule" else Cut()
    raise DocumentError(f"type: {kind!r} is none of text, pair, rule, qr, feed, cut")


def _refuse_unknown(value: Mapping[object, object], allowed: set[str], where: str) -> None:
    unknown = sorted(str(key) for key in value if key not in allowed)
    if unknown:
        raise DocumentError(f"{where}: unknown field {', '.join(unknown)}")


def _string(value: Mapping[object, object], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        raise DocumentError(f"{name}: not a text")
    return text


def _integer(value: Mapping[object, object], name: str, default: int) -> int:
    number = value.get(name, default)
    if not isinstance(number, int) or isinstance(number, bool):
        raise DocumentError(f"{name}: not a whole number")
    return number


def _boolean(value: Mapping[object, object], name: str) -> bool:
    flag = value.get(name, False)
    if not isinstance(flag, bool):
        raise DocumentError(f"{name}: not true or false")
    return flag


def _align(value: Mapping[object, object]) -> Align:
    text = value.get("align", "left")
    for align in ALIGNS:
        if text == align:
            return align
    raise DocumentError(f"align: {text!r} is none of {', '.join(ALIGNS)}")
