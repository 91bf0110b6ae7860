"""The book of a kiosk's own line: the lease it holds, and every number it gave. Survives kill -9.

SQLite with synchronous=FULL. A number is in the book before anything else happens with it, under
the key of the press that asked for it; so neither a press nor a number comes twice. A new book has
a new name: the server then leases new numbers, because nobody knows what the lost one had given.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
KEPT_DAYS = 30
SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS given (
    n INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, ticket TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL, prefix TEXT NOT NULL, seq INTEGER NOT NULL, slip TEXT NOT NULL,
    asked TEXT NOT NULL, fact TEXT NOT NULL, view TEXT NOT NULL, paper TEXT NOT NULL,
    given_at REAL NOT NULL, told INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS given_untold ON given (n) WHERE told = 0;
"""
SELECT = (
    "SELECT n, key, ticket, prefix, seq, slip, asked, fact, view, paper, given_at FROM given WHERE "
)


@dataclass(frozen=True, slots=True)
class Given:
    """A number that was given. `given_at`: seconds since the epoch, by this PC's clock."""

    n: int
    key: str
    ticket: str
    prefix: str
    seq: int
    slip: str
    asked: str
    fact: Json
    view: Json
    paper: Json
    given_at: float


@dataclass(frozen=True, slots=True)
class Fresh:
    """A number about to be given, as the lease shaped it."""

    ticket: str
    day: str
    prefix: str
    seq: int
    slip: str
    fact: Json
    view: Json
    paper: Json


class Book:
    """One file; callable from any thread. `wall` gives seconds since the epoch."""

    def __init__(self, path: Path, wall: Callable[[], float]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._wall = wall
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(SCHEMA)
        self._base.execute(
            "INSERT INTO fact (name, value) VALUES ('book', ?) ON CONFLICT (name) DO NOTHING",
            (uuid.uuid4().hex,),
        )
        self._base.execute(
            "DELETE FROM given WHERE told = 1 AND given_at < ?", (wall() - KEPT_DAYS * 86400,)
        )

    @property
    def name(self) -> str:
        """Which book this is, from its making to its loss."""
        return self._fact("book")

    def lease(self) -> tuple[Json, float] | None:
        """The lease, and by how many milliseconds hall time was ahead of this PC's clock."""
        text = self._fact("lease")
        return (json.loads(text), float(self._fact("ahead") or 0)) if text else None

    def put_lease(self, lease: Mapping[str, Any], ahead: float) -> None:
        """Keep the newest lease."""
        values = (("lease", json.dumps(lease, ensure_ascii=False)), ("ahead", str(ahead)))
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany(
                "INSERT INTO fact (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                values,
            )
            self._base.execute("COMMIT")

    def give(
        self, key: str, asked: str, day: str, prefix: str, make: Callable[[list[int]], Fresh]
    ) -> tuple[Given, bool]:
        """Write a number down for the press `key`, or find the one it has; True when it is new.

        `make` gets the prefix's numbers of that day that were given; what it raises is raised.
        """
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                known = self._of_key(key)
                if known is None:
                    self._insert(key, asked, make(self._taken(day, prefix)))
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
            found = known or self._of_key(key)
        assert found is not None, "it was written just now"
        return found, known is None

    def of_key(self, key: str) -> Given | None:
        """The number of a press."""
        with self._lock:
            return self._of_key(key)

    def after(self, n: int) -> list[Given]:
        """What was given after the n-th."""
        with self._lock:
            rows = self._base.execute(SELECT + "n > ? ORDER BY n", (n,)).fetchall()
        return [_given(row) for row in rows]

    def untold(self) -> list[tuple[int, str]]:
        """Numbers whose slip's end the server was not told: n and slip."""
        with self._lock:
            return self._base.execute("SELECT n, slip FROM given WHERE told = 0").fetchall()

    def tell(self, n: int) -> None:
        """The slip's end is among the facts that the server will be told."""
        with self._lock:
            self._base.execute("UPDATE given SET told = 1 WHERE n = ?", (n,))

    def taken(self, day: str) -> dict[str, list[int]]:
        """Numbers given on a day, by prefix."""
        with self._lock:
            rows = self._base.execute(
                "SELECT prefix, seq FROM given WHERE day = ?", (day,)
            ).fetchall()
        found: dict[str, list[int]] = {}
        for prefix, seq in rows:
            found.setdefault(prefix, []).append(seq)
        return found

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    def _fact(self, name: str) -> str:
        with self._lock:
            row = self._base.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _taken(self, day: str, prefix: str) -> list[int]:
        rows = self._base.execute(
            "SELECT seq FROM given WHERE day = ? AND prefix = ?", (day, prefix)
        )
        return [row[0] for row in rows]

    def _of_key(self, key: str) -> Given | None:
        row = self._base.execute(SELECT + "key = ?", (key,)).fetchone()
        return _given(row) if row else None

    def _insert(self, key: str, asked: str, fresh: Fresh) -> None:
        parts = (json.dumps(p, ensure_ascii=False) for p in (fresh.fact, fresh.view, fresh.paper))
        values = (key, fresh.ticket, fresh.day, fresh.prefix, fresh.seq, fresh.slip, asked)
        self._base.execute(
            "INSERT INTO given (key, ticket, day, prefix, seq, slip, asked, fact, view, paper,"
            " given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, *parts, self._wall()),
        )


def _given(row: tuple[Any, ...]) -> Given:
    n, key, ticket, prefix, seq, slip, asked, *parts, given_at = row
    fact, view, paper = (json.loads(part) for part in parts)
    return Given(n, key, ticket, prefix, seq, slip, asked, fact, view, paper, given_at)
