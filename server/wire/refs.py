"""The domain's records as messages: the small shapes that several pages share."""

from __future__ import annotations

from collections.abc import Iterable

from server.domain.catalogue import Catalogue, Item, Unit, Window
from server.wire.views import MaterialRef, UnitRef, WindowRef

MOST = 256
"""Catalogues whose windows are kept as messages: those of every hall of a process."""
_kept: dict[int, tuple[Catalogue, dict[str, WindowRef]]] = {}


def window_ref(catalogue: Catalogue, code: str) -> WindowRef | None:
    """A window by code; None for one that left the catalogue."""
    kept = _kept.get(id(catalogue))
    # Every answer names some windows. By identity: a catalogue is never changed, only replaced.
    if kept is None or kept[0] is not catalogue:
        if len(_kept) >= MOST:
            _kept.clear()
        refs = {window.code: _window_ref(catalogue, window) for window in catalogue.windows}
        kept = _kept[id(catalogue)] = (catalogue, refs)
    return kept[1].get(code)


def _window_ref(catalogue: Catalogue, window: Window) -> WindowRef:
    zone = catalogue.zone_by.get(window.zone)
    return WindowRef(
        code=window.code,
        number=window.number,
        name=window.name,
        name_en=window.name_en,
        kind=window.kind.value,
        zone=window.zone,
        zone_name=zone.name if zone else "",
        zone_name_en=zone.name_en if zone else "",
    )


def window_refs(catalogue: Catalogue, codes: Iterable[str]) -> list[WindowRef]:
    """Windows by code, in order of number."""
    found = [ref for ref in (window_ref(catalogue, c) for c in codes) if ref is not None]
    return sorted(found, key=lambda ref: ref.number)


def unit_ref(catalogue: Catalogue, unit: Unit) -> UnitRef:
    """A unit with the number of its items."""
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


def materials(item: Item | None) -> list[MaterialRef]:
    """The papers to bring."""
    if item is None:
        return []
    return [MaterialRef(name=m.name, form=m.form, required=m.required) for m in item.materials]
