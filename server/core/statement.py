"""Statements of the hot path: compiled once and run by the database driver itself.

`once(select(…))` replaces the statement in `conn.execute(statement, values)`. SQLAlchemy spends
60 µs and more on each execution, SQLite's driver under 10; an action runs about a dozen. With a
list of values SQLAlchemy runs the statement as usual.

Only for statements whose columns are text and whole numbers: values are not converted. A caller
gets rows with names, `first`, `one`, `all` and the scalars; errors are SQLAlchemy's.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, Protocol, TypeVar, cast

import psycopg
from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound

ERRORS = (sqlite3.Error, psycopg.Error)
E = TypeVar("E", bound=Executable)
Values = Mapping[str, Any]


def precompiled(clause: E) -> E:
    """Return the statement, compiled once and run by the driver where that is safe."""
    return cast(E, _Statement(clause))


class Rows:
    """Result of a statement: the part of SQLAlchemy's Result that the hall uses."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Return every row."""
        return self._rows

    def first(self) -> Any | None:
        """Return the first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """Return the only row; raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound
        if len(self._rows) > 1:
            raise MultipleResultsFound
        return self._rows[0]

    def scalar_one(self) -> Any:
        """Return the first column of the only row."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any | None:
        """Return the first column of the only row, or None without a row."""
        return self.scalar_one() if self._rows else None


class _Sql:
    """Compiled text of a statement with the order of its values and the names of its columns."""

    __slots__ = ("_bound", "_named", "_order", "_row", "_single", "text")

    def __init__(self, clause: Any, dialect: Any, names: Sequence[str]) -> None:
        columns = list(names) if clause.is_insert or clause.is_update else None
        compiled = clause.compile(
            dialect=dialect, column_keys=columns, compile_kwargs={"render_postcompile": True}
        )
        self._named = not compiled.positional
        order = list(compiled.params if self._named else compiled.positiontup or ())
        self.text = str(compiled)
        passed = set(names)
        self._bound = {n: compiled.params[n] for n in order if n not in passed}
        self._single = len(order) == 1
        self._order: Any = itemgetter(*order) if order else None
        self._row: Any = None

    def values(self, values: Values) -> Any:
        """Return the values in the driver's form: by name, or in the statement's order."""
        if self._order is None:
            return ()
        if self._named:
            return {**self._bound, **values}
        ordered = self._order({**self._bound, **values} if self._bound else values)
        return (ordered,) if self._single else ordered

    def rows(self, cursor: Any) -> list[Any]:
        """Return the cursor's rows with named columns."""
        if cursor.description is None:
            return []
        if self._row is None:
            self._row = _row(tuple(column[0] for column in cursor.description))
        return [*map(self._row, cursor)]


def _row(names: tuple[str, ...]) -> Any:
    """Return the function that makes a row of these columns."""
    kind = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    return kind._make


class _Statement:
    """Replacement for a statement: SQLAlchemy's connection calls it to run itself."""

    def __init__(self, clause: Any) -> None:
        self._clause = clause
        self._run = clause._execute_on_connection  # noqa: SLF001 - a connection calls it
        self._sqlite: dict[tuple[str, ...], _Sql] = {}
        self._others: dict[tuple[str, ...], _Sql] = {}

    def __str__(self) -> str:
        return str(self._clause)

    def _execute_on_connection(self, conn: Connection, many: Any, options: Any) -> Any:
        if len(many) != 1:
            return self._run(conn, many, options)
        compiled = self._sqlite if conn.dialect.name == "sqlite" else self._others
        values = many[0]
        names = tuple(values)
        sql = compiled.get(names)
        if sql is None:
            sql = compiled[names] = _Sql(self._clause, conn.dialect, names)
        if not _running(conn):
            conn.begin()  # all statements of one read see the same snapshot
        ordered = sql.values(values)
        try:
            cursor = _driver(conn).execute(sql.text, ordered)
            return Rows(sql.rows(cursor), cursor.rowcount)
        except ERRORS as error:
            raise _database_error(conn, sql.text, error) from error


def _driver(conn: Connection) -> sqlite3.Connection:
    """Return the driver's own connection."""
    return cast(sqlite3.Connection, conn.connection.dbapi_connection)


def _database_error(conn: Connection, text: str, error: Exception) -> BaseException:
    """Return the driver's error as SQLAlchemy's, without the values: they may be personal data."""
    kind = sqlite3.Error if isinstance(error, sqlite3.Error) else psycopg.Error
    lost = isinstance(error, psycopg.Error) and conn.connection.dbapi_connection.closed  # type: ignore[union-attr]
    if lost:
        # The pool must not reuse dead connections: neither this one nor the others.
        conn.invalidate(error)
        conn.engine.dispose(close=False)
    return DBAPIError.instance(
        text, None, error, kind, dialect=conn.dialect, connection_invalidated=lost
    )


@contextmanager
def busy_wait(conn: Connection, millis: int) -> Iterator[None]:
    """Set SQLite's wait for another writing program to `millis` within the context."""
    run(conn, f"PRAGMA busy_timeout={millis}")
    try:
        yield
    finally:
        run(conn, "PRAGMA busy_timeout=0")


def run(conn: Connection, text: str) -> None:
    """Run a text without values directly in the driver; its errors are SQLAlchemy's."""
    try:
        _driver(conn).execute(text)
    except ERRORS as error:
        raise _database_error(conn, text, error) from error


def _running(conn: Connection) -> bool:
    """Return True if a transaction has begun, by SQLAlchemy or, on SQLite, in the driver."""
    return conn.in_transaction() or (conn.dialect.name == "sqlite" and _driver(conn).in_transaction)


def begin(conn: Connection, text: str) -> None:
    """Begin a transaction in the driver unless one is running there.

    Reads begin this way: SQLAlchemy's own transaction costs more than most reads.
    """
    if not _driver(conn).in_transaction:
        run(conn, text)


def end(conn: Connection) -> None:
    """Roll back any running transaction, SQLAlchemy's and the driver's."""
    if conn.in_transaction():
        conn.rollback()
    if _driver(conn).in_transaction:
        run(conn, "ROLLBACK")


class Savepoint(Protocol):
    """Part of a transaction that can be rolled back alone."""

    def commit(self) -> None: ...

    def rollback(self) -> None: ...


def savepoint(conn: Connection) -> Savepoint:
    """Begin a part that `commit` keeps and `rollback` undoes; parts may be nested."""
    return _Part(conn)


class _Part:
    """Savepoint of the database. Nested ones share a name; the innermost is addressed."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        run(conn, "SAVEPOINT part")

    def commit(self) -> None:
        run(self._conn, "RELEASE part")

    def rollback(self) -> None:
        run(self._conn, "ROLLBACK TO part")
        run(self._conn, "RELEASE part")
