"""Driver of one receipt printer: prints slips and probes the printer while idle.

Tasks other than `print` are rejected, and desired states are ignored: a printer has no display.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence

from devices.config import AgentConfig, DeviceConfig
from devices.config_table import Settings
from devices.device_thread import Outcome, Reports, Task
from devices.health import Health
from devices.link.base import ONE_WAY
from devices.printers.capabilities import Capabilities, CapabilityError, capabilities
from devices.printers.document import Document, DocumentError
from devices.printers.driver import Confirm, EscposPrinter, Timing
from devices.printers.escpos import CutMode, Profile
from devices.printers.layout import Charset

log = logging.getLogger(__name__)
SILENT = frozenset({"no_answer", "unreachable"})
SLOWEST_PROBE_SECONDS = 30.0
CALM_PROBES = 5
"""Number of consecutive answers after which the probe interval is shortened again."""
LONG_SILENT_SECONDS = 60.0


class PrinterDriver:
    """Driver of one printer; `probe_seconds` between two probes while nothing is printed.

    A cheap print server serves one client and keeps the slot for seconds after that client has
    disconnected. A client that probes too often blocks it permanently. So the interval grows after
    a missing answer, and a single missing answer is not reported yet.
    """

    def __init__(
        self,
        name: str,
        printer: EscposPrinter,
        reports: Reports,
        probe_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        busy_seconds: float = 12.0,
    ) -> None:
        self.name = name
        self.devices: tuple[str, ...] = (name,)
        self._printer = printer
        self._reports = reports
        self._probe_seconds = self._interval = probe_seconds
        self._busy_seconds = busy_seconds
        self._clock = clock
        self._next_probe = clock()
        self._shared = printer.address.scheme == "tcp"
        self._silences = 0
        self._calm = 0
        self._silent_since: float | None = None

    def wait(self) -> float:
        """Return the seconds until the next probe."""
        return max(0.0, self._next_probe - self._clock())

    def show(self, device: str, state: Mapping[str, object]) -> None:
        """Do nothing: a printer has no display state."""

    def work(self, task: Task, begin: Callable[[], None]) -> Outcome:
        """Print one slip."""
        if task.kind != "print":
            return Outcome("failed", "not_supported", task.kind)
        try:
            document = Document.from_json(task.payload)
        except DocumentError as error:
            return Outcome("failed", "bad_document", str(error))
        outcome, health = self._printer.print_document(document, begin, self._patience())
        self._reports.health(self.name, health)
        self._schedule_probe(health)
        return outcome

    def idle(self) -> None:
        """Probe the printer if a probe is due."""
        if self._clock() >= self._next_probe:
            health = self._printer.probe()
            self._schedule_probe(health)
            if self._silences != 1 or not self._shared:
                self._reports.health(self.name, health)

    def _patience(self) -> float:
        """Return the seconds that a slip waits for the printer; 0 after a long silence."""
        since = self._silent_since
        is_lost = since is not None and self._clock() - since > LONG_SILENT_SECONDS
        return 0.0 if is_lost else self._busy_seconds

    def _schedule_probe(self, health: Health) -> None:
        """Set the time of the next probe according to the last result."""
        now = self._clock()
        if health.code in SILENT:
            self._silences += 1
            self._calm = 0
            self._silent_since = now if self._silent_since is None else self._silent_since
            if self._shared:
                slowest = max(SLOWEST_PROBE_SECONDS, self._probe_seconds)
                self._interval = min(2 * self._interval, slowest)
        else:
            self._silences, self._silent_since = 0, None
            self._calm = (self._calm + 1) % CALM_PROBES
            if self._calm == 0:
                self._interval = max(self._probe_seconds, self._interval / 2)
        self._next_probe = now + self._interval

    def close(self) -> None:
        """Do nothing: no connection is held between slips."""


DRIVERS = ("escpos",)
CHARSETS: dict[str, Charset] = {"gb2312": "gb2312", "gbk": "gbk", "gb18030": "gb18030"}
CUTS: dict[str, CutMode] = {"partial": "partial", "full": "full", "none": "none"}
QRS = ("native", "picture")
CONFIRMS: dict[str, Confirm] = {"processed": "processed", "status": "status", "none": "none"}


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[PrinterDriver]:
    """Build one driver per printer; problems are collected in the devices' settings."""
    return [driver for device in devices if (driver := _build_driver(device, config, reports))]


def _build_driver(
    device: DeviceConfig, config: AgentConfig, reports: Reports
) -> PrinterDriver | None:
    settings = device.settings
    timing = _timing(settings)
    profile = _profile(settings, config)
    confirm = settings.text("confirm", "processed", tuple(CONFIRMS))
    probe_seconds = settings.number("probe_seconds", 5.0, 0.2, 3600)
    if device.link is None:
        settings.problem("打印机需要 link", "a printer needs a link")
        return None
    if device.link.scheme in ONE_WAY:
        confirm = "none"
    printer = EscposPrinter(device.link, profile, timing, CONFIRMS.get(confirm, "processed"))
    busy_seconds = settings.number("busy_seconds", 12.0, 0, 60)
    return PrinterDriver(device.name, printer, reports, probe_seconds, busy_seconds=busy_seconds)


def _profile(settings: Settings, config: AgentConfig) -> Profile:
    """Return the printer's profile: its model's capabilities, overridden by the settings."""
    font = settings.text("font", "")
    model = _capabilities(settings)
    return Profile(
        columns=settings.whole("columns", model.columns, 24, 72),
        charset=CHARSETS.get(settings.text("charset", "gb18030", tuple(CHARSETS)), "gb18030"),
        cut=CUTS.get(settings.text("cut", model.cut, tuple(CUTS)), "partial"),
        font=str(config.folder / font) if font else None,
        native_qr=settings.text("qr", "native" if model.native_qr else "picture", QRS) == "native",
    )


def _capabilities(settings: Settings) -> Capabilities:
    default = Capabilities(48, 576, native_qr=True, cut="partial")
    model = settings.text("profile", "")
    if not model:
        return default
    try:
        result = capabilities(model)
    except CapabilityError as error:
        settings.problem(error.zh, error.en)
        return default
    if result.anomaly:
        log.warning("profile %s: %s cannot be; %d columns", model, result.anomaly, result.columns)
    return result


def _timing(settings: Settings) -> Timing:
    return Timing(
        connect=settings.number("connect_seconds", 3.0, 0.1, 30),
        answer=settings.number("answer_seconds", 1.0, 0.05, 10),
        write=settings.number("write_seconds", 10.0, 0.1, 120),
        finish=settings.number("finish_seconds", 15.0, 0.1, 120),
    )
