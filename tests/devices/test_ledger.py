"""Ledger of the agent: each task at most once, also over restarts."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest

from devices.device_thread import Outcome, Task
from devices.host.ledger import Ledger
from support.hardware import PATIENCE, SLIP


def unused(_task: Task) -> None:
    """Dispatch for tests that carry nothing out."""


def test_an_accepted_task_that_was_not_begun_runs_after_a_restart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0)
    task = Task("a", "printer-1", "print", {"lines": []}, 1060.0)
    assert ledger.receive(task, unused)
    assert not ledger.receive(task, unused)
    assert ledger.receive(Task("b", "printer-1", "print"), unused)
    ledger.begin("b")
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1001.0)
    assert ledger.recover() == [task]
    results = ledger.outstanding_results()
    assert [(r.id, r.outcome.state, r.outcome.reason) for r in results] == [
        ("b", "unknown", "interrupted")
    ]
    ledger.acknowledge_result("b")
    assert ledger.outstanding_results() == []
    ledger.receive(Task("b", "printer-1", "print"), unused)
    assert [r.id for r in ledger.outstanding_results()] == ["b"]
    ledger.finish("b", Outcome("printed"))
    assert ledger.outstanding_results()[0].outcome.state == "unknown"
    ledger.close()


def test_acknowledged_tasks_are_deleted_after_a_week(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0)
    for name in ("old", "owed"):
        ledger.receive(Task(name, "p", "print"), unused)
        ledger.finish(name, Outcome("printed"))
    ledger.acknowledge_result("old")
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0 + 8 * 86400)
    assert ledger.receive(Task("old", "p", "print"), unused)
    assert not ledger.receive(Task("owed", "p", "print"), unused)
    ledger.close()


def test_task_payloads_survive_the_ledger(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite", lambda: 0.0)
    ledger.receive(Task("x", "p", "print", SLIP), unused)
    assert json.dumps(ledger.recover()[0].payload) == json.dumps(SLIP)
    ledger.close()


def test_a_task_is_dispatched_before_it_is_on_disk_and_begins_after(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, lambda: 1000.0)
    stored: list[list[tuple[object, ...]]] = []
    dispatched, may_write = threading.Event(), threading.Event()

    def rows() -> list[tuple[object, ...]]:
        with sqlite3.connect(path) as other:
            return other.execute("SELECT id, started_at FROM task").fetchall()

    def dispatch(_task: Task) -> None:
        stored.append(rows())
        dispatched.set()
        assert may_write.wait(PATIENCE)

    def begin() -> None:
        ledger.begin("a")
        stored.append(rows())

    receiver = threading.Thread(target=ledger.receive, args=(Task("a", "p", "print"), dispatch))
    receiver.start()
    assert dispatched.wait(PATIENCE)
    device = threading.Thread(target=begin)
    device.start()
    may_write.set()
    for thread in (receiver, device):
        thread.join(PATIENCE)
    assert stored == [[], [("a", 1000.0)]]
    ledger.close()


def test_a_task_that_could_not_be_written_does_not_begin(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, lambda: 1000.0)
    queue: list[Task] = []

    def dispatch(task: Task) -> None:
        queue.append(task)
        raise OSError(28, "No space left on device")

    task = Task("a", "p", "print")
    with pytest.raises(OSError, match="No space"):
        ledger.receive(task, dispatch)
    with pytest.raises(LookupError):
        ledger.begin("a")
    ledger.finish("a", Outcome("failed", "internal"))
    assert ledger.outstanding_results() == []
    # The server sends it again while the first copy still waits in the queue of its device.
    assert ledger.receive(task, queue.append)
    assert queue == [task, task]
    ledger.begin("a")
    ledger.finish("a", Outcome("printed"))
    with pytest.raises(LookupError):
        ledger.begin("a")
    ledger.finish("a", Outcome("failed", "internal"))
    assert [result.outcome.state for result in ledger.outstanding_results()] == ["printed"]
    ledger.close()


def test_the_task_that_a_new_one_replaces_is_settled_with_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0)
    assert ledger.receive(Task("old", "v", "speak"), unused)

    def replace(_task: Task) -> None:
        ledger.finish("old", Outcome("expired", "replaced"))

    assert ledger.receive(Task("new", "v", "speak"), replace)
    assert [(r.id, r.outcome.reason) for r in ledger.outstanding_results()] == [("old", "replaced")]
    assert [task.id for task in ledger.recover()] == ["new"]
    ledger.close()


def test_a_start_within_the_wait_is_on_disk_with_the_task(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, lambda: 1000.0, start_seconds=PATIENCE)
    device = threading.Thread(target=ledger.begin, args=("a",))
    assert ledger.receive(Task("a", "p", "print"), lambda _task: device.start())
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT id, started_at FROM task").fetchall() == [("a", 1000.0)]
    device.join(PATIENCE)
    with pytest.raises(LookupError):
        ledger.begin("a")
    ledger.close()


def test_a_start_that_joined_a_record_that_failed_is_refused(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0, start_seconds=PATIENCE)
    refused, dispatched = threading.Event(), threading.Event()

    def begin() -> None:
        assert dispatched.wait(PATIENCE)
        with pytest.raises(LookupError):
            ledger.begin("a")
        refused.set()

    def dispatch(_task: Task) -> None:
        device.start()
        dispatched.set()
        raise OSError(28, "No space left on device")

    device = threading.Thread(target=begin)
    with pytest.raises(OSError, match="No space"):
        ledger.receive(Task("a", "p", "print"), dispatch)
    assert refused.wait(PATIENCE)
    assert ledger.recover() == []
    device.join(PATIENCE)
    ledger.close()
