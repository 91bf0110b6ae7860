"""Polled time clocks: client and driver against a simulated one, and the enqueued facts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from devices.device_thread import Task
from devices.fingerprint.client import NameWriteResult, RefusedError, TimeClockSession
from devices.fingerprint.driver import TimeClockDriver, TimeClockSettings
from devices.fingerprint.pull_simulator import PullModel, PullTerminal
from devices.fingerprint.simulator import Enrolled, PunchRecord
from devices.host.ledger import Ledger
from devices.link import LinkError, LinkTimeoutError, parse_link
from devices.simulate.base import Journal
from support.hardware import ReportRecorder

KEY = 1234
BASE = datetime.fromisoformat("2026-03-02T08:00:00")
PEOPLE = [Enrolled("1001", "张伟"), Enrolled("1002", "欧阳测试")]


Make = Callable[..., PullTerminal]


@pytest.fixture
def make() -> Iterator[Make]:
    """Yield a function that starts a time clock with `count` records."""
    made: list[PullTerminal] = []

    def terminal(
        count: int = 500, record_size: int = 40, *, older: bool = False, user_size: int = 72
    ) -> PullTerminal:
        model = PullModel(comm_key=KEY, record_size=record_size, older=older, user_size=user_size)
        clock = PullTerminal("t", model, PEOPLE, Journal())
        clock.remember(records(count))
        clock.start()
        made.append(clock)
        return clock

    yield terminal
    for each in made:
        each.stop()


def records(count: int) -> list[PunchRecord]:
    return [
        PunchRecord(PEOPLE[n % 2].number, BASE + timedelta(seconds=7 * n), n % 3, n % 2)
        for n in range(count)
    ]


def dial(terminal: PullTerminal, scheme: str = "tcp", key: int = KEY) -> TimeClockSession:
    address = parse_link(f"{scheme}:127.0.0.1:{terminal.port}")
    return TimeClockSession(address, key, "gb18030", answer_seconds=0.4, whole_seconds=8)


def stored_records(terminal: PullTerminal) -> list[tuple[str, datetime]]:
    return [(touch.number, touch.device_time) for touch in terminal.memory]


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
@pytest.mark.parametrize("size", [8, 16, 40])
@pytest.mark.parametrize("count", [0, 3, 3000])
def test_the_whole_memory_is_read(make: Make, scheme: str, size: int, count: int) -> None:
    terminal = make(count, record_size=size)
    line = dial(terminal, scheme)
    memory = line.records()
    line.close()
    assert [(r.number, r.device_time) for r in memory.records] == stored_records(terminal)
    assert not memory.bad
    assert [r.verify for r in memory.records[:3]] == [t.verify for t in terminal.memory[:3]]


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
@pytest.mark.parametrize(("size", "older"), [(8, False), (8, True), (16, False), (40, False)])
@pytest.mark.parametrize("count", [0, 30, 3000])
def test_a_time_clock_that_reports_no_records_is_read(
    make: Make, scheme: str, size: int, older: bool, count: int
) -> None:
    terminal = make(count, record_size=size, older=older)
    terminal.faults.switch("zero_count", on=True)
    line = dial(terminal, scheme)
    memory = line.records()
    line.close()
    assert [(r.number, r.device_time) for r in memory.records] == stored_records(terminal)


@pytest.mark.parametrize("size", [28, 72])
def test_users_are_written_in_the_size_that_was_read(make: Make, size: int) -> None:
    terminal = make(3, user_size=size)
    line = dial(terminal)
    done = line.name_users(
        [("1001", "李雷"), ("A7", "甲"), ("12345678901", "乙"), ("77", "丙" * 20)]
    )
    names = {user.number: user.name for user in line.users()}
    assert line.name_users([("77", "丙" * 20)]) == NameWriteResult(0)
    line.close()
    if size == 28:
        assert done == NameWriteResult(2, ("A7", "12345678901"))
        # 欧阳测试 has eight bytes; the four characters of the new name have eight too.
        assert names == {"1001": "李雷", "1002": "欧阳测试", "77": "丙" * 4}
    else:
        assert done == NameWriteResult(4)
        assert names["77"] == "丙" * 12


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
@pytest.mark.parametrize("fault", ["count_race", "two_events", "lost_datagrams"])
def test_the_client_reads_despite_the_fault(make: Make, scheme: str, fault: str) -> None:
    terminal = make(900, record_size=16)
    terminal.faults.switch(fault, on=True)
    line = dial(terminal, scheme)
    memory = line.records()
    line.close()
    assert [(r.number, r.device_time) for r in memory.records] == stored_records(terminal)
    assert len(memory.records) == 900 + (fault == "count_race")


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
@pytest.mark.parametrize("fault", ["half_close", "silent"])
def test_a_missing_answer_is_a_link_error(make: Make, scheme: str, fault: str) -> None:
    terminal = make(900)
    line = dial(terminal, scheme)
    terminal.faults.switch(fault, on=True)
    with pytest.raises(LinkError):
        line.records()
    line.close()


def test_a_broken_record_affects_no_other(make: Make) -> None:
    terminal = make(50)
    terminal.faults.switch("bad_record", on=True)
    line = dial(terminal)
    memory = line.records()
    line.close()
    assert (len(memory.records), len(memory.bad)) == (49, 1)


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
def test_a_wrong_comm_key_is_refused(make: Make, scheme: str) -> None:
    with pytest.raises(RefusedError):
        dial(make(), scheme, key=4321)


def test_an_unreachable_time_clock_is_a_link_error(make: Make) -> None:
    terminal = make()
    terminal.faults.switch("cable_pulled", on=True)
    with pytest.raises(LinkError):
        dial(terminal)
    with pytest.raises(LinkError):
        dial(terminal, "udp")
    terminal.faults.switch("cable_pulled", on=False)
    dial(terminal).close()


def test_clock_and_names(make: Make) -> None:
    terminal = make()
    line = dial(terminal)
    line.set_time(BASE)
    assert timedelta() <= line.time() - BASE < timedelta(seconds=5)
    assert line.name_users(
        [("1001", "李雷"), ("1002", "欧阳测试"), ("77", "韩梅梅")]
    ) == NameWriteResult(2)
    names = [(user.number, user.name) for user in line.users()]
    line.close()
    assert names == [("1001", "李雷"), ("1002", "欧阳测试"), ("77", "韩梅梅")]


def crew_at(terminal: PullTerminal, notes: ReportRecorder) -> TimeClockDriver:
    link = parse_link(f"tcp:127.0.0.1:{terminal.port}")
    return TimeClockDriver(
        TimeClockSettings("t", link, KEY, poll_seconds=0.001, answer_seconds=0.4), notes
    )


def poll(crew: TimeClockDriver) -> None:
    """Run one poll when it is due."""
    while (wait_seconds := crew.wait()) > 0:
        threading.Event().wait(wait_seconds)
    crew.idle()


def test_records_read_before_are_not_enqueued_again(make: Make) -> None:
    terminal, notes = make(700), ReportRecorder()
    poll(crew_at(terminal, notes))
    assert [(line[0], line[1]) for line in notes.enqueued_lines()] == [
        (number, at.isoformat(" ")) for number, at in stored_records(terminal)
    ]
    assert notes.debts[-1] == {"whole": True, "lines": []}
    terminal.press("1001")
    # Another process of the agent continues from there.
    poll(crew_at(terminal, notes))
    assert len(notes.enqueued_lines()) == 701
    poll(crew_at(terminal, notes))
    assert len(notes.enqueued_lines()) == 701
    assert [event[1] for event in notes.events] == ["clock"] * 3


def test_a_cleared_memory_is_enqueued_completely(make: Make) -> None:
    terminal, notes = make(20), ReportRecorder()
    crew = crew_at(terminal, notes)
    poll(crew)
    terminal.memory[:] = [*records(5)[2:], PunchRecord("1002", BASE + timedelta(days=1))]
    poll(crew)
    assert [line[0] for line in notes.enqueued_lines()[20:]] == [t.number for t in terminal.memory]


@pytest.mark.parametrize("size", [8, 16, 40])
def test_a_full_ring_buffer_gives_each_punch_once(make: Make, size: int) -> None:
    terminal, notes = make(700, record_size=size), ReportRecorder()
    crew = crew_at(terminal, notes)
    poll(crew)
    terminal.faults.switch("ring_full", on=True)
    for turn in range(3):
        terminal.touch(PunchRecord("1001", BASE + timedelta(days=1, minutes=turn)))
        poll(crew)
        assert len(terminal.memory) == 700
        assert len(notes.enqueued_lines()) == 701 + turn
        assert notes.enqueued_lines()[-1][1] == (BASE + timedelta(days=1, minutes=turn)).isoformat(
            " "
        )
    poll(crew)
    assert len(notes.enqueued_lines()) == 703


@pytest.mark.parametrize("count", [4, 40, 700])
def test_a_memory_that_was_refilled_is_enqueued(make: Make, count: int) -> None:
    terminal, notes = make(count), ReportRecorder()
    crew = crew_at(terminal, notes)
    poll(crew)
    terminal.faults.switch("refilled", on=True)
    poll(crew)
    fresh = {(line[0], line[1]) for line in notes.enqueued_lines()[count:]}
    assert fresh == {(n, at.isoformat(" ")) for n, at in stored_records(terminal)}


def test_a_time_clock_that_always_reports_zero_is_read_at_each_punch(make: Make) -> None:
    terminal, notes = make(300), ReportRecorder()
    terminal.faults.switch("zero_count", on=True)
    crew = crew_at(terminal, notes)
    poll(crew)
    assert len(notes.enqueued_lines()) == 300
    terminal.touch(PunchRecord("1001", BASE + timedelta(days=1)))
    poll(crew)
    poll(crew)
    assert len(notes.enqueued_lines()) == 301


def test_the_whole_memory_is_read_once_a_day(make: Make) -> None:
    terminal, notes, day = make(300), ReportRecorder(), [0.0]
    link = parse_link(f"tcp:127.0.0.1:{terminal.port}")
    crew = TimeClockDriver(TimeClockSettings("t", link, KEY), notes, lambda: day[0])
    crew.idle()
    # A ring buffer overwritten in the middle: neither count nor end shows it.
    terminal.memory[100] = PunchRecord("1002", BASE + timedelta(days=2))
    day[0] = 1000.0
    crew.idle()
    assert len(notes.enqueued_lines()) == 300
    day[0] = 86_401.0
    crew.idle()
    assert ["1002", (BASE + timedelta(days=2)).isoformat(" ")] in [
        o[:2] for o in notes.enqueued_lines()
    ]


def test_a_number_that_does_not_fit_is_named_and_stops_no_other(make: Make) -> None:
    terminal, notes = make(3, user_size=28), ReportRecorder()
    users = [{"enrolment": "AB7", "name": "甲"}, {"enrolment": "78", "name": "乙"}]
    outcome = crew_at(terminal, notes).work(
        Task("reader-1", "t", "names", {"users": users}), lambda: None
    )
    assert (outcome.state, outcome.reason, outcome.detail) == ("failed", "enrolment_unfit", "AB7")
    assert terminal.people["78"].name == "乙"


def test_records_corrupted_in_transfer_are_read_again(make: Make) -> None:
    terminal, notes = make(50), ReportRecorder()
    crew = crew_at(terminal, notes)
    terminal.faults.switch("bad_record", on=True)
    poll(crew)
    assert len(notes.enqueued_lines()) == 49
    terminal.faults.switch("bad_record", on=False)
    poll(crew)
    lost = set(stored_records(terminal)) - {
        (n, datetime.fromisoformat(at)) for n, at, *_ in notes.enqueued_lines()
    }
    assert lost == set()


def test_records_corrupted_in_memory_are_enqueued_once(make: Make) -> None:
    terminal, notes = make(50), ReportRecorder()
    crew = crew_at(terminal, notes)
    terminal.faults.switch("bad_record", on=True)
    for _ in range(4):
        poll(crew)
    bad = [debt["bad"] for debt in notes.debts if "bad" in debt]
    assert len(bad) == 1
    assert len(notes.enqueued_lines()) == 49


def test_the_driver_performs_tasks_of_the_office(make: Make) -> None:
    terminal, notes = make(3), ReportRecorder()
    crew = crew_at(terminal, notes)
    poll(crew)
    before = terminal.clock.now()
    orders: list[tuple[str, dict[str, object]]] = [
        ("set_time", {"shift": -600}),
        ("names", {"users": [{"enrolment": "1001", "name": "改名"}]}),
        ("info", {}),
        ("reread", {}),
    ]
    for number, (kind, payload) in enumerate(orders):
        task = Task(f"reader-{number}", "t", kind, payload)
        assert crew.work(task, lambda: None).state == "done", kind
    assert abs(terminal.clock.now() - before + timedelta(minutes=10)) < timedelta(seconds=5)
    assert terminal.people["1001"].name == "改名"
    poll(crew)
    assert len(notes.enqueued_lines()) == 6
    assert crew.work(Task("x", "t", "print", {}), lambda: None).reason == "not_supported"


def test_a_silent_device_is_unknown_and_a_rejection_is_failed(make: Make) -> None:
    terminal, notes = make(3), ReportRecorder()
    terminal.faults.switch("silent", on=True)
    crew = crew_at(terminal, notes)
    poll(crew)
    health = notes.latest("t")
    assert health is not None
    assert (health.state, health.code) == ("unknown", "silent")
    assert crew.work(Task("x", "t", "info", {}), lambda: None).state == "failed"
    with pytest.raises(LinkTimeoutError):
        dial(terminal)


def test_an_outstanding_fact_survives_and_the_newest_bookmark_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0)
    first = {"lines": [["1", "2026-03-02 08:00:00", "0", "1", "0"]]}
    mark = {"whole": True, "lines": []}
    ledger.enqueue_facts("t", "punches", [first, mark], "one")
    ledger.enqueue_facts("t", "punches", [mark], "two")
    ledger.enqueue_facts("other", "punches", [mark], "x")
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 2000.0)
    assert ledger.bookmark("t") == "two"
    assert [(d.device, dict(d.payload), d.made_at) for d in ledger.outstanding_facts()] == [
        ("t", first, 1000.0),
        ("t", mark, 1000.0),
        ("other", mark, 1000.0),
    ]
    ledger.acknowledge_fact(ledger.outstanding_facts()[0].id)
    assert len(ledger.outstanding_facts()) == 2
    ledger.close()
