"""What pages show: answers to GET and the states pushed over Socket.IO.

Times are milliseconds since 1970 (UTC); waits are minutes. Every pushed state is whole.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from server.wire.base import Message
from server.wire.bindings import DeviceClaim
from server.wire.commands import Problem
from server.wire.offline import OfflineDay, StandbyAccess


class HallHours(Message):
    """State of the hall by its hours and calendar: open or closed, and the next opening."""

    open: bool
    numbers: bool
    """Numbers are given by the hours: from a little before the opening until the last ticket."""
    midday: bool
    """Closed between two stretches of the same day."""
    next: int | None
    """The next opening while closed or after the last ticket; None when none is near."""
    windows: list[int]
    """Numbers of the windows that are open by hours of their own while the hall is closed."""


class UnitRef(Message):
    """A unit on the kiosk."""

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
    """A zone or errand group."""

    code: str
    name: str
    name_en: str


class ClassRef(Message):
    """A kind of applicant."""

    code: str
    name: str
    name_en: str
    level: int
    mark: str
    proof: str


class ItemRef(Message):
    """An item in lists and search. `keys`: pinyin and initials, lower case."""

    code: str
    unit: str
    group: str
    name: str
    name_en: str
    kind: Literal["approval", "service"]
    handling: Literal["accepted", "consult"]
    keys: list[str]


class KioskCatalogue(Message):
    """GET /api/v1/catalogue: what a kiosk can offer."""

    version: int
    hall: str
    hall_en: str
    zones: list[NameRef]
    units: list[UnitRef]
    groups: list[NameRef]
    items: list[ItemRef]
    classes: list[ClassRef]
    popular: list[str]
    """Codes of the items most asked for lately, most first."""


class WindowRef(Message):
    """A window as people find it."""

    code: str
    number: int
    name: str
    name_en: str
    kind: Literal["comprehensive", "specialised"]
    zone: str
    zone_name: str
    zone_name_en: str


class MaterialRef(Message):
    """A paper to bring."""

    name: str
    form: str
    required: bool


class Offer(Message):
    """Where the item is served now, and how long it takes to get there."""

    windows: list[WindowRef]
    waiting: int
    ahead: int
    low: int
    high: int


class ItemPage(Message):
    """GET /api/v1/items/<code>: all that is disclosed, and the offer or why there is none."""

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
    """What the printer really did. owed and sent: printing; unknown: look at the printer."""

    id: str
    state: Literal["none", "owed", "sent", "printed", "failed", "unknown"]
    reason: str = ""
    copy_: bool = Field(default=False, alias="copy")


class TicketView(Message):
    """A ticket as its holder sees it: kiosk result page, phone."""

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
    """Of a refusal: its reason, which the applicant must be told."""
    hours: HallHours | None = None


class PrinterView(Message):
    """The kiosk's printer as last heard of; unknown is a state of its own."""

    device: str
    state: Literal["ok", "degraded", "failed", "unknown", "none"]
    code: str
    paper: Literal["ok", "near_end", "out", "unknown"]


class KioskState(Message):
    """Pushed to `kiosk`: what the kiosk's pages need live."""

    kiosk: str
    open: bool
    next_opening: int | None
    catalogue: int
    waiting: dict[str, int]
    """By unit."""
    printer: PrinterView
    idle_seconds: int
    result_seconds: int
    notice: str
    notice_en: str
    digits: list[str]
    """The words of 0 to 9 in Chinese, as the loudspeakers say them."""
    slips: dict[str, SlipState]
    """Of the last ten minutes: the kiosk's tickets by ticket id, its notices by slip id."""
    standby: StandbyAccess
    hours: HallHours


class CallView(Message):
    """A call on a board: people called first, newest on top. `n` grows with each recall."""

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
    """A unit's queue."""

    unit: str
    name: str
    name_en: str
    prefix: str
    waiting: int
    longest: int
    """Minutes the first in line has waited."""
    target: int
    windows: list[int]
    """Numbers of the windows that serve it now."""


class WindowState(Message):
    """A window on the board and in the office."""

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
    """GET /api/v1/windows."""

    windows: list[WindowState]
    hours: HallHours


class BoardState(Message):
    """Pushed to `board`: everything a board shows."""

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
    """Why this one: codes, most general first, and the figures."""

    codes: list[str]
    facts: dict[str, Any]


class TicketCard(Message):
    """A ticket as the clerk sees it."""

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
    """Waiting by queue as a window sees it; `mine`: people it may call now."""

    unit: str
    name: str
    name_en: str
    waiting: int
    mine: int
    longest: int
    target: int


class DayFigures(Message):
    """A clerk's own day. Minutes; None without a ticket."""

    served: int
    missed: int
    mean_service: float | None
    mean_wait: float | None


class ShareCard(Message):
    """Somebody whom a window calls while the server is away."""

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
    """What became of one act that was handed in: `code` is empty where it fitted."""

    ticket: str
    number: str
    kind: str
    at: int
    code: str


class CounterState(Message):
    """Pushed to `counter`: one window."""

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
    """People this window may call now."""
    figures: DayFigures
    no_show_from: int | None
    """From when the current ticket may be marked missed; None without one."""
    no_show_calls: int
    no_show_seconds: int
    announced: Literal["", "pending", "spoken", "unspoken", "by_mouth"] = ""
    """Outcome of the last call at the loudspeakers; "" if none is awaited."""
    announced_reason: str = ""
    windows: list[WindowRef]
    """Where a ticket can be transferred."""
    stranded: int
    """People waiting whom only this window serves."""
    share: list[ShareCard]
    """Whom this window calls, in this order, while the server is away; nobody else's."""
    share_seal: str = ""
    """Proves later that the server gave this share; it goes back with the acts."""
    hours: HallHours


class HandedInActs(Message):
    """The answer to acts that were handed in: each one's fate, in their order."""

    results: list[ActResult]


class DeviceView(Message):
    """A device and its health; `bus` is the cable it shares with others, "" for one of its own."""

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
    """A slip the desk should look after."""

    id: str
    ticket: str
    number: str
    device: str
    state: Literal["failed", "unknown"]
    reason: str
    created_at: int


class QueueDay(Message):
    """A unit's day."""

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
    """A window's day beside its state."""

    window: WindowState
    served: int
    missed: int
    service_mean: float | None
    last_call_at: int | None


class HourBar(Message):
    """One hour of the day."""

    hour: int
    issued: int
    served: int


class Alarm(Message):
    """Something a manager should do something about."""

    code: str
    subject: str
    message_zh: str
    message_en: str
    since: int | None
    loud: bool = False
    """Sounds until somebody takes it."""
    taken_by: str = ""
    """The name of who deals with it."""
    taken_at: int | None = None


class OfficeState(Message):
    """Pushed to `office`: today at a glance."""

    day: str
    repeat_seconds: int
    """How often a loud alarm sounds; 0: never."""
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
    """An account in the office."""

    staff: str
    name: str
    unit: str
    role: str
    disabled: bool
    locked: bool
    must_change: bool


class TokenView(Message):
    """An enrolled device."""

    kind: str
    name: str
    created_at: int
    revoked: bool


class VersionView(Message):
    """A version of the business data."""

    version: int
    at: int
    by: str
    digest: str
    note: str


class JournalView(Message):
    """A line of the journal."""

    seq: int
    at: int
    actor_kind: str
    actor: str
    window: str
    act: str
    data: dict[str, Any]
    why: str
    window_number: int = 0
    """The number over the window, where the line has one."""


class TicketHistory(Message):
    """A ticket and everything that happened to it."""

    ticket: TicketCard
    lines: list[JournalView]


class Issued(Message):
    """The answer to taking a number."""

    ticket: TicketView


class CalledMoment(Message):
    """A call that has just been made."""

    number: str
    window: str
    window_number: int
    zone: str
    n: int


class Moment(Message):
    """`moment` on namespace `/live`: worth nothing after `expires_in` seconds."""

    kind: Literal["called"]
    data: CalledMoment
    expires_in: int


class LiveState(Message):
    """The envelope of a push: `state` on namespace `/live`."""

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
    """GET /api/v1/office/accounts."""

    accounts: list[AccountView]


class TokenList(Message):
    """GET /api/v1/office/tokens."""

    tokens: list[TokenView]


class VersionList(Message):
    """GET /api/v1/office/versions."""

    versions: list[VersionView]


class StaffRef(Message):
    """A person of the staff list."""

    number: str
    name: str
    unit: str
    post: str
    role: str
    windows: list[str]


class StaffList(Message):
    """GET /api/v1/office/staff."""

    staff: list[StaffRef]


class SettingsView(Message):
    """GET /api/v1/office/settings: values with their bounds and choices."""

    values: dict[str, int | str | bool]
    bounds: dict[str, list[int]]
    choices: dict[str, list[str]]
