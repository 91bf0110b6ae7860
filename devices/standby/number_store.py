"""Standby ledger of a kiosk: the number lease and every issued number. Survives kill -9.

SQLite with synchronous=FULL. A number is on disk before anything else happens with it, under the
key of the button press that requested it, so neither a press nor a number is used twice. A new file
has a new name: the server then leases new numbers, because the numbers issued from a lost file are
unknown.
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
class IssuedNumber:
    """Issued number. `given_at`: seconds since the epoch, by this PC's clock."""

    n: int
    key: str
    ticket: str
    prefix: str
    seq: int
    slip: str
    request: str
    fact: Json
    view: Json
    paper: Json
    issued_at: float


@dataclass(frozen=True, slots=True)
class NewNumber:
    """Number about to be issued, with the fact, view and slip that the lease produces."""

    ticket: str
    day: str
    prefix: str
    seq: int
    slip: str
    fact: Json
    view: Json
    paper: Json


class StandbyLedger:
    """Ledger file; callable from any thread. `wall` returns seconds since the epoch."""

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
        """Id of this file, from its creation to its loss."""
        return self._fact("book")

    def lease(self) -> tuple[Json, float] | None:
        """Return the lease and the milliseconds by which hall time is ahead of this PC's clock."""
        text = self._fact("lease")
        return (json.loads(text), float(self._fact("ahead") or 0)) if text else None

    def put_lease(self, lease: Mapping[str, Any], ahead: float) -> None:
        """Store the newest lease."""
        values = (("lease", json.dumps(lease, ensure_ascii=False)), ("ahead", str(ahead)))
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany(
                "INSERT INTO fact (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                values,
            )
            self._base.execute("COMMIT")

    def issue(
        self, key: str, request: str, day: str, prefix: str, make: Callable[[list[int]], NewNumber]
    ) -> tuple[IssuedNumber, bool]:
        """Record a number for the press `key`, or return the recorded one; True if it is new.

        `make` receives the numbers already issued for that prefix and day; its exceptions
        propagate.
        """
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                existing = self._of_key(key)
                if existing is None:
                    self._insert(key, request, make(self._issued(day, prefix)))
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
            ticket = existing or self._of_key(key)
        assert ticket is not None, "it was written just now"
        return ticket, existing is None

    def of_key(self, key: str) -> IssuedNumber | None:
        """Return the number issued for a press."""
        with self._lock:
            return self._of_key(key)

    def issued_after(self, n: int) -> list[IssuedNumber]:
        """Return the numbers issued after the n-th."""
        with self._lock:
            rows = self._base.execute(SELECT + "n > ? ORDER BY n", (n,)).fetchall()
        return [_given(row) for row in rows]

    def outcomes_not_enqueued(self) -> list[tuple[int, str]]:
        """Return n and slip of numbers whose slip outcome is not yet enqueued for the server."""
        with self._lock:
            return self._base.execute("SELECT n, slip FROM given WHERE told = 0").fetchall()

    def mark_outcome_enqueued(self, n: int) -> None:
        """Mark the slip outcome as enqueued for the server."""
        with self._lock:
            self._base.execute("UPDATE given SET told = 1 WHERE n = ?", (n,))

    def issued_on(self, day: str) -> dict[str, list[int]]:
        """Return the sequence numbers issued on a day, by prefix."""
        with self._lock:
            rows = self._base.execute(
                "SELECT prefix, seq FROM given WHERE day = ?", (day,)
            ).fetchall()
        numbers: dict[str, list[int]] = {}
        for prefix, seq in rows:
            numbers.setdefault(prefix, []).append(seq)
        return numbers

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    def _fact(self, name: str) -> str:
        with self._lock:
            row = self._base.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _issued(self, day: str, prefix: str) -> list[int]:
        rows = self._base.execute(
            "SELECT seq FROM given WHERE day = ? AND prefix = ?", (day, prefix)
        )
        return [row[0] for row in rows]

    def _of_key(self, key: str) -> IssuedNumber | None:
        row = self._base.execute(SELECT + "key = ?", (key,)).fetchone()
        return _given(row) if row else None

    def _insert(self, key: str, request: str, number: NewNumber) -> None:
        parts = (
            json.dumps(p, ensure_ascii=False) for p in (number.fact, number.view, number.paper)
        )
        values = (key, number.ticket, number.day, number.prefix, number.seq, number.slip, request)
        self._base.execute(
            "INSERT INTO given (key, ticket, day, prefix, seq, slip, asked, fact, view, paper,"
            " given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, *parts, self._wall()),
        )


def _given(row: tuple[Any, ...]) -> IssuedNumber:
    n, key, ticket, prefix, seq, slip, request, *parts, given_at = row
    fact, view, paper = (json.loads(part) for part in parts)
    return IssuedNumber(n, key, ticket, prefix, seq, slip, request, fact, view, paper, given_at)
