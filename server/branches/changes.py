"""Changed rows: read in the order of the actions that made them, and applied on another server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Executable,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from server.branches.tables import row_change
from server.branches.triggers import DELETED
from server.core.columns import metadata
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx

Row = dict[str, Any]
OWN = "own_"
"""Beginning of the names of values that a replaced row must have."""
MOST = 500
"""Most changes of a delivery, unless a single action made more."""


@dataclass(frozen=True, slots=True)
class Change:
    """Changed row; an empty name ends the changes of an action."""

    seq: int
    name: str
    row: str
    """JSON of the row by column."""

    @property
    def is_deletion(self) -> bool:
        """True for a deleted row."""
        return self.name.startswith(DELETED)

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.name.removeprefix(DELETED)


_c = row_change.c
_changes = Records(Change, _c.seq, _c.name, _c.row)
_end = precompiled(
    text(
        "INSERT INTO row_change (hall_id, name, row) SELECT :hall_id, '', '' WHERE EXISTS "
        "(SELECT 1 FROM row_change WHERE name <> '' AND seq = "
        "(SELECT MAX(seq) FROM row_change WHERE hall_id = :hall_id))"
    )
)


def end_action(tx: Tx) -> None:
    """End the changes of the running action, if it made any."""
    tx.conn.execute(_end, {"hall_id": tx.hall_id})


def last(conn: Connection, hall_id: str) -> int:
    """Return the number of the last change, 0 if there is none."""
    query = select(func.max(_c.seq)).where(_c.hall_id == hall_id)
    return int(conn.execute(query).scalar_one() or 0)


def count_after(conn: Connection, hall_id: str, seq: int) -> int:
    """Return the count of rows that changed after number `seq`."""
    query = select(func.count()).where(
        _c.hall_id == hall_id, _c.seq > seq, _c.name != literal_column("''")
    )
    return int(conn.execute(query).scalar_one())


def after(conn: Connection, hall_id: str, seq: int, most: int = MOST) -> list[Change]:
    """Return the next changes after number `seq`, whole actions only, about `most` of them."""
    following = (_c.hall_id == hall_id) & (_c.seq > seq)
    ends = select(_c.seq).where(following, _c.name == literal_column("''")).order_by(_c.seq)
    until = conn.execute(
        select(func.max(_c.seq)).where(
            _c.seq.in_(select(_c.seq).where(following).order_by(_c.seq).limit(most)),
            _c.name == literal_column("''"),
        )
    ).scalar_one()
    if until is None:  # an action with more changes, or none that has ended
        until = conn.execute(ends.limit(1)).scalar_one_or_none()
    if until is None:
        return []
    return _changes.all(conn, _changes.select().where(following, _c.seq <= until).order_by(_c.seq))


def all_after(conn: Connection, hall_id: str, seq: int) -> list[Change]:
    """Return every change after number `seq`; a read sees whole transactions only."""
    return _changes.all(
        conn, _changes.select().where(_c.hall_id == hall_id, _c.seq > seq).order_by(_c.seq)
    )


def prune(tx: Tx, seq: int) -> None:
    """Delete the changes up to number `seq`."""
    tx.conn.execute(delete(row_change).where(_c.hall_id == tx.hall_id, _c.seq <= seq))


def repeat(tx: Tx, name: str) -> None:
    """Record the present rows of a table as changed, for triggers installed later than they."""
    for change in rows_of(tx.conn, tx.hall_id, name):
        values = {"hall_id": tx.hall_id, "name": name, "row": change.row}
        tx.conn.execute(insert(row_change).values(values))


def rows_of(
    conn: Connection, hall_id: str, name: str, where: ColumnElement[bool] | None = None
) -> list[Change]:
    """Return the present rows of a table as changes."""
    table = metadata.tables[name]
    query = select(table).where(table.c.hall_id == hall_id)
    if where is not None:
        query = query.where(where)
    rows = conn.execute(query).mappings()
    return [Change(0, name, json.dumps(dict(row), ensure_ascii=False)) for row in rows]


def apply(conn: Connection, change: Change, row: Row, own: Mapping[str, str] | None = None) -> bool:
    """Write a row that another server changed; `own`: values that a replaced row must have.

    Return False for a row here that has others; it stays as it is.
    """
    table = metadata.tables[change.table]
    values = {c.name: _value(c, row[c.name]) for c in table.columns if c.name in row}
    if change.is_deletion:
        keys = {c.name: values[c.name] for c in table.primary_key.columns}
        conn.execute(delete(table).where(and_(*(table.c[k] == v for k, v in keys.items()))))
        return True
    required = {f"{OWN}{name}": value for name, value in (own or {}).items()}
    statement = _upsert(change.table, conn.dialect.name, tuple(values), tuple(own or ()))
    # The count of rows is not reliable for an insert; a returned key is.
    return conn.execute(statement, values | required).first() is not None


@cache
def _upsert(name: str, dialect: str, columns: tuple[str, ...], own: tuple[str, ...]) -> Executable:
    """Return the statement that inserts or replaces a row; built once, as a delivery has many."""
    table = metadata.tables[name]
    keys = [column.name for column in table.primary_key.columns]
    writer: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = writer(table).values({column: bindparam(column) for column in columns})
    # A row that is nothing but its key is written over itself, so that its key is returned.
    rest = {c: statement.excluded[c] for c in columns if c not in keys or len(keys) == len(columns)}
    where = and_(*(table.c[c] == bindparam(f"{OWN}{c}") for c in own)) if own else None
    upsert = statement.on_conflict_do_update(index_elements=keys, set_=rest, where=where)
    returned: Executable = upsert.returning(table.c[keys[0]])
    return returned


def _value(column: Column[Any], value: object) -> object:
    """Return a value as the column holds it: SQLite writes truth as 0 and 1."""
    return bool(value) if isinstance(column.type, Boolean) and value is not None else value


def read_row(change: Change) -> Row:
    """Return the row of a change by column; raises ValueError for text that is no whole row."""
    row = json.loads(change.row)
    if not isinstance(row, dict) or {*row} != {*metadata.tables[change.table].columns.keys()}:
        raise ValueError(change.name)
    return row
