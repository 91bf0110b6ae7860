"""A kiosk PC's own line as its owner thread sees it: holds the lease, gives numbers, hands them in.

The page asks over `devices.standby.line` in threads of its own; the order is always: the number in
the book, the debt to the server, the slip to the printer. It refuses to give anything without a
lease for the running day, and never prints a number that it has not written down.
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
from devices.health import Health
from devices.owner import Outcome, Reports, Task
from devices.standby.book import Book, Fresh, Given
from devices.standby.lease import Chosen, Json, Lease, RefusedError
from devices.standby.line import LocalLine

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
AWAY = {
    "code": "unavailable",
    "message_zh": "网络中断，本机暂不能取号，请到咨询台人工取号。",
    "message_en": "The system is away and this kiosk holds no numbers. Please go to the desk.",
    "data": {},
}
REUSED = {
    "code": "key_reused",
    "message_zh": "操作编号重复，请返回首页重试。",
    "message_en": "This Idempotency-Key was used for another command.",
    "data": {},
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line listens, for which kiosk, and who prints. `origins`: pages it answers."""

    name: str
    kiosk: str
    port: int
    printer: str
    origins: tuple[str, ...]


class StandbyCrew:
    """The crew of one kiosk's own line. `wall`: seconds since the epoch, `clock`: monotonic."""

    def __init__(
        self,
        place: Place,
        open_book: Callable[[], Book],
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
        self._book: Book | None = None
        self._lease: Lease | None = None
        self._heard: tuple[float, float] | None = None
        self._ahead = 0.0
        self._line: LocalLine | None = None

    # -- the owner's thread --------------------------------------------------------------------

    def wait(self) -> float:
        """Until the next look at slips and health; at once before the line is open."""
        return LOOK_SECONDS if self._line is not None else 0.0

    def show(self, _device: str, state: Mapping[str, object]) -> None:
        """The server handed over a lease, or took it back (`off`)."""
        book = self._opened()
        with self._lock:
            self._hear(state.get("now"))
            kept = {key: value for key, value in state.items() if key != "now"}
            if kept.get("off") is True:
                self._lease = None
            elif kept.get("kiosk") == self._place.kiosk:
                self._lease = Lease(kept)
            book.put_lease(self._lease.state if self._lease else {}, self._ahead)

    def work(self, task: Task, _begin: Callable[[], None]) -> Outcome:
        """Take over the hall's time; there is nothing else to do for the server here."""
        if task.kind != "time":
            return Outcome("failed", "not_supported", task.kind)
        book = self._opened()
        with self._lock:
            self._hear(task.payload.get("now"))
            book.put_lease(self._lease.state if self._lease else {}, self._ahead)
        return Outcome("done")

    def _hear(self, now: object) -> None:
        if isinstance(now, int):
            self._heard = (float(now), self._clock())
            self._ahead = now - self._wall() * 1000

    def idle(self) -> None:
        """Open the line, tell how slips ended, say how it is."""
        self._opened()
        if self._line is None:
            try:
                line = LocalLine(self._place.port, self)
            except OSError as error:
                self._reports.health(self.name, Health("failed", "port_taken", {}, str(error)))
                time.sleep(LOOK_SECONDS)
                return
            self._line = line
            book = self._opened()
            with self._lock:
                self._owe("line", {"line": line.address, "book": book.name})
                self._hand_on_rest(book)
        self._tell_slips()
        self._reports.health(self.name, self._health())

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.stop()
        if self._book is not None:
            self._book.close()

    def _opened(self) -> Book:
        """The book; opened by the owner's thread, so that a configuration can be checked alone."""
        with self._lock:
            if self._book is None:
                self._book = self._open_book()
                found = self._book.lease()
                if found is not None and found[0].get("kiosk") == self._place.kiosk:
                    self._lease, self._ahead = Lease(found[0]), found[1]
            return self._book

    def _handed(self) -> int:
        mark = self._reports.bookmark(self.name)
        return int(mark) if mark.isdigit() else 0

    def _owe(self, kind: str, fact: Mapping[str, object], n: int | None = None) -> None:
        mark = self._handed() if n is None else n
        self._reports.owe(self.name, kind, [fact], str(mark))

    def _tell_slips(self) -> None:
        book = self._opened()
        for n, slip in book.untold():
            outcome = self._reports.outcome(slip)
            if outcome is not None and n <= self._handed():
                with self._lock:
                    fact = {"slip": slip, "state": outcome.state, "reason": outcome.reason}
                    self._owe("slip", fact)
                    book.tell(n)

    def _health(self) -> Health:
        with self._lock:
            lease = self._lease
        if lease is None or not lease.holds(self.now()):
            return Health("unknown", "no_lease")
        left = lease.left(self._opened().taken(lease.day))
        return Health("ok", "ok", {"numbers": sum(left.values()), "day": lease.day})

    # -- the page's threads --------------------------------------------------------------------

    def now(self) -> int:
        """Hall time in milliseconds: as the server said it, carried on by a clock nobody sets."""
        if self._heard is not None:
            return int(self._heard[0] + (self._clock() - self._heard[1]) * 1000)
        return int(self._wall() * 1000 + self._ahead)

    def may_ask(self, origin: str, secret: str) -> bool:
        """Whether a page of this origin with this secret is the kiosk's own."""
        lease = self._lease
        if lease is None or origin not in self.origins():
            return False
        return bool(secret) and _same(secret, str(lease.state["secret"]))

    def origins(self) -> tuple[str, ...]:
        """Addresses whose pages are answered."""
        lease = self._lease
        more = tuple(lease.state["origins"]) if lease is not None else ()
        return (*self._place.origins, *more)

    def state(self) -> Json:
        """What the page asks first: whether numbers can be given, and how many are left."""
        lease = self._lease
        if lease is None or not lease.holds(self.now()):
            return {"kiosk": self._place.kiosk, "ready": False, "now": self.now(), "left": {}}
        left = lease.left(self._opened().taken(lease.day))
        ready = any(left.values())
        return {"kiosk": lease.kiosk, "ready": ready, "now": self.now(), "left": left}

    def item(self, code: str) -> Json:
        """An item's page; raises RefusedError."""
        return self._running().page(code, self.now())

    def give(self, key: str, item: str, applicant: str) -> Json:
        """A number for the press `key`: the same one however often it is asked.

        Raises RefusedError.
        """
        asked = json.dumps([item, applicant])
        book = self._opened()
        with self._lock:
            known = book.of_key(key)
            if known is None:
                known = self._fresh(book, key, asked, item, applicant)
            if known.asked != asked:
                raise RefusedError(422, REUSED)
            self._hand_on_rest(book)
        return self._view(known)

    def of_key(self, key: str) -> Json | None:
        """The ticket of a press, with what the printer did so far."""
        known = self._opened().of_key(key)
        return self._view(known) if known is not None else None

    def _running(self) -> Lease:
        lease = self._lease
        if lease is None or not lease.holds(self.now()):
            raise RefusedError(503, AWAY)
        return lease

    def _fresh(self, book: Book, key: str, asked: str, item: str, applicant: str) -> Given:
        lease, now = self._running(), self.now()
        lease.allowed(item, applicant, now)

        def make(taken: list[int]) -> Fresh:
            chosen = lease.choose(item, taken)
            ticket = f"{lease.day.replace('-', '')}-{chosen.number}"
            fact = self._fact(lease, chosen, ticket, key, item, applicant, now)
            view = lease.view(item, applicant, chosen, ticket, now)
            paper = lease.paper(item, applicant, chosen, now)
            prefix = chosen.block["prefix"]
            return Fresh(ticket, lease.day, prefix, chosen.seq, fact["slip"], fact, view, paper)

        return book.give(key, asked, lease.day, lease.prefix(item), make)[0]

    def _fact(
        self,
        lease: Lease,
        chosen: Chosen,
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

    def _hand_on_rest(self, book: Book) -> None:
        """Everything that was written down and got no further, oldest first."""
        for given in book.after(self._handed()):
            self._hand_on(given)

    def _hand_on(self, given: Given) -> None:
        """The debt to the server first, then the slip to the printer; both by id, once."""
        self._owe("ticket", given.fact, given.n)
        lease = self._lease
        patience = float(lease.state["patience"]) if lease is not None else 60.0
        until = given.given_at + patience
        self._reports.submit(Task(given.slip, self._place.printer, "print", given.paper, until))

    def _view(self, given: Given) -> Json:
        outcome = self._reports.outcome(given.slip)
        state, reason = (outcome.state, outcome.reason) if outcome else ("sent", "")
        slip = {"id": given.slip, "state": state, "reason": reason, "copy": False}
        return {"ticket": {**given.view, "slip": slip}}


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


DRIVERS = ("standby",)


def build(
    devices: Sequence[DeviceConfig], config: AgentConfig, reports: Reports
) -> list[StandbyCrew]:
    """One crew a line; problems are collected in the devices' settings."""
    return [_crew(device, config, reports) for device in devices]


def _crew(device: DeviceConfig, config: AgentConfig, reports: Reports) -> StandbyCrew:
    settings = device.settings
    printer = settings.text("printer")
    printers = {one.name for one in config.devices if one.kind == "printers"}
    if printer and printer not in printers:
        settings.problem(f"没有名为 {printer} 的打印机", f"there is no printer {printer}")
    if not device.serves:
        settings.problem("缺少 serves（取号机编号）", "serves (the kiosk's id) is missing")
    origins = [_origin(config.server), *settings.words("origins", ())]
    place = Place(
        name=device.name,
        kiosk=device.serves,
        port=settings.whole("port", None, 0, 65535),
        printer=printer,
        origins=tuple(origin.rstrip("/") for origin in origins),
    )
    path = config.state_dir / f"standby-{device.name}.sqlite"
    return StandbyCrew(place, lambda: Book(path, time.time), reports)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
