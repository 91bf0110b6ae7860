"""Plans of the buildings: rooms with their windows, and the hours. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from server.catalogue.hours import site_lines
from server.catalogue.messages import BuildingPlan, OpenHours, PlanRoom, PlanWindow
from server.catalogue.model import Catalogue, OpenLine, Site, Zone
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
