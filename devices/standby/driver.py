"""Driver of a kiosk's standby service: holds the lease, issues numbers, sends them to the server.

The page sends its requests through the loopback HTTP server, in threads of its own. The order is
always: number into the ledger, fact for the server, slip to the printer. Without a lease for the
running day nothing is issued, and a number that is not recorded is never printed.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from devices.config import AgentConfig, DeviceConfig
from devices.device_thread import Outcome, Reports, Task
from devices.health import Health
from devices.standby.http_server import LoopbackServer
from devices.standby.lease import Json, Lease, NextNumber, RefusedError
from devices.standby.number_store import IssuedNumber, NewNumber, StandbyLedger

log = logging.getLogger(__name__)

CHECK_SECONDS = 0.5
AWAY = {
    "code": "unavailable",
    "message_zh": "网络中断，本机暂不能取号，请到咨询台人工取号。",
    "message_en": "The system is offline. Please take your number at the information desk.",
    "data": {},
}
REUSED = {
    "code": "key_reused",
    "message_zh": "操作编号重复，请返回首页重试。",
    "message_en": "This Idempotency-Key was used for another command.",
    "data": {},
}


@dataclass(frozen=True, slots=True)
class StandbySettings:
    """Settings of a standby service: port, kiosk and printer. `origins`: allowed page origins."""

    name: str
    kiosk: str
    port: int
    printer: str
    origins: tuple[str, ...]


class StandbyDriver:
    """Driver of one kiosk's standby service.

    `wall` returns seconds since the epoch, `clock` monotonic seconds.
    """

    def __init__(
        self,
        place: StandbySettings,
        open_book: Callable[[], StandbyLedger],
        reports: Reports,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = place.name
        self.devices: tuple[str, ...] = (place.name,)
        self._place = place
        self._open_book = open_book
        self._reports = reports
        self._wall = wall
        self._clock = clock
        self._lock = threading.Lock()
        self._book: StandbyLedger | None = None
        self._lease: Lease | None = None
        self._server_time: tuple[float, float] | None = None
        self._ahead = 0.0
        self._line: LoopbackServer | None = None

    # -- device thread --------------------------------------------------------------------------

    def wait(self) -> float:
        """Return the seconds until the next check of slips and health.

        The result is 0 while the port is not open yet.
        """
        return CHECK_SECONDS if self._line is not None else 0.0

    def show(self, _device: str, state: Mapping[str, object]) -> None:
        """Store a new lease of the server, or drop the lease on `off`."""
        book = self._opened()
        with self._lock:
            self._set_time(state.get("now"))
            lease_state = {key: value for key, value in state.items() if key != "now"}
            if lease_state.get("off") is True:
                self._lease = None
            elif lease_state.get("kiosk") == self._place.kiosk:
                self._lease = Lease(lease_state)
            book.put_lease(self._lease.state if self._lease else {}, self._ahead)

    def work(self, task: Task, _begin: Callable[[], None]) -> Outcome:
        """Set the hall time; `time` is the only task."""
        if task.kind != "time":
            return Outcome("failed", "not_supported", task.kind)
        book = self._opened()
        with self._lock:
            self._set_time(task.payload.get("now"))
            book.put_lease(self._lease.state if self._lease else {}, self._ahead)
        return Outcome("done")

    def _set_time(self, now: object) -> None:
        if isinstance(now, int):
            self._server_time = (float(now), self._clock())
            self._ahead = now - self._wall() * 1000

    def idle(self) -> None:
        """Open the port if necessary, enqueue slip outcomes and report health."""
        self._opened()
        if self._line is None:
            try:
                line = LoopbackServer(self._place.port, self)
            except OSError as error:
                self._reports.health(self.name, Health("failed", "port_taken", {}, str(error)))
                time.sleep(CHECK_SECONDS)
                return
            self._line = line
            book = self._opened()
            with self._lock:
                self._enqueue("line", {"line": line.address, "book": book.name})
                self._send_pending(book)
        self._enqueue_outcomes()
        self._reports.health(self.name, self._health())

    def close(self) -> None:
        """Close the port and the ledger."""
        if self._line is not None:
            self._line.stop()
        if self._book is not None:
            self._book.close()

    def _opened(self) -> StandbyLedger:
        """Return the ledger, opened on first use.

        The device thread opens it, so that a configuration can be checked without it.
        """
        with self._lock:
            if self._book is None:
                self._book = self._open_book()
                stored = self._book.lease()
                if stored is not None and stored[0].get("kiosk") == self._place.kiosk:
                    self._lease, self._ahead = Lease(stored[0]), stored[1]
            return self._book

    def _last_sent(self) -> int:
        mark = self._reports.bookmark(self.name)
        return int(mark) if mark.isdigit() else 0

    def _enqueue(self, kind: str, fact: Mapping[str, object], n: int | None = None) -> None:
        mark = self._last_sent() if n is None else n
        self._reports.enqueue_facts(self.name, kind, [fact], str(mark))

    def _enqueue_outcomes(self) -> None:
        book = self._opened()
        for n, slip in book.outcomes_not_enqueued():
            outcome = self._reports.outcome(slip)
            if outcome is not None and n <= self._last_sent():
                with self._lock:
                    fact = {"slip": slip, "state": outcome.state, "reason": outcome.reason}
                    self._enqueue("slip", fact)
                    book.mark_outcome_enqueued(n)

    def _health(self) -> Health:
        with self._lock:
            lease = self._lease
        if lease is None or not lease.covers(self.now()):
            return Health("unknown", "no_lease")
        remaining = lease.remaining(self._opened().issued_on(lease.day))
        return Health("ok", "ok", {"numbers": sum(remaining.values()), "day": lease.day})

    # -- page threads ---------------------------------------------------------------------------

    def now(self) -> int:
        """Return hall time in milliseconds.

        The server's last time is advanced by a monotonic clock, which nobody can set.
        """
        if self._server_time is not None:
            return int(self._server_time[0] + (self._clock() - self._server_time[1]) * 1000)
        return int(self._wall() * 1000 + self._ahead)

    def may_ask(self, origin: str, secret: str) -> bool:
        """Return True if a page with this origin and secret is the kiosk's own."""
        lease = self._lease
        if lease is None or origin not in self.origins():
            return False
        return bool(secret) and _equal(secret, str(lease.state["secret"]))

    def origins(self) -> tuple[str, ...]:
        """Return the origins whose pages are answered."""
        lease = self._lease
        lease_origins = tuple(lease.state["origins"]) if lease is not None else ()
        return (*self._place.origins, *lease_origins)

    def state(self) -> Json:
        """Return readiness and remaining numbers; this is the page's first request.

        `companion`: requests may name another number of the same person.
        """
        lease = self._lease
        can: Json = {"now": self.now(), "companion": True}
        if lease is None or not lease.covers(self.now()):
            return can | {"kiosk": self._place.kiosk, "ready": False, "left": {}}
        remaining = lease.remaining(self._opened().issued_on(lease.day))
        ready = any(remaining.values())
        return can | {"kiosk": lease.kiosk, "ready": ready, "left": remaining}

    def item(self, code: str) -> Json:
        """Return an item's page; raises RefusedError."""
        return self._running().page(code, self.now())

    def issue(self, key: str, item: str, applicant: str, companion: str = "") -> Json:
        """Issue a number for the press `key`; a repeated request returns the same number.

        `companion`: token of another number of the same person.

        Raises:
            RefusedError: The lease does not allow it, or the key was used for another request.
        """
        request = json.dumps([item, applicant, companion] if companion else [item, applicant])
        book = self._opened()
        with self._lock:
            ticket = book.of_key(key)
            if ticket is None:
                ticket = self._issue(book, key, request, item, applicant, companion)
            if ticket.request != request:
                raise RefusedError(422, REUSED)
            self._send_pending(book)
        return self._view(ticket)

    def of_key(self, key: str) -> Json | None:
        """Return the ticket of a press with its print status; None if there is none."""
        ticket = self._opened().of_key(key)
        return self._view(ticket) if ticket is not None else None

    def _running(self) -> Lease:
        lease = self._lease
        if lease is None or not lease.covers(self.now()):
            raise RefusedError(503, AWAY)
        return lease

    def _issue(
        self,
        book: StandbyLedger,
        key: str,
        request: str,
        item: str,
        applicant: str,
        companion: str,
    ) -> IssuedNumber:
        lease, now = self._running(), self.now()
        lease.require_allowed(item, applicant, now)

        def make(issued: list[int]) -> NewNumber:
            chosen = lease.choose(item, issued)
            ticket = f"{lease.day.replace('-', '')}-{chosen.number}"
            fact = self._fact(lease, chosen, ticket, key, item, applicant, now)
            fact |= {"companion": companion} if companion else {}
            view = lease.view(item, applicant, chosen, ticket, now)
            paper = lease.paper(item, applicant, chosen, now)
            prefix = chosen.block["prefix"]
            return NewNumber(ticket, lease.day, prefix, chosen.seq, fact["slip"], fact, view, paper)

        return book.issue(key, request, lease.day, lease.prefix(item), make)[0]

    def _fact(
        self,
        lease: Lease,
        chosen: NextNumber,
        ticket: str,
        key: str,
        item: str,
        applicant: str,
        now: int,
    ) -> Json:
        block = chosen.block
        return {
            "id": ticket,
            "lease": block["id"],
            "kiosk": lease.kiosk,
            "day": lease.day,
            "prefix": block["prefix"],
            "seq": chosen.seq,
            "first": block["first"],
            "last": block["last"],
            "token": chosen.token,
            "item": item,
            "applicant": applicant,
            "key": key,
            "version": lease.state["version"],
            "at": now,
            "slip": f"standby-{ticket}",
            "printer": self._place.printer,
        }

    def _send_pending(self, book: StandbyLedger) -> None:
        """Send every number that is recorded but not yet sent, oldest first."""
        for ticket in book.issued_after(self._last_sent()):
            self._send(ticket)

    def _send(self, ticket: IssuedNumber) -> None:
        """Enqueue the ticket for the server, then submit its slip to the printer.

        Both carry an id and take effect once.
        """
        self._enqueue("ticket", ticket.fact, ticket.n)
        lease = self._lease
        patience = float(lease.state["patience"]) if lease is not None else 60.0
        until = ticket.issued_at + patience
        self._reports.submit(Task(ticket.slip, self._place.printer, "print", ticket.paper, until))

    def _view(self, ticket: IssuedNumber) -> Json:
        outcome = self._reports.outcome(ticket.slip)
        state, reason = (outcome.state, outcome.reason) if outcome else ("sent", "")
        slip = {"id": ticket.slip, "state": state, "reason": reason, "copy": False}
        return {"ticket": {**ticket.view, "slip": slip}}


def _equal(first: str, second: str) -> bool:
    return hmac.compare_digest(first.encode(), second.encode())


DRIVERS = ("standby",)


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[StandbyDriver]:
    """Build one driver per standby service; problems are collected in the devices' settings."""
    return [_build_driver(device, config, reports) for device in devices]


def _build_driver(device: DeviceConfig, config: AgentConfig, reports: Reports) -> StandbyDriver:
    settings = device.settings
    printer = settings.text("printer")
    printers = {candidate.name for candidate in config.devices if candidate.kind == "printers"}
    if printer and printer not in printers:
        settings.problem(f"没有名为 {printer} 的打印机", f"there is no printer {printer}")
    if not device.serves:
        settings.problem("缺少 serves（取号机编号）", "serves (the kiosk's id) is missing")
    origins = [_origin(config.server), *settings.words("origins", ())]
    place = StandbySettings(
        name=device.name,
        kiosk=device.serves,
        port=settings.whole("port", None, 0, 65535),
        printer=printer,
        origins=tuple(origin.rstrip("/") for origin in origins),
    )
    path = config.state_dir / f"standby-{device.name}.sqlite"
    return StandbyDriver(place, lambda: StandbyLedger(path, time.time), reports)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
