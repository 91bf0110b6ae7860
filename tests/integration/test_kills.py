"""kill -9 of server, printer agent, or both at random times of a busy hall, then a full check.

A short, seeded portion of `python3 go.py break --only kills`: nothing acknowledged is lost, no
number is issued twice, no ticket is at two windows, no ticket overtakes, no slip is printed twice,
the journal's chain holds and the board shows the stored state (docs/breaking.md).
"""

from __future__ import annotations

from pathlib import Path

from bench.breaking.kills import kill_faults
from bench.breaking.run import Setting, run_and_verify

KILLS = 3
LEAST_ACTS = 12


def test_nothing_acknowledged_is_lost(tmp_path: Path, database_url: str) -> None:
    made = Setting(database=database_url, clerks=2)
    outcome = run_and_verify("kills", 7, kill_faults(KILLS), made, tmp_path)
    assert outcome.violations == []
    assert sum(outcome.faults.values()) == KILLS
    assert outcome.acks > LEAST_ACTS
    assert outcome.shown > 0, "no call was on the boards when they were looked at"
