"""ESC/POS driver under faults in mid-print: never prints twice, never reports success by guess."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from devices.device_thread import DeviceThread, Outcome, Task
from devices.health import Health
from devices.link import Link, LinkAddress, parse_link
from devices.printers.document import Cut, Document, Text
from devices.printers.driver import PROCESSED_QUERY, Confirm, EscposPrinter, Timing
from devices.printers.printer_driver import PrinterDriver
from devices.printers.simulator import PrinterModel, PrinterSimulator
from devices.printers.status import QUERIES, query
from devices.simulate.base import Journal
from devices.simulate.endpoints import TcpWire
from support.hall_server import free_port
from support.hardware import PATIENCE, SLIP, ReportRecorder

LONG = Document((*(Text(f"第{n}行") for n in range(60)), Cut()))
SHORT = Document((Text("A012"), Cut()))
QUICK = Timing(connect=2.0, answer=0.2, write=2.0, finish=2.0)


@dataclass(frozen=True, slots=True)
class _HookedLink:
    """Link that runs a hook before each write."""

    link: Link
    hook: Callable[[bytes], None]

    def write(self, data: bytes, seconds: float) -> None:
        self.hook(data)
        self.link.write(data, seconds)

    def read(self, limit: int, seconds: float) -> bytes:
        return self.link.read(limit, seconds)

    def flush(self, seconds: float) -> None:
        self.link.flush(seconds)

    def close(self) -> None:
        self.link.close()


@dataclass(frozen=True, slots=True)
class _HookedAddress(LinkAddress):
    """Address whose link runs a hook before each write."""

    hook: Callable[[bytes], None] = field(default=lambda _data: None)

    def open(self, seconds: float) -> Link:
        return _HookedLink(parse_link(f"tcp:{self.target}").open(seconds), self.hook)


def before_the_slip(act: Callable[[], None]) -> Callable[[bytes], None]:
    """Return a hook that acts before the first byte of a slip; queries are shorter."""
    return lambda data: act() if len(data) > 2 * len(PROCESSED_QUERY) else None


class Desk:
    """A printer and its driver."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.wire = TcpWire()
        model = PrinterModel(seconds_per_line=0.005, slow_seconds=0.3)
        self.printer = PrinterSimulator("p", self.wire, model, self.journal)
        self.printer.start()

    def driver(
        self, confirm: Confirm = "processed", hook: Callable[[bytes], None] = lambda _data: None
    ) -> EscposPrinter:
        address = _HookedAddress("tcp", f"127.0.0.1:{self.wire.port}", hook=hook)
        return EscposPrinter(address, timing=QUICK, confirm=confirm)

    def switch(self, fault: str) -> Callable[[], None]:
        return lambda: self.printer.faults.switch(fault, on=True)

    def papers(self) -> list[str]:
        events = self.journal.since(0, 0)
        return [str(event["text"]) for event in events if event["kind"] == "paper"]

    def paper(self) -> str:
        event = self.journal.wait_for(lambda event: event["kind"] == "paper", PATIENCE)
        assert event is not None
        return str(event["text"])


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.printer.stop()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("paper_out", "paper_out"), ("cover", "cover_open"), ("cutter", "cutter")],
)
def test_a_fault_in_mid_print_is_unknown_and_the_buffer_prints_once(
    fault: str, reason: str, desk: Desk
) -> None:
    driver = desk.driver(hook=before_the_slip(desk.switch(fault)))
    outcome, health = driver.print_document(LONG, lambda: None)
    assert (outcome.state, outcome.reason) == ("unknown", reason)
    assert (health.state, health.code) == ("failed", reason)
    assert desk.papers() == []
    desk.printer.faults.switch(fault, on=False)
    assert desk.paper().splitlines()[0] == "第0行"
    outcome, _ = desk.driver().print_document(SHORT, lambda: None)
    assert outcome == Outcome("printed")
    assert len(desk.papers()) == 2


@pytest.mark.parametrize(
    ("fault", "reasons"),
    [
        ("silent", {"silent"}),
        ("no_fixed_bits", {"silent", "unconfirmed"}),
        ("cable_pulled", {"cable"}),
        ("half_frame", {"cable"}),
    ],
)
def test_a_print_without_a_confirmed_end_is_unknown(
    fault: str, reasons: set[str], desk: Desk
) -> None:
    driver = desk.driver("status", before_the_slip(desk.switch(fault)))
    outcome, health = driver.print_document(LONG, lambda: None)
    assert outcome.state == "unknown"
    assert outcome.reason in reasons
    assert health.state in {"unknown", "failed"}


def test_the_simulator_notes_the_first_byte_of_each_slip_and_of_no_query(desk: Desk) -> None:
    for _ in range(3):
        driver = desk.driver(hook=before_the_slip(lambda: desk.journal.note("p", "now")))
        assert driver.print_document(SHORT, lambda: None)[0] == Outcome("printed")
    kinds = [event["kind"] for event in desk.journal.since(0, 0)]
    assert kinds == ["now", "begun", "paper"] * 3


def test_paper_near_its_end_prints_and_warns(desk: Desk) -> None:
    desk.switch("paper_near")()
    outcome, health = desk.driver().print_document(SHORT, lambda: None)
    assert outcome.state == "printed"
    assert (health.state, health.code) == ("degraded", "paper_near_end")


@pytest.mark.parametrize(
    "fault", ["silent", "close_after_accept", "no_fixed_bits", "cable_pulled", "head_hot"]
)
def test_nothing_is_sent_unless_the_status_allows_it(fault: str, desk: Desk) -> None:
    desk.switch(fault)()
    begun: list[int] = []
    outcome, health = desk.driver().print_document(SHORT, lambda: begun.append(1))
    assert outcome.state == "failed"
    assert outcome.reason in {"unreachable", "offline"}
    assert health.state in {"failed", "unknown"}
    assert begun == []
    assert desk.papers() == []


def test_no_byte_of_a_slip_is_sent_before_its_record_is_on_disk(desk: Desk) -> None:
    steps: list[str] = []
    last_query = threading.Event()

    def record() -> None:
        # Written while the printer is still being queried.
        assert last_query.wait(PATIENCE)
        steps.append("recorded")

    def hook(data: bytes) -> None:
        if data == query(QUERIES[-1]):
            last_query.set()
        before_the_slip(lambda: steps.append("sent"))(data)

    assert desk.driver(hook=hook).print_document(SHORT, record)[0] == Outcome("printed")
    assert steps == ["recorded", "sent"]


def test_a_slip_without_its_record_is_not_sent(desk: Desk) -> None:
    def record() -> None:
        raise LookupError("a")

    with pytest.raises(LookupError):
        desk.driver().print_document(SHORT, record)
    assert desk.papers() == []


def test_a_record_is_made_once_though_the_printer_is_tried_again(desk: Desk) -> None:
    records: list[int] = []
    recorded = threading.Event()

    def record() -> None:
        records.append(1)
        desk.switch("silent")()
        recorded.set()

    def hook(data: bytes) -> None:
        if data == query(QUERIES[1]):
            assert recorded.wait(PATIENCE)

    def speak(_seconds: float) -> None:
        desk.printer.faults.switch("silent", on=False)

    driver = replace(desk.driver(hook=hook), pause=speak)
    outcome, _ = driver.print_document(SHORT, record, patience=PATIENCE)
    assert outcome == Outcome("printed")
    assert records == [1]


def test_on_a_one_way_cable_every_outcome_is_unknown(desk: Desk) -> None:
    desk.switch("silent")()
    driver = desk.driver("none")
    assert driver.probe() == Health("unknown", "one_way")
    outcome, _ = driver.print_document(SHORT, lambda: None)
    assert outcome == Outcome("unknown", "one_way")


def test_the_connection_is_closed_after_each_slip(desk: Desk) -> None:
    drivers = [desk.driver() for _ in range(3)]
    outcomes: list[Outcome] = []

    def work(driver: EscposPrinter) -> None:
        outcomes.append(driver.print_document(SHORT, lambda: None)[0])

    threads = [threading.Thread(target=work, args=(driver,)) for driver in drivers]
    for thread in threads:
        thread.start()
        thread.join(PATIENCE)
    assert [outcome.state for outcome in outcomes] == ["printed"] * 3
    assert len(desk.papers()) == 3


def test_automatic_status_bytes_are_not_taken_for_answers(desk: Desk) -> None:
    desk.printer.receive(b"\x1d\x61\xff")
    assert desk.driver().probe().state == "ok"
    outcome, _ = desk.driver().print_document(SHORT, desk.switch("paper_near"))
    assert outcome.state == "printed"


@pytest.mark.parametrize("fault", ["asb", "stray"])
def test_unrequested_bytes_never_make_a_slip_printed(fault: str, desk: Desk) -> None:
    """Never count unrequested bytes as printed.

    The printer is slow: when the driver gives up, half of the slip is still in its buffer.
    """
    desk.printer.faults.switch(fault, on=True)
    slow = Timing(connect=2.0, answer=0.2, write=2.0, finish=0.1)
    driver = replace(desk.driver(), timing=slow)
    long = Document((*(Text(f"第{n}行") for n in range(400)), Cut()))
    outcome, _ = driver.print_document(long, lambda: None)
    assert outcome == Outcome("unknown", "unconfirmed")
    assert desk.papers() == []
    assert desk.paper().splitlines()[0] == "第0行"


def test_a_printer_with_automatic_status_is_confirmed_once_it_is_done(
    desk: Desk,
) -> None:
    desk.switch("asb")()
    outcome, _ = desk.driver().print_document(SHORT, lambda: None)
    assert outcome == Outcome("printed")


def test_a_printer_that_sends_answers_unasked_is_never_confirmed(desk: Desk) -> None:
    desk.switch("stray")()
    outcome, _ = desk.driver().print_document(SHORT, lambda: None)
    assert outcome == Outcome("unknown", "unconfirmed")
    assert desk.paper().splitlines()[0] == "A012"


class OneClient:
    """Print server that holds its only slot for a while, with the driver of the printer."""

    HOLD = 0.4

    def __init__(self, probe_seconds: float) -> None:
        self.wire = TcpWire()
        self.journal = Journal()
        model = PrinterModel(hold_seconds=self.HOLD)
        self.printer = PrinterSimulator("p", self.wire, model, self.journal)
        self.printer.faults.switch("one_client", on=True)
        self.printer.start()
        self.notes = ReportRecorder()
        address = parse_link(f"tcp:127.0.0.1:{self.wire.port}")
        timing = Timing(connect=1.0, answer=0.1, write=2.0, finish=2.0)
        driver = EscposPrinter(address, timing=timing)
        crew = PrinterDriver("p", driver, self.notes, probe_seconds, busy_seconds=10 * self.HOLD)
        self.owner = DeviceThread(crew, self.notes, self.notes, time.time)
        self.owner.start()

    def close(self) -> None:
        assert self.owner.stop(PATIENCE)
        self.printer.stop()


def test_the_probe_does_not_block_a_print_server_with_one_slot() -> None:
    """Print although the probe comes twice as often as the slot becomes free.

    An earlier version printed none of five slips.
    """
    rig = OneClient(OneClient.HOLD / 2)
    notes = rig.notes
    try:
        # It has tried the held slot too, and those connections wait in the queue.
        assert notes.wait(lambda: len(notes.healths) > 1)
        for number in range(5):
            rig.owner.submit(Task(f"slip-{number}", "p", "print", SLIP))
        assert notes.wait(lambda: len(notes.ended) == 5, 5 * PATIENCE)
        assert {outcome.state for outcome in notes.ended.values()} == {"printed"}
    finally:
        rig.close()


def test_a_silent_printer_is_unreachable_at_the_second_probe_and_probed_less_often() -> None:
    now: list[float] = [0.0]
    probes: list[float] = []
    notes = ReportRecorder()

    def pause(seconds: float) -> None:
        now[0] += seconds

    address = parse_link(f"tcp:127.0.0.1:{free_port()}")
    driver = EscposPrinter(address, timing=QUICK, clock=lambda: now[0], pause=pause)
    crew = PrinterDriver("p", driver, notes, 5.0, clock=lambda: now[0], busy_seconds=12.0)

    def waited() -> float:
        before = now[0]
        outcome = crew.work(Task("t", "p", "print", SLIP), lambda: None)
        assert (outcome.state, outcome.reason) == ("failed", "unreachable")
        return now[0] - before

    assert 10 < waited() <= 12  # another client may hold it
    while now[0] < 400:
        now[0] += crew.wait()
        probes.append(now[0])
        crew.idle()
    gaps = [later - earlier for earlier, later in pairwise(probes)]
    assert gaps[:5] == [20.0, 30.0, 30.0, 30.0, 30.0]
    assert {health.code for _, health in notes.healths} == {"unreachable"}
    assert waited() == 0  # unreachable for long: the failure is reported at once


def test_serial_printers_that_scale_chinese_by_gs_show_the_same_slip() -> None:
    slips = []
    for by_gs in (True, False):
        wire = TcpWire()
        journal = Journal()
        printer = PrinterSimulator("p", wire, PrinterModel(kanji_by_gs=by_gs), journal)
        printer.start()
        driver = EscposPrinter(parse_link(f"tcp:127.0.0.1:{wire.port}"))
        document = Document((Text("请到3号窗口", 2, 2), Cut()))
        driver.print_document(document, lambda: None)
        assert journal.wait_for(lambda event: event["kind"] == "paper", PATIENCE)
        slips.append([span for row in printer.slip(1).rows for span in getattr(row, "spans", ())])
        printer.stop()
    assert slips[0] == slips[1]
