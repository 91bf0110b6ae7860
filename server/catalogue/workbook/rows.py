"""Conversion of a catalogue into rows of sheets, and back.

Rows keep their line number, so that a problem can name its place. Nothing is checked here: rows
that refer to an unknown parent are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from server.catalogue.model import (
    ApplicantClass,
    Catalogue,
    FeeStandard,
    FlowStage,
    Group,
    Item,
    Mandate,
    Material,
    OpenLine,
    Site,
    Staff,
    Unit,
    Window,
    Zone,
)
from server.catalogue.workbook.columns import Kind
from server.catalogue.workbook.shape import SHEETS, Sheet
from server.core.working_days import SpecialDay

FIRST_ROW = 2
"""Number of the first data row; headings are on row 1."""
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet: its number and its values by field."""

    number: int
    values: Mapping[str, Any]


Rows = Mapping[str, list[Row]]
"""Rows by the key of their sheet."""


def rows_of(catalogue: Catalogue) -> Rows:
    """Return all sheets of `catalogue`, numbered as in the export."""
    return {
        sheet.key: [
            Row(number, values) for number, values in enumerate(_lines(catalogue, sheet), FIRST_ROW)
        ]
        for sheet in SHEETS
    }


def _lines(catalogue: Catalogue, sheet: Sheet) -> Iterator[dict[str, Any]]:
    names = {i.code: i.name for i in catalogue.items}
    if sheet.key == "hall":
        yield _fields(sheet, catalogue)
    elif sheet.key in ("materials", "flow", "fees"):
        for item in catalogue.items:
            for part in getattr(item, sheet.key):
                yield {"item": item.code, "item_name": item.name} | _fields(sheet, part)
    elif sheet.key in ("window_items", "mandate_items"):
        parent = sheet.columns[0].field
        owners: Iterable[Window | Mandate] = (
            catalogue.windows if parent == "window" else catalogue.mandates
        )
        for owner in owners:
            for code in owner.items:
                yield {parent: owner.code, "item": code, "item_name": names.get(code, "")}
    else:
        for record in getattr(catalogue, sheet.key):
            yield _fields(sheet, record)


def _fields(sheet: Sheet, record: object) -> dict[str, Any]:
    return {c.field: getattr(record, c.field) for c in sheet.columns if hasattr(record, c.field)}


def catalogue_of(rows: Rows) -> Catalogue:
    """Return the catalogue of the rows; the hall's sheet must have one row."""
    hall = rows["hall"][0].values
    materials = _children(rows["materials"], "item")
    stages = _children(rows["flow"], "item")
    fees = _children(rows["fees"], "item")
    window_items = _children(rows["window_items"], "window")
    mandate_items = _children(rows["mandate_items"], "mandate")
    return Catalogue(
        hall=hall["hall"],
        hall_name=hall["hall_name"],
        hall_name_en=hall["hall_name_en"],
        version=hall["version"],
        sites=_records(Site, rows["sites"]),
        zones=_records(Zone, rows["zones"]),
        units=_records(Unit, rows["units"]),
        groups=_records(Group, rows["groups"]),
        items=tuple(
            Item(
                **r.values,
                materials=tuple(Material(**_own(m)) for m in materials.get(_key(r), [])),
                flow=tuple(FlowStage(**_own(s)) for s in stages.get(_key(r), [])),
                fees=tuple(FeeStandard(**_own(f)) for f in fees.get(_key(r), [])),
            )
            for r in rows["items"]
        ),
        windows=tuple(
            Window(**r.values, items=tuple(i["item"] for i in window_items.get(_key(r), [])))
            for r in rows["windows"]
        ),
        mandates=tuple(
            Mandate(**r.values, items=tuple(i["item"] for i in mandate_items.get(_key(r), [])))
            for r in rows["mandates"]
        ),
        staff=_records(Staff, rows["staff"]),
        hours=_records(OpenLine, rows["hours"]),
        special_days=_records(SpecialDay, rows["special_days"]),
        classes=_records(ApplicantClass, rows["classes"]),
    )


def _records(kind: type[Record], rows: list[Row]) -> tuple[Record, ...]:
    return tuple(kind(**row.values) for row in rows)


def _key(row: Row) -> str:
    return str(row.values["code"])


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row without the item that it belongs to."""
    return {name: value for name, value in values.items() if name not in ("item", "item_name")}


def _children(rows: list[Row], parent: str) -> dict[str, list[Mapping[str, Any]]]:
    result: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        result.setdefault(row.values[parent], []).append(row.values)
    return result


def readable(sheet: Sheet) -> Iterator[str]:
    """Yield the fields of a sheet that an import reads."""
    return (c.field for c in sheet.columns if c.kind is not Kind.FOR_READING)
