"""Rules for leave and outings: length, steps, changes of state.

Steps are facts that are only ever appended; the state follows from them. Times are the hall's wall
clock, naive. Nothing is looked up here: the caller passes the catalogue, the working days and the
settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from server.catalogue.hours import Span
from server.core.errors import HallError
from server.core.working_days import Workdays
from server.leave.errors import LeaveCode
from server.leave.ladder_notation import ApproverOffice, Length

LONGEST_DAYS = 366
NOON = time(12)
HALVES = (Span(time.min, NOON), Span(NOON, time.max))
"""Halves of a working day for which the hall has no opening hours."""

Step = Mapping[str, Any]
Steps = Sequence[Step]


class State(StrEnum):
    """State of a leave."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


def measure(
    begins: datetime,
    ends: datetime,
    workdays: Workdays,
    spans_of: Callable[[date], Sequence[Span]],
) -> Length:
    """Return the working time between two moments; `spans_of` returns the hall's hours of a day."""
    days, hours = 0.0, 0.0
    for day in workdays.among(begins.date(), ends.date()):
        spans = tuple(spans_of(day)) or HALVES
        shares = [_minutes(begins, ends, day, span) for span in spans]
        touched = sum(1 for share in shares if share > 0)
        days += _halves(touched, len(spans))
        hours += sum(shares) / 60
    return Length(days, round(hours, 2))


def _minutes(begins: datetime, ends: datetime, day: date, span: Span) -> float:
    opens, closes = datetime.combine(day, span.opens), datetime.combine(day, span.closes)
    covered = min(ends, closes) - max(begins, opens)
    return max(covered, timedelta()).total_seconds() / 60


def _halves(touched: int, spans: int) -> float:
    """Return the working days (0, 0.5 or 1) that the touched spans of one day count.

    A hall that is open without a break has whole days only.
    """
    if touched == 0:
        return 0.0
    return 0.5 if touched * 2 <= spans else 1.0


def check_span(begins: datetime, ends: datetime, now: datetime, after_days: int) -> bool:
    """Return True if the leave is requested after it began; raise LEAVE_SPAN or LEAVE_TOO_LATE."""
    if ends <= begins or ends - begins > timedelta(days=LONGEST_DAYS):
        raise HallError(LeaveCode.LEAVE_SPAN, days=LONGEST_DAYS)
    if begins.date() < now.date() - timedelta(days=after_days):
        raise HallError(LeaveCode.LEAVE_TOO_LATE, days=after_days)
    return begins < now.replace(second=0, microsecond=0)


def overlap(begins: datetime, ends: datetime, other: tuple[datetime, datetime]) -> bool:
    """Return True if two spans overlap; one may begin at the moment when the other ends."""
    return begins < other[1] and other[0] < ends


def request_step(by: str, at: int, needed: Iterable[ApproverOffice], **more: Any) -> dict[str, Any]:
    """Return the first step of a leave; `more`: emergency, after, days, hours."""
    return {"act": "ask", "by": by, "at": at, "rungs": [r.value for r in needed], **more}


def waiting_for(steps: Steps) -> ApproverOffice | None:
    """Return the office that decides next; None when every step was approved."""
    offices = [ApproverOffice(name) for name in steps[0]["rungs"]]
    approvals = sum(step["act"] == "approve" for step in steps)
    return offices[approvals] if approvals < len(offices) else None


def emergency(steps: Steps) -> bool:
    """Return True if the person left at once and the papers follow later."""
    return bool(steps[0].get("emergency"))


def handed_over(steps: Steps) -> bool:
    """Return True if the present cover has confirmed the handover."""
    last = [step["act"] for step in steps if step["act"] in ("cover", "handover")]
    return bool(last) and last[-1] == "handover"


def state_after_approval(steps: Steps) -> State:
    """Return the state after one more approval: approved with the last one that is required."""
    approvals = sum(step["act"] == "approve" for step in steps) + 1
    return State.APPROVED if approvals >= len(steps[0]["rungs"]) else State.ASKED


def is_running(state: str, begins: datetime, now: datetime) -> bool:
    """Return True if an approved leave has begun: only its remainder can be cancelled."""
    return state == State.APPROVED and begins < now
