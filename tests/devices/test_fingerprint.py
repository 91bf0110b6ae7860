"""The pull protocol: frames of others as literals, bytes gone wrong, client and crew at work."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.fingerprint import codec
from devices.fingerprint.client import RefusedError, Terminal
from devices.fingerprint.codec import FrameError, Packet, Record, StreamReader
from devices.fingerprint.crew import Place, TerminalCrew
from devices.fingerprint.pull_simulator import PullModel, PullTerminal
from devices.fingerprint.simulator import Enrolled, Touch
from devices.host.ledger import Ledger
from devices.link import LinkError, LinkTimeoutError, parse_link
from devices.owner import Task
from devices.simulate.base import Journal
from support.hardware import Notebook

KEY = 1234
BASE = datetime.fromisoformat("2026-03-02T08:00:00")
PEOPLE = [Enrolled("1001", "张伟"), Enrolled("1002", "欧阳测试")]

# -- frames of others ------------------------------------------------------------------------------


# Made by pyzk-new 0.9.1, except the first, which stands in the protocol's public description.
@pytest.mark.parametrize(
    ("packet", "frame"),
    [
        (Packet(codec.CONNECT, 0, 0), "e80317fc00000000"),
        (Packet(codec.AUTH, 101, 1, bytes.fromhex("41363279")), "4e04d84b6500010041363279"),
        (
            Packet(codec.PREPARE_BUFFER, 101, 6, struct.pack("<bhii", 1, 13, 0, 0)),
            "df05b4ec65000600010d000000000000000000",
        ),
    ],
)
def test_golden_frames(packet: Packet, frame: str) -> None:
    assert codec.packed(packet).hex() == frame
    assert codec.unpacked(bytes.fromhex(frame)) == packet


def test_the_wrapper_of_tcp() -> None:
    frame = codec.wrapped(codec.packed(Packet(codec.CONNECT, 0, 0)))
    assert frame.hex() == "5050827d08000000e80317fc00000000"


@pytest.mark.parametrize(
    ("key", "session", "answer"),
    [
        (1234, 101, "41363279"),
        (0, 7, "617d3279"),
        (999_999, 65_000, "22813294"),
        (2468, 1, "f1583279"),
    ],
)
def test_comm_keys_as_another_client_scrambles_them(key: int, session: int, answer: str) -> None:
    assert codec.comm_key(key, session).hex() == answer


def test_times_as_another_client_writes_them() -> None:
    assert codec.time_number(datetime.fromisoformat("2026-03-02T08:20:05")) == 841_134_005
    assert codec.time_of(841_134_005) == datetime.fromisoformat("2026-03-02T08:20:05")
    assert codec.time_of(0) == datetime.fromisoformat("2000-01-01T00:00:00")


@given(st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-12-31")))
@settings(max_examples=100, deadline=None)
def test_times_go_there_and_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert codec.time_of(codec.time_number(whole)) == whole


# -- bytes gone wrong ------------------------------------------------------------------------------


@given(st.binary(max_size=300), st.sampled_from([8, 16, 40]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_records_or_are_refused(data: bytes, size: int) -> None:
    for each in codec.records(data, size):
        assert isinstance(each, Record | bytes)
    for read in (codec.sizes, codec.dataset, codec.unpacked):
        try:
            read(data)
        except FrameError:
            continue
    list(codec.users(data, 72, "gb18030"))
    list(codec.users(data, 28, "gb18030"))


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 30), st.binary(max_size=3))
@settings(max_examples=100, deadline=None)
def test_packets_are_found_whatever_the_pieces(
    bodies: list[bytes], size: int, noise: bytes
) -> None:
    packets = [Packet(codec.DATA, 7, n, body) for n, body in enumerate(bodies)]
    stream = b"".join(codec.wrapped(codec.packed(packet)) for packet in packets)
    reader = StreamReader()
    found: list[Packet] = []
    for start in range(0, len(stream), size):
        found += reader.feed(stream[start : start + size])
    assert found == packets
    try:
        list(reader.feed(noise + b"\x00" * 16))
    except FrameError:
        return
    raise AssertionError("noise was taken for a packet")


def test_records_that_cannot_be_come_as_bytes() -> None:
    good = struct.pack("<I4sBB2sI", 7, struct.pack("<I", 841_134_005), 1, 0, b"", 0)
    shifted = good[2:] + good[:2]
    found = list(codec.records(good + shifted + b"\xff" * 16, 16))
    assert isinstance(found[0], Record)
    assert found[0].number == "7"
    assert found[1:] == [shifted, b"\xff" * 16]


def test_names_are_cut_between_characters() -> None:
    assert codec.clipped("欧阳" * 10, 24, "gb18030") == ("欧阳" * 6).encode("gb18030")
    assert codec.clipped("a" + "欧" * 20, 24, "gb18030") == ("a" + "欧" * 11).encode("gb18030")


# -- the client at a terminal ----------------------------------------------------------------------


Make = Callable[..., PullTerminal]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes running terminals with `count` records."""
    made: list[PullTerminal] = []

    def terminal(count: int = 500, record_size: int = 40) -> PullTerminal:
        model = PullModel(comm_key=KEY, record_size=record_size)
        found = PullTerminal("t", model, PEOPLE, Journal())
        found.remember(records(count))
        found.start()
        made.append(found)
        return found

    yield terminal
    for each in made:
        each.stop()


def records(count: int) -> list[Touch]:
    return [
        Touch(PEOPLE[n % 2].number, BASE + timedelta(seconds=7 * n), n % 3, n % 2)
        for n in range(count)
    ]


def dial(terminal: PullTerminal, scheme: str = "tcp", key: int = KEY) -> Terminal:
    address = parse_link(f"{scheme}:127.0.0.1:{terminal.port}")
    return Terminal(address, key, "gb18030", answer_seconds=0.4, whole_seconds=8)


def told(terminal: PullTerminal) -> list[tuple[str, datetime]]:
    return [(touch.number, touch.said) for touch in terminal.memory]


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
@pytest.mark.parametrize("size", [8, 16, 40])
@pytest.mark.parametrize("count", [0, 3, 3000])
def test_the_whole_memory_is_read(make: Make, scheme: str, size: int, count: int) -> None:
    terminal = make(count, record_size=size)
    line = dial(terminal, scheme)
    memory = line.records()
    line.close()
    assert [(r.number, r.said) for r in memory.records] == told(terminal)
    assert not memory.bad
    assert [r.verify for r in memory.records[:3]] == [t.verify for t in terminal.memory[:3]]


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
@pytest.mark.parametrize("fault", ["count_race", "two_events", "lost_datagrams"])
def test_the_client_gets_through(make: Make, scheme: str, fault: str) -> None:
    terminal = make(900, record_size=16)
    terminal.faults.switch(fault, on=True)
    line = dial(terminal, scheme)
    memory = line.records()
    line.close()
    assert [(r.number, r.said) for r in memory.records] == told(terminal)
    assert len(memory.records) == 900 + (fault == "count_race")


@pytest.mark.parametrize("scheme", ["tcp", "udp"])
@pytest.mark.parametrize("fault", ["half_close", "silent"])
def test_what_never_comes_is_not_waited_for(make: Make, scheme: str, fault: str) -> None:
    terminal = make(900)
    line = dial(terminal, scheme)
    terminal.faults.switch(fault, on=True)
    with pytest.raises(LinkError):
        line.records()
    line.close()


def test_a_broken_record_spoils_no_other(make: Make) -> None:
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


def test_nobody_there(make: Make) -> None:
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
    assert line.name_users([("1001", "李雷"), ("1002", "欧阳测试"), ("77", "韩梅梅")]) == 2
    names = [(user.number, user.name) for user in line.users()]
    line.close()
    assert names == [("1001", "李雷"), ("1002", "欧阳测试"), ("77", "韩梅梅")]


# -- the crew --------------------------------------------------------------------------------------


def crew_at(terminal: PullTerminal, notes: Notebook) -> TerminalCrew:
    link = parse_link(f"tcp:127.0.0.1:{terminal.port}")
    return TerminalCrew(Place("t", link, KEY, poll_seconds=0.001, answer_seconds=0.4), notes)


def poll(crew: TerminalCrew) -> None:
    """One poll, when it is due."""
    while (left := crew.wait()) > 0:
        threading.Event().wait(left)
    crew.idle()


def test_what_was_read_before_is_not_told_again(make: Make) -> None:
    terminal, notes = make(700), Notebook()
    poll(crew_at(terminal, notes))
    assert [(line[0], line[1]) for line in notes.owed()] == [
        (number, said.isoformat(" ")) for number, said in told(terminal)
    ]
    assert notes.debts[-1] == {"whole": True, "lines": []}
    terminal.press("1001")
    # Another process of the agent goes on where the first one was.
    poll(crew_at(terminal, notes))
    assert len(notes.owed()) == 701
    poll(crew_at(terminal, notes))
    assert len(notes.owed()) == 701
    assert [event[1] for event in notes.events] == ["clock"] * 3


def test_a_memory_that_was_cleared_is_told_whole(make: Make) -> None:
    terminal, notes = make(20), Notebook()
    crew = crew_at(terminal, notes)
    poll(crew)
    terminal.memory[:] = [*records(5)[2:], Touch("1002", BASE + timedelta(days=1))]
    poll(crew)
    assert [line[0] for line in notes.owed()[20:]] == [t.number for t in terminal.memory]


def test_what_was_spoilt_on_the_way_is_read_once_more(make: Make) -> None:
    terminal, notes = make(50), Notebook()
    crew = crew_at(terminal, notes)
    terminal.faults.switch("bad_record", on=True)
    poll(crew)
    assert len(notes.owed()) == 49
    terminal.faults.switch("bad_record", on=False)
    poll(crew)
    lost = set(told(terminal)) - {(n, datetime.fromisoformat(at)) for n, at, *_ in notes.owed()}
    assert lost == set()


def test_what_is_spoilt_in_the_memory_is_told_once(make: Make) -> None:
    terminal, notes = make(50), Notebook()
    crew = crew_at(terminal, notes)
    terminal.faults.switch("bad_record", on=True)
    for _ in range(4):
        poll(crew)
    bad = [debt["bad"] for debt in notes.debts if "bad" in debt]
    assert len(bad) == 1
    assert len(notes.owed()) == 49


def test_the_office_orders(make: Make) -> None:
    terminal, notes = make(3), Notebook()
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
    assert len(notes.owed()) == 6
    assert crew.work(Task("x", "t", "print", {}), lambda: None).reason == "not_supported"


def test_silence_is_unknown_and_refusal_is_failed(make: Make) -> None:
    terminal, notes = make(3), Notebook()
    terminal.faults.switch("silent", on=True)
    crew = crew_at(terminal, notes)
    poll(crew)
    health = notes.latest("t")
    assert health is not None
    assert (health.state, health.code) == ("unknown", "silent")
    assert crew.work(Task("x", "t", "info", {}), lambda: None).state == "failed"
    with pytest.raises(LinkTimeoutError):
        dial(terminal)


# -- debts -----------------------------------------------------------------------------------------


def test_a_debt_survives_and_only_the_newest_mark_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 1000.0)
    first = {"lines": [["1", "2026-03-02 08:00:00", "0", "1", "0"]]}
    mark = {"whole": True, "lines": []}
    ledger.owe("t", "punches", [first, mark], "one")
    ledger.owe("t", "punches", [mark], "two")
    ledger.owe("other", "punches", [mark], "x")
    ledger.close()
    ledger = Ledger(tmp_path / "ledger.sqlite", lambda: 2000.0)
    assert ledger.bookmark("t") == "two"
    assert [(d.device, dict(d.payload), d.made_at) for d in ledger.debts()] == [
        ("t", first, 1000.0),
        ("t", mark, 1000.0),
        ("other", mark, 1000.0),
    ]
    ledger.acquit(ledger.debts()[0].id)
    assert len(ledger.debts()) == 2
    ledger.close()
