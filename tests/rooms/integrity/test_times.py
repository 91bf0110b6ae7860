"""Integrity check of times: `hall check` reports impossible times of every record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, insert, update

from server.core.all_tables import EXTERNAL_TIMES, TIME_STEPS, metadata
from server.integrity.checks import violations as violations_of
from server.integrity.times import EARLIEST, NON_TIME_COLUMNS
from server.queue import calling
from server.queue import tables as queue_tables
from server.queue.offline import desk_queries
from server.queue.tickets import Outcome
from support.halls import SmallHall, at


@pytest.fixture
def hall(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield a hall with one ticket served and one waiting, on each database."""
    small = SmallHall(database_url, tmp_path, at(9))
    small.sign_in("T1")
    small.issue("tax-1")
    small.issue("tax-1")
    small.call("T1")
    small.clock.advance(seconds=60)
    calling.start(small.ctx, small.clerk("T1"), small.key(), "T1")
    small.clock.advance(seconds=600)
    calling.finish(small.ctx, small.clerk("T1"), small.key(), "T1", Outcome.DONE, "")
    yield small
    small.close()


def violations(hall: SmallHall) -> list[str]:
    return [violation.en for violation in hall.ctx.read(lambda c: violations_of("small", c))]


@pytest.mark.parametrize(
    ("column", "when"),
    [
        ("issued_at", 0),
        ("issued_at", at(9) - 86_400_000),
        ("waiting_since", at(9) + 86_400_000),
        ("called_at", at(9) + 86_400_000),
        ("serving_at", at(9) - 86_400_000),
        ("ended_at", 0),
        ("ended_at", at(9) - 86_400_000),
    ],
)
def test_a_tickets_times_are_of_its_day(hall: SmallHall, column: str, when: int) -> None:
    assert violations(hall) == []
    hall.ctx.write(lambda tx: tx.conn.execute(update(queue_tables.ticket).values({column: when})))
    assert violations(hall) != []


def test_a_clock_stepped_by_an_hour_is_no_violation(hall: SmallHall) -> None:
    hall.call("T1")
    hall.clock.set(hall.clock.now() - 3_600_000)
    calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")
    calling.finish(hall.ctx, hall.clerk("T1"), hall.key(), "T1", Outcome.DONE, "")
    assert violations(hall) == []


def test_a_call_of_another_day_is_a_violation(hall: SmallHall) -> None:
    hall.ctx.write(
        lambda tx: tx.conn.execute(update(queue_tables.call).values(at=at(9) - 2 * 86_400_000))
    )
    assert "tickets of 2026-03-02 have times outside that day" in violations(hall)


def test_steps_in_reverse_order_are_violations(hall: SmallHall) -> None:
    row = {"id": "x", "window": "T1", "staff": "1", "opened_at": at(9), "closed_at": at(5)}
    hall.ctx.write(
        lambda tx: tx.conn.execute(
            insert(metadata.tables["desk_line"]).values(hall_id=tx.hall_id, **row)
        )
    )
    assert violations(hall) == ["1 records of desk_line have closed_at before opened_at"]


def test_a_time_before_the_program_existed_is_a_violation(hall: SmallHall) -> None:
    hall.ctx.write(lambda tx: desk_queries.record_worker(tx.at(EARLIEST - 1), "w"))
    assert violations(hall) == ["server_seen.seen_at has a time that cannot be"]


def test_every_second_instant_of_a_record_is_checked() -> None:
    """Check every second instant of a record.

    A new table with two instants of one record must be listed in TIME_STEPS, or be named here with
    the reason why not.
    """
    apart = {
        "account": "a lock ends in the future",
        "case_applicant": "both ends of its keeping lie ahead",
        "remote_number": "its keeping ends in the future",
        "complaint_words": "both ends of its keeping lie ahead",
        "device": "one instant",
        "enrolment": "a code ends in the future",
        "finding": "when a dispute must be raised lies ahead",
        "hall_notice": "a notice may end in the future",
        "finger": "from when a link holds is said by the office",
        "pad_press": "the pad's PC has its own clock",
        "rating": "a press on a pad is known later than it was made",
        "punch": "the time clock's own time",
        "reader": "of the time clock's own time",
        "session": "it ends in the future",
        "shift_rule": "one instant",
        "sign_in_source": "locks end in the future",
        "spot_mark": "the phone's own time, judged at each mark",
        "window_post": "a post is given up whole",
    }
    checked = {name for name, _, _ in TIME_STEPS}
    for table in metadata.sorted_tables:
        instants = [
            c.name
            for c in table.c
            if isinstance(c.type, BigInteger)
            and c.name not in NON_TIME_COLUMNS
            and (table.name, c.name) not in EXTERNAL_TIMES
        ]
        if len(instants) > 1:
            assert table.name in checked | set(apart), table.name
