"""Messages of disclosure: the guide of an item, and the office's list of what is missing."""

from __future__ import annotations

from server.catalogue.messages import BuildingPlan, OpenHours, UnitRef, WindowRef
from server.catalogue.model import CaseMode, Handling, ItemKind, LimitUnit, NetworkScope
from server.core.messages import Message
from server.disclosure.rules import Gap


class GuideMaterial(Message):
    """Paper of an item as its guide shows it."""

    name: str
    form: str
    required: bool
    issuer: str
    when_needed: str
    requirement: str
    how_to_get: str
    tolerable: bool
    by_sharing: bool
    sample: str


class GuideStage(Message):
    """Stage of the handling, in working days."""

    stage: str
    handler: str
    days: float
    result: str
    counted: bool


class GuideFee(Message):
    """Standard by which cases are charged: `amount` in fen for one `unit`."""

    code: str
    name: str
    amount: int
    unit: str
    basis: str


class Guide(Message):
    """Guide of an item (办事指南): what everybody is told of it, with its version and digest."""

    hall: str
    hall_en: str
    version: int
    digest: str
    code: str
    name: str
    name_en: str
    unit: UnitRef
    kind: ItemKind
    handling: Handling
    official_code: str
    service_object: str
    conditions: str
    quota: str
    legal_basis: str
    mode: CaseMode | None
    """Mode of its cases, never `unstated`; None where the hall only advises."""
    promised_days: int
    legal_days: int
    legal_unit: LimitUnit
    extension_days: int
    """Working days that one extension may add; 0 where none is shown."""
    limit_note: str
    fee: str
    fee_basis: str
    fee_reductions: str
    result: str
    result_validity: str
    office: str
    joint_units: str
    intermediary: str
    network_scope: NetworkScope
    ways: str
    visits: int | None
    windows: list[WindowRef]
    places: str
    hours: list[OpenHours]
    """Hours of handling; empty where each of its buildings has hours of its own."""
    buildings: list[BuildingPlan]
    """Buildings with a window for it, with plan and directions; none if it is done elsewhere."""
    consult_phone: str
    complaint_phone: str
    remedies: str
    advice: str
    advice_en: str
    materials: list[GuideMaterial]
    flow: list[GuideStage]
    fees: list[GuideFee]


class GuideBrief(Message):
    """Item as a board shows it while nothing is called. `zones`: those with a window for it."""

    code: str
    name: str
    name_en: str
    unit_name: str
    zones: list[str]
    promised_days: int
    fee: str
    materials: list[str]


class GuideList(Message):
    """Answer to GET /api/v1/guides: the items that windows of this hall accept today."""

    version: int
    guides: list[GuideBrief]


class DisclosureUnit(Message):
    """Unit with the number of its items, of those without a finding, and of its findings."""

    code: str
    name: str
    items: int
    complete: int
    findings: int


class DisclosureOverview(Message):
    """Answer to GET /api/v1/office/disclosure: the units, under one version of the data."""

    version: int
    units: list[DisclosureUnit]


class GapView(Message):
    """Gap or contradiction of an item. `field` is one of the item, or of its paper `subject`."""

    code: Gap
    field: str
    subject: str
    message_zh: str
    message_en: str


class ItemFindings(Message):
    """Item of a unit with its findings."""

    code: str
    name: str
    findings: list[GapView]


class UnitFindings(Message):
    """Answer to GET /api/v1/office/disclosure/<unit>: all its items, those with findings first."""

    unit: str
    name: str
    version: int
    items: list[ItemFindings]
