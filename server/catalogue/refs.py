"""References to records of the domain: small messages that several pages share."""

from __future__ import annotations

from collections.abc import Iterable

from server.catalogue.messages import (
    Building,
    ItemRef,
    MaterialRef,
    UnitRef,
    WindowRef,
    ZoneRef,
)
from server.catalogue.model import Catalogue, Item, Site, Unit, Window, Zone

MOST = 256
"""Maximum number of catalogues with cached windows: one for each hall of a process."""
_cache: dict[int, tuple[Catalogue, dict[str, WindowRef]]] = {}


def window_ref(catalogue: Catalogue, code: str) -> WindowRef | None:
    """Return a window by code; None for one that is not in the catalogue."""
    cached = _cache.get(id(catalogue))
    # Cached, as every answer names windows. By identity: a catalogue is replaced, never changed.
    if cached is None or cached[0] is not catalogue:
        if len(_cache) >= MOST:
            _cache.clear()
        refs = {window.code: _window_ref(catalogue, window) for window in catalogue.windows}
        cached = _cache[id(catalogue)] = (catalogue, refs)
    return cached[1].get(code)


def _window_ref(catalogue: Catalogue, window: Window) -> WindowRef:
    zone = catalogue.zone_by.get(window.zone)
    site = catalogue.site_beside(window.zone)
    return WindowRef(
        code=window.code,
        number=window.number,
        name=window.name,
        name_en=window.name_en,
        kind=window.kind.value,
        zone=window.zone,
        zone_name=zone.name if zone else "",
        zone_name_en=zone.name_en if zone else "",
        site=site.code if site else "",
        site_name=site.name if site else "",
        site_name_en=site.name_en if site else "",
    )


def window_refs(catalogue: Catalogue, codes: Iterable[str]) -> list[WindowRef]:
    """Return windows by code, in order of number."""
    refs = [ref for ref in (window_ref(catalogue, c) for c in codes) if ref is not None]
    return sorted(refs, key=lambda ref: ref.number)


def zone_ref(catalogue: Catalogue, zone: Zone) -> ZoneRef:
    """Return a zone, with its site if the hall has several."""
    site = catalogue.site_beside(zone.code)
    return ZoneRef(
        code=zone.code,
        name=zone.name,
        name_en=zone.name_en,
        site=site.code if site else "",
        site_name=site.name if site else "",
        site_name_en=site.name_en if site else "",
    )


def building(site: Site) -> Building:
    """Return a building with its address."""
    return Building(
        code=site.code,
        name=site.name,
        name_en=site.name_en,
        address=site.address,
        address_en=site.address_en,
        directions=site.directions,
        directions_en=site.directions_en,
    )


def unit_ref(catalogue: Catalogue, unit: Unit) -> UnitRef:
    """Return a unit with the number of its items."""
    return UnitRef(
        code=unit.code,
        name=unit.name,
        name_en=unit.name_en,
        short=unit.short,
        prefix=unit.prefix,
        presence=unit.presence.value,
        place=unit.place,
        place_en=unit.place_en,
        phone=unit.phone,
        items=sum(1 for _ in catalogue.items_of(unit.code)),
    )


def item_ref(item: Item, keys: Iterable[str] = (), needs: Iterable[str] = ()) -> ItemRef:
    """Return an item with these search keys, of itself and of the papers that it needs."""
    return ItemRef(
        code=item.code,
        unit=item.unit,
        group=item.group,
        name=item.name,
        name_en=item.name_en,
        kind=item.kind.value,
        handling=item.handling.value,
        keys=list(keys),
        needs=list(needs),
    )


def materials(item: Item | None) -> list[MaterialRef]:
    """Return the papers to bring."""
    if item is None:
        return []
    return [
        MaterialRef(name=m.name, form=m.form, required=m.required, by_sharing=m.by_sharing)
        for m in item.materials
    ]
