"""Events of the queue: moves of tickets, announcements, window sessions and slips."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.core.events import OWN, Event
from server.queue.slips import StoredSlip


@dataclass(frozen=True, slots=True)
class TicketMoved(Event):
    """Event: a ticket was issued, called, recalled, finished ...: `move` as in domain.tickets."""

    ticket: str
    number: str
    token: str
    move: str
    queue: str
    window: str = ""
    calls: int = 0
    kiosk: str = ""
    line: int = 0
    """Number of its journal line, by which duplicates are suppressed."""


@dataclass(frozen=True, slots=True)
class TicketCorrected(Event):
    """Event: outcome or item of a service was corrected; `staff`: who served."""

    ticket: str
    day: str
    staff: str


@dataclass(frozen=True, slots=True)
class CallTold(Event):
    """Event: a call was played, was not played, or was called out by the clerk."""

    ticket: str
    window: str


@dataclass(frozen=True, slots=True)
class WaitsPlayed(Event):
    """Event of this worker: a newer forecast includes the latest changes of the hall."""


@dataclass(frozen=True, slots=True)
class WindowChanged(Event):
    """Event: a person signed in or out, paused or resumed."""

    window: str


@dataclass(frozen=True, slots=True)
class SlipOwed(Event):
    """Event: a slip is to be printed at a printer."""

    slip: str
    device: str
    row: StoredSlip | None = field(default=None, metadata=OWN)
    """The slip as it was stored; the worker that stored it need not read it again."""


@dataclass(frozen=True, slots=True)
class SlipSettled(Event):
    """Event: a printer reported the result of a slip."""

    slip: str
    device: str
    ticket: str
    state: str
