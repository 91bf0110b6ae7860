"""Time clocks whose clock is wrong, and the punches that are accepted nevertheless."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import punch_store, queries
from server.time_clocks import reports as time_clocks_reports
from server.time_clocks.punch_rules import PunchLine, Source
from support.halls import SmallHall, at
from support.time_clock_reports import BOSS, DAY, admit_time_clock, all_punches, line


def steady(small: SmallHall, reader: str, minutes: int = 10) -> None:
    """Let the time clock poll every ten seconds, so that a punch shows how far its clock is off."""
    for _ in range(minutes * 6):
        time_clocks_reports.poll(small.ctx, reader, time_clocks_reports.TimeClockReport())
        small.clock.advance(seconds=10)


def pushed(small: SmallHall, reader: str, *records: PunchLine) -> list[str]:
    """Upload these lines once and return the doubt of each."""
    punch_store.store(small.ctx, reader, records, Source.PUSH)
    rows = {(row.enrolment, row.said): row.doubt for row in all_punches(small)}
    return [rows[each.enrolment, each.claimed_at.isoformat(" ")] for each in records]


def is_off(small: SmallHall, reader: str) -> bool:
    row = small.ctx.read(lambda c: queries.get(c, "small", reader))
    assert row is not None
    return punch_store.clock_of(row).is_off


@pytest.mark.parametrize("absurd", ["2063-05-01 07:00:00", "2000-01-01 00:03:00"])
@pytest.mark.parametrize("alone", [True, False])
def test_an_absurd_time_makes_no_other_punch_doubtful(
    small: SmallHall, absurd: str, alone: bool
) -> None:
    reader = admit_time_clock(small)
    strange = PunchLine("9", datetime.fromisoformat(absurd))
    steady(small, reader)
    pushed(small, reader, line("8", "09:10:00"))
    if alone:
        assert pushed(small, reader, strange) != [""]
    else:
        assert pushed(small, reader, line("7", "09:09:58"), strange)[0] == ""
    # After an outage its punches come a day later.
    small.clock.advance(minutes=1800)
    time_clocks_reports.poll(small.ctx, reader, time_clocks_reports.TimeClockReport())
    missed = [line(str(n), f"{10 + n % 8}:00:00") for n in range(24)]
    assert set(pushed(small, reader, *missed)) == {""}
    assert not is_off(small, reader)


def test_punches_requested_again_are_not_doubtful(small: SmallHall) -> None:
    reader = admit_time_clock(small)
    steady(small, reader)
    pushed(small, reader, line("8", "09:10:00"))
    time_clocks_actions.order(
        small.ctx, BOSS, small.key(), reader, "reread", "2026-03-01", "2026-03-02"
    )
    assert (
        b"QUERY"
        in time_clocks_reports.poll(
            small.ctx, reader, time_clocks_reports.TimeClockReport()
        ).encode()
    )
    for clock in ("08:00:00", "08:00:30", "08:20:00"):
        assert pushed(small, reader, line("5", clock)) == [""]
        steady(small, reader, 3)
    assert not is_off(small, reader)


def test_a_repeated_upload_is_not_doubtful(small: SmallHall) -> None:
    reader = admit_time_clock(small)
    steady(small, reader)
    pushed(small, reader, line("8", "09:10:00"))
    # It polls all the time, but its uploads failed for an hour.
    steady(small, reader, 60)
    for minute in range(12, 60, 6):
        assert pushed(small, reader, line("5", f"09:{minute}:00")) == [""]
        steady(small, reader, 1)
    assert not is_off(small, reader)


def test_a_slow_clock_is_detected_by_its_second_punch(small: SmallHall) -> None:
    reader = admit_time_clock(small)
    steady(small, reader)
    for expected in ("", "clock_off", "clock_off"):
        punch_time = datetime.combine(DAY, time(9)) + timedelta(
            milliseconds=small.clock.now() - at(9), seconds=-903
        )
        assert pushed(small, reader, PunchLine("5", punch_time)) == [expected]
        steady(small, reader, 4)
    event = small.ctx.read(lambda c: queries.last_event(c, "small", reader, "clock_off"))
    assert event is not None


def test_clock_facts_stored_by_an_earlier_version_are_understood(small: SmallHall) -> None:
    reader = admit_time_clock(small)
    noon, facts = at(8, 30), '{"clock": {"off_from": %d, "off_until": %d, "worst": 1166832000}}'
    small.ctx.write(
        lambda tx: queries.change(tx, reader, facts=facts % (noon - 600_000, noon), offset_at=noon)
    )
    small.clock.advance(minutes=1800)
    assert pushed(small, reader, line("5", "17:30:00"), line("5", "08:00:00")) == ["", ""]
