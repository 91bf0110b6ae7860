"""Records: their fields agree with the columns of their tables, or the import fails."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, func, insert

import server
from server.core.all_tables import metadata
from server.core.records import READERS, Records, names_of

for module in pkgutil.walk_packages(server.__path__, "server."):
    if module.name.endswith("queries"):
        importlib.import_module(module.name)
STORED = tuple(READERS)
VERSIONED = "catalogue.queries reads every version into the catalogue, by the types of its model"
WITHOUT_RECORD = {
    **dict.fromkeys(
        (
            *("applicant_class", "item", "item_group", "mandate", "open_line", "special_day"),
            *("site", "staff", "unit", "window", "zone", "catalogue_version"),
        ),
        VERSIONED,
    ),
    **dict.fromkeys(
        ("business_day", "guess_count", "number_counter", "pool_run", "server_seen"),
        "single values are read, never a row",
    ),
    "case_due_basis": "a single digest is read, never a row",
    "case_post": "only unit, post and staff number are read, never a row",
    "complaint_subject": "only its staff numbers are read, never a row",
    "remote_number": "joined with its ticket, of which the state is read",
    "hall": "the row of the hall itself: only its existence and its name are read",
    "setting": "the values of settings are read by name",
}
"""Tables without a record, each with its reason."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Record of the test's table; the order of the fields is not that of the columns."""

    count: int
    name: str
    ended_at: int | None


def visits(*, name: str = "name", ended: bool = True, more: tuple[Column[int], ...] = ()) -> Table:
    return Table(
        "visit",
        MetaData(),
        Column("hall_id", String, nullable=False),
        Column(name, String, nullable=False),
        Column("ended_at", Integer, nullable=ended),
        Column("count", Integer, nullable=False),
        *more,
    )


def test_a_row_becomes_a_record_by_the_names_of_its_columns() -> None:
    table = visits()
    reader = Records(Visit, table)
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with engine.begin() as conn:
        values = {"hall_id": "h", "name": "A", "ended_at": None, "count": 3}
        conn.execute(insert(table), values)
        assert reader.all(conn, reader.select()) == [Visit(3, "A", None)]
        assert reader.first(conn, reader.select().where(table.c.count > 3)) is None
    engine.dispose()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (visits(name="title"), "'name', 'title'"),
        (visits(more=(Column("place", Integer, nullable=False),)), "'place'"),
        (visits(ended=False), "Visit.ended_at"),
    ],
)
def test_a_column_that_changed_is_an_error_at_import(table: Table, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        Records(Visit, table)


def test_expressions_are_columns_under_their_labels() -> None:
    c = visits().c
    most = func.max(c.count).label("count")
    assert [column.key for column in Records(Visit, most, c.name, c.ended_at).columns] == [
        *("count", "name", "ended_at")
    ]


@pytest.mark.parametrize("reader", STORED, ids=lambda reader: reader.kind.__name__)
def test_a_renamed_column_of_any_record_is_an_error_at_import(reader: Records[Any]) -> None:
    assert names_of(reader.kind) == [c.key for c in reader.columns]
    for place, column in enumerate(reader.columns):
        columns = [*reader.columns]
        columns[place] = column.label("renamed")
        with pytest.raises(TypeError, match="'renamed'"):
            Records(reader.kind, *columns)


def test_every_table_has_a_record_or_a_reason() -> None:
    recorded = {
        column.table.name
        for reader in STORED
        for column in reader.columns
        if isinstance(column, Column)
    }
    assert set(metadata.tables) - recorded == WITHOUT_RECORD.keys()
