"""Licences: places, moves, and the document that a person shows.

A licence on paper is at exactly one place: with its unit → on a hand-over list → counted at the
issuing window → on a shelf → handed out, or posted and delivered or returned. The place follows
from its facts. An electronic licence has no place; it is entered in the licence library by a day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from server.cases.rules import IdKind, person_key
from server.core.half_width import half_width


class Place(StrEnum):
    """Place of a licence, its state."""

    UNIT = "unit"
    LISTED = "listed"
    """On a hand-over list, on its way to the issuing window."""
    COUNTED = "counted"
    """Counted by two, at the issuing window, on no shelf."""
    SHELVED = "shelved"
    POSTED = "posted"
    HANDED = "handed"
    DELIVERED = "delivered"
    ELECTRONIC = "electronic"
    """Without paper, so at no place."""
    VOID = "void"


class LicenceMove(StrEnum):
    """Move of a licence."""

    REGISTER = "register"
    LIST = "list"
    UNLIST = "unlist"
    """The unit drops the list before it is counted."""
    COUNT = "count"
    MISS = "miss"
    """It was on the list and did not come."""
    SHELVE = "shelve"
    HAND = "hand"
    POST = "post"
    TRY = "try"
    """The post did not reach anybody."""
    DELIVER = "deliver"
    RETURN = "return"
    ASK_BACK = "ask_back"
    CALL_BACK = "call_back"
    """The unit gets it back."""
    ASK_VOID = "ask_void"
    MAKE_VOID = "make_void"
    ENTER = "enter"
    """The electronic licence was entered in the licence library."""


class ListState(StrEnum):
    """State of a hand-over list."""

    GIVEN = "given"
    RECEIVED = "received"
    DIFFERENT = "different"
    """Counted with a difference, which is named."""
    DROPPED = "dropped"


class ListMove(StrEnum):
    """Move of a hand-over list."""

    GIVE = "give"
    RECEIVE = "receive"
    DROP = "drop"


class ExtraState(StrEnum):
    """State of an additional licence: found at a count, and on no list."""

    FOUND = "found"
    RETURNED = "returned"
    """The window says that the unit has it back."""
    SETTLED = "settled"
    """The unit says so too."""


class ExtraMove(StrEnum):
    """Move of an additional licence."""

    FIND = "find"
    RETURN = "return"
    SETTLE = "settle"
    DENY = "deny"
    """The unit says that it does not have it."""


class ParcelState(StrEnum):
    """State of a parcel."""

    AWAY = "away"
    DELIVERED = "delivered"
    RETURNED = "returned"


class ParcelMove(StrEnum):
    """Move of a parcel."""

    SEND = "send"
    TRY = "try"
    DELIVER = "deliver"
    RETURN = "return"


class Recipient(StrEnum):
    """Receiver of a licence."""

    APPLICANT = "applicant"
    AGENT = "agent"
    """With an authorisation."""
    FAMILY = "family"
    """Adult of the household, of a parcel only."""
    RECEPTION = "reception"
    """Whoever receives letters of a body, of a parcel only."""


class IdCheck(StrEnum):
    """Comparison of a shown document with the applicant's."""

    WHOLE = "whole"
    """The whole number, by its keyed hash."""
    TAIL = "tail"
    """The last characters, with those that the case shows."""
    SHOWN = "shown"
    """The case has no number: the document was only looked at."""
    AGENT = "agent"
    """The agent's own document, with the authorisation."""


class Signed(StrEnum):
    """Signature of a receiver."""

    PAPER = "paper"
    SCREEN = "screen"
    """On the screen, as a kept file."""


AT_WINDOW = frozenset({Place.COUNTED, Place.SHELVED})
"""Places from which a licence can be handed out or posted."""
OUT = frozenset({Place.HANDED, Place.DELIVERED})
FINAL = OUT | {Place.VOID}
TAIL = 4
"""Characters of a number that are enough where the whole one is not read."""
MASKED_TAIL = 2
"""Last characters of a number that a case shows, see `server.cases.rules.masked_id`."""


def number_key(unit: str, number: str, copy: int) -> str:
    """Return the key by which a licence of a unit is registered once; copies have one each."""
    return hashlib.sha256(f"{unit}\n{plain_number(number)}\n{copy}".encode()).hexdigest()


def plain_number(number: str) -> str:
    """Return a licence number as it is compared: half width, upper case, without spaces."""
    return "".join(half_width(number).upper().split())


@dataclass(frozen=True, slots=True)
class Shown:
    """Document as a person shows it: never its number, only what it is compared by."""

    kind: IdKind
    length: int
    """Characters that were read: four for the end of the number alone."""
    tail: str
    """Last characters, as many as a case shows."""
    key: str
    """Keyed hash of the whole number."""


def shown_of(secret: bytes, kind: IdKind, number: str) -> Shown:
    """Return a document by its plain number, whole or its last four characters."""
    key = person_key(secret, kind, number)
    return Shown(kind, len(number), number[-MASKED_TAIL:], key)


def id_check(shown: Shown, kind: IdKind, masked: str, key: str) -> IdCheck | None:
    """Return how a shown document matches the applicant's; None for another person.

    `kind`, `masked` and `key`: of the applicant, as the case keeps them; `key` empty: none.
    """
    if not key:
        return IdCheck.SHOWN if shown.length >= TAIL else None
    if shown.kind is not kind:
        return None
    if shown.length == TAIL:
        return IdCheck.TAIL if shown.tail == masked[-MASKED_TAIL:] else None
    return IdCheck.WHOLE if hmac.compare_digest(shown.key, key) else None


class Calendar(Protocol):
    """Port to the working days."""

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day`."""

    def among(self, first: date, last: date) -> Iterable[date]:
        """Return the working days `first`..`last`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Electronic licence as its entry is counted: issued on, entered on (None: not yet)."""

    issued: date
    entered: date | None


def days_late(entry: Entry, allowed: int, today: date, calendar: Calendar) -> int:
    """Return by how many working days an entry is later than allowed, up to today."""
    due = calendar.after(entry.issued, allowed)
    end = min(entry.entered or today, today)
    return sum(day > due for day in calendar.among(due, end))


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """Counts of electronic licences: issued, entered, entered or still open too late."""

    issued: int = 0
    entered: int = 0
    late: int = 0
    days_late: int = 0


def entry_counts(
    entries: Sequence[Entry], allowed: int, today: date, calendar: Calendar
) -> EntryCounts:
    """Return the counts of electronic licences up to a day."""
    late = [days_late(entry, allowed, today, calendar) for entry in entries]
    return EntryCounts(
        issued=len(entries),
        entered=sum(e.entered is not None and e.entered <= today for e in entries),
        late=sum(days > 0 for days in late),
        days_late=sum(late),
    )
