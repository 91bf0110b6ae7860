"""Value computed from a database, kept by the contents of the tables that it was computed from.

After most commands no table that the past depends on has changed, and reading forty small tables
takes a tenth of computing every verdict and figure from them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, event

from server.core.all_tables import metadata

T = TypeVar("T")
WORD = re.compile(r"\w+")


class ReadTables(Generic[T]):
    """Values of one SQLite file by the contents of every table that a computation has read."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._tables: set[str] = set()
        self._values: dict[str, T] = {}

    def value(self, compute: Callable[[], T]) -> T:
        """Return the value of the present contents; compute it if they are new."""
        contents = self._contents()
        if contents not in self._values:
            before = len(self._tables)
            with self._noting_tables():
                value = compute()
            if len(self._tables) > before:  # contents of fewer tables say nothing any more
                self._values.clear()
            self._values[self._contents()] = value
            return value
        return self._values[contents]

    def _contents(self) -> str:
        digest = sha256()
        base = sqlite3.connect(self._file)
        for table in sorted(self._tables):
            digest.update(table.encode())
            for row in base.execute(f'SELECT * FROM "{table}"'):
                digest.update(repr(row).encode())
        base.close()
        return digest.hexdigest()

    @contextmanager
    def _noting_tables(self) -> Iterator[None]:
        def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
            self._tables |= metadata.tables.keys() & set(WORD.findall(statement))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", note)
