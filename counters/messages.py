"""Messages of the counter: commands of the clerk, and the full state of a window.

Times are milliseconds since 1970 (UTC); waits are minutes.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from server.accounts.messages import Session
from server.catalogue.messages import HallHours, ItemRef, MaterialRef, UnitRef, WindowRef
from server.core.messages import Code, Command, Message, Note, Problem
from server.queue.messages import DelayView, HallNoticeView, Reason, ShareCard

FIELD_WORDS = {
    "confirmed": ("确认", "confirmation"),
    "written": ("号码", "number"),
}
"""Names of request fields beside the common ones."""


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
    unit_name_en: str = ""
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
    consult: bool = False
    """True for an enquiry: the item is not accepted here."""
    outcome: str = ""
    slot: int | None = None
    """Start of its appointment in ms; None: without one."""


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


class TransferTarget(Message):
    """Window to which a ticket can be transferred; others than open ones have to be confirmed."""

    window: WindowRef
    state: Literal["open", "paused", "closed"]


class UndoOffer(Message):
    """Act that the window can undo until a time."""

    number: str
    move: Literal["start", "finish", "no_show"]
    until: int


class CounterState(Message):
    """Full state of the feed `counter`: one window."""

    window: WindowRef
    staff: str
    staff_name: str
    signed_in: bool
    paused: bool
    pause_reason: str
    paused_at: int | None
    pause_until: int | None = None
    """Expected end of the pause, if it is known."""
    pause_next: str = ""
    """Reason of the pause that begins after the present person; "" if none does."""
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
    notices: list[HallNoticeView] = Field(default_factory=list)
    """Notices of the office and pauses that cover the window."""
    targets: list[TransferTarget]
    """Windows that are open today, by number, with what a transfer there has to wait for."""
    chosen_calls: bool = False
    """True if a chosen number may be called here."""
    next: list[str]
    """Numbers that this window would call next, if no other window called."""
    undo: UndoOffer | None = None
    """Last act that the window can undo; None without one."""


class DeskPage(Message):
    """First answer to the desk's page."""

    session: Session
    desk: CounterState | None
    """State of the window that the person sits at; null without one."""


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


class CallChosen(Command):
    """Waiting number to call out of turn, with the reason; `other` needs a note."""

    number: Code
    reason: Literal["unwell", "urgent", "together", "unfinished", "other"]
    note: Note = ""


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
    confirmed: bool = False
    """Also to a window where nobody is signed in yet."""


class Pause(Command):
    """Reason of a pause in calling."""

    reason: Literal["materials", "meeting", "rest", "equipment", "leave", "other"]
    note: Note = ""
    minutes: int | None = Field(default=None, ge=1, le=240)
    """Expected length, if it is known: kiosk, slip and phone tell the time of return."""
    after: bool = False
    """True: with a person at the window, pause when this person has been served."""


class SignIn(Command):
    """Window to sign in to."""

    window: Code


class SignOut(Command):
    """Request to sign out. `force`: even if only this window serves some waiting people."""

    force: bool = False


class ServedTicket(Message):
    """Service that a clerk finished today."""

    id: str
    number: str
    item: str
    item_name: str
    item_name_en: str
    outcome: str
    ended_at: int


class ServedToday(Message):
    """Answer to GET /api/v1/counter/served: one's own services of today, the last first."""

    tickets: list[ServedTicket]


class Correct(Command):
    """Right outcome and item of a finished service, with the reason; no item: it was right."""

    outcome: Literal["accepted", "done", "consulted", "notice_given", "refused"]
    item: Code | None = None
    reason: Note


class DeskPrinter(Message):
    """Kiosk at which the reception desk can print, with its printer's last reported state."""

    kiosk: str
    state: Literal["ok", "degraded", "failed", "unknown"]
    code: str


class DeskPrinters(Message):
    """Answer to GET /api/v1/reception: the kiosks with a printer, the hall's own common items."""

    printers: list[DeskPrinter]
    pinned: list[str] = Field(default_factory=list)
    """Items that come first among the common ones."""


class DeskCall(Message):
    """Call of a ticket: when, and to which window."""

    at: int
    window: WindowRef | None


class DeskOther(Message):
    """Another number of the same visit, for the reception desk."""

    id: str
    number: str
    state: Literal[
        "waiting", "called", "serving", "held", "missed", "finished", "cancelled", "expired"
    ]
    item_name: str
    item_name_en: str
    window: WindowRef | None
    """Window that holds it."""


class DeskTicket(Message):
    """Ticket of today for the reception desk, without anything about the applicant's identity."""

    id: str
    number: str
    state: Literal[
        "waiting", "called", "serving", "held", "missed", "finished", "cancelled", "expired"
    ]
    item: str
    item_name: str
    item_name_en: str
    unit_name: str
    unit_name_en: str
    priority: bool
    ahead: int
    low: int
    high: int
    windows: list[WindowRef]
    """Windows that may call it, while it waits."""
    window: WindowRef | None
    """Window that holds it or called it last."""
    calls: list[DeskCall]
    issued_at: int
    waiting_since: int
    ended_at: int | None
    transfers: int
    can_return: bool
    can_cancel: bool
    can_redirect: bool
    can_print: bool
    return_places: int
    slip: Literal["none", "owed", "sent", "printed", "failed", "unknown"]
    slip_reason: str
    delay: DelayView | None = None
    """Reason why the windows do not call now, while it waits."""
    consult: bool = False
    """True for a consultation number: the item is advised on, and accepted elsewhere."""
    others: list[DeskOther] = Field(default_factory=list)
    """Other numbers of the same visit, in order of issue."""


class DeskIssued(Message):
    """Answer to a number issued at the desk: the ticket, and the address of its phone page."""

    ticket: DeskTicket
    url: str


class OpenSpan(Message):
    """Opening span of a day: HH:MM, hall wall clock."""

    opens: str
    closes: str


class WayWindow(Message):
    """Window that serves an item today or on other days, with its hours."""

    window: WindowRef
    state: Literal["open", "paused", "unstaffed"]
    today: list[OpenSpan]
    weekdays: list[int]
    """ISO weekdays on which it is open in an ordinary week."""


class WayTo(Message):
    """Answer to GET /api/v1/reception/items/<code>: where an item is served, and when."""

    item: ItemRef
    unit: UnitRef
    windows: list[WayWindow]
    advice: str
    """Place that accepts a consultation-only item."""
    advice_en: str
    refusal: Problem | None
    """Reason why no number is issued now."""


class DeskIssue(Command):
    """Request for a number at the reception desk; `kiosk`: where its slip is printed, if any."""

    item: Code
    applicant: Code = "ordinary"
    kiosk: Code | None = None
    companion: Code | None = None
    """Id of another number of the same person; the two are never called at once."""


class DeskPrint(Command):
    """Kiosk at which a slip is printed again."""

    kiosk: Code


class DeskCancel(Command):
    """Reason of a cancellation; `other` needs a note."""

    reason: Literal["gave_up", "wrong_item", "duplicate", "other"]
    note: Note = ""


class DeskRedirect(Command):
    """Target of a waiting ticket: a window, or the queue of an item or a unit."""

    window: Code | None = None
    item: Code | None = None
    unit: Code | None = None
    note: Note = ""
