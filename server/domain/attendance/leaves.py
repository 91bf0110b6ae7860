"""Leave and outings: how long one is, who may decide which step, what may become of it.

Steps are plain facts that are only ever added to; the state follows from them. Times are the hall's
wall clock, naive. Nothing is looked up here: the caller brings the catalogue, the working days and
the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from server.domain.attendance.ladder import Length, Rung, rungs_for, staff_list
from server.domain.catalogue import Role, Staff
from server.domain.errors import Code, HallError
from server.domain.hours import Span
from server.domain.settings import Settings
from server.domain.workdays import Workdays

LONGEST_DAYS = 366
NOON = time(12)
HALVES = (Span(time.min, NOON), Span(NOON, time.max))
"""The halves of a working day whose hall has no hours of its own."""

Step = Mapping[str, Any]
Steps = Sequence[Step]


class State(StrEnum):
    """What has become of a leave."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who wants to decide."""

    number: str
    manages: bool
    """A manager or administrator of the hall."""
    administers: bool
    chief_of: str = ""
    """The unit whose chief representative he is."""


def measure(
    begins: datetime,
    ends: datetime,
    workdays: Workdays,
    spans_of: Callable[[date], Sequence[Span]],
) -> Length:
    """Working time between two moments; `spans_of` gives the hall's hours of a day."""
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
    """A hall that is open without a break has whole days only."""
    if touched == 0:
        return 0.0
    return 0.5 if touched * 2 <= spans else 1.0


def check_span(begins: datetime, ends: datetime, now: datetime, after_days: int) -> bool:
    """Whether it is asked for afterwards; raises LEAVE_SPAN or LEAVE_TOO_LATE."""
    if ends <= begins or ends - begins > timedelta(days=LONGEST_DAYS):
        raise HallError(Code.LEAVE_SPAN, days=LONGEST_DAYS)
    if begins.date() < now.date() - timedelta(days=after_days):
        raise HallError(Code.LEAVE_TOO_LATE, days=after_days)
    return begins < now.replace(second=0, microsecond=0)


def overlap(begins: datetime, ends: datetime, other: tuple[datetime, datetime]) -> bool:
    """Whether two spans share more than a moment: one may begin when the other ends."""
    return begins < other[1] and other[0] < ends


def rungs(person: Staff, length: Length, settings: Settings) -> tuple[Rung, ...]:
    """Who decides this person's leave of that length, in order, by the ladders in force."""
    if person.chief:
        ladder = settings.leave_ladder_chief
    elif person.role is Role.CLERK:
        ladder = settings.leave_ladder
    else:
        ladder = settings.leave_ladder_office
    return rungs_for(ladder, length)


def heads(settings: Settings, besides: str) -> tuple[str, ...]:
    """Staff numbers of the heads other than `besides`."""
    return tuple(number for number in staff_list(settings.head_staff) if number != besides)


def may_decide(rung: Rung, person: Staff, decider: Decider, settings: Settings) -> bool:
    """Whether `decider` holds the office of the step; never for oneself.

    A manager may decide in the place of a chief representative, because many units lend one person
    only; heads are managers. Without a head who is somebody else the administrators decide.
    """
    if decider.number == person.number:
        return False
    named = heads(settings, person.number)
    manages = decider.manages or decider.number in named
    if rung is Rung.CHIEF:
        return manages or bool(person.unit and decider.chief_of == person.unit)
    if rung is Rung.MANAGER:
        return manages
    return decider.number in named if named else decider.administers


# -- steps -----------------------------------------------------------------------------------------


def asked(by: str, at: int, needed: Iterable[Rung], **more: Any) -> dict[str, Any]:
    """The first step; `more`: emergency, after, days, hours."""
    return {"act": "ask", "by": by, "at": at, "rungs": [r.value for r in needed], **more}


def waiting_for(steps: Steps) -> Rung | None:
    """Whose decision is next; None when every step was approved."""
    needed = [Rung(name) for name in steps[0]["rungs"]]
    given = sum(step["act"] == "approve" for step in steps)
    return needed[given] if given < len(needed) else None


def emergency(steps: Steps) -> bool:
    """Whether the person left at once and the papers follow."""
    return bool(steps[0].get("emergency"))


def handed_over(steps: Steps) -> bool:
    """Whether the present cover has confirmed."""
    last = [step["act"] for step in steps if step["act"] in ("cover", "handover")]
    return bool(last) and last[-1] == "handover"


def decided(state: str, steps: Steps, approve: bool) -> State:
    """The state after one more decision; raises LEAVE_SETTLED where nothing is to be decided."""
    if state != State.ASKED:
        raise HallError(Code.LEAVE_SETTLED, state=state)
    if not approve:
        return State.REFUSED
    needed = len(steps[0]["rungs"])
    given = sum(step["act"] == "approve" for step in steps) + 1
    return State.APPROVED if given >= needed else State.ASKED


def cancelled(state: str, begins: datetime, ends: datetime, now: datetime) -> datetime | None:
    """When it ends if it is given up now; None: it never was. Raises LEAVE_SETTLED."""
    running = state == State.APPROVED and begins < now
    if state not in (State.ASKED, State.APPROVED) or (running and ends <= now):
        raise HallError(Code.LEAVE_SETTLED, state=state)
    return now.replace(second=0, microsecond=0) if running else None
