"""Parser for the event log of access-family time clocks (`rtlog`, `tabledata` of `transaction`).

Lines are `key=value` separated by TABs [SRC, two servers]. An event without a person (a door, a
button, pin 0) is no punch. Nothing is guessed: a line with a person but without a time, or of a
person who was refused, is quarantined.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.time_clocks.iclock import (
    ENROLMENT,
    FLAG,
    MAX_LINE,
    displayable,
    holds_template,
    moment,
    pairs,
)
from server.time_clocks.punch_rules import BadLine, PunchLine

REFUSED_FROM = 5000
"""Lowest event number that means a failed verification or an alarm [1SRC]."""
_ZEROES = frozenset({"", "0"})


@dataclass(frozen=True, slots=True)
class DeviceEventLine:
    """Event of the device itself, without a person."""


def event(line: str) -> PunchLine | BadLine | DeviceEventLine:
    """Return the punch in one line of the event log, or the kind of other line it is."""
    if holds_template(line):
        return BadLine("", "template")
    values = {key.lower(): value for key, value in pairs(line).items()}
    pin = values.get("pin")
    if pin is None:
        return BadLine(displayable(line), "too_short")
    if pin.lstrip("0") in _ZEROES:
        return DeviceEventLine()
    if not ENROLMENT.fullmatch(pin):
        return BadLine(displayable(line), "bad_enrolment")
    claimed = _event_time(values)
    if claimed is None:
        return BadLine(displayable(line), "bad_time")
    number = values.get("event", values.get("eventtype", ""))
    if number.isdecimal() and len(number) < 6 and int(number) >= REFUSED_FROM:
        return BadLine(displayable(line), "refused")
    in_out = _flag(values, "inoutstatus", "inoutstate")
    verify = _flag(values, "verifytype", "verified")
    return PunchLine(pin, claimed, in_out, verify, "", line[:MAX_LINE])


def is_event(line: str) -> bool:
    """Return True if a line names a person by key, which no line of ATTLOG does."""
    return any(key.lower() == "pin" for key in pairs(line))


def _flag(values: dict[str, str], *names: str) -> str:
    value = next((values[name] for name in names if name in values), "")
    return value if FLAG.fullmatch(value) else ""


def _event_time(values: dict[str, str]) -> datetime | None:
    """Return the time, sent as text or as the protocol's number: months of 31 days since 2000."""
    text = values.get("time", values.get("time_second", ""))
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
