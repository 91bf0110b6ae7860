"""Rules of appointments: slots and seats, who may book, arrivals, cancellations, bars.

Pure: days, minutes of the day and the settings' figures are arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from server.core.half_width import half_width

HOUR = 60
DAY_MINUTES = 24 * HOUR
ENOUGH_SERVICES = 30
"""Number of measured services from which on they decide how many seats there are."""
LEAST_SECONDS = 60
"""Least seconds of a service that seats are computed with."""
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that are not mistaken for each other."""
CODE_LENGTH = 8
MOST_STARS = 2
COMPOUND = frozenset(
    {
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "长孙",
        "宇文",
        "司徒",
        "司空",
        "夏侯",
        "端木",
        "南宫",
        "独孤",
        "轩辕",
        "百里",
        "呼延",
        "东郭",
        "西门",
        "澹台",
        "公冶",
        "宗政",
        "濮阳",
        "淳于",
        "单于",
        "太叔",
        "申屠",
        "仲孙",
        "钟离",
        "鲜于",
        "闾丘",
        "亓官",
        "司寇",
        "巫马",
        "公西",
        "颛孙",
        "壤驷",
        "公良",
        "漆雕",
        "乐正",
        "宰父",
        "谷梁",
        "拓跋",
        "夹谷",
        "赫连",
        "万俟",
        "闻人",
    }
)
"""Surnames of two characters."""


class AppointmentState(StrEnum):
    """State of an appointment."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    SERVED = "served"
    MISSED = "missed"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    HALL_CANCELLED = "hall_cancelled"


SEATED = frozenset(
    {
        AppointmentState.BOOKED,
        AppointmentState.ARRIVED,
        AppointmentState.SERVED,
        AppointmentState.MISSED,
    }
)
"""States in which an appointment has its seat; after a cancellation the seat is free at once."""


class AppointmentMove(StrEnum):
    """Step of an appointment."""

    BOOK = "book"
    CHANGE = "change"
    """Another day or time."""
    ARRIVE = "arrive"
    SERVE = "serve"
    MISS = "miss"
    EXCUSE = "excuse"
    CANCEL = "cancel"
    HALL_CANCEL = "hall_cancel"


class AppointmentChannel(StrEnum):
    """Place at which an appointment was booked."""

    PHONE = "phone"
    RECEPTION = "reception"


class Arrival(StrEnum):
    """Time of an arrival against the appointment."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class HallReason(StrEnum):
    """Reason of the hall for a cancellation or closure."""

    WINDOW = "window"
    """The window's person is absent."""
    CLOSED = "closed"
    """The hall or the unit does not work then."""
    OUTAGE = "outage"
    """Power, network or a system of another office."""
    OTHER = "other"
    """In words."""


class Unsure(StrEnum):
    """Reason why the hall does not decide by itself that somebody missed an appointment."""

    CLOSED = "closed"
    """The hall did not open that day."""
    SILENT = "silent"
    """Nothing happened in the queue around that time: perhaps nobody could come in."""
    REFUSED = "refused"
    """The person came, but no number could be issued."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures behind the seats of a slot."""

    windows: Fraction
    """Windows that can serve the items through the whole slot; one of two plans counts half."""
    services: int
    """Services that were measured."""
    seconds: int
    """Seconds of a person at the window, from the call to the end."""
    is_measured: bool
    full: int
    """People whom these windows can serve in the slot."""
    public: int
    """Seats for everybody: the plan's share of it."""
    first: int
    """Seats beyond them for people whose appointment the hall cancelled."""

    @property
    def most(self) -> int:
        """Seats of the slot in all."""
        return self.public + self.first


NO_SEATS = Figures(Fraction(0), 0, LEAST_SECONDS, is_measured=False, full=0, public=0, first=0)


def figures(
    *,
    windows: Fraction,
    step: int,
    share: int,
    services: int,
    seconds_in_all: int,
    minutes_unmeasured: int,
    first_seats: int,
) -> Figures:
    """Return the seats of a slot of `step` minutes, with the figures that they follow from.

    `share`: percent of the measured capacity. `seconds_in_all`: of the `services`.
    """
    is_measured = services >= ENOUGH_SERVICES
    seconds = minutes_unmeasured * 60
    if is_measured:
        seconds = max(LEAST_SECONDS, (seconds_in_all + services // 2) // services)
    capacity = windows * step * 60 / seconds
    full = capacity.numerator // capacity.denominator
    shared = capacity * share / 100
    public = shared.numerator // shared.denominator
    first = max(0, min(first_seats, full - public))
    return Figures(windows, services, seconds, is_measured, full, public, first)


@dataclass(frozen=True, slots=True)
class Plan:
    """Version of an appointment plan; minutes count from midnight."""

    id: str
    n: int
    name: str
    items: tuple[str, ...]
    """Items by code."""
    groups: tuple[str, ...]
    """Errand groups whose items it covers as well."""
    valid_from: str
    valid_to: str
    """ISO days, both included."""
    weekdays: frozenset[int]
    opens: int
    closes: int
    step: int
    share: int
    site: str = ""
    """Building whose windows alone count, and to which people come; empty: all of them."""
    active: bool = True
    """False: the plan ends with the day before `valid_from`."""

    def covers(self, item: str, group: str) -> bool:
        """Return True if the item belongs to the plan."""
        return item in self.items or group in self.groups

    def holds_on(self, day: str, weekday: int | None) -> bool:
        """Return True if the plan has slots on an ISO day whose rule is that of `weekday`."""
        return self.active and self.valid_from <= day <= self.valid_to and weekday in self.weekdays

    def starts(self) -> tuple[int, ...]:
        """Return the minutes at which its slots begin: each ends before the plan's last minute."""
        return tuple(range(self.opens, self.closes - self.step + 1, self.step))


def in_force(versions: Iterable[Plan], day: str) -> list[Plan]:
    """Return of each plan the version that decides on an ISO day: the newest that has begun."""
    newest: dict[str, Plan] = {}
    for version in sorted(versions, key=lambda plan: plan.n):
        if version.valid_from <= day:
            newest[version.id] = version
    return [plan for plan in newest.values() if plan.active and day <= plan.valid_to]


def overlap(plan: Plan, other: Plan) -> bool:
    """Return True if two plans have slots at the same time, not in different buildings."""
    apart = plan.site and other.site and plan.site != other.site
    return (
        not apart
        and plan.active
        and other.active
        and plan.valid_from <= other.valid_to
        and other.valid_from <= plan.valid_to
        and not plan.weekdays.isdisjoint(other.weekdays)
        and plan.opens < other.closes
        and other.opens < plan.closes
    )


def clock_text(minute: int) -> str:
    """Return a minute of the day as text, such as 09:30."""
    return f"{minute // HOUR:02d}:{minute % HOUR:02d}"


def minute_of(text: str) -> int:
    """Return the minute of the day of a text such as 09:30; -1 for any other text."""
    hours, colon, minutes = text.partition(":")
    digits = hours + minutes
    if not colon or len(hours) != 2 or len(minutes) != 2 or not digits.isdecimal():
        return -1
    if not digits.isascii() or int(hours) >= 24 or int(minutes) >= HOUR:
        return -1
    return int(hours) * HOUR + int(minutes)


class WorkingCalendar(Protocol):
    """Port to the hall's working days."""

    def works(self, day: date) -> bool:
        """Return True if `day` is a working day."""

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day`."""


def bookable_days(calendar: WorkingCalendar, today: date, least: int, most: int) -> list[date]:
    """Return the days for which appointments can be booked today.

    `least` and `most` are working days ahead; 0 is today.
    """
    days = [today] if least == 0 and calendar.works(today) else []
    ahead = range(max(1, least), most + 1)
    return days + [calendar.after(today, count) for count in ahead]


def free_place(places: Collection[int], most: int) -> int | None:
    """Return the lowest free place from 1; None if `most` places are taken already.

    More places than `most` may be taken, after a plan was changed: they stay, and none is free.
    """
    if len(places) >= most:
        return None
    return next(n for n in range(1, len(places) + 2) if n not in places)


def cancelled_state(minutes_left: int, hours: int) -> AppointmentState:
    """Return the state after a person's cancellation, so many minutes before the start."""
    in_time = minutes_left >= hours * HOUR
    return AppointmentState.CANCELLED if in_time else AppointmentState.LATE_CANCELLED


def arrival(minute: int, start: int, early: int, late: int) -> Arrival:
    """Return how an arrival at a minute of the day stands to an appointment at `start`."""
    if minute < start - early:
        return Arrival.EARLY
    return Arrival.ON_TIME if minute <= start + late else Arrival.LATE


def barred_until(misses: Iterable[date], most: int, within: int, length: int) -> date | None:
    """Return the first day on which a person may book again; None if nothing ever barred them.

    `misses`: days of missed, unexcused appointments. `most` of them within `within` days bar for
    `length` days, counted from the last of them. 0: nobody is barred.
    """
    days = sorted(misses)
    until: date | None = None
    if most < 1:
        return None
    for place in range(most - 1, len(days)):
        if days[place] - days[place - most + 1] < timedelta(days=within):
            until = days[place] + timedelta(days=length)
    return until


def to_cancel(booked_at: Sequence[tuple[int, str]], full: int) -> list[str]:
    """Return the appointments of a slot that cannot be served, the latest booked ones.

    `booked_at`: time of the booking and id. `full`: people who can be served.
    """
    return [name for _, name in sorted(booked_at)[max(0, full) :]]


def masked_name(name: str) -> str:
    """Return a name with its surname only, such as 张* or 欧阳**; else its first letter."""
    plain = "".join(name.split())
    surname = 2 if plain[:2] in COMPOUND and len(plain) > 2 else 1
    return plain[:surname] + "*" * min(MOST_STARS, max(1, len(plain) - surname))


def plain_phone(text: str) -> str:
    """Return the digits of a telephone number, without the country's; empty if it is none."""
    digits = "".join(c for c in half_width(text) if c.isdecimal() and c.isascii())
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if 7 <= len(digits) <= 12 else ""


def code_from(value: int) -> str:
    """Return a code of letters that are not mistaken for each other, from a large number."""
    letters = []
    for _ in range(CODE_LENGTH):
        value, place = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def read_code(text: str) -> str:
    """Return the code that a person typed; empty if it is none."""
    plain = half_width(text).upper().replace(" ", "").replace("-", "")
    is_code = len(plain) == CODE_LENGTH and all(letter in ALPHABET for letter in plain)
    return plain if is_code else ""
