"""Buildings in which people work, for sheets of a hall that has several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from server.catalogue.messages import NameRef
from server.catalogue.model import Catalogue

AT_SITE = "@"
"""Mark before the building in the address of its month sheet, as in a window's lane."""
NO_WINDOW = NameRef(code="", name="不在窗口", name_en="Not at a window")


def buildings_of(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the building of each person's first window by staff number.

    Without those who have no window; empty for a hall in a single building.
    """
    windows = ((person.number, person.windows) for person in catalogue.staff if person.windows)
    sites = ((number, catalogue.site_of_window(codes[0])) for number, codes in windows)
    return {number: site for number, site in sites if site}


def choices(catalogue: Catalogue) -> list[NameRef]:
    """Return the buildings to choose from, at last those at no window; empty for a single one."""
    if len(catalogue.sites) < 2:
        return []
    sites = (NameRef(code=s.code, name=s.name, name_en=s.name_en) for s in catalogue.sites)
    return [*sites, NO_WINDOW]


def on_days(
    catalogue: Catalogue, signed_in: Mapping[tuple[str, str], str]
) -> Callable[[str, str], str]:
    """Return the function of staff number and ISO day that gives the building of that day.

    It is that of the window to which the person signed in first that day, else of the first window;
    empty for those at no window. `signed_in`: window by staff number and day.
    """
    usual = buildings_of(catalogue)

    def building(staff: str, day: str) -> str:
        site = catalogue.site_of_window(signed_in.get((staff, day), ""))
        return site or usual.get(staff, "")

    return building


def two_site_people(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Return the windows of those who may sign in in several buildings, by staff number."""
    return {
        person.number: person.windows
        for person in catalogue.staff
        if len({catalogue.site_of_window(window) for window in person.windows}) > 1
    }


def at_site(numbers: Iterable[str], catalogue: Catalogue, site: str) -> set[str]:
    """Return those of these people who may work in a building; `site` empty: at no window."""
    buildings, two = buildings_of(catalogue), two_site_people(catalogue)
    places = {
        number: {catalogue.site_of_window(window) for window in two[number]}
        if number in two
        else {buildings.get(number, "")}
        for number in numbers
    }
    return {number for number, sites in places.items() if site in sites}
