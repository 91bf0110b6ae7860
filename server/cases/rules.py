"""Cases: modes, states, moves, posts, and the number.

filed → supplementing | not accepted | handling → reviewing → approving → decided; suspended between
two of them; withdrawn or void at any time before the decision. The state follows from the facts;
the due day is never stored (`clock`).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.cases.ledger import Entry, Mark
from server.core.check_digits import check_digit
from server.core.half_width import half_width


class CaseState(StrEnum):
    """State of a case."""

    FILED = "filed"
    SUPPLEMENTING = "supplementing"
    """The applicant was told every defect, and the supplements are owed."""
    NOT_ACCEPTED = "not_accepted"
    HANDLING = "handling"
    """Accepted, on the desk of a handler."""
    REVIEWING = "reviewing"
    APPROVING = "approving"
    SUSPENDED = "suspended"
    """A hearing, test, inspection or expert review runs, whose days are not counted."""
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class CaseFlag(StrEnum):
    """Flag of a case in lists, which a room above sets."""

    GREEN = "green"
    """In the green channel (绿色通道): first on desks, within a bound."""
    HELPED = "helped"
    """A helper acts for the applicant (帮办代办)."""


class CaseMove(StrEnum):
    """Move of a case."""

    FILE = "file"
    TELL = "tell"
    """Every defect of the papers is told at once."""
    PLEDGE = "pledge"
    """The applicant pledges to bring missing materials later (容缺)."""
    COMPLETE = "complete"
    """The supplements are complete: this is the acceptance."""
    ACCEPT = "accept"
    DEEM = "deem"
    """Accepted from the day the papers came, as nobody told a defect in time."""
    NOT_ACCEPT = "not_accept"
    SUPPLY = "supply"
    """The pledged materials have come."""
    LAPSE = "lapse"
    """The pledged materials did not come: the application counts as withdrawn."""
    PASS = "pass"
    RETURN = "return"
    SUSPEND = "suspend"
    RESUME = "resume"
    ASK_TIME = "ask_time"
    GRANT_TIME = "grant_time"
    DENY_TIME = "deny_time"
    DECIDE = "decide"
    TACIT = "tacit"
    """Granted as nobody decided in time, under a scheme (超时默许)."""
    WITHDRAW = "withdraw"
    """The applicant withdraws."""
    ASK_VOID = "ask_void"
    MAKE_VOID = "make_void"
    TAKE_OVER = "take_over"
    """The cover takes over the desk."""


class Post(StrEnum):
    """Post that takes steps of the unit's cases."""

    HANDLER = "handler"
    REVIEWER = "reviewer"
    APPROVER = "approver"


class HallPost(StrEnum):
    """Post of the hall itself, of no unit; only whoever the office names holds it."""

    CASHIER = "cashier"
    """Confirms money (收费)."""
    ISSUER = "issuer"
    """Hands out results (统一出件)."""


class ResultPlace(StrEnum):
    """Place of a result, as the applicant is told."""

    UNIT = "unit"
    """Being made, or on its way to the issuing window."""
    WINDOW = "window"
    """Ready at the issuing window."""
    POSTED = "posted"
    HANDED = "handed"
    """Handed out or delivered."""
    ELECTRONIC = "electronic"


class CaseOutcome(StrEnum):
    """Decision of a case."""

    GRANTED = "granted"
    REFUSED = "refused"


class SuspensionBasis(StrEnum):
    """Procedure whose days are not counted (行政许可法 45)."""

    HEARING = "hearing"
    TEST = "test"
    """Inspection, testing or quarantine of goods."""
    INSPECTION = "inspection"
    """Survey on the spot."""
    EXPERT = "expert"


class IdKind(StrEnum):
    """Kind of the applicant's document."""

    ID_CARD = "id_card"
    CREDIT_CODE = "credit_code"
    """Unified social credit code of a body."""
    OTHER = "other"


class CaseWay(StrEnum):
    """Way by which a case came in."""

    WINDOW = "window"
    RECEPTION = "reception"
    LIST = "list"
    """A list that a unit handed in."""


DECISIVE = frozenset({CaseMove.DECIDE, CaseMove.TACIT})
"""Moves that decide a case."""
FINAL = frozenset({CaseState.DECIDED, CaseState.NOT_ACCEPTED, CaseState.WITHDRAWN, CaseState.VOID})
UNACCEPTED = frozenset({CaseState.FILED, CaseState.SUPPLEMENTING})
"""States in which the materials still decide what may be done."""
RUNNING = frozenset({CaseState.HANDLING, CaseState.REVIEWING, CaseState.APPROVING})
"""States in which somebody's desk holds the case and the clock runs."""
POST_OF = {
    CaseState.HANDLING: Post.HANDLER,
    CaseState.REVIEWING: Post.REVIEWER,
    CaseState.APPROVING: Post.APPROVER,
}


def post_of(state: CaseState) -> Post:
    """Return the post that takes the next step of a case in this state."""
    return POST_OF.get(state, Post.HANDLER)


_MARKS = {
    CaseMove.FILE: Mark.FILED,
    CaseMove.TELL: Mark.TOLD,
    CaseMove.COMPLETE: Mark.COMPLETED,
    CaseMove.ACCEPT: Mark.ACCEPTED,
    CaseMove.NOT_ACCEPT: Mark.ENDED,
    CaseMove.SUSPEND: Mark.SUSPENDED,
    CaseMove.RESUME: Mark.RESUMED,
    CaseMove.DECIDE: Mark.ENDED,
    CaseMove.TACIT: Mark.ENDED,
    CaseMove.WITHDRAW: Mark.ENDED,
    CaseMove.LAPSE: Mark.ENDED,
    CaseMove.MAKE_VOID: Mark.ENDED,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Fact of a case as the clock reads it.

    `days`: of a requested extension; of a decision: within which it has to be served. `ahead`:
    working days before the due day by which an extension had to be requested.
    """

    move: CaseMove
    day: date
    days: int = 0
    ahead: int = 0


def ledger_of(facts: Sequence[Fact]) -> list[Entry]:
    """Return the entries of the clock; an extension has the day on which it was asked for."""
    entries: list[Entry] = []
    request: Fact | None = None
    for fact in facts:
        if fact.move is CaseMove.ASK_TIME:
            request = fact
        elif fact.move is CaseMove.GRANT_TIME and request is not None:
            entries.append(Entry(Mark.EXTENDED, request.day, request.days, request.ahead))
        elif fact.move in _MARKS:
            entries.append(Entry(_MARKS[fact.move], fact.day))
    return sorted(entries, key=lambda entry: entry.day)


def stage_before(states: Sequence[CaseState]) -> CaseState:
    """Return the stage to which a suspended case returns: the last one of its states so far."""
    return next(state for state in reversed(states) if state in RUNNING)


# -- the number ----------------------------------------------------------------------------------

SERIAL_DIGITS = 5


def number_of(hall: str, day: date, item: str, serial: int) -> str:
    """Return the number of a day's `serial`-th case: hall, day, item, serial, check digit.

    The check digit is over day and serial, which alone are unique in the hall.
    """
    digits = f"{day:%Y%m%d}{serial:0{SERIAL_DIGITS}d}"
    return f"{hall}-{digits[:8]}-{item}-{digits[8:]}-{check_digit(digits)}"


_WHOLE = re.compile(r"(?:.*?-)?(\d{8})-(?:.*-)?(\d{5,})-(\d)", re.ASCII)
_DIGITS = re.compile(r"(\d{8})(\d{5,})(\d)", re.ASCII)


def read_number(text: str) -> tuple[str, int] | None:
    """Return ISO day and serial of a number that a person typed; None for one with a wrong digit.

    The whole number, or only its digits for day, serial and check; width and spaces make no
    difference.
    """
    plain = half_width(text).replace(" ", "")
    match = _DIGITS.fullmatch(plain.replace("-", "")) or _WHOLE.fullmatch(plain)
    if match is None or check_digit(match[1] + match[2]) != match[3]:
        return None
    try:
        day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
    except ValueError:
        return None
    return day.isoformat(), int(match[2])


# -- the applicant -------------------------------------------------------------------------------

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
ID_CARD_LENGTH, CREDIT_CODE_LENGTH = 18, 18


def plain_id(text: str) -> str:
    """Return an ID number as it is compared: half width, upper case, without spaces."""
    return half_width(text).replace(" ", "").upper()


def is_id_number(kind: IdKind, number: str) -> bool:
    """Return True if a plain number can be one of this kind; ID cards by their check digit."""
    if kind is IdKind.ID_CARD:
        digits = number[:-1]
        if len(number) != ID_CARD_LENGTH or not (digits.isascii() and digits.isdecimal()):
            return False
        total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
        return _CHECKS[total % 11] == number[-1]
    if kind is IdKind.CREDIT_CODE:
        return len(number) == CREDIT_CODE_LENGTH and number.isascii() and number.isalnum()
    return 4 <= len(number) <= 30 and number.isascii() and number.isalnum()


def masked_id(number: str) -> str:
    """Return an ID number as it is shown: the first character and the last two."""
    return f"{number[:1]}{'*' * max(0, len(number) - 3)}{number[-2:]}" if number else ""


def person_key(secret: bytes, kind: IdKind, number: str) -> str:
    """Return the keyed hash by which a person is recognised; "" without a number."""
    if not number:
        return ""
    return hmac.digest(secret, f"{kind.value}:{number}".encode(), "sha256").hex()
