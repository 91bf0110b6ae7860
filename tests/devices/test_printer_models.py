"""Models of python-escpos: capabilities of a printer model, and links over USB and spoolers."""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from devices.config import AgentConfig
from devices.config_table import Problem, Settings
from devices.device_thread import Outcome
from devices.link import Link, LinkAddress
from devices.link import usb as usb_link
from devices.link.serialport import SerialLink
from devices.link.usb import UsbLink
from devices.printers.capabilities import CapabilityError, capabilities, models
from devices.printers.document import QR, Cut, Document, Text
from devices.printers.driver import EscposPrinter, Timing
from devices.printers.escpos import Profile, encode
from devices.printers.paper import Paper
from devices.printers.paper_picture import render
from devices.printers.printer_driver import _profile
from devices.printers.simulator import PrinterModel, PrinterSimulator
from devices.simulate.base import Journal
from support import spool_once
from support.hardware import PATIENCE
from support.usb_bus import PRODUCT, VENDOR, UsbBus, UsbWire

URL = "http://hall.example/t/abcdefghijklmnop"
SLIP = Document((Text("A012"), QR(URL, 6), Cut()))
ROOT = Path(__file__).resolve().parents[2]
STANDINS = Path(spool_once.__file__).parent / "spoolers"
DISPLAYS = {"AF-240", "OCD-100", "OCD-300"}
NO_RASTER = {"TM-U220", "TM-U220B"}


def test_a_model_has_its_capabilities() -> None:
    model = capabilities("ZJ-5870")
    assert (model.columns, model.dots, model.native_qr, model.cut) == (32, 384, False, "none")
    model = capabilities("TM-T20II")
    assert (model.columns, model.dots, model.native_qr, model.cut) == (48, 576, True, "partial")


def test_an_impossible_entry_is_corrected_and_named() -> None:
    model = capabilities("NT-80-V-UL")  # the table says 12 columns on 576 dots
    assert (model.columns, model.dots) == (48, 576)
    assert "12 columns" in model.anomaly


@pytest.mark.parametrize("model", models())
def test_every_model_prints_a_slip_or_says_why_not(model: str) -> None:
    if model in DISPLAYS | NO_RASTER:
        with pytest.raises(CapabilityError, match="raster"):
            capabilities(model)
        return
    model_data = capabilities(model)
    assert 24 <= model_data.columns <= 72
    assert not model_data.dots or model_data.columns * 9 <= model_data.dots
    profile = Profile(model_data.columns, cut=model_data.cut, native_qr=model_data.native_qr)
    assert _scanned(encode(SLIP, profile).data, model_data.columns) == [URL]


def test_an_unknown_model_is_named_with_those_near_it() -> None:
    with pytest.raises(CapabilityError) as caught:
        capabilities("ZJ-5890")
    assert "ZJ-5870" in caught.value.zh
    assert "ZJ-5870" in caught.value.en


def _scanned(data: bytes, columns: int) -> list[str]:
    paper = Paper(columns, lambda: True)
    buffer = bytearray(data)
    while paper.execute_next(buffer):
        pass
    slip = next(iter(paper.finished), paper.slip)
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(render(slip))))]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([24, 32, 42, 48, 72]), st.integers(1, 16))
def test_a_qr_code_as_a_picture_fits_the_paper_and_can_be_read(columns: int, size: int) -> None:
    data = encode(Document((QR(URL, size), Cut())), Profile(columns, native_qr=False)).data
    assert b"\x1d\x28\x6b" not in data
    if size > 2:
        assert _scanned(data, columns) == [URL]


def test_the_sites_configuration_overrides_the_models_table() -> None:
    problems: list[Problem] = []
    config = AgentConfig.__new__(AgentConfig)
    plain = _profile(Settings("p", {"profile": "ZJ-5870"}, problems), config)
    assert (plain.columns, plain.cut, plain.native_qr) == (32, "none", False)
    table = {"profile": "ZJ-5870", "columns": 30, "cut": "partial", "qr": "native"}
    configured = _profile(Settings("p", table, problems), config)
    assert (configured.columns, configured.cut, configured.native_qr) == (30, "partial", True)
    assert problems == []
    _profile(Settings("p", {"profile": "ZJ-1"}, problems), config)
    assert "no printer model 'ZJ-1'" in problems[0].en


class OnBus(LinkAddress):
    """Link address of the printer on the simulated bus."""

    bus: UsbBus

    def open(self, seconds: float) -> Link:
        assert seconds > 0
        return UsbLink(VENDOR, PRODUCT, backend=self.bus)


class UsbDesk:
    """A printer on USB and its driver."""

    def __init__(self) -> None:
        self.wire = UsbWire()
        self.bus = UsbBus(self.wire)
        self.journal = Journal()
        model = PrinterModel(seconds_per_line=0.002)
        self.printer = PrinterSimulator("p", self.wire, model, self.journal)
        self.printer.start()
        address = OnBus("usb", f"{VENDOR:04x}:{PRODUCT:04x}")
        object.__setattr__(address, "bus", self.bus)
        timing = Timing(connect=1.0, answer=0.3, write=2.0, finish=3.0)
        self.driver = EscposPrinter(address, timing=timing)

    def paper(self, number: int) -> bool:
        """Wait for the slip with this number; return False after the deadline."""
        match = self.journal.wait_for(lambda event: event.get("number") == number, PATIENCE)
        return match is not None


@pytest.fixture
def desk() -> Iterator[UsbDesk]:
    usb_desk = UsbDesk()
    yield usb_desk
    usb_link._open.clear()
    usb_desk.printer.stop()


def test_slips_on_usb_are_confirmed_and_the_printer_is_claimed_once(
    desk: UsbDesk,
) -> None:
    opened = []
    for number in range(3):
        outcome, health = desk.driver.print_document(SLIP, lambda: None)
        assert outcome == Outcome("printed")
        assert health.state == "ok"
        assert desk.paper(number + 1)
        opened.append(desk.bus.opened)
    assert desk.printer.raw(1) == encode(SLIP, Profile()).data
    assert len(set(opened)) == 1
    assert desk.bus.resets == 1


def test_faults_on_usb_are_reported_as_on_any_link(desk: UsbDesk) -> None:
    desk.printer.faults.switch("paper_out", on=True)
    outcome, health = desk.driver.print_document(SLIP, lambda: None)
    assert (outcome.state, outcome.reason, health.code) == ("failed", "paper_out", "paper_out")
    desk.printer.faults.switch("paper_out", on=False)
    desk.printer.faults.switch("silent", on=True)
    assert desk.driver.probe().code == "no_answer"


def test_a_pulled_usb_plug_is_unreachable_and_found_again(desk: UsbDesk) -> None:
    assert desk.driver.probe().state == "ok"
    desk.wire.plug(connected=False)
    assert desk.driver.probe().code == "unreachable"
    outcome, _ = desk.driver.print_document(SLIP, lambda: None)
    assert (outcome.state, outcome.reason) == ("failed", "unreachable")
    desk.wire.plug(connected=True)
    assert desk.driver.probe().state == "ok"
    assert desk.bus.resets == 2


def _spooled(link: str, folder: Path) -> list[object]:
    """Print one slip in a process with replacements for the system's spoolers."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    paths = os.pathsep.join(map(str, (ROOT, STANDINS)))
    ended = subprocess.run(
        [sys.executable, spool_once.__file__, link],
        env=os.environ | {"PYTHONPATH": paths, "JOBS": str(folder), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    result: list[object] = json.loads(ended.stdout)
    return result


@pytest.mark.parametrize("system", ["cups", "windows"])
def test_a_spooler_gets_one_raw_job_and_confirms_nothing(system: str, tmp_path: Path) -> None:
    assert _spooled(f"{system}:slips", tmp_path) == ["one_way", "unknown", "one_way", []]
    [job] = tmp_path.glob("job-*")  # the probe makes none
    assert job.read_bytes() == encode(spool_once.SLIP, Profile()).data


@pytest.mark.parametrize("system", ["cups", "windows"])
def test_a_stopped_spooler_or_a_missing_printer_is_no_success(system: str, tmp_path: Path) -> None:
    assert _spooled(f"{system}:other", tmp_path)[:3] == ["unreachable", "failed", "unreachable"]
    (tmp_path / "stopped").touch()
    assert _spooled(f"{system}:slips", tmp_path)[:3] == ["one_way", "unknown", "cable"]
    assert not list(tmp_path.glob("job-*"))


class SmallBuffer:
    """Serial printer with a small buffer that sends XOFF when it fills and XON later.

    A pty buffers some kilobytes that no XOFF stops; a real line buffers next to nothing.
    """

    ROOM, HIGH, LOW = 18_432, 2048, 256

    def __init__(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave = slave
        self.printed = 0
        self.lost = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        held, stopped = 0, False
        while not self._ends.is_set():
            if select.select([self._master], [], [], 0.002)[0]:
                arrived = len(os.read(self._master, 512))
                self.lost += max(0, held + arrived - self.ROOM)
                held = min(self.ROOM, held + arrived)
            if not stopped and held >= self.HIGH:
                os.write(self._master, b"\x13")
                stopped = True
            done = min(held, 64)  # it prints slower than the bytes come
            held -= done
            self.printed += done
            if stopped and held <= self.LOW:
                os.write(self._master, b"\x11")
                stopped = False

    def close(self) -> None:
        self._ends.set()
        self._thread.join(PATIENCE)
        os.close(self._master)
        os.close(self._slave)


@pytest.mark.parametrize(("flow", "whole"), [("none", False), ("xonxoff", True)])
def test_a_picture_reaches_a_serial_printer_completely_with_flow_control(
    flow: str, whole: bool
) -> None:
    printer = SmallBuffer()
    try:
        link = SerialLink(printer.path, 115200, flow)
        picture = bytes(range(0x20, 0x7F)) * 280  # 26 kB, as a slip that is one picture
        for start in range(0, len(picture), 1024):
            link.write(picture[start : start + 1024], PATIENCE)
        end = time.monotonic() + PATIENCE
        while printer.printed + printer.lost < len(picture):
            assert time.monotonic() < end
            threading.Event().wait(0.01)
        link.close()
        assert (printer.lost == 0) is whole
    finally:
        printer.close()
