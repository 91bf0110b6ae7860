"""Codes of the workbook that settings, rules and devices name, and those that it does not have.

A text that names an entry by its code does nothing once the workbook has no such entry. A new text
of this kind is refused (`CommonCode.NOT_IN_WORKBOOK`); one that lost its entry is an alarm. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.catalogue.model import Catalogue, Presence
from server.core.errors import CommonCode, HallError
from server.core.settings import Settings, Value, declared


class Named(StrEnum):
    """Kinds of entries that are named by code."""

    ITEM = "item"
    PRIORITY = "priority"
    """Applicant class with priority."""
    SITE = "site"
    STAFF = "staff"
    UNIT = "unit"
    WINDOW = "window"
    ZONE = "zone"


def missing(catalogue: Catalogue, kind: Named, codes: Iterable[str]) -> list[str]:
    """Return the codes that name nothing in the workbook, each once, in their order."""
    return [code for code in dict.fromkeys(codes) if not _has(catalogue, kind, code)]


def _has(catalogue: Catalogue, kind: Named, code: str) -> bool:
    """Return True for an entry of the hall; an item of a unit that is not here is none."""
    if kind is Named.ITEM:
        item = catalogue.item_by.get(code)
        return item is not None and catalogue.unit_by[item.unit].presence is Presence.HALL
    if kind is Named.PRIORITY:
        return code in catalogue.class_by and catalogue.class_by[code].level > 0
    entries: dict[Named, Mapping[str, Any]] = {
        Named.SITE: catalogue.site_by,
        Named.STAFF: catalogue.staff_by,
        Named.UNIT: catalogue.unit_by,
        Named.WINDOW: catalogue.window_by,
        Named.ZONE: catalogue.zone_by,
    }
    return code in entries[kind]


def require_known(catalogue: Catalogue, kind: Named, codes: Iterable[str]) -> None:
    """Raise NOT_IN_WORKBOOK with the codes that name nothing."""
    if unknown := missing(catalogue, kind, codes):
        raise HallError(CommonCode.NOT_IN_WORKBOOK, kind=kind.value, codes=unknown)


@dataclass(frozen=True, slots=True)
class LostCodes:
    """Setting in force that names codes which are not in the workbook."""

    setting: str
    kind: Named
    codes: tuple[str, ...]


def require_values_known(catalogue: Catalogue, values: Mapping[str, Value]) -> None:
    """Raise NOT_IN_WORKBOOK for the first new value that names what the workbook does not have."""
    for _name, kind, codes in _named(values):
        require_known(catalogue, kind, codes)


def lost(catalogue: Catalogue, settings: Settings) -> list[LostCodes]:
    """Return the settings that name what the workbook does not have; built-in values are none."""
    return [
        LostCodes(name, kind, tuple(unknown))
        for name, kind, codes in _named(settings.values())
        if (unknown := missing(catalogue, kind, codes))
    ]


def _named(values: Mapping[str, Value]) -> Iterator[tuple[str, Named, Sequence[str]]]:
    """Yield (setting, kind, codes) of the values that name entries; not of built-in values."""
    for name, value in values.items():
        entry = declared()[name]
        if entry.declaration.codes is not None and value != entry.default:
            yield name, Named(entry.declaration.names), entry.declaration.codes(str(value))
