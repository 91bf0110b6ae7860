"""Statements of the hot path: compiled once and run by the driver itself.

`once(select(…))` is used wherever the statement itself would be: `conn.execute(statement, values)`.
SQLAlchemy spends 60 µs and more on each execution, SQLite's driver under 10; an act has a dozen.
With a list of values SQLAlchemy runs the statement as ever.

Only for statements whose columns are text and whole numbers: nothing is converted on the way. A
caller gets rows with names, `first`, `one`, `all` and the scalars; errors are SQLAlchemy's.
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


def once(clause: E) -> E:
    """The same statement, compiled once and run by the driver where that is known to be safe."""
    return cast(E, _Statement(clause))


class Rows:
    """What a statement gave: the few words of SQLAlchemy's Result that the hall uses."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any | None:
        """The first row, if there is any."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row; raises NoResultFound, MultipleResultsFound."""
        if not self._rows:
            raise NoResultFound
        if len(self._rows) > 1:
            raise MultipleResultsFound
        return self._rows[0]

    def scalar_one(self) -> Any:
        """The first column of the only row."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any | None:
        """The first column of the only row, or None without a row."""
        return self.scalar_one() if self._rows else None


class _Sql:
    """One compiled text, how its values are ordered, and what its rows are called."""

    __slots__ = ("_bound", "_named", "_order", "_row", "_single", "text")

    def __init__(self, clause: Any, dialect: Any, names: Sequence[str]) -> None:
        columns = list(names) if clause.is_insert or clause.is_update else None
        compiled = clause.compile(
            dialect=dialect, column_keys=columns, compile_kwargs={"render_postcompile": True}
        )
        self._named = not compiled.positional
        order = list(compiled.params if self._named else compiled.positiontup or ())
        self.text = str(compiled)
        given = set(names)
        self._bound = {n: compiled.params[n] for n in order if n not in given}
        self._single = len(order) == 1
        self._order: Any = itemgetter(*order) if order else None
        self._row: Any = None

    def values(self, values: Values) -> Any:
        """The values as the driver wants them: by name, or in the statement's own order."""
        if self._order is None:
            return ()
        if self._named:
            return {**self._bound, **values}
        found = self._order({**self._bound, **values} if self._bound else values)
        return (found,) if self._single else found

    def rows(self, cursor: Any) -> list[Any]:
        """The cursor's rows, by name."""
        if cursor.description is None:
            return []
        if self._row is None:
            self._row = _row(tuple(column[0] for column in cursor.description))
        return [*map(self._row, cursor)]


def _row(names: tuple[str, ...]) -> Any:
    """How a row of these columns is made."""
    kind = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    kind._mapping = property(kind._asdict)  # type: ignore[attr-defined]
    return kind._make


class _Statement:
    """Stands where the statement stood: SQLAlchemy's connection asks it to run itself."""

    def __init__(self, clause: Any) -> None:
        self._clause = clause
        self._run = clause._execute_on_connection  # noqa: SLF001 - where a connection goes on
        self._sqlite: dict[tuple[str, ...], _Sql] = {}
        self._others: dict[tuple[str, ...], _Sql] = {}

    def __str__(self) -> str:
        return str(self._clause)

    def _execute_on_connection(self, conn: Connection, many: Any, options: Any) -> Any:
        if len(many) != 1:
            return self._run(conn, many, options)
        known = self._sqlite if conn.dialect.name == "sqlite" else self._others
        values = many[0]
        names = tuple(values)
        sql = known.get(names)
        if sql is None:
            sql = known[names] = _Sql(self._clause, conn.dialect, names)
        if not _running(conn):
            conn.begin()  # several statements of one read see one moment
        ordered = sql.values(values)
        try:
            cursor = _driver(conn).execute(sql.text, ordered)
            return Rows(sql.rows(cursor), cursor.rowcount)
        except ERRORS as error:
            raise _told(conn, sql.text, error) from error


def _driver(conn: Connection) -> sqlite3.Connection:
    """The driver's own connection."""
    return cast(sqlite3.Connection, conn.connection.dbapi_connection)


def _told(conn: Connection, text: str, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy says it; without the values, which may be personal."""
    kind = sqlite3.Error if isinstance(error, sqlite3.Error) else psycopg.Error
    lost = isinstance(error, psycopg.Error) and conn.connection.dbapi_connection.closed  # type: ignore[union-attr]
    if lost:
        # The pool must not hand dead connections out again: this one, and its fellows.
        conn.invalidate(error)
        conn.engine.dispose(close=False)
    return DBAPIError.instance(
        text, None, error, kind, dialect=conn.dialect, connection_invalidated=lost
    )


@contextmanager
def patient(conn: Connection, millis: int) -> Iterator[None]:
    """SQLite waits so long while another program writes."""
    run(conn, f"PRAGMA busy_timeout={millis}")
    try:
        yield
    finally:
        run(conn, "PRAGMA busy_timeout=0")


def run(conn: Connection, text: str) -> None:
    """Run a text without values, past SQLAlchemy; its errors are SQLAlchemy's."""
    try:
        _driver(conn).execute(text)
    except ERRORS as error:
        raise _told(conn, text, error) from error


def _running(conn: Connection) -> bool:
    """Whether a transaction has begun, by SQLAlchemy or, on SQLite, past it."""
    return conn.in_transaction() or (conn.dialect.name == "sqlite" and _driver(conn).in_transaction)


def begin(conn: Connection, text: str) -> None:
    """Begin a transaction in the driver, unless one is running there already.

    Reads begin so: SQLAlchemy's own transaction costs more than most of them.
    """
    if not _driver(conn).in_transaction:
        run(conn, text)


def end(conn: Connection) -> None:
    """Undo whatever is running, SQLAlchemy's transaction and the driver's."""
    if conn.in_transaction():
        conn.rollback()
    if _driver(conn).in_transaction:
        run(conn, "ROLLBACK")


class Savepoint(Protocol):
    """A part of a transaction that can be undone by itself."""

    def commit(self) -> None: ...

    def rollback(self) -> None: ...


def savepoint(conn: Connection) -> Savepoint:
    """Begin a part that is kept by `commit` and undone by `rollback`; parts may be nested."""
    return _Part(conn)


class _Part:
    """A savepoint of the database's own; nested ones share the name, the innermost is meant."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        run(conn, "SAVEPOINT part")

    def commit(self) -> None:
        run(self._conn, "RELEASE part")

    def rollback(self) -> None:
        run(self._conn, "ROLLBACK TO part")
        run(self._conn, "RELEASE part")
