"""kill -9 of server, printer agent, or both at random moments of a busy hall, then the whole truth.

A short, seeded portion of `python3 go.py break --only kills`: nothing acknowledged is lost, no
number is there twice, nobody is at two windows, nobody overtakes, no slip was printed twice, the
journal's chain holds and the board shows what the books say (docs/breaking.md).
"""

from __future__ import annotations

from pathlib import Path

from bench.breaking.kills import kills
from bench.breaking.run import Setting, judged

KILLS = 3
LEAST_ACTS = 12


def test_nothing_acknowledged_is_lost(tmp_path: Path, database_url: str) -> None:
    made = Setting(database=database_url, clerks=2)
    outcome = judged("kills", 7, kills(KILLS), made, tmp_path)
    assert outcome.violations == []
    assert sum(outcome.faults.values()) == KILLS
    assert outcome.acks > LEAST_ACTS
    assert outcome.shown > 0, "no call was on the boards when they were looked at"
