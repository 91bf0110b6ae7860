"""Areas of a hall that a notice or a pause may cover: the whole hall, a site, a zone. Pure."""

from __future__ import annotations

from server.catalogue.model import Catalogue

HALL = ""
"""Area of the whole hall."""
SITE, ZONE = "site:", "zone:"


def areas(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """Return the areas with their names in Chinese and English, the whole hall first."""
    sites = [(f"{SITE}{s.code}", s.name, s.name_en) for s in catalogue.sites]
    zones = [
        (f"{ZONE}{z.code}", f"{site}{z.name}", z.name_en)
        for z in catalogue.zones
        for site in (next((s.name for s in catalogue.sites if s.code == z.site), ""),)
    ]
    return [(HALL, "全大厅", "Whole hall"), *sites, *zones]


def covers(catalogue: Catalogue, area: str, zone: str) -> bool:
    """Return True if an area includes a zone."""
    if area.startswith(ZONE):
        return area == f"{ZONE}{zone}"
    if area.startswith(SITE):
        entry = catalogue.zone_by.get(zone)
        return entry is not None and area == f"{SITE}{entry.site}"
    return True


def window_in(catalogue: Catalogue, area: str, window: str) -> bool:
    """Return True if an area includes a window; an unknown window is in the whole hall only."""
    entry = catalogue.window_by.get(window)
    return covers(catalogue, area, entry.zone if entry is not None else "")
