"""Rules of remote numbers: the check-in code of a ticket, and who did not come. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from server.core.half_width import half_width
from server.queue.tickets import State, is_absent, read_number

CODE_DIGITS = 4
_TYPED = re.compile(rf"([A-Za-z]{{1,2}}[0-9]{{1,3}})[^0-9A-Za-z]*([0-9]{{{CODE_DIGITS}}})")
_ADDRESS = re.compile(r".*/t/([A-Za-z0-9_\-]+)/?", re.DOTALL)


def code_of(token: str) -> str:
    """Return the four digits with which a ticket is checked in at a kiosk, from its token."""
    digest = hashlib.sha256(f"check-in:{token}".encode()).digest()
    return f"{int.from_bytes(digest[:4]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def read_code(text: str) -> tuple[str, str]:
    """Return number and code as typed at a kiosk, such as `A012` and `4821`; else two empty texts.

    The code is everything behind the number: `A012 4821`, `a0124821` and `A012-4821` are the same.
    """
    match = _TYPED.fullmatch(half_width(text).strip())
    number = read_number(match[1]) if match else ""
    return (number, match[2]) if match and number else ("", "")


def token_in(text: str) -> str:
    """Return the token of a scanned address of a ticket's page; a text without one as it is."""
    match = _ADDRESS.fullmatch(text.strip())
    return match[1] if match else text.strip()


@dataclass(frozen=True, slots=True)
class Holder:
    """Person who takes a remote number: keyed hashes of telephone and address, masked name."""

    person: str
    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Remote number of a person: its day, its ticket's state and lane."""

    ticket: str
    day: date
    item: str
    number: str
    state: State
    lane: str

    @property
    def is_open(self) -> bool:
        """True while it waits for its check-in."""
        return self.state is State.WAITING and is_absent(self.lane)

    @property
    def is_missed(self) -> bool:
        """True if the day ended and nobody had come for it."""
        return self.state is State.EXPIRED and is_absent(self.lane)

    @property
    def is_counted(self) -> bool:
        """True if it counts for the day's most: a number given back does not."""
        return self.state is not State.CANCELLED


def missed_days(numbers: Iterable[Taken]) -> list[date]:
    """Return the days of the numbers that nobody came for."""
    return [number.day for number in numbers if number.is_missed]
