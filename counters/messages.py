"""Messages of the counter: commands of the clerk, and the full state of a window.

Times are milliseconds since 1970 (UTC); waits are minutes.
"""

from __future__ import annotations

from typing import Any, Literal

from server.catalogue.messages import HallHours, MaterialRef, WindowRef
from server.core.messages import Code, Command, Message, Note
from server.queue.messages import Reason, ShareCard


class TicketCard(Message):
    """Ticket for the clerk."""

    id: str
    number: str
    state: Literal[
        "waiting", "called", "serving", "held", "missed", "finished", "cancelled", "expired"
    ]
    item: str
    item_name: str
    item_name_en: str
    unit_name: str
    applicant: str
    applicant_en: str
    mark: str
    proof: str
    issued_at: int
    waited: int
    called_at: int | None
    call_count: int
    serving_at: int | None
    note: str
    transfers: int
    returns: int
    why: Reason | None
    materials: list[MaterialRef]
    legal_basis: str
    promised_days: int
    fee: str


class MissedCard(Message):
    """Missed ticket that another window called and this one may serve."""

    id: str
    number: str
    item_name: str
    item_name_en: str
    mark: str
    called_at: int
    window: int
    """Number of the window that called it."""


class CounterQueue(Message):
    """Waiting tickets of a queue for a window; `mine`: those it may call now."""

    unit: str
    name: str
    name_en: str
    waiting: int
    mine: int
    longest: int
    target: int


class DayFigures(Message):
    """Figures of a clerk's own day. Minutes; None without a ticket."""

    served: int
    missed: int
    mean_service: float | None
    mean_wait: float | None


class CounterState(Message):
    """Full state of the feed `counter`: one window."""

    window: WindowRef
    staff: str
    staff_name: str
    signed_in: bool
    paused: bool
    pause_reason: str
    paused_at: int | None
    current: TicketCard | None
    held: list[TicketCard]
    missed: list[TicketCard]
    """Missed tickets that this window called, newest first."""
    missed_elsewhere: list[MissedCard]
    """Missed tickets of other windows that this one may serve, newest first."""
    queues: list[CounterQueue]
    waiting: int
    """Number of people that this window may call now."""
    figures: DayFigures
    no_show_from: int | None
    """Time from which the current ticket may be marked missed; None without one."""
    no_show_calls: int
    no_show_seconds: int
    announced: Literal["", "pending", "spoken", "unspoken", "by_mouth"] = ""
    """Result of the last call at the loudspeakers; "" if none is expected."""
    announced_reason: str = ""
    windows: list[WindowRef]
    """Windows to which a ticket can be transferred."""
    stranded: int
    """Number of waiting people that only this window serves."""
    share: list[ShareCard]
    """Tickets that only this window calls, in this order, while the server is away."""
    share_seal: str = ""
    """Proof that the server gave this share; it is sent back with the actions."""
    hours: HallHours


class JournalView(Message):
    """Line of the journal."""

    seq: int
    at: int
    actor_kind: str
    actor: str
    window: str
    act: str
    data: dict[str, Any]
    why: str
    window_number: int = 0
    """Number of the line's window; 0 if it has none."""


class TicketHistory(Message):
    """Ticket with all its journal lines."""

    ticket: TicketCard
    lines: list[JournalView]


class CallNext(Command):
    """Request to call the next person.

    `complete`: outcome with which the service in progress ends first.
    """

    complete: Literal["accepted", "done", "consulted", "notice_given", "default"] | None = None


class Finish(Command):
    """End of a service with its outcome; a refusal needs a note with the reason."""

    outcome: Literal["accepted", "done", "consulted", "notice_given", "refused"]
    note: Note = ""


class Hold(Command):
    """Request to put the current ticket on hold."""

    note: Note = ""


class Resume(Command):
    """Held or missed ticket to call to this window."""

    ticket: Code


class Transfer(Command):
    """Target of a transfer: a window, or the queue of an item or a unit."""

    window: Code | None = None
    item: Code | None = None
    unit: Code | None = None
    note: Note = ""


class Pause(Command):
    """Reason of a pause in calling."""

    reason: Literal["materials", "meeting", "rest", "equipment", "leave", "other"]
    note: Note = ""


class SignIn(Command):
    """Window to sign in to."""

    window: Code


class SignOut(Command):
    """Request to sign out. `force`: even if only this window serves some waiting people."""

    force: bool = False
