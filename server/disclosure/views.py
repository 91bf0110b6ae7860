"""Views of disclosure: guides of items, and findings by unit."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from server.catalogue.building_plans import building_plans, open_hours
from server.catalogue.item_days import by_nearness, codes_by_site, week_lines
from server.catalogue.messages import BuildingPlan, OpenHours
from server.catalogue.model import Catalogue, Handling, Item, ItemKind, Presence, Scope
from server.catalogue.refs import unit_ref, window_refs
from server.catalogue.workbook.digest import item_digest
from server.core.errors import HallError
from server.disclosure.errors import DisclosureCode
from server.disclosure.messages import (
    DisclosureOverview,
    DisclosureUnit,
    GapView,
    Guide,
    GuideBrief,
    GuideFee,
    GuideList,
    GuideMaterial,
    GuideStage,
    ItemFindings,
    UnitFindings,
)
from server.disclosure.rules import OpenFinding, findings_of
from server.disclosure.words import words_of
from server.queue.errors import QueueCode
from server.queue.routing import windows_for

_SAME = (
    "code",
    "name",
    "name_en",
    "kind",
    "handling",
    "official_code",
    "service_object",
    "conditions",
    "quota",
    "legal_basis",
    "promised_days",
    "legal_days",
    "legal_unit",
    "limit_note",
    "fee",
    "fee_basis",
    "fee_reductions",
    "result",
    "result_validity",
    "office",
    "joint_units",
    "intermediary",
    "network_scope",
    "ways",
    "visits",
    "places",
    "remedies",
    "advice",
    "advice_en",
)
"""Fields that a guide shows as the item has them."""


def guide(catalogue: Catalogue, code: str, now: datetime) -> Guide:
    """Return the guide of an item, with the windows that are entitled to it today.

    Raises:
        HallError: ITEM_UNKNOWN.
    """
    item = catalogue.item_by.get(code)
    if item is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=code)
    unit = catalogue.unit_by[item.unit]
    windows = [window.code for window in windows_for(catalogue, item, now)]
    buildings = _buildings(catalogue, item, now) if unit.presence is Presence.HALL else []
    return Guide(
        hall=catalogue.hall_name,
        hall_en=catalogue.hall_name_en,
        version=catalogue.version,
        digest=item_digest(item),
        unit=unit_ref(catalogue, unit),
        mode=item.case_mode if item.handling is Handling.ACCEPTED else None,
        extension_days=_extension(item),
        windows=window_refs(catalogue, windows),
        hours=_hours(catalogue, item, buildings),
        buildings=buildings,
        consult_phone=item.consult_phone or unit.phone,
        complaint_phone=item.complaint_phone or unit.complaint_phone,
        materials=[GuideMaterial(**asdict(material)) for material in item.materials],
        flow=[GuideStage(**asdict(stage)) for stage in item.flow],
        fees=[GuideFee(**asdict(line)) for line in item.fees],
        **{field: getattr(item, field) for field in _SAME},
    )


def _extension(item: Item) -> int:
    """Return the working days of an extension; only approvals with a promised limit have one."""
    accepted = item.kind is ItemKind.APPROVAL and item.handling is Handling.ACCEPTED
    return item.extension_days if accepted and item.promised_days else 0


def _buildings(catalogue: Catalogue, item: Item, now: datetime) -> list[BuildingPlan]:
    """Return the buildings with a window for an item, each with the hours of those windows.

    Those first that serve it on the nearest day.
    """
    windows = windows_for(catalogue, item, now)
    codes = codes_by_site(catalogue, windows)
    order = [site.code for site in by_nearness(catalogue, item.code, windows, now)]
    plans = {plan.code: plan for plan in building_plans(catalogue)}
    if len(plans) == 1:
        codes = {plan: [w.code for w in windows] for plan in plans if windows}
        order = list(codes)
    hours = {code: open_hours(week_lines(catalogue, item.code, codes[code])) for code in order}
    return [plans[code].model_copy(update={"hours": hours[code]}) for code in order]


def _hours(catalogue: Catalogue, item: Item, buildings: list[BuildingPlan]) -> list[OpenHours]:
    """Return the hours that the buildings of an item share, none if they have different ones.

    Without a building: its own, else the hall's.
    """
    if not buildings:
        own = [h for h in catalogue.hours if h.scope is Scope.ITEM and h.subject == item.code]
        return open_hours(own or (h for h in catalogue.hours if h.scope is Scope.HALL))
    first = buildings[0].hours
    return first if all(plan.hours == first for plan in buildings) else []


def brief(catalogue: Catalogue, item: Item, now: datetime) -> GuideBrief:
    """Return an item in short, with the papers to bring."""
    return GuideBrief(
        code=item.code,
        name=item.name,
        name_en=item.name_en,
        unit_name=catalogue.unit_by[item.unit].name,
        zones=sorted({window.zone for window in windows_for(catalogue, item, now)}),
        promised_days=item.promised_days,
        fee=item.fee,
        materials=[m.name for m in item.materials if m.required and not m.by_sharing],
    )


def briefs(catalogue: Catalogue, now: datetime) -> GuideList:
    """Return the items that windows accept today, in short, with the papers to bring."""
    guides = [
        brief(catalogue, item, now)
        for item in catalogue.items
        if item.handling is Handling.ACCEPTED
    ]
    return GuideList(version=catalogue.version, guides=[guide for guide in guides if guide.zones])


def overview(catalogue: Catalogue) -> DisclosureOverview:
    """Return the number of findings of each unit that has items."""
    units = []
    for unit in catalogue.units:
        counts = [len(list(findings_of(item, unit))) for item in catalogue.items_of(unit.code)]
        if counts:
            line = DisclosureUnit(
                code=unit.code,
                name=unit.name,
                items=len(counts),
                complete=counts.count(0),
                findings=sum(counts),
            )
            units.append(line)
    return DisclosureOverview(version=catalogue.version, units=units)


def of_unit(catalogue: Catalogue, code: str) -> UnitFindings:
    """Return a unit's items with their findings.

    Raises:
        HallError: UNIT_UNKNOWN.
    """
    unit = catalogue.unit_by.get(code)
    if unit is None:
        raise HallError(DisclosureCode.UNIT_UNKNOWN, unit=code)
    items = [
        ItemFindings(
            code=item.code,
            name=item.name,
            findings=[_finding(finding) for finding in findings_of(item, unit)],
        )
        for item in catalogue.items_of(code)
    ]
    items.sort(key=lambda item: not item.findings)
    return UnitFindings(unit=code, name=unit.name, version=catalogue.version, items=items)


def _finding(finding: OpenFinding) -> GapView:
    zh, en = words_of(finding)
    return GapView(
        code=finding.code,
        field=finding.field,
        subject=finding.subject,
        message_zh=zh,
        message_en=en,
    )
