"""Event log of access-family terminals (`rtlog`, `tabledata` of `transaction`): lines to punches.

Lines are `key=value` parted by TABs [SRC, two servers]. An event without a person (a door, a
button, pin 0) is no punch and nobody's. It refuses to guess: a line with a person but without a
time, or of a person who was turned away, is put aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.iclock import ENROLMENT, FLAG, MAX_LINE, holds_template, moment, pairs, shown
from server.domain.punches import BadLine, PunchLine

REFUSED_FROM = 5000
"""Event numbers from here on tell that somebody was not verified, or of an alarm [1SRC]."""
_ZEROES = frozenset({"", "0"})


@dataclass(frozen=True, slots=True)
class NobodysLine:
    """An event of the terminal itself."""


def event(line: str) -> PunchLine | BadLine | NobodysLine:
    """One line of the event log."""
    if holds_template(line):
        return BadLine("", "template")
    found = {key.lower(): value for key, value in pairs(line).items()}
    pin = found.get("pin")
    if pin is None:
        return BadLine(shown(line), "too_short")
    if pin.lstrip("0") in _ZEROES:
        return NobodysLine()
    if not ENROLMENT.fullmatch(pin):
        return BadLine(shown(line), "bad_enrolment")
    said = _said(found)
    if said is None:
        return BadLine(shown(line), "bad_time")
    number = found.get("event", found.get("eventtype", ""))
    if number.isdecimal() and len(number) < 6 and int(number) >= REFUSED_FROM:
        return BadLine(shown(line), "refused")
    in_out = _flag(found, "inoutstatus", "inoutstate")
    verify = _flag(found, "verifytype", "verified")
    return PunchLine(pin, said, in_out, verify, "", line[:MAX_LINE])


def is_event(line: str) -> bool:
    """Return True for a line that names a person by key: no line of ATTLOG does."""
    return any(key.lower() == "pin" for key in pairs(line))


def _flag(found: dict[str, str], *names: str) -> str:
    value = next((found[name] for name in names if name in found), "")
    return value if FLAG.fullmatch(value) else ""


def _said(found: dict[str, str]) -> datetime | None:
    """The time as text, or as the protocol's number: months of 31 days, from the year 2000."""
    text = found.get("time", found.get("time_second", ""))
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        return moment(text)
    days, seconds = divmod(int(text), 86_400)
    months, day = divmod(days, 31)
    year, month = divmod(months, 12)
    if year > 99:
        return None
    try:
        midnight = datetime(2000 + year, month + 1, day + 1)  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None
    return midnight + timedelta(seconds=seconds)
