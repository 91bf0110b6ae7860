"""What a hall offers, where and by whom: units, items, windows, mandates, staff, hours.

A `Catalogue` is one immutable version of the hall's business data. It answers look-ups only;
who may serve what *now* is `routing`, when the hall is open is `hours`. It reads no file and no
database and checks nothing (the workbook import does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cached_property


class Presence(StrEnum):
    """Whether a unit's desk is in this hall."""

    HALL = "hall"
    WITHDRAWN = "withdrawn"
    ELSEWHERE = "elsewhere"


class ItemKind(StrEnum):
    """Approval items (审批事项) and public-service items (公共服务事项)."""

    APPROVAL = "approval"
    SERVICE = "service"


class Handling(StrEnum):
    """Accepted here, or only asked about here (只咨询不受理)."""

    ACCEPTED = "accepted"
    CONSULT = "consult"


class WindowKind(StrEnum):
    """综合窗口 serves by mandate, 专项窗口 serves its own units."""

    COMPREHENSIVE = "comprehensive"
    SPECIALISED = "specialised"


class Role(StrEnum):
    """What an account may do."""

    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a line applies to; a window or item with own lines does not keep the hall's."""

    HALL = "hall"
    WINDOW = "window"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Unit:
    """A department (进驻单位). `prefix` is the letter of its ticket numbers."""

    code: str
    name: str
    name_en: str
    short: str
    prefix: str
    presence: Presence
    target_wait: int
    """Minutes a person should wait at most before being called."""
    place: str = ""
    """Where to go instead and how to get there, when `presence` is not HALL."""
    place_en: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """An errand group (办事主题) as people speak of it: 'open a shop', 'have a child'."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Material:
    """One paper to bring."""

    name: str
    form: str = ""
    """Original, copy, number of copies, e.g. 原件1份、复印件1份."""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One errand (事项) with what the five disclosures ask to be told."""

    code: str
    unit: str
    group: str
    name: str
    name_en: str
    kind: ItemKind
    handling: Handling
    materials: tuple[Material, ...]
    legal_basis: str
    promised_days: int
    """Working days; 0 is at once (即办)."""
    legal_days: int
    """Working days the statute allows; 0 where the law names none."""
    fee: str
    """In words; 不收费 when free."""
    service_minutes: float
    """Starting value of the time at the window, until the day's own figures speak."""
    keywords: tuple[str, ...] = ()
    """Other words people search by."""
    advice: str = ""
    """For consult-only items: who accepts it and where."""
    advice_en: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """A room or part of the hall with its own board and loudspeaker."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Window:
    """A window (窗口). `number` is what is called out and stands on the strip."""

    code: str
    number: int
    name: str
    name_en: str
    kind: WindowKind
    zone: str
    units: tuple[str, ...] = ()
    """Units served in their own right; empty for comprehensive windows."""
    items: tuple[str, ...] = ()
    """If not empty: only these items of its units."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """受理委托授权书: a unit lets comprehensive windows accept named items for it."""

    code: str
    unit: str
    signed_on: date
    valid_from: date
    valid_to: date | None
    items: tuple[str, ...]
    windows: tuple[str, ...]
    powers: str = ""
    duties: str = ""

    def in_force(self, day: date) -> bool:
        """Valid on `day`, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Staff:
    """A person at work here. `windows` are those the person may sign in to."""

    number: str
    name: str
    unit: str
    """Code of the lending unit; empty for the hall's own office."""
    role: Role
    windows: tuple[str, ...] = ()
    post: str = ""
    chief: bool = False
    """首席代表: the unit's chief representative."""
    cover: str = ""
    """Staff number of the B of this A (AB角), if named."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One span of opening: on these weekdays from `opens` to `closes`, hall wall clock."""

    scope: Scope
    subject: str
    """Window or item code; empty for the hall."""
    weekdays: frozenset[int]
    """ISO weekdays, 1 is Monday."""
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A holiday (`opens` False) or a make-up working day that keeps `like_weekday`'s hours."""

    day: date
    opens: bool
    note: str
    like_weekday: int = 1


@dataclass(frozen=True, slots=True)
class ApplicantClass:
    """A kind of applicant. Level 0 is ordinary; any higher level goes first within the bound."""

    code: str
    name: str
    name_en: str
    level: int
    mark: str = ""
    """One character shown beside the number where room is small, e.g. 老."""
    proof: str = ""
    """What to show at the window."""


@dataclass(frozen=True)
class Catalogue:
    """One version of a hall's business data, with its look-ups."""

    hall: str
    hall_name: str
    hall_name_en: str
    version: int
    zones: tuple[Zone, ...]
    units: tuple[Unit, ...]
    groups: tuple[Group, ...]
    items: tuple[Item, ...]
    windows: tuple[Window, ...]
    mandates: tuple[Mandate, ...]
    staff: tuple[Staff, ...]
    hours: tuple[OpenLine, ...]
    special_days: tuple[SpecialDay, ...] = ()
    classes: tuple[ApplicantClass, ...] = field(
        default=(ApplicantClass("ordinary", "普通", "Ordinary", 0),)
    )
    state_days: tuple[SpecialDay, ...] = field(default=(), compare=False)
    """The State Council calendar beside the book: kept apart, never exported, no part of a version.
    The hall's own `special_days` win over it."""

    @cached_property
    def unit_by(self) -> Mapping[str, Unit]:
        """Units by code."""
        return {u.code: u for u in self.units}

    @cached_property
    def item_by(self) -> Mapping[str, Item]:
        """Items by code."""
        return {i.code: i for i in self.items}

    @cached_property
    def window_by(self) -> Mapping[str, Window]:
        """Windows by code."""
        return {w.code: w for w in self.windows}

    @cached_property
    def staff_by(self) -> Mapping[str, Staff]:
        """Staff by number."""
        return {s.number: s for s in self.staff}

    @cached_property
    def zone_by(self) -> Mapping[str, Zone]:
        """Zones by code."""
        return {z.code: z for z in self.zones}

    @cached_property
    def class_by(self) -> Mapping[str, ApplicantClass]:
        """Applicant classes by code."""
        return {c.code: c for c in self.classes}

    @cached_property
    def _mandates_by_item(self) -> Mapping[str, tuple[Mandate, ...]]:
        found: dict[str, list[Mandate]] = {}
        for mandate in self.mandates:
            for item in mandate.items:
                found.setdefault(item, []).append(mandate)
        return {code: tuple(ms) for code, ms in found.items()}

    @cached_property
    def _special_by_day(self) -> Mapping[date, SpecialDay]:
        return {s.day: s for s in (*self.state_days, *self.special_days)}

    def mandates_of(self, item: str, day: date) -> Iterator[Mandate]:
        """Mandates in force on `day` that name the item."""
        return (m for m in self._mandates_by_item.get(item, ()) if m.in_force(day))

    def special_day(self, day: date) -> SpecialDay | None:
        """The holiday or make-up day on `day`, if any."""
        return self._special_by_day.get(day)

    def items_of(self, unit: str) -> Iterator[Item]:
        """Items of a unit, in catalogue order."""
        return (i for i in self.items if i.unit == unit)
