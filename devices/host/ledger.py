"""Agent ledger: durable record of received, started and finished tasks. Survives kill -9.

SQLite with synchronous=FULL. A task goes received -> started -> result, and each step is on disk
before the next. A task that was started and has no result after a restart was interrupted; it is
never started again. A result or a fact of a device (such as a punch) is kept until the server has
acknowledged it.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from devices.device_thread import Outcome, Task

RETENTION_DAYS = 7
START_SECONDS = 0.003
"""Seconds for which the record of a received task stays open, so that its start joins it."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS task (
    id TEXT PRIMARY KEY, device TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
    expires_at REAL, received_at REAL NOT NULL, started_at REAL,
    state TEXT, reason TEXT, detail TEXT, settled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS task_owed ON task (received_at) WHERE state IS NOT NULL AND settled = 0;
CREATE TABLE IF NOT EXISTS debt (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, kind TEXT NOT NULL,
    payload TEXT NOT NULL, made_at REAL NOT NULL, mark INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS bookmark (device TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Result:
    """Task result that the server has not acknowledged."""

    id: str
    device: str
    outcome: Outcome

    def to_json(self) -> dict[str, object]:
        """Return the form that the agent sends."""
        return {
            "id": self.id,
            "device": self.device,
            "state": self.outcome.state,
            "reason": self.outcome.reason,
            "detail": self.outcome.detail,
        }


@dataclass(frozen=True, slots=True)
class OutstandingFact:
    """Outstanding fact: not yet acknowledged by the server. `made_at`: seconds since the epoch."""

    id: int
    device: str
    kind: str
    payload: Mapping[str, object]
    made_at: float


class _OpenRecord:
    """Record of a received task that is not yet on disk and may take the task's start with it."""

    def __init__(self, task_id: str) -> None:
        self._task_id = task_id
        self._claim = threading.Lock()
        self.start_requested = threading.Event()
        self.closed = threading.Event()
        self.started = False

    def started_with(self, task_id: str) -> bool:
        """Request the start; return True once it is on disk, False if it is not. One may join."""
        if task_id != self._task_id or not self._claim.acquire(blocking=False):
            return False
        self.start_requested.set()
        self.closed.wait()
        return self.started


class Ledger:
    """Ledger file; callable from any thread. `wall` returns seconds since the epoch.

    The record of a received task waits up to `start_seconds` for the task's start.
    """

    def __init__(
        self, path: Path, wall: Callable[[], float], start_seconds: float = START_SECONDS
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._start_seconds = start_seconds
        self._wall = wall
        # A task's dispatch may settle the task that it replaces, in the same transaction.
        self._lock = threading.RLock()
        self._open: _OpenRecord | None = None
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(SCHEMA)
        self._base.execute(
            "DELETE FROM task WHERE settled = 1 AND received_at < ?",
            (wall() - RETENTION_DAYS * 86400,),
        )

    def recover(self) -> list[Task]:
        """Settle the tasks that a restart interrupted and return those that were never started."""
        with self._lock:
            self._base.execute(
                "UPDATE task SET state = CASE kind WHEN 'print' THEN 'unknown' ELSE 'failed' END,"
                " reason = 'interrupted', detail = '' WHERE started_at IS NOT NULL"
                " AND state IS NULL"
            )
            rows = self._base.execute(
                "SELECT id, device, kind, payload, expires_at FROM task"
                " WHERE state IS NULL ORDER BY received_at, rowid"
            ).fetchall()
        return [_task(row) for row in rows]

    def receive(self, task: Task, dispatch: Callable[[Task], None]) -> bool:
        """Record a task and dispatch it; False if its id is already recorded.

        It is dispatched while it is being written, so that its device can be asked meanwhile. A
        device that is free begins within milliseconds: both records are then one commit. `begin`
        rejects a task that could not be written: the server sends it again. A recorded task that
        has a result becomes outstanding again, so that the same result is sent.
        """
        payload = json.dumps(task.payload, ensure_ascii=False)
        values = (task.id, task.device, task.kind, payload, task.expires_at, self._wall())
        record = _OpenRecord(task.id)
        with self._lock:
            try:
                with self._transaction():
                    is_new, starts = self._inserted(values), False
                    if is_new:
                        self._open = record
                        dispatch(task)
                        starts = record.start_requested.wait(self._start_seconds)
                        if starts:
                            self._start(task.id)
                    else:
                        self._base.execute(
                            "UPDATE task SET settled = 0 WHERE id = ? AND state IS NOT NULL",
                            (task.id,),
                        )
                record.started = starts
                return is_new
            finally:
                self._open = None
                record.closed.set()

    def _inserted(self, values: tuple[object, ...]) -> bool:
        """Insert a task; False if its id is already recorded."""
        cursor = self._base.execute(
            "INSERT INTO task (id, device, kind, payload, expires_at, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            values,
        )
        return bool(cursor.rowcount)

    def receive_own(self, task: Task) -> bool:
        """Record a task that this PC gave itself; False if its id is already recorded.

        Its result is never sent to the server.
        """
        payload = json.dumps(task.payload, ensure_ascii=False)
        values = (task.id, task.device, task.kind, payload, task.expires_at, self._wall())
        with self._lock:
            cursor = self._base.execute(
                "INSERT INTO task (id, device, kind, payload, expires_at, received_at, settled)"
                " VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (id) DO NOTHING",
                values,
            )
        return bool(cursor.rowcount)

    def outcome(self, task_id: str) -> Outcome | None:
        """Return the outcome of a task; None while it has not ended."""
        with self._lock:
            row = self._base.execute(
                "SELECT state, reason, detail FROM task WHERE id = ? AND state IS NOT NULL",
                (task_id,),
            ).fetchone()
        return Outcome(*row) if row else None

    def begin(self, task_id: str) -> None:
        """Record on disk that the first byte of a task is about to be sent.

        Raises:
            LookupError: The task was not recorded, or has begun or ended before.
        """
        record = self._open
        if record is not None and record.started_with(task_id):
            return
        with self._lock:
            self._start(task_id)

    def _start(self, task_id: str) -> None:
        cursor = self._base.execute(
            "UPDATE task SET started_at = ? WHERE id = ? AND started_at IS NULL AND state IS NULL",
            (self._wall(), task_id),
        )
        if not cursor.rowcount:
            raise LookupError(task_id)

    def finish(self, task_id: str, outcome: Outcome) -> None:
        """Record a task's outcome; the first recorded outcome stays."""
        with self._lock:
            self._base.execute(
                "UPDATE task SET state = ?, reason = ?, detail = ? WHERE id = ? AND state IS NULL",
                (outcome.state, outcome.reason, outcome.detail, task_id),
            )

    def outstanding_results(self) -> list[Result]:
        """Return up to 200 results that the server has not acknowledged, oldest first."""
        with self._lock:
            rows = self._base.execute(
                "SELECT id, device, state, reason, detail FROM task"
                " WHERE state IS NOT NULL AND settled = 0 ORDER BY received_at, rowid LIMIT 200"
            ).fetchall()
        return [Result(row[0], row[1], Outcome(*row[2:])) for row in rows]

    def acknowledge_result(self, task_id: str) -> None:
        """Mark a result as acknowledged by the server."""
        with self._lock:
            self._base.execute("UPDATE task SET settled = 1 WHERE id = ?", (task_id,))

    def enqueue_facts(
        self,
        device: str,
        kind: str,
        payloads: Sequence[Mapping[str, object]],
        bookmark: str,
    ) -> None:
        """Enqueue facts for the server and store the device's bookmark in one transaction.

        A payload of `whole` and empty `lines` only marks a time: it replaces an older such mark.
        """
        now = self._wall()
        with self._lock, self._transaction():
            for payload in payloads:
                mark = set(payload) == {"whole", "lines"} and not payload["lines"]
                if mark:
                    self._base.execute("DELETE FROM debt WHERE device = ? AND mark = 1", (device,))
                self._base.execute(
                    "INSERT INTO debt (device, kind, payload, made_at, mark)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (device, kind, json.dumps(payload, ensure_ascii=False), now, int(mark)),
                )
            self._base.execute(
                "INSERT INTO bookmark (device, value) VALUES (?, ?)"
                " ON CONFLICT (device) DO UPDATE SET value = excluded.value",
                (device, bookmark),
            )

    def bookmark(self, device: str) -> str:
        """Return the read position of the device; "" if there is none."""
        with self._lock:
            row = self._base.execute(
                "SELECT value FROM bookmark WHERE device = ?", (device,)
            ).fetchone()
        return str(row[0]) if row else ""

    def outstanding_facts(self) -> list[OutstandingFact]:
        """Return up to 100 facts that the server has not acknowledged, oldest first."""
        with self._lock:
            rows = self._base.execute(
                "SELECT id, device, kind, payload, made_at FROM debt ORDER BY id LIMIT 100"
            ).fetchall()
        return [OutstandingFact(r[0], r[1], r[2], json.loads(r[3]), r[4]) for r in rows]

    def acknowledge_fact(self, debt: int) -> None:
        """Delete a fact that the server has acknowledged."""
        with self._lock:
            self._base.execute("DELETE FROM debt WHERE id = ?", (debt,))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Commit the statements of the block in one transaction, or none of them."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()


def _task(row: tuple[str, str, str, str, float | None]) -> Task:
    payload = cast("Mapping[str, object]", json.loads(row[3]))
    return Task(row[0], row[1], row[2], payload, row[4])
