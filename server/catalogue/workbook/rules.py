"""Rules between the parts of a catalogue: mandates, windows, people, items.

Opening hours have their own module. Every check is independent and reports all its findings.
Only what could never work is a problem here; a merely unusual case (a window that nobody may
use today) is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.catalogue.model import (
    Catalogue,
    Handling,
    Item,
    LimitUnit,
    Mandate,
    Presence,
    Staff,
    Window,
    WindowKind,
)
from server.catalogue.workbook.openings import can_meet
from server.catalogue.workbook.problem import Flaw


@dataclass(frozen=True, slots=True)
class Finding:
    """Problem without its row number: it concerns the row of `sheet` whose fields equal `match`."""

    code: Flaw
    sheet: str
    match: tuple[tuple[str, object], ...]
    field: str
    value: object = ""
    other: object = ""


def findings(catalogue: Catalogue) -> Iterator[Finding]:
    """Yield all violations: zones, units, items, windows, mandates, staff and classes."""
    yield from _zones(catalogue)
    yield from _units(catalogue)
    yield from _items(catalogue)
    yield from _windows(catalogue)
    yield from _mandates(catalogue)
    yield from _staff(catalogue)
    if all(c.level for c in catalogue.classes):
        yield Finding(Flaw.CLASS_ORDINARY, "classes", (), "level")


def _zones(catalogue: Catalogue) -> Iterator[Finding]:
    for zone in catalogue.zones:
        if len(catalogue.sites) > 1 and not zone.site:
            yield Finding(Flaw.SITE_MISSING, "zones", (("code", zone.code),), "site")


def _units(catalogue: Catalogue) -> Iterator[Finding]:
    for unit in catalogue.units:
        if unit.presence is not Presence.HALL:
            for field in ("place", "place_en"):
                if not getattr(unit, field):
                    yield Finding(Flaw.PLACE_MISSING, "units", (("code", unit.code),), field)


def _items(catalogue: Catalogue) -> Iterator[Finding]:
    names: set[tuple[str, str]] = set()
    for item in catalogue.items:
        match = (("code", item.code),)
        if (item.unit, item.name) in names:
            yield Finding(Flaw.NAME_REPEATED, "items", match, "name", item.name)
        names.add((item.unit, item.name))
        if item.promise_exceeds_law:
            in_calendar_days = item.legal_unit is LimitUnit.CALENDAR
            yield Finding(
                Flaw.PROMISE_LONGER_CALENDAR if in_calendar_days else Flaw.PROMISE_LONGER,
                "items",
                match,
                "promised_days",
                item.promised_days,
                item.legal_days,
            )
        if item.handling is Handling.CONSULT:
            for field in ("advice", "advice_en"):
                if not getattr(item, field):
                    yield Finding(Flaw.ADVICE_MISSING, "items", match, field)


def _windows(catalogue: Catalogue) -> Iterator[Finding]:
    for window in catalogue.windows:
        match = (("code", window.code),)
        if window.kind is WindowKind.COMPREHENSIVE:
            if window.units or window.items:
                yield Finding(Flaw.WINDOW_WITH_UNIT, "windows", match, "units")
        elif not window.units:
            yield Finding(Flaw.WINDOW_WITHOUT_UNIT, "windows", match, "units")
        else:
            yield from _window_items(catalogue, window)


def _window_items(catalogue: Catalogue, window: Window) -> Iterator[Finding]:
    for code in window.items:
        item = catalogue.item_by.get(code)
        if item is not None and item.unit not in window.units:
            match = (("window", window.code), ("item", code))
            yield Finding(Flaw.WINDOW_ITEM_FOREIGN, "window_items", match, "item", code)


def _mandates(catalogue: Catalogue) -> Iterator[Finding]:
    for mandate in catalogue.mandates:
        match = (("code", mandate.code),)
        yield from _mandate_dates(mandate)
        if not mandate.items:
            yield Finding(Flaw.MANDATE_EMPTY, "mandates", match, "code")
        for code in mandate.items:
            item = catalogue.item_by.get(code)
            if item is not None and item.unit != mandate.unit:
                line = (("mandate", mandate.code), ("item", code))
                yield Finding(Flaw.MANDATE_ITEM_FOREIGN, "mandate_items", line, "item", code)
        for code in mandate.windows:
            window = catalogue.window_by.get(code)
            if window is not None and window.kind is not WindowKind.COMPREHENSIVE:
                yield Finding(Flaw.MANDATE_WINDOW_KIND, "mandates", match, "windows", code)


def _mandate_dates(mandate: Mandate) -> Iterator[Finding]:
    match = (("code", mandate.code),)
    if mandate.valid_from < mandate.signed_on:
        yield Finding(
            Flaw.MANDATE_DATES,
            "mandates",
            match,
            "valid_from",
            mandate.valid_from,
            mandate.signed_on,
        )
    if mandate.valid_to is not None and mandate.valid_to < mandate.valid_from:
        yield Finding(
            Flaw.MANDATE_DATES,
            "mandates",
            match,
            "valid_to",
            mandate.valid_to,
            mandate.valid_from,
        )


def _staff(catalogue: Catalogue) -> Iterator[Finding]:
    chiefs: set[str] = set()
    for person in catalogue.staff:
        match = (("number", person.number),)
        yield from _cover(catalogue, person)
        if person.chief and not person.unit:
            yield Finding(Flaw.CHIEF_WITHOUT_UNIT, "staff", match, "chief")
        elif person.chief and person.unit in chiefs:
            yield Finding(Flaw.CHIEF_REPEATED, "staff", match, "chief", person.unit)
        elif person.chief:
            chiefs.add(person.unit)


def _cover(catalogue: Catalogue, person: Staff) -> Iterator[Finding]:
    match = (("number", person.number),)
    cover = catalogue.staff_by.get(person.cover)
    if cover is None or not person.cover or not person.number:
        return
    if cover.number == person.number:
        yield Finding(Flaw.COVER_SELF, "staff", match, "cover", cover.number)
    elif person.windows and not set(person.windows) & set(cover.windows):
        yield Finding(Flaw.COVER_WINDOWS, "staff", match, "cover", cover.number)


def unservable(catalogue: Catalogue) -> Iterator[Finding]:
    """Yield accepted items of units in this hall that no window could serve on any day.

    A mandate counts regardless of its dates: routing reports its expiry.
    """
    mandated: dict[str, set[str]] = {}
    for mandate in catalogue.mandates:
        for code in mandate.items:
            mandated.setdefault(code, set()).update(mandate.windows)
    for item in catalogue.items:
        unit = catalogue.unit_by[item.unit]
        if item.handling is not Handling.ACCEPTED or unit.presence is not Presence.HALL:
            continue
        windows = _entitled(catalogue, item, mandated.get(item.code, set()))
        if not any(can_meet(catalogue, code, item.code) for code in windows):
            match = (("code", item.code),)
            yield Finding(Flaw.ITEM_UNSERVABLE, "items", match, "code", item.name)


def _entitled(catalogue: Catalogue, item: Item, mandate_windows: set[str]) -> Iterator[str]:
    for window in catalogue.windows:
        if window.kind is WindowKind.COMPREHENSIVE:
            if window.code in mandate_windows:
                yield window.code
        elif item.unit in window.units and (not window.items or item.code in window.items):
            yield window.code
