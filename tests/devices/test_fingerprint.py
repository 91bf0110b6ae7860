"""The pull protocol: frames of others as literals, bytes gone wrong, client and crew at work."""

from __future__ import annotations

import re
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.fingerprint import codec
from devices.fingerprint.client import Named, RefusedError, Terminal
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


UNTIL = datetime.fromisoformat("2026-12-31")


@given(st.binary(max_size=300), st.sampled_from([16, 40]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_records_or_are_refused(data: bytes, size: int) -> None:
    for each in codec.records(data, size):
        assert isinstance(each, Record | bytes)
    for read in (
        codec.sizes,
        codec.dataset,
        codec.unpacked,
        lambda some: codec.short_records(some, UNTIL),
        lambda some: codec.unsized(some, UNTIL),
    ):
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
    found = codec.records(good + shifted + b"\xff" * 16, 16)
    assert isinstance(found[0], Record)
    assert found[0].number == "7"
    assert found[1:] == [shifted, b"\xff" * 16]


# From terminals of older firmware [issue]: the time at offset 4.
OLDER = bytes.fromhex("07002800a8eba71e")


def test_the_older_layout_is_known_by_its_sense() -> None:
    [record] = codec.short_records(OLDER, UNTIL)
    assert isinstance(record, Record)
    assert (record.uid, record.said) == (7, datetime.fromisoformat("2016-01-01T19:02:00"))
    # The same after its own date cannot be: then it is garbled, not guessed at.
    with pytest.raises(FrameError):
        codec.short_records(OLDER, datetime.fromisoformat("2015-12-31"))


SHORT = {
    False: lambda uid, when, verify, in_out: struct.pack("<HBIB", uid, verify, when, in_out),
    True: lambda uid, when, verify, in_out: struct.pack("<HBBI", uid, verify, in_out, when),
}
MADE = st.tuples(
    st.integers(1, 300), st.integers(0, 500_000_000), st.integers(0, 4), st.integers(0, 5)
)


@given(st.lists(MADE, min_size=1, max_size=40), st.booleans())
@settings(max_examples=200, deadline=None)
def test_short_records_come_back_or_are_called_garbled(
    made: list[tuple[int, int, int, int]], older: bool
) -> None:
    moments = sorted(datetime.fromisoformat("2010-02-01") + timedelta(seconds=m[1]) for m in made)
    data = b"".join(
        SHORT[older](uid, codec.time_number(at), verify, in_out)
        for (uid, _, verify, in_out), at in zip(made, moments, strict=True)
    )
    try:
        found = codec.short_records(data, UNTIL)
    except FrameError:
        # One or two records may make sense both ways: then nobody guesses.
        assert len(made) < 8
        return
    assert [r.said for r in found if isinstance(r, Record)] == moments
    assert [r.uid for r in found if isinstance(r, Record)] == [uid for uid, *_ in made]


def test_one_absurd_record_does_not_garble_the_others() -> None:
    number = codec.time_number(BASE)
    data = b"".join(SHORT[True](7, number + 60 * n, 1, 0) for n in range(40))
    data += SHORT[True](7, codec.time_number(datetime.fromisoformat("2063-01-01")), 1, 0)
    assert len(codec.short_records(data, UNTIL)) == 41


ANY_TEXT = st.text(max_size=30)
NUMBERS = st.one_of(
    st.integers(-5, 10**11).map(str), ANY_TEXT, st.from_regex(r"0*[1-9a-zA-Z]{1,30}")
)


@given(
    NUMBERS,
    ANY_TEXT,
    st.sampled_from(["gb18030", "gbk", "gb2312", "utf-8"]),
    st.sampled_from([28, 72]),
    st.integers(-1, 70_000),
)
@settings(max_examples=300, deadline=None)
def test_any_user_comes_back_as_written_or_is_refused_by_name(
    number: str, name: str, encoding: str, size: int, uid: int
) -> None:
    try:
        raw = codec.new_user(uid, number, name, encoding, size)
    except codec.UserError as error:
        assert str(error) == number
        fits = re.fullmatch("[1-9][0-9]{0,8}" if size == 28 else "[0-9A-Za-z]{1,24}", number)
        assert not fits or not 0 < uid < 65_536
        return
    assert len(raw) == size
    [user] = codec.users(raw, size, encoding)
    cut = codec.clipped(name, codec.NAME_BYTES[size], encoding)
    assert (user.uid, user.number) == (uid, number)
    assert user.name == cut.decode(encoding).strip()
    [again] = codec.users(codec.named(user, name, encoding), size, encoding)
    assert again == user


def test_names_are_cut_between_characters() -> None:
    assert codec.clipped("欧阳" * 10, 24, "gb18030") == ("欧阳" * 6).encode("gb18030")
    assert codec.clipped("a" + "欧" * 20, 24, "gb18030") == ("a" + "欧" * 11).encode("gb18030")


# -- the client at a terminal ----------------------------------------------------------------------


Make = Callable[..., PullTerminal]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes running terminals with `count` records."""
    made: list[PullTerminal] = []

    def terminal(
        count: int = 500, record_size: int = 40, *, older: bool = False, user_size: int = 72
    ) -> PullTerminal:
        model = PullModel(comm_key=KEY, record_size=record_size, older=older, user_size=user_size)
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
@pytest.mark.parametrize(("size", "older"), [(8, False), (8, True), (16, False), (40, False)])
@pytest.mark.parametrize("count", [0, 30, 3000])
def test_a_terminal_that_says_it_is_empty_is_read(
    make: Make, scheme: str, size: int, older: bool, count: int
) -> None:
    terminal = make(count, record_size=size, older=older)
    terminal.faults.switch("zero_count", on=True)
    line = dial(terminal, scheme)
    memory = line.records()
    line.close()
    assert [(r.number, r.said) for r in memory.records] == told(terminal)


@pytest.mark.parametrize("size", [28, 72])
def test_users_are_written_in_the_size_that_was_read(make: Make, size: int) -> None:
    terminal = make(3, user_size=size)
    line = dial(terminal)
    done = line.name_users(
        [("1001", "李雷"), ("A7", "甲"), ("12345678901", "乙"), ("77", "丙" * 20)]
    )
    names = {user.number: user.name for user in line.users()}
    assert line.name_users([("77", "丙" * 20)]) == Named(0)
    line.close()
    if size == 28:
        assert done == Named(2, ("A7", "12345678901"))
        # 欧阳测试 is eight bytes, and so are four characters of the new one.
        assert names == {"1001": "李雷", "1002": "欧阳测试", "77": "丙" * 4}
    else:
        assert done == Named(4)
        assert names["77"] == "丙" * 12


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
    assert line.name_users([("1001", "李雷"), ("1002", "欧阳测试"), ("77", "韩梅梅")]) == Named(2)
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


@pytest.mark.parametrize("size", [8, 16, 40])
def test_a_full_ring_gives_each_punch_once(make: Make, size: int) -> None:
    terminal, notes = make(700, record_size=size), Notebook()
    crew = crew_at(terminal, notes)
    poll(crew)
    terminal.faults.switch("ring_full", on=True)
    for turn in range(3):
        terminal.touch(Touch("1001", BASE + timedelta(days=1, minutes=turn)))
        poll(crew)
        assert len(terminal.memory) == 700
        assert len(notes.owed()) == 701 + turn
        assert notes.owed()[-1][1] == (BASE + timedelta(days=1, minutes=turn)).isoformat(" ")
    poll(crew)
    assert len(notes.owed()) == 703


@pytest.mark.parametrize("count", [4, 40, 700])
def test_a_memory_that_was_filled_again_is_told(make: Make, count: int) -> None:
    terminal, notes = make(count), Notebook()
    crew = crew_at(terminal, notes)
    poll(crew)
    terminal.faults.switch("refilled", on=True)
    poll(crew)
    fresh = {(line[0], line[1]) for line in notes.owed()[count:]}
    assert fresh == {(n, said.isoformat(" ")) for n, said in told(terminal)}


def test_a_terminal_that_says_zero_for_ever_is_read_at_each_punch(make: Make) -> None:
    terminal, notes = make(300), Notebook()
    terminal.faults.switch("zero_count", on=True)
    crew = crew_at(terminal, notes)
    poll(crew)
    assert len(notes.owed()) == 300
    terminal.touch(Touch("1001", BASE + timedelta(days=1)))
    poll(crew)
    poll(crew)
    assert len(notes.owed()) == 301


def test_once_a_day_all_of_it_is_read(make: Make) -> None:
    terminal, notes, day = make(300), Notebook(), [0.0]
    link = parse_link(f"tcp:127.0.0.1:{terminal.port}")
    crew = TerminalCrew(Place("t", link, KEY), notes, lambda: day[0])
    crew.idle()
    # A ring that is written over in the middle: neither count nor end tells of it.
    terminal.memory[100] = Touch("1002", BASE + timedelta(days=2))
    day[0] = 1000.0
    crew.idle()
    assert len(notes.owed()) == 300
    day[0] = 86_401.0
    crew.idle()
    assert ["1002", (BASE + timedelta(days=2)).isoformat(" ")] in [o[:2] for o in notes.owed()]


def test_a_number_that_does_not_fit_is_named_and_stops_no_other(make: Make) -> None:
    terminal, notes = make(3, user_size=28), Notebook()
    users = [{"enrolment": "AB7", "name": "甲"}, {"enrolment": "78", "name": "乙"}]
    outcome = crew_at(terminal, notes).work(
        Task("reader-1", "t", "names", {"users": users}), lambda: None
    )
    assert (outcome.state, outcome.reason, outcome.detail) == ("failed", "enrolment_unfit", "AB7")
    assert terminal.people["78"].name == "乙"


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
