"""Complaints: states, moves, the day by which the next step is due, and the number.

received → handed on | refused | accepted → (extending → accepted) → answered → closed. Whoever is
complained of neither sees nor handles a complaint. Time for the answer is extended once, with a
reason, by a second person. Days are working days of the hall's calendar; the limits are settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.check_digits import check_digit
from server.core.half_width import half_width
from server.core.workflow import Calendar
from server.core.working_days import Due


class Kind(StrEnum):
    """Kind of a complaint."""

    ON_SPOT = "on_spot"
    OPINION = "opinion"
    """A suggestion: nobody is complained of."""
    HANDED_ON = "handed_on"
    """From a hotline or another office, with a number of its own."""


class About(StrEnum):
    """Subject of a complaint."""

    UNIT = "unit"
    WINDOW = "window"
    PERSON = "person"
    VISIT = "visit"
    """A service, by its ticket."""


class Way(StrEnum):
    """Way by which a complaint came in."""

    KIOSK = "kiosk"
    PHONE = "phone"
    RECEPTION = "reception"
    OFFICE = "office"


class Topic(StrEnum):
    """Topic that a complainant chooses instead of typing."""

    ATTITUDE = "attitude"
    WAITING = "waiting"
    UNCLEAR = "unclear"
    REFUSED = "refused"
    FEES = "fees"
    ABSENT = "absent"
    FACILITIES = "facilities"
    OTHER = "other"


class ComplaintState(StrEnum):
    """State of a complaint."""

    RECEIVED = "received"
    HANDED_ON = "handed_on"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    EXTENDING = "extending"
    """More time was requested, and nobody has decided yet."""
    ANSWERED = "answered"
    CLOSED = "closed"


class ComplaintMove(StrEnum):
    """Move of a complaint."""

    RECEIVE = "receive"
    CONTACT = "contact"
    """The complainant was called."""
    ACCEPT = "accept"
    HAND_ON = "hand_on"
    REFUSE = "refuse"
    ASK_TIME = "ask_time"
    GRANT_TIME = "grant_time"
    DENY_TIME = "deny_time"
    ANSWER = "answer"
    CLOSE = "close"


class Outcome(StrEnum):
    """Outcome of a complaint, stated with the answer."""

    PROVEN = "proven"
    PARTLY = "partly"
    UNPROVEN = "unproven"


FINAL = frozenset({ComplaintState.HANDED_ON, ComplaintState.REFUSED, ComplaintState.CLOSED})
TELLING = frozenset(
    {
        ComplaintMove.HAND_ON,
        ComplaintMove.REFUSE,
        ComplaintMove.ANSWER,
    }
)
"""Moves with words that the complainant reads."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Working days within which each step is due."""

    decide: int
    answer: int
    extension: int
    close: int


def due_after(
    move: ComplaintMove,
    state: ComplaintState,
    before: Due | None,
    today: date,
    limits: Limits,
    work: Calendar,
) -> Due:
    """Return what is due after a step taken `today` that led to `state`.

    The time for the answer runs from the day of acceptance; an extension is added to its last day.
    `before`: due before the step, None for the first.
    """

    def after(day: date, days: int) -> str:
        return work.after(day, days).isoformat()

    answer = before.answer if before is not None else ""
    if state in FINAL:
        return Due("", answer)
    if before is None:
        return Due(after(today, limits.decide), "")
    match move:
        case ComplaintMove.ACCEPT:
            answer = after(today, limits.answer)
        case ComplaintMove.GRANT_TIME:
            answer = after(date.fromisoformat(answer), limits.extension)
        case ComplaintMove.ANSWER:
            return Due(after(today, limits.close), answer)
        case ComplaintMove.CONTACT:
            return before
    return Due(answer, answer)


NUMBER_LENGTH = 8
_SERIAL = 5


def number_of(year: int, serial: int) -> str:
    """Return the number of a year's `serial`-th complaint, such as `26000017` with check digit."""
    digits = f"{year % 100:02d}{serial:0{_SERIAL}d}"
    return digits + check_digit(digits)


def serial_of(number: str) -> int:
    """Return the place of a number within its year."""
    return int(number[2:-1])


def read_number(text: str) -> str:
    """Return the number that a person typed; empty for one with a wrong digit.

    Width, spaces and hyphens make no difference.
    """
    plain = half_width(text).replace(" ", "").replace("-", "")
    right = plain.isascii() and plain.isdecimal() and len(plain) >= NUMBER_LENGTH
    return plain if right and check_digit(plain[:-1]) == plain[-1] else ""


@dataclass(frozen=True, slots=True)
class ComplaintCounts:
    """Counts of complaints: `in_time` of the `answered` ones by the day that was set."""

    received: int = 0
    refused: int = 0
    handed_on: int = 0
    answered: int = 0
    in_time: int = 0
    proven: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """Complaint as the counts see it; `answered_on` is an ISO day, empty before the answer."""

    state: ComplaintState
    answer_due: str
    answered_on: str
    outcome: Outcome | None


def count_complaints(complaints: Iterable[Followed]) -> ComplaintCounts:
    """Count complaints."""
    received = refused = handed_on = answered = in_time = proven = 0
    for entry in complaints:
        received += 1
        refused += entry.state is ComplaintState.REFUSED
        handed_on += entry.state is ComplaintState.HANDED_ON
        answered += bool(entry.answered_on)
        in_time += bool(entry.answered_on) and entry.answered_on <= entry.answer_due
        proven += entry.outcome in (Outcome.PROVEN, Outcome.PARTLY)
    return ComplaintCounts(received, refused, handed_on, answered, in_time, proven)
