"""Digest of a catalogue's contents: importing the same workbook again makes no new version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from datetime import date, time
from typing import Any

from server.catalogue.model import Catalogue, Item, Material, Site, Unit

_LAST_BEFORE = {Item: "advice_en", Material: "required"}
"""Last field of a record before those of the official guide were added."""


def added_fields(kind: type[Any]) -> tuple[str, ...]:
    """Return the fields that items or materials have had since there are guides and cases."""
    names = [f.name for f in fields(kind)]
    return tuple(names[names.index(_LAST_BEFORE[kind]) + 1 :])


GUIDE_FIELDS = added_fields(Item)
MATERIAL_FIELDS = added_fields(Material)


def digest(catalogue: Catalogue) -> str:
    """Return the SHA-256 (hex) of the contents; the order of records counts.

    Version, the hall's code and state days are left out: a hall that imports the workbook of
    another keeps its own code, and its export counts as the same workbook. Sites that are not
    used are left out too, and fields of the official guide and of cases that are not filled in, so
    that versions from before there were any keep their digest.
    """
    contents = asdict(catalogue)
    del contents["version"], contents["hall"], contents["state_days"]
    if not catalogue.sites:
        del contents["sites"]
    for site in contents.get("sites", ()):
        _drop_unused(site, Site, ("directions", "directions_en"))
    for zone in contents["zones"]:
        if not zone["site"]:
            del zone["site"]
    for unit in contents["units"]:
        _drop_unused(unit, Unit, ("complaint_phone",))
    for item in contents["items"]:
        _drop_unused_of_item(item)
    return _hash(contents)


def item_digest(item: Item) -> str:
    """Return the SHA-256 (hex) of what is published of an item, for its guide and its papers."""
    contents = asdict(item)
    _drop_unused_of_item(contents)
    return _hash(contents)


def _hash(contents: dict[str, Any]) -> str:
    text = json.dumps(contents, default=_plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _drop_unused_of_item(item: dict[str, Any]) -> None:
    _drop_unused(item, Item, GUIDE_FIELDS)
    for material in item["materials"]:
        _drop_unused(material, Material, MATERIAL_FIELDS)
    for stage in item.get("flow", ()):
        stage["days"] = float(stage["days"])  # 1 and 1.0 are the same, and not in JSON


def _drop_unused(record: dict[str, Any], kind: type[Any], names: tuple[str, ...]) -> None:
    """Remove those of the fields that have their default."""
    defaults = {f.name: f.default for f in fields(kind)}
    for name in names:
        if record[name] == defaults[name]:
            del record[name]


def _plain(value: object) -> object:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"a catalogue holds no {type(value).__name__}")
