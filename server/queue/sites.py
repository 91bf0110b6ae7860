"""Buildings of a hall (分中心、办公地点): where a number is taken, and who may call it. Pure.

A hall tells its buildings apart once it has said where its kiosks stand (`kiosk_sites`). From then
on every number belongs to one building, which its lane is marked with, and windows elsewhere never
call it. A number without a mark was taken before: every entitled window may call it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from server.catalogue import hours, item_days
from server.catalogue.model import Catalogue, Item, Site
from server.core.settings import Settings
from server.queue.routing import WindowSessions, can_serve, servers, windows_for
from server.queue.settings import NumberSettings
from server.queue.site_notation import parse
from server.queue.tickets import site_of


def are_apart(catalogue: Catalogue, settings: Settings) -> bool:
    """Return True if the hall is in several buildings and has said where its kiosks stand."""
    numbers = settings.of(NumberSettings)
    is_set = numbers.kiosk_sites or numbers.branch_servers or numbers.own_building
    return len(catalogue.sites) > 1 and bool(is_set)


def _usual(catalogue: Catalogue, settings: Settings) -> str:
    """Return the building of this server: the main one unless it is a branch server."""
    return settings.of(NumberSettings).own_building or catalogue.sites[0].code


def of_kiosk(catalogue: Catalogue, settings: Settings, kiosk: str) -> str:
    """Return the building of a kiosk, this server's if none is set; empty if not told apart."""
    if not are_apart(catalogue, settings):
        return ""
    if own := settings.of(NumberSettings).own_building:
        return own
    site = dict(parse(settings.of(NumberSettings).kiosk_sites)).get(kiosk, "")
    return site if site in catalogue.site_by else catalogue.sites[0].code


def of_desk(
    catalogue: Catalogue, settings: Settings, staff: str, windows: Iterable[str], day: date
) -> str:
    """Return the building of a desk: that of the person's window.

    `windows`: those the person is signed in to. Without one it is the first that the person may
    use and that opens on that day, then the first at all, and without any the main building.
    """
    if not are_apart(catalogue, settings):
        return ""
    person = catalogue.staff_by.get(staff)
    own = person.windows if person is not None else ()
    today = [code for code in own if hours.window_spans(catalogue, code, day)]
    codes = [*windows, *today, *own]
    sites = (catalogue.site_of_window(code) for code in codes)
    return next((site for site in sites if site), _usual(catalogue, settings))


def of_item(
    catalogue: Catalogue,
    settings: Settings,
    item: Item,
    now: datetime,
    sessions: WindowSessions,
) -> str:
    """Return the building to come to for an item: the first with a window that calls for it.

    Without such a window the first that serves it at that moment by the hours, then the one that
    serves it on the nearest day: a window that travels is in each building on its own days.
    """
    if not are_apart(catalogue, settings):
        return ""
    if own := settings.of(NumberSettings).own_building:
        return own
    able = windows_for(catalogue, item, now)
    open_now = [window.code for window in able if can_serve(catalogue, window, item, now)]
    for codes in (servers(catalogue, item, now, sessions), open_now):
        present = {catalogue.site_of_window(code) for code in codes}
        for site in catalogue.sites:
            if site.code in present:
                return site.code
    nearest = serving(catalogue, item, now)
    return nearest[0].code if nearest else catalogue.sites[0].code


def of_lane(catalogue: Catalogue, settings: Settings, lane: str) -> str:
    """Return the building in which the people of a lane wait; empty if not told apart."""
    if lane.startswith("@") and are_apart(catalogue, settings):
        return catalogue.site_of_window(lane[1:].partition("/")[0])
    return site_of(lane)


def of_window(catalogue: Catalogue, settings: Settings, window: str) -> str:
    """Return the building of a window; empty if the hall does not tell its buildings apart."""
    return catalogue.site_of_window(window) if are_apart(catalogue, settings) else ""


def of_zone(catalogue: Catalogue, settings: Settings, zone: str) -> str:
    """Return the building of a zone; empty for none, and if the buildings are not told apart."""
    entry = catalogue.zone_by.get(zone)
    return entry.site if entry is not None and are_apart(catalogue, settings) else ""


def of_return(
    catalogue: Catalogue, settings: Settings, item: str, window: str, now: datetime
) -> str:
    """Return the building in whose queue a number waits again that was at a window.

    That of the window, unless only another one serves the item.
    """
    site, entry = of_window(catalogue, settings, window), catalogue.item_by.get(item)
    places = [place.code for place in serving(catalogue, entry, now)] if site and entry else []
    return site if site in places or not places else places[0]


def serving(catalogue: Catalogue, item: Item, now: datetime) -> list[Site]:
    """Return the buildings with a window that may serve an item.

    Those first that serve it on the nearest day, of the same day the main one.
    """
    windows = windows_for(catalogue, item, now)
    return item_days.by_nearness(catalogue, item.code, windows, now)
