"""Records: rows of the database as frozen dataclasses, checked against their columns at import.

    _calls = Records(Call, tables.call)
    calls = _calls.all(conn, _calls.select().where(…))

A row becomes a record by position: nothing is looked up or validated for each row. A column that
was renamed, added, removed or became nullable fails when the module is imported; a renamed field
fails in mypy. Where rows are many and hot (queue heads, sessions, punches) the record is a
NamedTuple: it costs a fifth of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial
from itertools import starmap
from typing import Any, Generic, TypeVar, cast, get_type_hints

from sqlalchemy import Column, ColumnElement, Connection, Executable, Select, Table, select

T = TypeVar("T")


class Records(Generic[T]):
    """Reader of records of one dataclass or NamedTuple from the columns that its fields name.

    A table stands for all its columns except the hall's; further columns are labelled.
    """

    def __init__(self, kind: type[T], *sources: Table | ColumnElement[Any]) -> None:
        columns = {column.key: column for column in _columns(sources)}
        hints = get_type_hints(kind)
        names = names_of(kind)
        if set(names) != set(columns):
            differing = sorted(set(names) ^ set(columns), key=str)
            raise TypeError(f"{kind.__name__} and its columns differ: {differing}")
        for name in names:
            column = columns[name]
            if isinstance(column, Column) and hints[name] != _type_of(column):
                raise TypeError(f"{kind.__name__}.{name} is no {_type_of(column)}")
        self.kind = kind
        self.columns = [columns[name] for name in names]
        self._select = select(*self.columns)
        made: Any = kind
        self._records: Callable[[Iterable[Any]], Iterable[T]] = (
            partial(map, made._make) if issubclass(kind, tuple) else partial(starmap, kind)
        )
        READERS.append(self)

    def select(self) -> Select[Any]:
        """Return the query of the columns, in the order of the fields."""
        return self._select

    def all(
        self, conn: Connection, query: Executable, values: Mapping[str, Any] | None = None
    ) -> list[T]:
        """Return every record of a query that began as `select`."""
        return [*self._records(conn.execute(query, values))]

    def first(
        self, conn: Connection, query: Executable, values: Mapping[str, Any] | None = None
    ) -> T | None:
        """Return the first record of a query that began as `select`, or None."""
        row = conn.execute(query, values).first()
        return None if row is None else self.kind(*row)


READERS: list[Records[Any]] = []
"""Every reader of the loaded modules, in order of their imports."""


def names_of(kind: type[Any]) -> list[str]:
    """Return the names of the fields of a dataclass or NamedTuple, in order."""
    if issubclass(kind, tuple):
        return list(cast(Any, kind)._fields)
    return [field.name for field in fields(kind)]


def _columns(sources: tuple[Table | ColumnElement[Any], ...]) -> list[ColumnElement[Any]]:
    """Return the columns that tables and single columns stand for."""
    columns: list[ColumnElement[Any]] = []
    for source in sources:
        if isinstance(source, Table):
            columns += [column for column in source.columns if column.key != "hall_id"]
        else:
            columns.append(source)
    return columns


def _type_of(column: Column[Any]) -> Any:
    """Return the Python type of a column's values."""
    kind = column.type.python_type
    return kind | None if column.nullable else kind
