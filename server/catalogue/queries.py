"""Versions of the business data: saves and loads whole catalogues.

One table per kind, one row per record, ordered by `position`. The field types of the domain's
dataclasses drive the conversion between rows and records, so a new field needs a column and
nothing else here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date, time
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, insert, select

from server.catalogue import model as domain
from server.catalogue import tables
from server.catalogue.model import Catalogue
from server.core.statement import precompiled
from server.core.working_days import SpecialDay

KINDS: dict[str, tuple[type[Any], Table]] = {
    "sites": (domain.Site, tables.site),
    "zones": (domain.Zone, tables.zone),
    "units": (domain.Unit, tables.unit),
    "groups": (domain.Group, tables.item_group),
    "items": (domain.Item, tables.item),
    "windows": (domain.Window, tables.window),
    "mandates": (domain.Mandate, tables.mandate),
    "staff": (domain.Staff, tables.staff),
    "hours": (domain.OpenLine, tables.open_line),
    "special_days": (SpecialDay, tables.special_day),
    "classes": (domain.ApplicantClass, tables.applicant_class),
}

R = TypeVar("R")


def _to_cell(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, frozenset):
        return json.dumps(sorted(value), ensure_ascii=False)
    if isinstance(value, tuple):
        plain = [asdict(v) if is_dataclass(v) and not isinstance(v, type) else v for v in value]
        return json.dumps(plain, ensure_ascii=False)
    return value


Decoder = Callable[[Any], Any]
_DECODERS: dict[Any, Decoder] = {
    date: date.fromisoformat,
    date | None: date.fromisoformat,
    time: time.fromisoformat,
    bool: bool,
    frozenset[int]: lambda cell: frozenset(json.loads(cell)),
    tuple[str, ...]: lambda cell: tuple(json.loads(cell)),
    tuple[domain.FeeStandard, ...]: lambda cell: tuple(
        domain.FeeStandard(**line) for line in json.loads(cell)
    ),
    tuple[domain.FlowStage, ...]: lambda cell: tuple(
        domain.FlowStage(**stage) for stage in json.loads(cell)
    ),
    tuple[domain.Material, ...]: lambda cell: tuple(domain.Material(**m) for m in json.loads(cell)),
}


def _from_cell(hint: Any, cell: Any) -> Any:
    if cell is None:
        return None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(cell)
    decoder = _DECODERS.get(hint)
    return decoder(cell) if decoder else cell


_v = tables.catalogue_version.c
_latest = precompiled(
    select(_v.version, _v.digest)
    .where(_v.hall_id == bindparam("hall_id"))
    .order_by(_v.version.desc())
    .limit(1)
)


def latest(conn: Connection, hall_id: str) -> tuple[int, str] | None:
    """Return version and digest in force; None for a hall without business data."""
    row = conn.execute(_latest, {"hall_id": hall_id}).first()
    return (row.version, row.digest) if row else None


def save(
    conn: Connection, catalogue: Catalogue, digest: str, at: int, by: str, note: str = ""
) -> None:
    """Insert all records of a version."""
    conn.execute(
        insert(tables.catalogue_version).values(
            hall_id=catalogue.hall,
            version=catalogue.version,
            digest=digest,
            hall_name=catalogue.hall_name,
            hall_name_en=catalogue.hall_name_en,
            at=at,
            by_actor=by,
            note=note,
        )
    )
    for name, (_, table) in KINDS.items():
        rows = list(_rows(catalogue, getattr(catalogue, name)))
        if rows:
            conn.execute(insert(table), rows)


def _rows(catalogue: Catalogue, records: Iterable[Any]) -> Iterable[dict[str, Any]]:
    for position, record in enumerate(records):
        cells = {f.name: _to_cell(getattr(record, f.name)) for f in fields(record)}
        yield {
            "hall_id": catalogue.hall,
            "version": catalogue.version,
            "position": position,
            **cells,
        }


def load(conn: Connection, hall_id: str, version: int) -> Catalogue:
    """Return the catalogue of a version; raises LookupError if there is none."""
    head = tables.catalogue_version
    row = conn.execute(
        select(head).where(head.c.hall_id == hall_id, head.c.version == version)
    ).first()
    if row is None:
        raise LookupError(f"no catalogue version {version} of hall {hall_id}")
    parts = {name: _records(conn, hall_id, version, *kind) for name, kind in KINDS.items()}
    return Catalogue(
        hall=hall_id,
        hall_name=row.hall_name,
        hall_name_en=row.hall_name_en,
        version=version,
        **parts,
    )


def _records(
    conn: Connection, hall_id: str, version: int, kind: type[Any], table: Table
) -> tuple[Any, ...]:
    rows = conn.execute(
        select(table)
        .where(table.c.hall_id == hall_id, table.c.version == version)
        .order_by(table.c.position)
    ).mappings()
    hints = domain.field_types(kind)
    return tuple(
        kind(**{name: _from_cell(hints[name], row[name]) for name in hints}) for row in rows
    )


def versions(conn: Connection, hall_id: str) -> list[dict[str, Any]]:
    """Return every version with time, author and digest, newest first."""
    table = tables.catalogue_version
    rows = conn.execute(
        select(table).where(table.c.hall_id == hall_id).order_by(table.c.version.desc())
    ).mappings()
    return [dict(row) for row in rows]


HoursAt = tuple[int, tuple[domain.OpenLine, ...], tuple[SpecialDay, ...]]
"""Time (ms) of a version, with the hall's own opening lines and special days."""


def hall_hours(conn: Connection, hall_id: str) -> list[HoursAt]:
    """Return the hall's hours over time, oldest first, without versions that change nothing."""
    every: list[HoursAt] = []
    lines = _by_version(conn, hall_id, domain.OpenLine, tables.open_line)
    days = _by_version(conn, hall_id, SpecialDay, tables.special_day)
    for entry in reversed(versions(conn, hall_id)):
        version = entry["version"]
        own = tuple(h for h in lines.get(version, ()) if h.scope is domain.Scope.HALL)
        step = (entry["at"], own, tuple(days.get(version, ())))
        if not every or every[-1][1:] != step[1:]:
            every.append(step)
    return every


def _by_version(conn: Connection, hall_id: str, kind: type[R], table: Table) -> dict[int, list[R]]:
    """Return the records of every version by its number, in their order."""
    hints = domain.field_types(kind)
    rows = conn.execute(
        select(table).where(table.c.hall_id == hall_id).order_by(table.c.version, table.c.position)
    ).mappings()
    by_version: dict[int, list[R]] = {}
    for row in rows:
        record = kind(**{name: _from_cell(hints[name], row[name]) for name in hints})
        by_version.setdefault(row["version"], []).append(record)
    return by_version


def renumbered(catalogue: Catalogue, hall_id: str, version: int) -> Catalogue:
    """Return the same data with another hall's id and another version."""
    return replace(catalogue, hall=hall_id, version=version)
