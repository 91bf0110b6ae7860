"""Digest of a saved hall, computed anew only when a table that it reads has changed.

The digest is a function of the rows that it reads: while the tables that its statements name hold
what they held when the hall was saved, it is the same. The statements are recorded by SQLite
itself, with empty caches, so that nothing is read past the record.
"""

from __future__ import annotations

import gc
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from server.core.all_tables import metadata
from support.settled_hall import SettledHall

Rows = dict[str, list[tuple[Any, ...]]]


class SavedPast:
    """Past of a hall that has just been saved."""

    def __init__(self, hall: SettledHall) -> None:
        self._hall = hall
        hall.digest()  # opens the connections that are recorded
        hall.restore()
        self.digest, statements = recorded(hall.digest)
        words = set(re.findall(r"\w+", " ".join(statements)))
        self.tables = sorted(words & set(metadata.tables))
        """Names of the tables that the digest reads."""
        self._rows = self._read()

    def now(self) -> dict[str, Any]:
        """Return the digest of the hall as it is now."""
        return self.digest if self._read() == self._rows else self._hall.digest()

    def _read(self) -> Rows:
        with closing(self._hall.live()) as live:
            return {name: live.execute(f"SELECT * FROM {name}").fetchall() for name in self.tables}


def recorded(reading: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """Return what a reading returns, and the statements that it sends to SQLite."""
    statements: list[str] = []
    connections = [entry for entry in gc.get_objects() if isinstance(entry, sqlite3.Connection)]
    for connection in connections:
        connection.set_trace_callback(statements.append)
    result = reading()
    for connection in connections:
        connection.set_trace_callback(None)
    return result, statements
