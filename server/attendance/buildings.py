"""Buildings in which people work, for sheets of a hall that has several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def at_site(numbers: Iterable[str], catalogue: Catalogue, site: str) -> set[str]:
    """Return those of these people who work in a building; `site` empty: at no window."""
    buildings = buildings_of(catalogue)
    return {number for number in numbers if buildings.get(number, "") == site}
