"""Figures over several rows name the latest address and time clock, not the greatest name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.accounts import wrong_code_queries
from server.time_clocks import punch_queries
from support.halls import SmallHall, at

FINGER = "7"


@pytest.fixture
def small_hall(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    hall = SmallHall(database_url, tmp_path, at(9))
    yield hall
    hall.close()


def _punch(time: str, reader: str) -> dict[str, Any]:
    day = f"2026-03-02 {time}"
    return {
        "reader": reader,
        "enrolment": FINGER,
        "said": day,
        "day": day[:10],
        "at": at(int(time[:2]), int(time[3:5])),
    }


def test_wrong_attempts_of_two_hours_name_the_later_address(small_hall: SmallHall) -> None:
    ctx = small_hall.ctx
    ctx.write(lambda tx: wrong_code_queries.add(tx, "code", 3, "203.0.113.9"))
    small_hall.clock.advance(minutes=60)
    ctx.write(lambda tx: wrong_code_queries.add(tx, "code", 2, "192.0.2.1"))
    (attempts,) = ctx.read(
        lambda conn: wrong_code_queries.lately(conn, "small", small_hall.clock.now())
    )
    assert attempts == wrong_code_queries.WrongAttempts("code", 5, "192.0.2.1")


def test_an_enrolment_at_two_time_clocks_names_the_one_of_its_last_punch(
    small_hall: SmallHall,
) -> None:
    ctx = small_hall.ctx
    rows = [_punch("08:30:00", "west"), _punch("08:10:00", "east"), _punch("08:40:00", "east")]
    ctx.write(lambda tx: punch_queries.add(tx, rows))
    summary = ctx.read(lambda conn: punch_queries.since_day(conn, "small", "2026-03-02"))
    assert summary == [
        punch_queries.EnrolmentPunches(
            FINGER, 3, "2026-03-02 08:10:00", "2026-03-02 08:40:00", "east"
        )
    ]
