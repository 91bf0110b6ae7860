"""Time clocks that ask to be admitted: a list that an attacker cannot fill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.core.errors import HallError
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks import reports as services
from server.time_clocks.admission import ASKING_OF_ADDRESS, MAX_ASKING, SILENT_MS
from support.halls import SmallHall, at


@pytest.fixture
def hall(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    small = SmallHall(database_url, tmp_path, at(9))
    yield small
    small.close()


def ask(hall: SmallHall, serial: str, address: str) -> None:
    with suppress(HallError):
        services.require_admitted(hall.ctx, serial, address)


def asking(hall: SmallHall) -> set[str]:
    return {
        row.serial
        for row in hall.ctx.read(lambda c: time_clocks_queries.awaiting_admission(c, "small"))
    }


def test_one_address_has_a_limited_number_of_places(hall: SmallHall) -> None:
    for n in range(20):
        ask(hall, f"BAD{n}", "192.0.2.9")
    ask(hall, "REAL", "192.0.2.10")
    assert len(asking(hall)) == ASKING_OF_ADDRESS + 1
    assert "REAL" in asking(hall)


def test_in_a_full_list_a_real_time_clock_replaces_a_silent_one(hall: SmallHall) -> None:
    for n in range(MAX_ASKING):
        ask(hall, f"BAD{n}", f"192.0.2.{n}")
    hall.clock.advance(seconds=60)
    ask(hall, "REAL", "198.51.100.1")
    assert "REAL" not in asking(hall)
    hall.clock.advance(seconds=SILENT_MS / 1000)
    ask(hall, "BAD0", "192.0.2.0")  # it came again: it is not the silent one
    ask(hall, "REAL", "198.51.100.1")
    assert {"REAL", "BAD0"} < asking(hall)
    assert len(asking(hall)) == MAX_ASKING
