"""Messages of the kiosk and of the applicant's phone page.

Times are milliseconds since 1970 (UTC); waits are minutes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.appointments.rules import Arrival
from server.catalogue.messages import (
    Building,
    BuildingDays,
    BuildingPlan,
    ClassRef,
    GroupRef,
    HallHours,
    ItemRef,
    MaterialRef,
    UnitRef,
    WindowRef,
    ZoneRef,
)
from server.catalogue.model import LimitUnit
from server.core.messages import Code, Command, Message, Problem
from server.one_time_notices.messages import MaterialMark, NoticeNumber
from server.queue.messages import DelayView, HallNoticeView
from server.queue.offline.messages import StandbyAccess

FIELD_WORDS = {
    "slip": ("小票上的号码", "number on the slip"),
    "companion": ("同一人的另一个号码", "other number of the same person"),
}
"""Names of request fields beside the common ones."""


class KioskCatalogue(Message):
    """Answer to GET /api/v1/catalogue: everything that a kiosk offers."""

    version: int
    hall: str
    hall_en: str
    zones: list[ZoneRef]
    units: list[UnitRef]
    groups: list[GroupRef]
    items: list[ItemRef]
    classes: list[ClassRef]
    popular: list[str]
    """Codes of the most requested items of late, most first."""


class HallSite(BuildingPlan):
    """Building of the hall now, with its plan; `units`: codes of those with a window in it."""

    units: list[str]
    calling: int | None
    """Number of windows that call people now; None for a branch that is not heard."""
    waiting: int | None
    """People who wait in it; None while the hall does not tell its buildings apart."""


class PhoneHall(Message):
    """First page of the phone hall."""

    hall: str
    hall_en: str
    hours: HallHours
    notices: list[HallNoticeView]
    sites: list[HallSite]
    """The main one first; a hall in a single building has one."""
    bookable: list[str]
    """Codes of the items that take appointments."""
    remote: bool
    """True if numbers are given before people come, when the wait is long."""


class Offer(Message):
    """Windows that serve the item now, with the number waiting and the expected wait."""

    windows: list[WindowRef]
    waiting: int
    ahead: int
    low: int
    high: int
    delay: DelayView | None = None


class RecentNumber(Message):
    """Number of an item that this kiosk gave a moment ago and that still waits."""

    ticket: str
    number: str


class ItemPage(Message):
    """Answer to GET /api/v1/items/<code>: the public data, and the offer or the refusal."""

    item: ItemRef
    unit: UnitRef
    materials: list[MaterialRef]
    legal_basis: str
    promised_days: int
    legal_days: int
    legal_unit: LimitUnit
    fee: str
    offer: Offer | None
    refusal: Problem | None
    recent: RecentNumber | None = None
    """For a kiosk: it asks before it takes another number of the item."""
    advice: str = ""
    """For a consultation-only item: the place that accepts it."""
    advice_en: str = ""
    version: int = 0
    """Version of the business data that the page shows."""
    guide: str = ""
    """Address of the item's guide, for people's own phones."""
    buildings: list[Building] = Field(default_factory=list)
    """Buildings with a window for it; none in a hall of a single building."""
    entitled: list[str] = Field(default_factory=list)
    """Codes of all windows that may serve it on this day, with a person or without."""
    days: list[BuildingDays] = Field(default_factory=list)
    """Its hours in each building, where they are on different weekdays; else none."""


class SlipState(Message):
    """Print result of a slip. owed and sent: printing; unknown: check the printer."""

    id: str
    state: Literal["none", "owed", "sent", "printed", "failed", "unknown"]
    reason: str = ""
    copy_: bool = Field(default=False, alias="copy")


class OtherTicket(Message):
    """Another number of the same visit, with its place."""

    number: str
    token: str
    state: Literal[
        "waiting", "called", "serving", "held", "missed", "finished", "cancelled", "expired"
    ]
    item_name: str
    item_name_en: str
    ahead: int
    low: int
    high: int
    windows: list[WindowRef]
    called_window: WindowRef | None
    call_count: int


class TicketView(Message):
    """Ticket for its holder: kiosk result page, phone."""

    id: str
    number: str
    token: str
    state: Literal[
        "waiting", "called", "serving", "held", "missed", "finished", "cancelled", "expired"
    ]
    item: str
    item_name: str
    item_name_en: str
    unit_name: str
    applicant: str
    mark: str
    ahead: int
    priority_ahead: int = 0
    """People with priority among those ahead of a person without."""
    sent: bool = False
    """True while it waits for the one window that it was transferred to."""
    low: int
    high: int
    windows: list[WindowRef]
    called_window: WindowRef | None
    call_count: int
    issued_at: int
    called_at: int | None
    can_return: bool
    return_places: int
    outcome: str
    url: str
    slip: SlipState
    materials: list[MaterialRef]
    notice: str
    notice_en: str
    reason: str = ""
    """Reason of a refusal, which the applicant must be told."""
    hours: HallHours | None = None
    others: list[OtherTicket] = Field(default_factory=list)
    """Other numbers of the same visit."""
    after: str = ""
    """Number of the visit that is at a window: this one is called after it."""
    notices: list[HallNoticeView] = Field(default_factory=list)
    """Those that cover the hall or one of its windows."""
    delay: DelayView | None = None
    """Reason why the windows do not call now, while it waits."""
    consult: bool = False
    """True for a consultation number: the item is advised on, and accepted elsewhere."""
    hall: str = ""
    hall_en: str = ""
    building: Building | None = None
    """Building in which the number is called, in a hall that tells its buildings apart."""
    slot: int | None = None
    """Start of its appointment in ms, while it waits with one."""
    presence: Literal["here", "away", "passed"] = "here"
    """Holder of a remote number: not in the hall yet, before or after the turn has come."""
    check_in_code: str = ""
    """Code for the check-in of a remote number at a kiosk, behind its number."""
    remind_ahead: int = 0
    """People ahead at which the page reminds once, if its holder asked for it; 0: at the call."""


class PrinterView(Message):
    """Last reported state of the kiosk's printer; `unknown` is a state of its own."""

    device: str
    state: Literal["ok", "degraded", "failed", "unknown", "none"]
    code: str
    paper: Literal["ok", "near_end", "out", "unknown"]


class KioskState(Message):
    """Full state of the feed `kiosk`."""

    kiosk: str
    building: Building | None = None
    """Building in which it stands, in a hall that tells its buildings apart."""
    open: bool
    next_opening: int | None
    catalogue: int
    waiting: dict[str, int]
    """Number of waiting tickets by unit."""
    printer: PrinterView
    idle_seconds: int
    result_seconds: int
    notice: str
    notice_en: str
    digits: list[str]
    """Words of 0 to 9 in Chinese, as the loudspeakers speak them."""
    slips: dict[str, SlipState]
    """Slips of the last ten minutes: tickets' by ticket id, notices by slip id."""
    standby: StandbyAccess
    hours: HallHours
    pinned: list[str] = Field(default_factory=list)
    """Codes of the items that the office puts first among the common ones."""
    notices: list[HallNoticeView] = Field(default_factory=list)
    """Notices of the office and pauses of all windows that are in force."""
    elder_class: str = ""
    """Code of the priority class that large type offers at once; empty for none."""
    return_limit: int = 0
    """Returns after missed calls that a number has."""
    branch: bool = False
    """True at a branch server, which takes neither appointments nor ratings and complaints."""


class Issued(Message):
    """Answer to the command that issues a number."""

    ticket: TicketView


class KioskArrival(Message):
    """Number of a person with an appointment or a remote number who has come."""

    start: str
    """Start of the appointment, such as 09:30; empty for a remote number."""
    arrival: Arrival
    ticket: TicketView


class MissedNumber(Message):
    """Standing of a number for a person who comes back; nothing that the boards do not show."""

    number: str
    """The number; empty for a code that belongs to no ticket."""
    standing: Literal[
        "may_return",
        "waiting",
        "called",
        "serving",
        "held",
        "no_returns",
        "over",
        "other_day",
        "unknown",
    ]
    ahead: int
    """Number of people called before this one after the return."""
    returns_left: int
    window: WindowRef | None
    """Window that has called, serves or holds the number."""


class IssueTicket(Command):
    """Request for a number for an item, with the applicant's class."""

    item: Code
    applicant: Code = "ordinary"
    print: bool = True
    companion: str = Field(default="", max_length=64)
    """Token of another number of the same person; the two are never called at once."""


class PrintNotice(Command):
    """Request to print an item's one-time notice (一次性告知单).

    At a kiosk or the desk it is the list of materials, `missing` ticked. With `marks` and `ticket`
    it is the notice of what the holder of that ticket handed in at a window, or, if nothing is
    wrong, only the record of that.
    """

    item: Code
    missing: list[int] = Field(default_factory=list, max_length=50)
    ticket: Annotated[str, StringConstraints(max_length=64)] = ""
    marks: Annotated[tuple[MaterialMark, ...], Field(max_length=100)] = ()
    earlier: NoticeNumber = ""
    """Number of an earlier notice of the same matter that the person brings."""
    paper: Literal["slip", "a4"] = "slip"


class NoticeSlip(SlipState):
    """Slip of a notice, and the notice's number; `none` and empty if there is none."""

    notice: str = ""
