"""Catalogue of a hall's services: units, items, windows, mandates, staff, hours.

A `Catalogue` is one immutable version of the hall's business data. It answers look-ups only;
`routing` decides which window can serve an item now, `hours` when the hall is open. It reads no
file and no database and validates nothing (the workbook import does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, get_type_hints

from server.core.actors import Role
from server.core.working_days import SpecialDay


class Presence(StrEnum):
    """Location of a unit's desk: in this hall or not."""

    HALL = "hall"
    WITHDRAWN = "withdrawn"
    ELSEWHERE = "elsewhere"


class ItemKind(StrEnum):
    """Kinds of items: approval (审批事项) and public service (公共服务事项)."""

    APPROVAL = "approval"
    SERVICE = "service"


class Handling(StrEnum):
    """Handling of an item: accepted here, or consultation only (只咨询不受理)."""

    ACCEPTED = "accepted"
    CONSULT = "consult"


class WindowKind(StrEnum):
    """Kinds of windows: 综合窗口 serves by mandate, 专项窗口 serves its own units."""

    COMPREHENSIVE = "comprehensive"
    SPECIALISED = "specialised"


class NetworkScope(StrEnum):
    """Area whose halls all accept an item (通办范围); UNSTATED until the office fills it in."""

    UNSTATED = "unstated"
    HALL = "hall"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    REGIONS = "regions"
    NATION = "nation"


class CaseMode(StrEnum):
    """Mode of handling the cases of an item (六制办理); UNSTATED: the promise decides."""

    UNSTATED = "unstated"
    DIRECT = "direct"
    """On the spot (直接办理)."""
    PROMISED = "promised"
    """Within the promised days (承诺办理)."""
    JOINT = "joint"
    """By several units side by side (联合办理)."""
    FORWARDED = "forwarded"
    """Passed on to a higher authority, which decides (上报办理)."""
    REPLY = "reply"
    """Answered clearly where it cannot be handled (明确答复)."""
    FEE = "fee"
    """With the fee paid at the hall's cashier (集中收费)."""


class LimitUnit(StrEnum):
    """Unit of a time limit: working days, or calendar days where a law counts those (自然日).

    A calendar limit whose last day has no work ends on the next working day (民法典 203).
    """

    WORKING = "working"
    CALENDAR = "calendar"


class Scope(StrEnum):
    """Scope of an opening line; with own lines a building, window or item uses no wider ones."""

    HALL = "hall"
    SITE = "site"
    WINDOW = "window"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Unit:
    """Department (进驻单位). `prefix` is the letter of its ticket numbers."""

    code: str
    name: str
    name_en: str
    short: str
    prefix: str
    presence: Presence
    target_wait: int
    """Most minutes that a person should wait before being called."""
    place: str = ""
    """Place to go to instead and the way there, when `presence` is not HALL."""
    place_en: str = ""
    phone: str = ""
    complaint_phone: str = ""
    """Telephone for complaints about the unit's items, where an item names no other."""


@dataclass(frozen=True, slots=True)
class Group:
    """Errand group (办事主题) in everyday words: 'open a shop', 'have a child'."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Material:
    """Paper to bring."""

    name: str
    form: str = ""
    """Original or copy, and the number of copies, e.g. 原件1份、复印件1份."""
    required: bool = True
    issuer: str = ""
    """Source: the office that issues it, or 申请人自备."""
    when_needed: str = ""
    """Case in which an optional paper is needed."""
    requirement: str = ""
    """Content and form that the paper must have to be right."""
    how_to_get: str = ""
    """Way to a paper that is hard to get."""
    tolerable: bool = False
    """True if it may follow later against a written pledge (容缺)."""
    by_sharing: bool = False
    """True if the hall obtains it from another office, so that nobody has to bring it."""
    sample: str = ""
    """Place where a filled-in sample is found."""


@dataclass(frozen=True, slots=True)
class FlowStage:
    """Stage of the handling of an item (办理流程), in the order of the work."""

    stage: str
    handler: str
    """Post that does it."""
    days: float
    """Working days; 0 is on the spot."""
    result: str
    """Paper or decision at its end."""
    counted: bool = True
    """False if its days are not part of the promised time, such as a test by experts."""


@dataclass(frozen=True, slots=True)
class FeeStandard:
    """Line of an item's fee standards (收费标准): dues of its cases are made by these alone."""

    code: str
    """Unique within the item."""
    name: str
    amount: int
    """Fen (0.01 yuan) for one `unit`."""
    unit: str
    """Unit that is charged, such as 件 or 本."""
    basis: str
    """Document that sets the amount."""


@dataclass(frozen=True, slots=True)
class Item:
    """Errand (事项) with the contents that the five disclosures require."""

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
    """Working days; 0 is on the spot (即办)."""
    legal_days: int
    """Days the statute allows, in `legal_unit`; 0 where the law names none."""
    fee: str
    """In words; 不收费 when free."""
    service_minutes: float
    """Starting value of the minutes at the window, until the day has figures of its own."""
    keywords: tuple[str, ...] = ()
    """Other search words."""
    advice: str = ""
    """For consultation-only items: the place that accepts it."""
    advice_en: str = ""
    official_code: str = ""
    """Code in the national list of government services."""
    service_object: str = ""
    """People or bodies that may apply."""
    conditions: str = ""
    """Conditions of approval, one a line."""
    quota: str = ""
    """Limit of the number of approvals, in words."""
    limit_note: str = ""
    """Explanation of the time limits, such as stages that they do not include."""
    fee_basis: str = ""
    """Regulation that sets the fee."""
    fee_reductions: str = ""
    result: str = ""
    """Name of the paper or decision that the applicant receives."""
    result_validity: str = ""
    """Time for which the result is valid, in words."""
    office: str = ""
    """Office of the unit that is in charge."""
    joint_units: str = ""
    """Other bodies that take part."""
    intermediary: str = ""
    """Service of an outside body that the item needs."""
    network_scope: NetworkScope = NetworkScope.UNSTATED
    ways: str = ""
    """Ways to apply, e.g. 窗口办理、网上办理."""
    visits: int | None = None
    """Times that the applicant has to come; None until the office has filled it in."""
    places: str = ""
    """Places of handling beside the windows of this hall, one a line."""
    consult_phone: str = ""
    """Telephone for questions; empty where the unit's own is right."""
    complaint_phone: str = ""
    """Telephone for complaints; empty where the unit's is right."""
    remedies: str = ""
    """Remedies against a decision: where to, and until when."""
    flow: tuple[FlowStage, ...] = ()
    mode: CaseMode = CaseMode.UNSTATED
    legal_unit: LimitUnit = LimitUnit.WORKING
    extension_days: int = 10
    """Working days that one extension may add (行政许可法 42)."""
    three_hands: bool = False
    """True if acceptance, review and approval are done by three persons."""
    hazard: bool = False
    """True if it touches safety, health or the environment: silence never decides on it."""
    third_party: bool = False
    """True if it touches important rights of others: silence never decides on it either."""
    fees: tuple[FeeStandard, ...] = ()
    """Standards by which its cases are charged; none: it is free, or charged elsewhere."""

    @property
    def case_mode(self) -> CaseMode:
        """Mode of its cases, never UNSTATED: without a stated one it follows from the promise."""
        if self.mode is not CaseMode.UNSTATED:
            return self.mode
        return CaseMode.PROMISED if self.promised_days > 0 else CaseMode.DIRECT

    @property
    def promise_exceeds_law(self) -> bool:
        """True if the promise ends after the legal limit, even in weeks without a holiday."""
        days = self.promised_days
        if self.legal_unit is LimitUnit.CALENDAR:
            days += days // 5 * 2  # five working days take at least seven calendar days
        return 0 < self.legal_days < days


@dataclass(frozen=True, slots=True)
class Site:
    """Building of the hall (办公地点). `directions`: the way to its door (怎么走)."""

    code: str
    name: str
    name_en: str
    address: str
    address_en: str = ""
    directions: str = ""
    directions_en: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """Room or part of the hall with its own board and loudspeaker."""

    code: str
    name: str
    name_en: str
    site: str = ""
    """Site's code; empty in the hall's only building."""


@dataclass(frozen=True, slots=True)
class Window:
    """Window (窗口). `number` is the number that is announced and shown on the LED strip."""

    code: str
    number: int
    name: str
    name_en: str
    kind: WindowKind
    zone: str
    units: tuple[str, ...] = ()
    """Units served in their own right; empty for comprehensive windows."""
    items: tuple[str, ...] = ()
    """If not empty: only these items of its units are served."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """受理委托授权书: a unit authorises comprehensive windows to accept named items for it."""

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
        """Return True if the mandate is valid on `day`, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Staff:
    """Person at work here. `windows` are those that the person may sign in to."""

    number: str
    name: str
    unit: str
    """Code of the lending unit; empty for the hall's own office."""
    role: Role
    windows: tuple[str, ...] = ()
    post: str = ""
    chief: bool = False
    """True for 首席代表: the unit's chief representative."""
    cover: str = ""
    """Staff number of the B of this A (AB角), if named."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One span of opening: on these weekdays from `opens` to `closes`, hall wall clock."""

    scope: Scope
    subject: str
    """Site, window or item code; empty for the hall."""
    weekdays: frozenset[int]
    """ISO weekdays, 1 is Monday."""
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class ApplicantClass:
    """Kind of applicant. Level 0 is ordinary; any higher level has priority within the bounds."""

    code: str
    name: str
    name_en: str
    level: int
    mark: str = ""
    """One character shown beside the number where room is small, e.g. 老."""
    proof: str = ""
    """Document to show at the window."""


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
    sites: tuple[Site, ...] = ()
    """Buildings; the first one listed is the main one."""
    state_days: tuple[SpecialDay, ...] = field(default=(), compare=False)
    """State Council calendar. Stored separately, never exported, not part of a version.

    The hall's own `special_days` take precedence over it.
    """

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
    def site_by(self) -> Mapping[str, Site]:
        """Sites by code."""
        return {s.code: s for s in self.sites}

    @cached_property
    def class_by(self) -> Mapping[str, ApplicantClass]:
        """Applicant classes by code."""
        return {c.code: c for c in self.classes}

    @cached_property
    def _mandates_by_item(self) -> Mapping[str, tuple[Mandate, ...]]:
        by_item: dict[str, list[Mandate]] = {}
        for mandate in self.mandates:
            for item in mandate.items:
                by_item.setdefault(item, []).append(mandate)
        return {code: tuple(ms) for code, ms in by_item.items()}

    @cached_property
    def _special_by_day(self) -> Mapping[date, SpecialDay]:
        return {s.day: s for s in (*self.state_days, *self.special_days)}

    @cached_property
    def entitled_windows(self) -> dict[tuple[str, date], Mapping[str, Window]]:
        """Cache of the routing: windows that may serve an item on a day, by code."""
        return {}

    @cached_property
    def _sites_of_windows(self) -> Mapping[str, str]:
        zones = self.zone_by
        return {w.code: zones[w.zone].site for w in self.windows if w.zone in zones}

    @cached_property
    def _of_sites(self) -> Mapping[str, Catalogue]:
        of: dict[str, list[Window]] = {s.code: [] for s in self.sites if len(self.sites) > 1}
        for window in self.windows:
            of.get(self.site_of_window(window.code), []).append(window)
        return {site: replace(self, windows=tuple(windows)) for site, windows in of.items()}

    def site_of_window(self, window: str) -> str:
        """Return the code of the building of a window; empty while the hall is in one building."""
        return self._sites_of_windows.get(window, "") if len(self.sites) > 1 else ""

    def at(self, site: str) -> Catalogue:
        """Return the business data as one building sees them: with its windows alone.

        The whole for no building, and for one that the hall does not have.
        """
        return self._of_sites.get(site, self)

    def site_beside(self, zone: str) -> Site | None:
        """Return the site to name beside a zone; None while all zones are in one building."""
        entry = self.zone_by.get(zone)
        return self.site_by.get(entry.site) if entry and len(self.sites) > 1 else None

    def mandates_of(self, item: str, day: date) -> Iterator[Mandate]:
        """Return the mandates in force on `day` that name the item."""
        return (m for m in self._mandates_by_item.get(item, ()) if m.in_force(day))

    def special_day(self, day: date) -> SpecialDay | None:
        """Return the holiday or make-up day on `day`, or None."""
        return self._special_by_day.get(day)

    def unit_led_by(self, staff: str) -> str:
        """Return the unit whose chief representative (首席代表) a person is; empty for others."""
        person = self.staff_by.get(staff)
        return person.unit if person is not None and person.chief else ""

    def items_of(self, unit: str) -> Iterator[Item]:
        """Return the items of a unit, in catalogue order."""
        return (i for i in self.items if i.unit == unit)


def field_types(kind: Any) -> Mapping[str, Any]:
    """Return the types of the fields of a kind of record, by name."""
    return _type_hints(kind)


_type_hints = cache(get_type_hints)
