"""Punches on both databases: stored once, never changed; time clocks, files, sign-in sheets."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from server.accounts.errors import AccountCode
from server.core import journal
from server.core.engine import open_engine
from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.events import AttendanceChanged
from server.integrity.checks import violations
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import iclock, manual_entry, punch_store, quarantine, queries
from server.time_clocks import polling as time_clocks_polling
from server.time_clocks import reports as time_clocks_reports
from server.time_clocks.errors import TimeClockCode
from server.time_clocks.manual_entry import Sheet, Signature
from server.time_clocks.punch_rules import PunchLine, Source
from server.time_clocks.tables import punch
from support.halls import MANAGER, STAFF, SmallHall, at
from support.time_clock_reports import BOSS, DAY, OFFICE, admit_time_clock, all_punches, line


def stored_punches(small: SmallHall) -> list[tuple[str, str, str]]:
    return [(row.reader, row.enrolment, row.said) for row in all_punches(small)]


def test_a_punch_is_stored_once_with_all_its_fields(small: SmallHall) -> None:
    reader = admit_time_clock(small)
    records = [line("1001"), line("1002"), line("1001")]
    first = punch_store.store(small.ctx, reader, records, Source.PUSH)
    again = punch_store.store(small.ctx, reader, records, Source.PUSH)
    assert (first.new, first.duplicates, again.new, again.duplicates) == (2, 1, 0, 3)
    row = all_punches(small)[0]
    assert (row.said, row.day, row.at) == ("2026-03-02 08:20:00", "2026-03-02", at(8, 20))
    assert (row.in_out, row.verify, row.source, row.raw) == ("0", "1", "push", "raw")
    assert small.ctx.read(lambda c: violations("small", c)) == []


def test_the_same_second_at_two_time_clocks_is_two_punches(small: SmallHall) -> None:
    for serial in ("CE1", "CE2"):
        punch_store.store(small.ctx, admit_time_clock(small, serial), [line("1001")], Source.PUSH)
    assert len(stored_punches(small)) == 2


def test_changed_days_are_published_after_the_commit(small: SmallHall) -> None:
    events: list[Any] = []
    small.ctx.bus.subscribe(
        lambda e: events.append(e) if isinstance(e, AttendanceChanged) else None
    )
    reader = admit_time_clock(small)
    other = DAY - timedelta(days=3)
    punch_store.store(small.ctx, reader, [line("1"), line("1", day=other)], Source.PUSH)
    punch_store.store(small.ctx, reader, [line("1")], Source.PUSH)
    assert [event.days for event in events] == [("2026-02-27", "2026-03-02")]


@pytest.mark.parametrize("statement", [
    update(punch).values(said="2026-03-02 08:00:00"),
    update(punch).values(doubt=""),
    delete(punch),
])  # fmt: skip
def test_the_database_itself_refuses_to_change_a_punch(
    small: SmallHall, statement: Any, database_url: str
) -> None:
    punch_store.store(small.ctx, admit_time_clock(small), [line("1001")], Source.PUSH)
    before = all_punches(small)
    engine = open_engine(database_url)
    with pytest.raises(DBAPIError, match="punches never change"), engine.begin() as conn:
        conn.execute(statement)
    engine.dispose()
    assert all_punches(small) == before


def test_postgresql_does_not_truncate_punches_either(postgres_url: str, tmp_path: Path) -> None:
    small = SmallHall(postgres_url, tmp_path, at(9))
    punch_store.store(small.ctx, admit_time_clock(small), [line("1001")], Source.PUSH)
    engine = open_engine(postgres_url)
    with pytest.raises(DBAPIError, match="punches never change"), engine.begin() as conn:
        conn.execute(text("TRUNCATE punch"))
    engine.dispose()
    small.close()


def test_a_punch_changed_in_the_database_is_a_violation(sqlite_url: str, tmp_path: Path) -> None:
    small = SmallHall(sqlite_url, tmp_path, at(9))
    punch_store.store(small.ctx, admit_time_clock(small), [line("1001"), line("1002")], Source.PUSH)
    engine = open_engine(sqlite_url)
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER punch_no_update"))
        conn.execute(update(punch).where(punch.c.id == 2).values(said="2026-03-02 08:29:00"))
    engine.dispose()
    (violation,) = small.ctx.read(lambda c: violations("small", c))
    assert "CE1" in violation.zh
    small.close()


def test_an_unknown_time_clock_is_rejected_and_an_unknown_finger_is_stored(
    small: SmallHall,
) -> None:
    with pytest.raises(HallError) as refused:
        punch_store.store(small.ctx, "NOBODY", [line("1")], Source.PUSH)
    assert refused.value.code is CommonCode.DEVICE_UNKNOWN
    punch_store.store(small.ctx, admit_time_clock(small), [line("9001")], Source.PUSH)
    assert small.ctx.read(lambda c: queries.fingers(c, "small")) == {}
    time_clocks_actions.link(small.ctx, BOSS, small.key(), "9001", STAFF["T1"], "2026-03-01")
    time_clocks_actions.link(small.ctx, BOSS, small.key(), "9001", "", "2026-04-01")
    links = small.ctx.read(lambda c: queries.fingers(c, "small"))["9001"]
    assert time_clocks_actions.owner_at(links, at(8, 20)) == STAFF["T1"]
    assert (
        time_clocks_actions.owner_at(links, at(8, 20, day=date.fromisoformat("2026-02-28"))) == ""
    )
    assert (
        time_clocks_actions.owner_at(links, at(8, 20, day=date.fromisoformat("2026-04-02"))) == ""
    )


def test_doubtful_times_are_marked_and_kept(small: SmallHall) -> None:
    records = [
        line("1"),
        line("1", "23:00:00"),
        PunchLine("1", datetime.fromisoformat("2000-01-01 00:03:00")),
        PunchLine("1", datetime.fromisoformat("2015-05-05 08:00:00")),
    ]
    result = punch_store.store(small.ctx, admit_time_clock(small), records, Source.FILE)
    assert (result.new, result.doubtful) == (4, 3)
    assert [row.doubt for row in all_punches(small)] == ["", "future", "reset", "old"]


def test_delivery_of_the_hall_is_that_of_its_slowest_time_clock_in_service(
    small: SmallHall,
) -> None:
    def until() -> int | None:
        return small.ctx.read(lambda c: queries.delivered_until(c, "small"))

    assert until() is None
    push, pull = admit_time_clock(small, "CE1"), admit_time_clock(small, "hall", "pull")
    assert until() == at(9)
    time_clocks_reports.poll(small.ctx, push, time_clocks_reports.TimeClockReport())
    small.clock.advance(seconds=60)
    time_clocks_reports.poll(small.ctx, push, time_clocks_reports.TimeClockReport())
    time_clocks_polling.take(small.ctx, pull, [line("1")], [], 2.0)
    assert until() == small.clock.now() - 15_000
    small.clock.advance(minutes=20)
    time_clocks_reports.poll(small.ctx, push, time_clocks_reports.TimeClockReport())
    assert until() == at(9) + 45_000
    time_clocks_actions.move(small.ctx, BOSS, small.key(), push, "out")
    assert until() == at(9) + 58_000
    time_clocks_actions.move(small.ctx, BOSS, small.key(), pull, "retired")
    assert until() is None


def test_a_time_clock_out_of_service_still_delivers_punches(small: SmallHall) -> None:
    reader = admit_time_clock(small)
    time_clocks_actions.move(small.ctx, BOSS, small.key(), reader, "out")
    assert punch_store.store(small.ctx, reader, [line("1")], Source.PUSH).new == 1
    time_clocks_actions.move(small.ctx, OFFICE, small.key(), reader, "retired")
    with pytest.raises(HallError):
        punch_store.store(small.ctx, reader, [line("2")], Source.PUSH)


def test_the_clock_of_a_polled_device_is_measured_and_reported(small: SmallHall) -> None:
    reader = admit_time_clock(small, "hall", "pull")
    wrong = datetime.combine(DAY, time(9, 10))
    time_clocks_polling.store_clock_reading(small.ctx, reader, wrong, {"records": 3}, "Ver 6.60")
    punch_store.store(small.ctx, reader, [line("1", "09:05:00")], Source.PULL)
    row = small.ctx.read(lambda c: queries.get(c, "small", reader))
    assert row is not None
    assert (row.offset_seconds, row.records, row.firmware) == (600, 3, "Ver 6.60")
    assert [punch.doubt for punch in all_punches(small)] == ["future"]
    event = small.ctx.read(lambda c: queries.last_event(c, "small", reader, "clock_off"))
    assert event is not None
    assert time_clocks_actions.order(small.ctx, BOSS, small.key(), reader, "set_time") == 1
    orders = small.ctx.read(lambda c: queries.open_commands(c, "small", reader))
    assert orders[0].command == '{"shift": -600}'


def test_repeated_bad_lines_are_counted_in_one_row(small: SmallHall) -> None:
    reader = admit_time_clock(small)
    body = "\n".join(["garbage"] * 5 + [f"bad {n}" for n in range(400)]).encode()
    reading = time_clocks_reports.read_lines(body, iclock.attlog)
    for _ in range(2):
        time_clocks_reports.take_lines(small.ctx, reader, "ATTLOG", reading, "")
    rows = small.ctx.read(lambda c: queries.lines(c, "small", settled=False, most=1000))
    assert len(rows) == quarantine.MAX_PUT_ASIDE + 1
    assert {row.line: row.times for row in rows}["garbage"] == 10
    quarantine.settle_line(small.ctx, BOSS, small.key(), rows[0].id)
    unsettled = small.ctx.read(lambda c: queries.unsettled(c, "small"))
    assert unsettled == {reader: quarantine.MAX_PUT_ASIDE}


def test_all_open_lines_of_one_time_clock_are_settled_at_once(small: SmallHall) -> None:
    """Settle all quarantined lines of one time clock at once.

    One action, one reason, one line of the journal; lines that came later stay open.
    """
    east, west = admit_time_clock(small, "east"), admit_time_clock(small, "west")

    def send(reader: str, *lines: str) -> None:
        reading = time_clocks_reports.read_lines("\n".join(lines).encode(), iclock.attlog)
        time_clocks_reports.take_lines(small.ctx, reader, "ATTLOG", reading, "")

    def open_lines() -> dict[str, int]:
        return small.ctx.read(lambda c: queries.unsettled(c, "small"))

    send(east, *(f"bad {n}" for n in range(40)))
    send(west, "worse")
    seen = small.ctx.read(lambda c: queries.lines(c, "small", settled=False))
    newest = max(row.id for row in seen if row.reader == east)
    send(east, "came while somebody looked")

    key = small.key()
    with pytest.raises(HallError) as refused:
        quarantine.settle_lines(small.ctx, BOSS, small.key(), east, (1, newest), "  ")
    assert (refused.value.code, refused.value.data) == (CommonCode.INVALID, {"field": "why"})
    for _ in range(2):
        act = small.ctx, BOSS, key, east, (1, newest), "测试设备的乱码"
        assert quarantine.settle_lines(*act) == 40
    assert open_lines() == {east: 1, west: 1}
    (line,) = small.ctx.read(
        lambda c: [x for x in journal.of_subject(c, "small", east) if "settle" in x["act"]]
    )
    assert line["act"] == "reader.settle_lines"
    assert (line["data"]["count"], line["data"]["why"]) == (40, "测试设备的乱码")
    assert re.fullmatch("[0-9a-f]{64}", line["data"]["digest"])
    done = small.ctx.read(lambda c: queries.lines(c, "small", settled=True))
    assert {row.settled_by for row in done} == {BOSS.key}

    with pytest.raises(HallError) as nothing:
        quarantine.settle_lines(small.ctx, BOSS, small.key(), east, (1, newest), "再来一次")
    assert nothing.value.code is CommonCode.NOT_FOUND
    later = small.ctx, BOSS, small.key(), east, (1, newest + 99), "看过"
    assert quarantine.settle_lines(*later) == 1
    assert open_lines() == {west: 1}


FILE = (
    b"       1\t2026-03-02 08:20:05\t1\t0\t1\t0\r\n"
    b"    1002 2026-03-02 08:21:07 1 0 1 0\r\n"
    b"\r\n"
    b"oops\r\n"
    b"    1003\t2026-03-02 08:22:00\t1\t0\t1\t0\r\n\x1a"
)


def test_a_usb_file_is_imported_and_its_problems_are_listed_by_line(small: SmallHall) -> None:
    reader = admit_time_clock(small, "SIDE", "file")
    read = manual_entry.read_file(FILE)
    assert [(p.line, p.reason) for p in read.problems] == [(4, "too_short")]
    first = manual_entry.take_file(small.ctx, BOSS, reader, read, "1_attlog.dat")
    again = manual_entry.take_file(small.ctx, BOSS, reader, read, "1_attlog.dat")
    assert (first.new, again.new, again.duplicates) == (3, 0, 3)
    assert [row.source for row in all_punches(small)] == ["file"] * 3
    row = small.ctx.read(lambda c: queries.get(c, "small", reader))
    assert row is not None
    assert row.delivered_until == at(8, 22)


def test_a_file_of_another_kind_is_rejected_completely(small: SmallHall) -> None:
    reader = admit_time_clock(small, "SIDE", "file")
    read = manual_entry.read_file(
        "1001\t2026-03-02 08:20:05\n姓名,部门\n张三,税务\n".encode("gb18030")
    )
    with pytest.raises(HallError) as refused:
        manual_entry.take_file(small.ctx, BOSS, reader, read, "user.dat")
    assert refused.value.code is TimeClockCode.PUNCH_FILE
    assert refused.value.data["count"] == 2
    assert stored_punches(small) == []


def sheet(signers: Sequence[str], witness: str, reason: str = "停电", at_: str = "08:25") -> Sheet:
    return Sheet(DAY, reason, witness, [Signature(s, time.fromisoformat(at_)) for s in signers])


def test_a_signed_sheet_makes_punches_of_the_signers(small: SmallHall) -> None:
    key = small.key()
    signed = sheet([STAFF["T1"], STAFF["T2"]], STAFF["S1"])
    sheet_id = manual_entry.take_sheet(small.ctx, BOSS, key, signed)
    assert manual_entry.take_sheet(small.ctx, BOSS, key, signed) == sheet_id
    assert stored_punches(small) == []
    manual_entry.answer_sheet(small.ctx, small.clerk("S1"), small.key(), sheet_id, True, "")
    assert len(stored_punches(small)) == 2
    links = small.ctx.read(lambda c: queries.fingers(c, "small"))
    assert {
        time_clocks_actions.owner_at(links[e], at(8, 25)) for _, e, _ in stored_punches(small)
    } == {
        STAFF["T1"],
        STAFF["T2"],
    }
    assert {row.source for row in all_punches(small)} == {"sheet"}
    assert small.ctx.read(lambda c: queries.delivered_until(c, "small")) is None


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (sheet([MANAGER], STAFF["S1"]), TimeClockCode.SHEET_OWN),
        (sheet([STAFF["T1"]], MANAGER), TimeClockCode.SHEET_WITNESS),
        (sheet([STAFF["T1"]], STAFF["T1"]), TimeClockCode.SHEET_WITNESS),
        (sheet([STAFF["T1"]], "nobody"), AccountCode.ACCOUNT_UNKNOWN),
        (sheet([STAFF["T1"]], STAFF["S1"], "  "), CommonCode.REASON_REQUIRED),
        (sheet([], STAFF["S1"]), CommonCode.INVALID),
        (sheet([STAFF["T1"]], STAFF["S1"], at_="09:01"), CommonCode.INVALID),
    ],
)
def test_a_sheet_without_witness_reason_or_past_is_refused(
    small: SmallHall, signed: Sheet, code: ErrorCode
) -> None:
    with pytest.raises(HallError) as refused:
        manual_entry.take_sheet(small.ctx, BOSS, small.key(), signed)
    assert refused.value.code is code
    assert stored_punches(small) == []


RECORDS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 30)), min_size=1, max_size=25)


@given(RECORDS, st.integers(0, 2**32))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_order_batching_and_replay_gives_the_same_punches(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[int, int]], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("replay")
    small = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
    reader = admit_time_clock(small)
    chance = random.Random(seed)
    records_sent = [line(str(who), f"08:{minute:02}:00") for who, minute in records]
    sent = records_sent + chance.sample(records_sent, len(records_sent) // 2)
    chance.shuffle(sent)
    while sent:
        size = chance.randint(1, 7)
        batch, sent = sent[:size], sent[size:]
        punch_store.store(small.ctx, reader, batch, Source.PUSH)
        if chance.random() < 0.3:
            sent += batch[:2] if len(sent) < 50 else []
    expected = {(reader, each.enrolment, each.claimed_at.isoformat(" ")) for each in records_sent}
    stored = stored_punches(small)
    assert len(stored) == len(set(stored))
    assert set(stored) == expected
    assert small.ctx.read(lambda c: violations("small", c)) == []
    small.close()


def test_enrolments_equal_to_staff_numbers_are_linked_in_one_action(small: SmallHall) -> None:
    time_clocks_actions.link(small.ctx, BOSS, small.key(), "77", STAFF["T1"], "2026-03-02")
    linked = time_clocks_actions.link_same(small.ctx, BOSS, small.key(), "2026-02-01")
    fingers = small.ctx.read(lambda c: queries.fingers(c, small.ctx.hall_id))
    assert linked == len(small.ctx.catalogue().staff) - 1
    assert STAFF["T1"] not in fingers
    assert [staff for _, staff in fingers[STAFF["T2"]]] == [STAFF["T2"]]
    assert time_clocks_actions.link_same(small.ctx, BOSS, small.key(), "2026-02-01") == 0
    with pytest.raises(HallError) as refused:
        time_clocks_actions.link_same(small.ctx, BOSS, small.key(), "2026-02-30")
    assert refused.value.code is CommonCode.INVALID
