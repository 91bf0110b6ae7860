"""Loader of a hall's catalogue from a folder of TOML files.

`hall.toml` contains sites, zones, groups, applicant classes, windows, hours and special days, and
lists the units in order. `units/<code>.toml` contains a unit with its items, `mandates.toml`
and `staff.toml` the rest. `completing` says what items may leave out. Every key must be known and
of the right type. References between parts are not checked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from server.catalogue.model import (
    ApplicantClass,
    Catalogue,
    Group,
    Item,
    Mandate,
    OpenLine,
    Site,
    Staff,
    Unit,
    Window,
    Zone,
    field_types,
)
from server.catalogue.reference.completing import Issuer, completed
from server.core.working_days import SpecialDay

Record = TypeVar("Record")
Table = Mapping[str, Any]


class DataError(ValueError):
    """Data file that cannot be read; the text names file, entry and key."""


def load(root: Traversable | None = None) -> Catalogue:
    """Read the reference hall, or another hall's folder of the same form, as version 1.

    Raises DataError for a missing file, broken TOML, or an unknown, missing or mistyped key.
    """
    folder = root if root is not None else files("server.catalogue.reference")
    hall = _read(folder, "hall.toml")
    keys = {"hall", "name", "name_en", "units", _DEFAULTS, "unit_defaults", *_HALL_LISTS}
    _check_keys(hall, keys, "hall.toml")
    units, items = _units(folder, _texts(hall, "units"), hall)
    return Catalogue(
        hall=_text(hall, "hall"),
        hall_name=_text(hall, "name"),
        hall_name_en=_text(hall, "name_en"),
        version=1,
        zones=_records(Zone, hall, "zone", "hall.toml"),
        units=units,
        groups=_records(Group, hall, "group", "hall.toml"),
        items=items,
        windows=_records(Window, hall, "window", "hall.toml"),
        mandates=_file_of(Mandate, folder, "mandates.toml", "mandate"),
        staff=_file_of(Staff, folder, "staff.toml", "staff"),
        hours=_records(OpenLine, hall, "hours", "hall.toml", {"subject": ""}),
        special_days=_records(SpecialDay, hall, "special_day", "hall.toml"),
        classes=_records(ApplicantClass, hall, "class", "hall.toml"),
        sites=_records(Site, hall, "site", "hall.toml"),
    )


_DEFAULTS = "item_defaults"
_HALL_LISTS = ("site", "zone", "group", "class", "window", "hours", "special_day")


def _read(folder: Traversable, *path: str) -> Table:
    name = "/".join(path)
    try:
        return tomllib.loads(folder.joinpath(*path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{name}: cannot be read") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: {error}") from error


def _check_keys(table: Table, keys: set[str], where: str) -> None:
    unknown = sorted(table.keys() - keys)
    if unknown:
        raise DataError(f"{where}: unknown key {', '.join(unknown)}")


def _text(table: Table, key: str) -> str:
    return str(_converted(str, table.get(key), f"hall.toml: {key}"))


def _texts(table: Table, key: str) -> tuple[str, ...]:
    if not isinstance(values := table.get(key), list):
        raise DataError(f"hall.toml: {key} is not a list")
    return tuple(str(_converted(str, value, f"hall.toml: {key}")) for value in values)


def _units(
    folder: Traversable, codes: tuple[str, ...], hall: Table
) -> tuple[tuple[Unit, ...], tuple[Item, ...]]:
    units: list[Unit] = []
    items: list[Item] = []
    issuers = _issuers(folder)
    for code in codes:
        name = f"units/{code}.toml"
        table = dict(_read(folder, "units", f"{code}.toml"))
        lines = {"item": table.pop("item", [])}
        defaults = {"unit": code, **hall.get(_DEFAULTS, {}), **table.pop(_DEFAULTS, {})}
        unit = _record(Unit, {**hall.get("unit_defaults", {}), **table}, name)
        if unit.code != code:
            raise DataError(f"{name}: code is {unit.code}")
        units.append(unit)
        own_items = _records(Item, lines, "item", name, defaults)
        items += [completed(item, issuers) for item in own_items]
    return tuple(units), tuple(items)


def _issuers(folder: Traversable) -> tuple[Issuer, ...]:
    name = "issuers.toml"
    if not folder.joinpath(name).is_file():
        return ()
    table = _read(folder, name)
    _check_keys(table, {"issuer"}, name)
    return _records(Issuer, table, "issuer", name)


def _file_of(kind: type[Record], folder: Traversable, name: str, key: str) -> tuple[Record, ...]:
    table = _read(folder, name)
    _check_keys(table, {key}, name)
    extra = {"unit": ""} if kind is Staff else {"valid_to": None}
    return _records(kind, table, key, name, extra)


def _records(
    kind: type[Record], table: Table, key: str, where: str, extra: Table | None = None
) -> tuple[Record, ...]:
    """Return all tables of a list.

    `extra` contains the values of keys that an entry may omit.
    """
    entries = table.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise DataError(f"{where}: {key} is not a list of tables")
    return tuple(
        _record(kind, {**(extra or {}), **entry}, f"{where}: {key} {number}")
        for number, entry in enumerate(entries, 1)
    )


def _record(kind: type[Record], table: Table, where: str) -> Record:
    hints = field_types(kind)
    record_fields = fields(kind)  # type: ignore[arg-type]  # every kind here is a dataclass
    _check_keys(table, {f.name for f in record_fields}, where)
    values: dict[str, Any] = {}
    for record_field in record_fields:
        if record_field.name in table:
            values[record_field.name] = _converted(
                hints[record_field.name], table[record_field.name], f"{where}: {record_field.name}"
            )
        elif record_field.default is MISSING:
            raise DataError(f"{where}: {record_field.name} is missing")
    return kind(**values)


def _converted(hint: object, value: object, where: str) -> object:
    """Return `value` as the field's type; TOML's own types must match exactly."""
    origin = get_origin(hint)
    if origin is UnionType:
        options = [o for o in get_args(hint) if o is not type(None)]
        return None if value is None else _converted(options[0], value, where)
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            raise DataError(f"{where} is not a list")
        return origin(_converted(get_args(hint)[0], entry, where) for entry in value)
    if not isinstance(hint, type):
        raise TypeError(f"{where}: a field of type {hint} cannot be read")
    return _plain(hint, value, where)


def _plain(kind: type, value: object, where: str) -> object:
    if issubclass(kind, StrEnum):
        if value not in {member.value for member in kind}:
            raise DataError(f"{where}: {value!r} is none of {', '.join(kind)}")
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    if is_dataclass(kind) and isinstance(value, dict):
        return _record(kind, value, where)
    if type(value) is not kind:
        raise DataError(f"{where}: {value!r} is not {kind.__name__}")
    return value
