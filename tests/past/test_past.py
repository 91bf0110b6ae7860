"""The demo's invented past keeps the hall's own rules and is the same for the same seed."""

from __future__ import annotations

from pathlib import Path

from server.hall import Hall
from server.services.checks import findings
from server.storage import bulletins, checks, journal
from server.storage import findings as stored_findings
from support.pasts import invented


def test_hall_check_finds_nothing_wrong(hall: Hall) -> None:
    assert hall.ctx.read(lambda c: findings(hall.ctx.hall_id, c)) == []


def test_every_kind_of_record_is_there(hall: Hall) -> None:
    def seen(conn: object) -> tuple[set[str], set[str], set[str]]:
        span = "2026-10-01", "2026-11-06"
        found = stored_findings.of_days(conn, "reference", *span)  # type: ignore[arg-type]
        walked = checks.of_days(conn, "reference", *span)  # type: ignore[arg-type]
        weeks = bulletins.every(conn, "reference")  # type: ignore[arg-type]
        return {r.kind for r in found}, {r.state for r in walked}, {r.state for r in weeks}

    kinds, walks, weeks = hall.ctx.read(seen)
    assert {"empty", "away", "conduct"} & kinds
    assert "done" in walks
    assert weeks == {"draft", "released"}


def test_the_same_seed_invents_the_same_past(hall: Hall, tmp_path: Path) -> None:
    again = invented(tmp_path, 1)
    heads = [h.ctx.read(lambda c, h=h: journal.head(c, h.ctx.hall_id)) for h in (hall, again)]  # type: ignore[misc]
    # The key under which seeds are sealed is never the same, so the journals differ in their
    # seals only; what happened is the same.
    assert heads[0][0] == heads[1][0]
    assert _week(hall) == _week(again)


def _week(hall: Hall) -> str:
    row = hall.ctx.read(lambda c: bulletins.get(c, hall.ctx.hall_id, "2026-W43"))
    assert row is not None
    return str(row.digest)
