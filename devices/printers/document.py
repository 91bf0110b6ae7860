"""The device-neutral slip: what is to be on the paper, before any printer's commands.

The server shapes such a document, sends its JSON form to an agent, and the printer's driver there
turns it into bytes. The module is pure: no I/O, no serial port, no printer commands, no fonts. It
refuses documents that no driver could print (QR data that is not ASCII, sizes outside 1..4, text
with control characters).
"""

from __future__ import annotations

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


class DocumentError(ValueError):
    """The document or its JSON form cannot be printed; the message names the line and the field."""


def _check_text(value: str, name: str) -> None:
    if len(value) > MAX_TEXT_CHARACTERS:
        raise DocumentError(f"{name}: longer than {MAX_TEXT_CHARACTERS} characters")
    if any(
        ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000
        for char in value
    ):
        raise DocumentError(f"{name}: control characters are not printable")


def _check_range(value: int, low: int, high: int, name: str) -> None:
    if not low <= value <= high:
        raise DocumentError(f"{name}: {value} is not within {low}..{high}")


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph, wrapped by the driver; `width`, `height`: multiples (1..4) of normal."""

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
    """A label at the left, its value at the right edge of the line (two lines if need be)."""

    left: str
    right: str
    bold: bool = False

    def __post_init__(self) -> None:
        _check_text(self.left, "left")
        _check_text(self.right, "right")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code; ASCII only, because readers guess the encoding of anything else wrongly [RAN].

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
    """Feed to the knife and cut."""


Line: TypeAlias = Text | Pair | Rule | QR | Feed | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """A whole slip; `copy` makes the driver print the mark 补打 / COPY at the top."""

    lines: tuple[Line, ...] = field(default=())
    copy: bool = False

    def __post_init__(self) -> None:
        if len(self.lines) > MAX_LINES:
            raise DocumentError(f"lines: more than {MAX_LINES}")

    def to_json(self) -> dict[str, Json]:
        """The form that travels: `{"lines": [{"type": ...}, ...], "copy": bool}`."""
        return {"lines": [line_to_json(line) for line in self.lines], "copy": self.copy}

    @classmethod
    def from_json(cls, value: object) -> Document:
        """Read the travelling form; raises DocumentError, naming the line, for anything else."""
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
    """One line's travelling form, discriminated by `type`."""
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
    """Read one line's travelling form; raises DocumentError naming the field."""
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


def _refuse_unknown(value: Mapping[object, object], known: set[str], where: str) -> None:
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        raise DocumentError(f"{where}: unknown field {', '.join(unknown)}")


def _string(value: Mapping[object, object], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise DocumentError(f"{name}: not a text")
    return found


def _integer(value: Mapping[object, object], name: str, default: int) -> int:
    found = value.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool):
        raise DocumentError(f"{name}: not a whole number")
    return found


def _boolean(value: Mapping[object, object], name: str) -> bool:
    found = value.get(name, False)
    if not isinstance(found, bool):
        raise DocumentError(f"{name}: not true or false")
    return found


def _align(value: Mapping[object, object]) -> Align:
    found = value.get("align", "left")
    for align in ALIGNS:
        if found == align:
            return align
    raise DocumentError(f"align: {found!r} is none of {', '.join(ALIGNS)}")
