"""Plans of the buildings: rooms with their windows, the hours, an item's days there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from server.catalogue import item_days
from server.catalogue.hours import item_spans, site_lines
from server.catalogue.messages import BuildingDays, BuildingPlan, OpenHours, PlanRoom, PlanWindow
from server.catalogue.model import Catalogue, OpenLine, Site, Window, Zone
from server.catalogue.refs import building


def building_plans(catalogue: Catalogue) -> list[BuildingPlan]:
    """Return the buildings, the main one first; one without a code if the hall lists none."""
    sites = catalogue.sites or (Site("", catalogue.hall_name, catalogue.hall_name_en, ""),)
    return [building_plan(catalogue, site) for site in sites]


def building_plan(catalogue: Catalogue, site: Site) -> BuildingPlan:
    """Return a building with its hours, and its rooms that have windows."""
    is_only = len(catalogue.sites) <= 1
    zones = [zone for zone in catalogue.zones if is_only or zone.site == site.code]
    rooms = [_room(catalogue, zone) for zone in zones]
    return BuildingPlan(
        **building(site).model_dump(),
        hours=open_hours(site_lines(catalogue, site.code)),
        rooms=[room for room in rooms if room.windows],
    )


def _room(catalogue: Catalogue, zone: Zone) -> PlanRoom:
    windows = [window for window in catalogue.windows if window.zone == zone.code]
    return PlanRoom(
        code=zone.code,
        name=zone.name,
        name_en=zone.name_en,
        windows=[
            PlanWindow(
                code=window.code,
                number=window.number,
                name=window.name,
                name_en=window.name_en,
            )
            for window in sorted(windows, key=lambda window: window.number)
        ],
    )


def building_days(
    catalogue: Catalogue, item: str, windows: Sequence[Window], now: datetime
) -> list[BuildingDays]:
    """Return the hours of an item in each of its buildings, the nearest day first.

    Empty unless it is served in several buildings on different weekdays. `windows`: those entitled
    to it.
    """
    codes, day = item_days.codes_by_site(catalogue, windows), now.date()
    days, weeks = [], set()
    for site in item_days.by_nearness(catalogue, item, windows, now):
        own = codes[site.code]
        lines = item_days.week_lines(catalogue, item, own)
        weeks.add(frozenset(weekday for line in lines for weekday in line.weekdays))
        is_today = any(item_spans(catalogue, item, code, day) for code in own)
        days.append(BuildingDays(code=site.code, today=is_today, hours=open_hours(lines)))
    return days if len(weeks) > 1 else []


def open_hours(lines: Iterable[OpenLine]) -> list[OpenHours]:
    """Return opening lines as messages."""
    return [
        OpenHours(
            weekdays=sorted(line.weekdays),
            opens=f"{line.opens:%H:%M}",
            closes=f"{line.closes:%H:%M}",
        )
        for line in lines
    ]
