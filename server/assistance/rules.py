"""Rules of assistance: first-asked duty, jobs of helpers in seven steps, and the green channel.

Whoever is asked first about something of another unit records it, hands it over, and follows it to
the answer (首问责任). A helper does for free what a person authorised, in seven steps, and never
reviews or approves the same case (帮办代办). A case of a project that two people put into the green
channel (绿色通道) comes first on desks, at most at every K-th place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from server.cases.rules import CaseMove, CaseState
from server.core.workflow import Calendar


class AskState(StrEnum):
    """State of a question that came to the wrong person first."""

    RECORDED = "recorded"
    HANDED_OVER = "handed_over"
    """Waits for the receiver to take it."""
    TAKEN = "taken"
    ENDED = "ended"


class AskMove(StrEnum):
    """Move of such a question."""

    RECORD = "record"
    HAND_OVER = "hand_over"
    TAKE = "take"
    ANSWER = "answer"


class JobState(StrEnum):
    """State of a helper's job."""

    ENTRUSTED = "entrusted"
    ACCEPTED = "accepted"
    """The authorisation is signed, and the helper has accepted the job."""
    DOING = "doing"
    DELIVERED = "delivered"
    FILED = "filed"
    REPORTED = "reported"
    ENDED = "ended"
    REVOKED = "revoked"
    """The person took the authorisation back, or the helper could not accept it."""
    LEFT = "left"
    """The helper's account ended: somebody hands the job on, or the person takes it back."""
    HANDED_ON = "handed_on"
    """Another job for another helper took its place, with an authorisation of its own."""


class JobMove(StrEnum):
    """Move of a helper's job: the seven steps in their order, and how it ends otherwise."""

    ENTRUST = "entrust"
    ACCEPT = "accept"
    DO = "do"
    DELIVER = "deliver"
    FILE = "file"
    REPORT = "report"
    CALL_BACK = "call_back"
    REVOKE = "revoke"
    LEAVE = "leave"
    """The helper's account ended."""
    HAND_ON = "hand_on"


class GreenState(StrEnum):
    """State of a case's green channel."""

    PROPOSED = "proposed"
    GRANTED = "granted"
    REFUSED = "refused"
    LIFTED = "lifted"


class GreenMove(StrEnum):
    """Move of a case's green channel."""

    PROPOSE = "propose"
    GRANT = "grant"
    REFUSE = "refuse"
    LIFT = "lift"


# -- first asked -----------------------------------------------------------------------------------


def ask_days(state: AskState, take: int, answer: int) -> int:
    """Return the working days within which the next step is due; 0: it has none."""
    return {AskState.HANDED_OVER: take, AskState.TAKEN: answer}.get(state, 0)


def ask_due(state: AskState, day: date, take: int, answer: int, calendar: Calendar) -> str:
    """Return the ISO day by which the next step is due after one on `day`; "" at the end.

    What was recorded and not yet handed over is due on the same day.
    """
    if state is AskState.ENDED:
        return ""
    days = ask_days(state, take, answer)
    return (calendar.after(day, days) if days else day).isoformat()


# -- helpers ---------------------------------------------------------------------------------------

_APPROVAL = frozenset({CaseMove.DECIDE, CaseMove.RETURN, CaseMove.GRANT_TIME, CaseMove.DENY_TIME})


def is_barred(move: CaseMove, state: CaseState) -> bool:
    """Return True for a step that reviews or approves a case, which its helper never takes."""
    if move is CaseMove.PASS:
        return state is CaseState.REVIEWING
    return move in _APPROVAL


# -- green channel ---------------------------------------------------------------------------------


def places(order: Sequence[str], green: Collection[str], every: int) -> list[str]:
    """Return cases of a desk with green ones ahead, from the order in which they are due.

    The first place of every `every` goes to the green case that is due first. Each other place goes
    to whatever is due first, green or not. Raises ValueError unless `every` is at least 2.
    """
    if every < 2:
        raise ValueError("every place would be a green one")
    ahead = [case for case in order if case in green]
    result: list[str] = []
    placed: set[str] = set()
    next_green = next_due = 0
    while len(result) < len(order):
        while next_green < len(ahead) and ahead[next_green] in placed:
            next_green += 1
        if len(result) % every == 0 and next_green < len(ahead):
            case = ahead[next_green]
        else:
            while order[next_due] in placed:
                next_due += 1
            case = order[next_due]
        placed.add(case)
        result.append(case)
    return result


def most_pushed(place: int, every: int) -> int:
    """Return the most places by which a case that is due at `place` (from 0) is pushed back."""
    return 1 + place // (every - 1)
