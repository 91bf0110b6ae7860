"""Messages of appointments: what can be booked, holds, appointments, plans, the office's page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.appointments.rules import (
    AppointmentChannel,
    AppointmentMove,
    AppointmentState,
    Arrival,
    HallReason,
    Unsure,
)
from server.catalogue.messages import Building
from server.core.messages import MASKED, TYPED, Code, Command, Message

FIELD_WORDS = {
    "start": ("时段", "time"),
    "share": ("占比", "share"),
    "step": ("每个时段的分钟数", "minutes of a slot"),
    "opens": ("开始时间", "first time"),
    "closes": ("结束时间", "last time"),
    "valid_to": ("有效期至", "valid until"),
    "valid_from": ("开始日期", "first day"),
    "groups": ("办事主题", "groups"),
    "appointment": ("预约", "appointment"),
    "closure": ("停约", "closure"),
    "hold": ("占位", "hold"),
    "here": ("厅内签到码", "code shown in the hall"),
    "first_choice": ("优先改约", "first choice"),
    "plan": ("预约方案", "appointment plan"),
}
IsoDay = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
PersonName = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]*$")
]
PersonPhone = Annotated[
    str, StringConstraints(min_length=1, max_length=20, pattern=r"^[0-9+\- ]*$"), TYPED
]
Token = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_\-.]*$")]
TypedCode = Annotated[str, StringConstraints(min_length=1, max_length=200), TYPED]
"""Code as typed, or the address of the appointment's page as scanned."""
Reason = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]
Minute = Annotated[int, Field(ge=0, le=1439)]


# -- what can be booked ----------------------------------------------------------------------------


class BookableItem(Message):
    """Item that can be booked."""

    item: str
    name: str
    name_en: str
    unit_name: str
    unit_name_en: str
    group: str
    group_name: str


class BookableItems(Message):
    """Items that can be booked, and the rules that a person has to know."""

    items: list[BookableItem]
    hold_minutes: int
    cancel_hours: int
    early_minutes: int
    late_minutes: int
    person_most: int


class FreeSlot(Message):
    """Slot with its free seats; `held`: seats that somebody is just booking."""

    plan: str
    site: str
    """Building to come to; empty where the plan names none."""
    start: str
    end: str
    seats: int
    free: int
    held: int


class FreeDay(Message):
    """Day on which an item can be booked."""

    day: str
    weekday: int
    slots: list[FreeSlot]


class FreeDays(Message):
    """Days and slots of an item, from the next day that can be booked on."""

    item: str
    name: str
    name_en: str
    days: list[FreeDay]
    buildings: list[Building]
    """Buildings that its slots name."""


# -- claims ----------------------------------------------------------------------------------------


class HoldSeat(Command):
    """Slot of a person's choice; `first_choice`: token of what the hall cancelled."""

    item: Code
    day: IsoDay
    start: ClockTime
    plan: Token = ""
    phone: PersonPhone
    first_choice: Token = ""


class HeldSeat(Message):
    """Seat that is held for a person until `until` (ms)."""

    hold: str
    until: int


class ReleaseHold(Command):
    """Hold that a person gives up."""

    hold: Token


class ConfirmHold(Command):
    """Name and telephone of the person who comes; the telephone is that of the hold."""

    hold: Token
    name: PersonName
    phone: PersonPhone
    applicant: Annotated[str, StringConstraints(max_length=64)] = ""


class BookAtDesk(Command):
    """Appointment that the desk books for a person."""

    item: Code
    day: IsoDay
    start: ClockTime
    plan: Token = ""
    name: PersonName
    phone: PersonPhone
    applicant: Annotated[str, StringConstraints(max_length=64)] = ""
    first_choice: Token = ""


class ChangeAppointment(Command):
    """Other time for an appointment."""

    day: IsoDay
    start: ClockTime
    plan: Token = ""


class FindAppointment(Command):
    """Code of an appointment, as typed or scanned."""

    code: TypedCode


class ArriveByPhone(Command):
    """Arrival by phone; `here`: code that is shown in the hall, if it is not in its network."""

    here: Annotated[str, StringConstraints(max_length=20), TYPED] = ""


class ArriveByCode(Command):
    """Arrival at a kiosk or the reception desk; `paper`: print a slip."""

    code: TypedCode
    paper: bool = True


# -- appointments ----------------------------------------------------------------------------------


class AppointmentPage(Message):
    """Appointment as the person sees it."""

    code: str
    token: str
    url: str
    state: AppointmentState
    name: str
    """Masked."""
    item: str
    item_name: str
    item_name_en: str
    unit_name: str
    unit_name_en: str
    day: str
    start: str
    end: str
    arrive_from: str
    arrive_until: str
    """Latest time at which the appointment is called as such."""
    cancel_until: int
    """Time (ms) until which it can be moved, or cancelled in time."""
    can_cancel: bool
    can_change: bool
    can_arrive: bool
    """True on its day from `arrive_from` on."""
    arrival: Arrival | None
    ticket: str
    """Number, such as A012; empty before the arrival."""
    ticket_url: str
    hall_reason: HallReason | None
    hall_words: str
    first_until: int | None
    """Time (ms) until which the person has the first choice; None: used, or none."""
    excused: bool
    building: Building | None = None
    """Building to come to, in a hall that tells its buildings apart."""


class ArrivedPage(Message):
    """Appointment of a person who has just come, and the number that was issued."""

    appointment: AppointmentPage
    arrival: Arrival
    ticket: str
    """Id of the ticket."""
    number: str


class AppointmentStepView(Message):
    """Step of an appointment."""

    move: AppointmentMove
    at: int
    reason: str
    words: str
    by_name: str


class AppointmentView(Message):
    """Appointment as the staff sees it."""

    id: str
    code: str
    state: AppointmentState
    name: str
    phone: str
    """Masked to its last four digits."""
    item_name: str
    unit_name: str
    day: str
    start: str
    plan: str
    channel: AppointmentChannel
    arrival: Arrival | None
    ticket: str
    reason: HallReason | None
    excused: bool
    unsure: Unsure | None
    steps: list[AppointmentStepView]


class FoundAppointments(Message):
    """Appointments of one person, today's first."""

    appointments: list[AppointmentView]


class FindAtDesk(Command):
    """Code, telephone number, or ticket's number that a person gives at the desk."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=40), TYPED]


# -- plans -----------------------------------------------------------------------------------------


class PlanDraft(Command):
    """Appointment plan; with `plan` a new version of that one."""

    plan: Token = ""
    name: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]*$")]
    items: Annotated[tuple[Code, ...], Field(max_length=300)] = ()
    groups: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    valid_from: IsoDay
    valid_to: IsoDay
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)]
    opens: ClockTime
    closes: ClockTime
    step: Annotated[int, Field(ge=5, le=240)]
    share: Annotated[int, Field(ge=1, le=100)]
    site: Code | Literal[""] = ""
    """Building whose windows alone count; empty: all of them."""


class EndPlan(Command):
    """First day without the plan."""

    day: IsoDay


class SlotFigures(Message):
    """Seats of a slot, with the figures that they follow from."""

    plan: str
    start: str
    windows: float
    services: int
    seconds: int
    measured: bool
    full: int
    public: int
    first: int
    booked: int
    held: int
    beyond: int
    """Booked people whom the windows cannot serve by schedule."""


class PlanPreview(Message):
    """Slots of a plan on the first day on which it holds; empty: it never does."""

    day: str
    slots: list[SlotFigures]


class PlanView(Message):
    """Plan in its newest version."""

    id: str
    n: int
    name: str
    items: list[str]
    groups: list[str]
    item_names: list[str]
    valid_from: str
    valid_to: str
    weekdays: list[int]
    opens: str
    closes: str
    step: int
    share: int
    site: str
    active: bool
    by_name: str
    at: int


class ItemChoice(Message):
    """Item or group that a plan can cover."""

    code: str
    name: str


class PlanList(Message):
    """Plans, and what they can cover."""

    plans: list[PlanView]
    items: list[ItemChoice]
    groups: list[ItemChoice]
    sites: list[ItemChoice]
    """Buildings that a plan can name; none in a single one."""


# -- the office's page -----------------------------------------------------------------------------


class AddClosure(Command):
    """Closure of a day, a plan or slot of it, or of what a window serves."""

    day: IsoDay
    plan: Token = ""
    start: Annotated[str, StringConstraints(pattern=r"^([0-2][0-9]:[0-5][0-9])?$")] = ""
    window: Annotated[str, StringConstraints(max_length=64)] = ""
    reason: HallReason
    words: Reason = ""


class ClosureView(Message):
    """Closure in force."""

    id: str
    day: str
    plan: str
    plan_name: str
    start: str
    window: str
    reason: HallReason
    words: str
    by_name: str


class Cancelled(Message):
    """Number of appointments that a closure cancelled."""

    cancelled: int


class CancelByHall(Command):
    """Reason for which the hall cancels an appointment."""

    reason: HallReason
    words: Reason = ""


class JudgeMiss(Command):
    """Reason of an excuse, of a decision that an appointment was missed, or of an erasure."""

    reason: Reason = ""


class BarView(Message):
    """Person who may not book until a day."""

    name: str
    phone: str
    misses: int
    until: str
    appointments: list[str]
    """Appointments that were missed, by id."""


class WindowChoice(Message):
    """Window that can be absent."""

    code: str
    number: int
    name: str


class AppointmentDay(Message):
    """Day of appointments for the office: slots, appointments, closures, what is to be decided."""

    day: str
    today: str
    here: str
    """Code of today that is shown in the hall."""
    here_url: str
    slots: list[SlotFigures]
    plans: list[ItemChoice]
    windows: list[WindowChoice]
    appointments: list[AppointmentView]
    closures: list[ClosureView]
    unsure: list[AppointmentView]
    bars: list[BarView]
