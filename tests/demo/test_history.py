"""Demo history: keeps the hall's own rules and is the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Connection

from server.bulletins import queries as bulletins_queries
from server.catalogue.actions import import_catalogue
from server.catalogue.reference import load
from server.core.actors import SYSTEM
from server.core.clock import SetClock
from server.core.config import Config
from server.demo import time_clocks
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.integrity.checks import violations
from server.spot_checks import finding_queries as stored_findings
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.queries import StoredMark
from server.time_clocks import queries as time_clocks_queries
from support.contracts import as_text, golden_file
from support.contracts.past import journal_contract
from support.demo_history import SATURDAY


def test_hall_check_finds_nothing_wrong(hall: Hall) -> None:
    assert hall.ctx.read(lambda c: violations(hall.ctx.hall_id, c)) == []


def test_every_kind_of_record_is_there(hall: Hall) -> None:
    def seen(conn: object) -> tuple[set[str], set[str], set[str]]:
        span = "2026-10-01", "2026-11-06"
        finding_rows = stored_findings.of_days(conn, "reference", *span)  # type: ignore[arg-type]
        walked = spot_checks_queries.of_days(conn, "reference", *span)  # type: ignore[arg-type]
        weeks = bulletins_queries.every(conn, "reference")  # type: ignore[arg-type]
        return {r.kind for r in finding_rows}, {r.state for r in walked}, {r.state for r in weeks}

    kinds, walks, weeks = hall.ctx.read(seen)
    assert {"empty", "away", "conduct"} & kinds
    assert "done" in walks
    assert weeks == {"draft", "released"}


def test_a_check_of_the_past_says_since_when_the_person_was_signed_in(hall: Hall) -> None:
    def recorded(conn: Connection) -> list[StoredMark]:
        rows = spot_checks_queries.of_days(conn, "reference", "2026-10-01", "2026-11-06")
        return spot_checks_queries.marks_of(conn, "reference", [row.id for row in rows])

    marks = [mark for mark in hall.ctx.read(recorded) if mark.staff]
    assert marks
    for mark in marks:
        state = json.loads(mark.known)
        since, called = state["since"], state["last_call_at"]
        assert f"{hall.ctx.local(since):%H:%M}" == "08:24"
        assert since < called < mark.at


def test_the_same_seed_has_the_journal_of_earlier_versions(hall: Hall) -> None:
    """Compare with the golden file.

    An action that writes another line changes every hash after it.
    """
    assert as_text(journal_contract(hall)) == golden_file("journal").read_text(encoding="utf-8")


def test_people_of_a_rehearsals_past_use_the_time_clocks_that_it_has(tmp_path: Path) -> None:
    config = Config(data=tmp_path, hall_id="reference", database=f"sqlite:///{tmp_path}/hall.db")
    hall = open_hall(config, clock=SetClock(SATURDAY))
    import_catalogue(hall.ctx, SYSTEM, load(), "")
    time_clocks.admit(hall, rehearsal=True)
    admitted = hall.ctx.read(lambda c: time_clocks_queries.every(c, "reference"))
    serials = {door.serial for door in time_clocks.doors(rehearsal=True)}
    assert {reader.serial for reader in admitted} == serials
    assert serials < {door.serial for door in time_clocks.DOORS}
    hall.ctx.store.close()
