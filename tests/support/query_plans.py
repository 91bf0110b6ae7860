"""Query plans: no statement about one table reads it by a poorer index than SQLite could.

SQLite keeps no statistics of a hall's file, so it does not know that `hall_id` is the same in every
row. Given the choice it prefers an index that saves the sorting, and reads a whole table in order.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

ALLOWED = {
    ("appointment_seat", "held_until <"): "holds are few: an index of its own holds no other seat",
    ("appointment_seat", "token = ?"): "a hold, as above",
    ("appointment", "excused = ?"): "missed ones are not in the index of open ones",
    ("reader_line", "BETWEEN"): "between two numbers there are fewer lines than of a time clock",
    ("lease", "closed_at"): "a day has few leases",
    ("reader_command", "LIMIT"): "the newest ones, read from the end",
}
"""Table and a word of the statement, with the reason why another index does."""
_STEP = re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX (\w+) \((.*)\)")
_WORDS = ("SELECT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Index:
    """Index of a table with its columns in order."""

    name: str
    columns: tuple[str, ...]

    def reach(self, equal: set[str]) -> int:
        """Return how many of its first columns a statement names with one value."""
        count = 0
        while count < len(self.columns) and self.columns[count] in equal:
            count += 1
        return count


class SeenStatements:
    """Statements that ran on SQLite, each with values that it ran with."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note every statement of every engine meanwhile."""
        event.listen(Engine, "before_cursor_execute", self._note)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement not in self._values and conn.dialect.name == "sqlite":
            self.add(statement, values)

    def add(self, statement: str, values: Any) -> None:
        """Note a statement."""
        self._values[statement] = values

    def poor(self, file: Path) -> list[str]:
        """Return what is wrong with the plans of the statements in a migrated, empty database.

        Statements about several tables, and those with alternatives, are left out.
        """
        with closing(sqlite3.connect(file)) as database:
            indexes = indexes_of(database)
            return [
                f"{plan}, not {better}: {statement}"
                for statement, values in self._values.items()
                if _is_plain(statement)
                for plan, better in poor_steps(database, indexes, statement, values)
            ]


def _is_plain(statement: str) -> bool:
    return (
        statement.startswith(_WORDS)
        and "WHERE" in statement
        and " JOIN " not in statement
        and "(SELECT" not in statement
    )


def indexes_of(database: sqlite3.Connection) -> dict[str, list[Index]]:
    """Return the indexes of every table."""
    tables = database.execute("select name from sqlite_master where type = 'table'").fetchall()
    return {table: list(_indexes(database, table)) for (table,) in tables}


def _indexes(database: sqlite3.Connection, table: str) -> Iterator[Index]:
    for row in database.execute(f'pragma index_list("{table}")').fetchall():
        columns = database.execute(f'pragma index_info("{row[1]}")').fetchall()
        yield Index(row[1], tuple(column[2] for column in columns))


def poor_steps(
    database: sqlite3.Connection, indexes: dict[str, list[Index]], statement: str, values: Any
) -> Iterator[tuple[str, str]]:
    """Yield each step of a plan that uses fewer equal columns than some index, and that index."""
    try:
        plan = database.execute(f"explain query plan {statement}", values).fetchall()
    except sqlite3.OperationalError:  # of an agent's database, or of an older version
        return
    for row in plan:
        step = _STEP.match(row[3])
        if step is None or step[1] not in indexes:
            continue
        table, _, terms = step.groups()
        if any(table == name and word in statement for name, word in ALLOWED):
            continue
        best = max(indexes[table], key=lambda index: index.reach(_equal(table, statement)))
        if best.reach(_equal(table, statement)) > terms.count("=?"):
            yield row[3], best.name


def _equal(table: str, statement: str) -> set[str]:
    """Return the columns of a table that a statement requires to have one value."""
    where = statement.partition("WHERE")[2]
    while (plain := re.sub(r"\([^()]*\)", "", where)) != where:
        where = plain
    return set(re.findall(rf"\b{table}\.\"?(\w+)\"? = \?", where))
