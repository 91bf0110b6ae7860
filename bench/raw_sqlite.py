"""References of the figures: raw `sqlite3` writes of a ticket, without any rules.

The raw book writes the rows of a ticket (counter, arrivals, ticket, slip, journal, first answer) in
tables of the hall's own schema with the same pragmas, one commit per ticket.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from server.core.engine import migrate, open_engine

HALL = "bench"
DAY = "2026-11-24"
COUNTER = (
    "INSERT INTO number_counter (hall_id, day, prefix, last) VALUES (?, ?, ?, 1) "
    "ON CONFLICT (hall_id, day, prefix) DO UPDATE SET last = number_counter.last + 1 "
    "RETURNING last"
)


def _insert(table: str, names: str) -> str:
    marks = ", ".join("?" * len(names.split()))
    return f"INSERT INTO {table} ({', '.join(names.split())}) VALUES ({marks})"  # noqa: S608


TICKET = _insert(
    "ticket",
    "hall_id id day prefix seq number token queue item klass level lane ord state version kiosk "
    "issued_at waiting_since",
)
SLIP = _insert(
    "slip",
    "hall_id id kind ticket_id device document state copy created_at changed_at by_actor",
)
JOURNAL = _insert("journal", "hall_id seq at actor_kind actor act subject data hash")
ANSWER = _insert("idempotency", "hall_id actor key digest status body at")
DOCUMENT = "x" * 260
DATA = '{"applicant":"ordinary","item":"gaj-01","kiosk":"k01","windows":["W01","W02"]}'


class RawBook:
    """SQLite file with the hall's schema, written by the bare driver."""

    def __init__(self, path: Path, pause: float = 0.0) -> None:
        engine = open_engine(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()
        self._raw = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._raw.execute(f"PRAGMA {pragma}")
        self._pause = pause
        self._lines = 0

    def ticket(self) -> None:
        """Write one ticket with one commit; sleep `pause` seconds before the commit."""
        run, now = self._raw.execute, time.time_ns() // 1_000_000
        run("BEGIN IMMEDIATE")
        n = run(COUNTER, (HALL, DAY, "A")).fetchone()[0]
        run(COUNTER, (HALL, DAY, "#")).fetchone()
        ticket_id = f"20261124-A{n:03}"
        run(TICKET, self._ticket(ticket_id, n, now))
        slip = (
            HALL,
            f"slip-{n}",
            "ticket",
            ticket_id,
            "printer-1",
            DOCUMENT,
            "owed",
            0,
            now,
            now,
            "k",
        )
        run(SLIP, slip)
        run("SELECT seq, hash FROM journal WHERE hall_id = ? ORDER BY seq DESC LIMIT 1", (HALL,))
        self._lines += 1
        line = (HALL, self._lines, now, "kiosk", "k01", "ticket.issue", ticket_id, DATA, "0" * 64)
        run(JOURNAL, line)
        run(ANSWER, (HALL, "kiosk:k01", f"key-{n}", "0" * 64, 0, DATA, now))
        if self._pause:
            time.sleep(self._pause)
        run("COMMIT")

    @staticmethod
    def _ticket(ticket_id: str, n: int, now: int) -> tuple[Any, ...]:
        lane = "gaj-01/ordinary"
        head = (HALL, ticket_id, DAY, "A", n, f"A{n:03}", f"token-{n}", "gaj", "gaj-01", "ordinary")
        return (*head, 0, lane, n * 1000, "waiting", 1, "k01", now, now)

    def rate(self, count: int) -> float:
        """Return tickets per second, written one after the other."""
        start = time.perf_counter()
        for _ in range(count):
            self.ticket()
        return count / (time.perf_counter() - start)

    def commit_seconds(self) -> float:
        """Return the seconds of one ticket's commit, including all its rows."""
        start = time.perf_counter()
        self.ticket()
        return time.perf_counter() - start

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
