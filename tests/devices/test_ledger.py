"""Ledger of the agent: each task at most once, also over restarts."""

from __future__ import annotations

import json
from pathlib import Path

from devices.device_thread import Outcome, Task
from devices.host.ledger import Ledger
from support.hardware import SLIP


def test_an_accepted_task_that_was_not_begun_runs_after_a_restart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0)
    task = Task("a", "printer-1", "print", {"lines": []}, 1060.0)
    assert ledger.receive(task)
    assert not ledger.receive(task)
    assert ledger.receive(Task("b", "printer-1", "print"))
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
    ledger.receive(Task("b", "printer-1", "print"))
    assert [r.id for r in ledger.outstanding_results()] == ["b"]
    ledger.finish("b", Outcome("printed"))
    assert ledger.outstanding_results()[0].outcome.state == "unknown"
    ledger.close()


def test_acknowledged_tasks_are_deleted_after_a_week(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0)
    for name in ("old", "owed"):
        ledger.receive(Task(name, "p", "print"))
        ledger.finish(name, Outcome("printed"))
    ledger.acknowledge_result("old")
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0 + 8 * 86400)
    assert ledger.receive(Task("old", "p", "print"))
    assert not ledger.receive(Task("owed", "p", "print"))
    ledger.close()


def test_task_payloads_survive_the_ledger(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite", lambda: 0.0)
    ledger.receive(Task("x", "p", "print", SLIP))
    assert json.dumps(ledger.recover()[0].payload) == json.dumps(SLIP)
    ledger.close()
