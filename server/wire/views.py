"""Views for pages: answers to GET and the full states pushed over Socket.IO.

Times are milliseconds since 1970 (UTC); waits are minutes.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from server.device_health.messages import DeviceClaim
from server.queue.offline.messages import OfflineDay, StandbyAccess
from server.wire.base import Message
from server.wire.commands import Problem


class HallHours(Message):
    """State of the hall by its hours and calendar: open or closed, and the next opening."""

    open: bool
    numbers: bool
    """True if the hours permit issuing: from shortly before opening until the last ticket."""
    midday: bool
    """True if closed between two spans of the same day."""
    next: int | None
    """Next opening while closed or after the last ticket; None if none is near."""
    windows: list[int]
    """Numbers of the windows that are open by their own hours while the hall is closed."""


class UnitRef(Message):
    """Unit on the kiosk."""

    code: str
    name: str
    name_en: str
    short: str
    prefix: str
    presence: Literal["hall", "withdrawn", "elsewhere"]
    place: str
    place_en: str
    phone: str
    items: int


class NameRef(Message):
    """Zone, errand group or unit by code and name."""

    code: str
    name: str
    name_en: str


class ClassRef(Message):
    """Applicant class."""

    code: str
    name: str
    name_en: str
    level: int
    mark: str
    proof: str


class ItemRef(Message):
    """Item in lists and search. `keys`: pinyin and initials, lower case."""

    code: str
    unit: str
    group: str
    name: str
    name_en: str
    kind: Literal["approval", "service"]
    handling: Literal["accepted", "consult"]
    keys: list[str]


class KioskCatalogue(Message):
    """Answer to GET /api/v1/catalogue: everything that a kiosk offers."""

    version: int
    hall: str
    hall_en: str
    zones: list[NameRef]
    units: list[UnitRef]
    groups: list[NameRef]
    items: list[ItemRef]
    classes: list[ClassRef]
    popular: list[str]
    """Codes of the most requested items of late, most first."""


class WindowRef(Message):
    """Window with its number, name and zone."""

    code: str
    number: int
    name: str
    name_en: str
    kind: Literal["comprehensive", "specialised"]
    zone: str
    zone_name: str
    zone_name_en: str


class MaterialRef(Message):
    """Paper to bring."""

    name: str
    form: str
    required: bool


class Offer(Message):
    """Windows that serve the item now, with the number waiting and the expected wait."""

    windows: list[WindowRef]
    waiting: int
    ahead: int
    low: int
    high: int


class ItemPage(Message):
    """Answer to GET /api/v1/items/<code>: the public data, and the offer or the refusal."""

    item: ItemRef
    unit: UnitRef
    materials: list[MaterialRef]
    legal_basis: str
    promised_days: int
    legal_days: int
    fee: str
    offer: Offer | None
    refusal: Problem | None


class SlipState(Message):
    """Print result of a slip. owed and sent: printing; unknown: check the printer."""

    id: str
    state: Literal["none", "owed", "sent", "printed", "failed", "unknown"]
    reason: str = ""
    copy_: bool = Field(default=False, alias="copy")


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


class PrinterView(Message):
    """Last reported state of the kiosk's printer; `unknown` is a state of its own."""

    device: str
    state: Literal["ok", "degraded", "failed", "unknown", "none"]
    code: str
    paper: Literal["ok", "near_end", "out", "unknown"]


class KioskState(Message):
    """Full state of the feed `kiosk`."""

    kiosk: str
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


class CallView(Message):
    """Call on a board: called people first, newest on top. `n` grows with each recall."""

    number: str
    window: str
    window_number: int
    window_name: str
    window_name_en: str
    zone: str
    state: Literal["called", "serving"]
    n: int
    at: int


class QueueView(Message):
    """Queue of a unit."""

    unit: str
    name: str
    name_en: str
    prefix: str
    waiting: int
    longest: int
    """Minutes that the first in line has waited."""
    target: int
    windows: list[int]
    """Numbers of the windows that serve it now."""


class WindowState(Message):
    """Window on the board and in the office."""

    code: str
    number: int
    name: str
    name_en: str
    zone: str
    kind: Literal["comprehensive", "specialised"]
    state: Literal["closed", "idle", "called", "serving", "paused"]
    ticket: str
    staff: str
    staff_name: str
    since: int | None
    pause_reason: str


class WindowList(Message):
    """Answer to GET /api/v1/windows."""

    windows: list[WindowState]
    hours: HallHours


class BoardState(Message):
    """Full state of the feed `board`."""

    zone: str
    zone_name: str
    zone_name_en: str
    hall: str
    hall_en: str
    calls: list[CallView]
    queues: list[QueueView]
    windows: list[WindowState]
    waiting: int
    notice: str
    notice_en: str
    moment_seconds: int
    hours: HallHours


class Reason(Message):
    """Reason of a choice: codes, most general first, and the figures."""

    codes: list[str]
    facts: dict[str, Any]


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


class ShareCard(Message):
    """Ticket of a desk share: the window calls it while the server is away."""

    id: str
    number: str
    item: str
    item_name: str
    item_name_en: str
    unit_name: str
    applicant: str
    applicant_en: str
    mark: str
    proof: str
    issued_at: int


class ActResult(Message):
    """Result of one imported desk action; `code` is empty if it fits the server's state."""

    ticket: str
    number: str
    kind: str
    at: int
    code: str


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


class HandedInActs(Message):
    """Results of imported desk actions, in their order."""

    results: list[ActResult]


class DeviceView(Message):
    """Device and its health. `bus` is the cable it shares with others; "" if not shared."""

    name: str
    agent: str
    kind: str
    driver: str
    serves: str
    bus: str
    state: Literal["ok", "degraded", "failed", "unknown"]
    code: str
    detail: str
    connected: bool
    readings: dict[str, Any]
    changed_at: int


class UnprintedSlip(Message):
    """Slip without confirmed printing, for the desk."""

    id: str
    ticket: str
    number: str
    device: str
    state: Literal["failed", "unknown"]
    reason: str
    created_at: int


class QueueDay(Message):
    """Day figures of a unit."""

    unit: str
    name: str
    name_en: str
    issued: int
    served: int
    missed: int
    waiting: int
    wait_p50: float | None
    wait_p90: float | None
    service_mean: float | None
    target: int
    longest: int


class WindowDay(Message):
    """Day figures of a window and its state."""

    window: WindowState
    served: int
    missed: int
    service_mean: float | None
    last_call_at: int | None


class HourBar(Message):
    """Figures of one hour of the day."""

    hour: int
    issued: int
    served: int


class Alarm(Message):
    """Alarm for a manager to deal with."""

    code: str
    subject: str
    message_zh: str
    message_en: str
    since: int | None
    loud: bool = False
    """True if it sounds until a person takes it."""
    taken_by: str = ""
    """Name of the person who deals with it."""
    taken_at: int | None = None


class OfficeState(Message):
    """Full state of the feed `office`: overview of today."""

    day: str
    repeat_seconds: int
    """Seconds between sounds of a loud alarm; 0: never."""
    open: bool
    issued: int
    waiting: int
    serving: int
    served: int
    missed: int
    expired: int
    wait_p50: float | None
    wait_p90: float | None
    queues: list[QueueDay]
    windows: list[WindowDay]
    hours: list[HourBar]
    devices: list[DeviceView]
    claims: list[DeviceClaim]
    unprinted: list[UnprintedSlip]
    alarms: list[Alarm]
    offline: OfflineDay


class AccountView(Message):
    """Account in the office."""

    staff: str
    name: str
    unit: str
    role: str
    disabled: bool
    locked: bool
    must_change: bool


class TokenView(Message):
    """Enrolled device."""

    kind: str
    name: str
    created_at: int
    revoked: bool


class VersionView(Message):
    """Version of the business data."""

    version: int
    at: int
    by: str
    digest: str
    note: str


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


class Issued(Message):
    """Answer to the command that issues a number."""

    ticket: TicketView


class CalledMoment(Message):
    """Call that has just been made."""

    number: str
    window: str
    window_number: int
    zone: str
    n: int


class Moment(Message):
    """Event `moment` on namespace `/live`; obsolete after `expires_in` seconds."""

    kind: Literal["called"]
    data: CalledMoment
    expires_in: int


class LiveState(Message):
    """Envelope of a push: event `state` on namespace `/live`."""

    surface: Literal[
        "kiosk",
        "board",
        "counter",
        "windows",
        "ticket",
        "office",
        "simulators",
        "attendance",
        "readers",
        "checks",
        "my",
    ]
    key: str
    version: int
    now: int
    build: str
    data: dict[str, Any]


class AccountList(Message):
    """Answer to GET /api/v1/office/accounts."""

    accounts: list[AccountView]


class TokenList(Message):
    """Answer to GET /api/v1/office/tokens."""

    tokens: list[TokenView]


class VersionList(Message):
    """Answer to GET /api/v1/office/versions."""

    versions: list[VersionView]


class StaffRef(Message):
    """Person of the staff list."""

    number: str
    name: str
    unit: str
    post: str
    role: str
    windows: list[str]


class StaffList(Message):
    """Answer to GET /api/v1/office/staff."""

    staff: list[StaffRef]


class SettingsView(Message):
    """Answer to GET /api/v1/office/settings: values with their bounds and choices."""

    values: dict[str, int | str | bool]
    bounds: dict[str, list[int]]
    choices: dict[str, list[str]]
