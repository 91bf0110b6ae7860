"""Orders to devices and their results, while everybody else rests.

Calls that strips and loudspeakers must show or announce, slips, keys, fingers. Every wait is for
something that the hall or a simulator shows, never for a fixed time; `wait_until` returns whether
it happened.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from typing import Any

from sqlalchemy import func, select

from bench.breaking.hall import HALL
from bench.breaking.history import ISSUED
from bench.breaking.run import Scene
from devices.pad_bus import REPEAT_SECONDS
from display.announcer import digits_zh
from display.strip import strip
from server.catalogue.reference import load
from server.core import tables as core_tables
from server.core.engine import open_store
from server.core.store import Store
from server.queue import tables as queue_tables
from server.queue.messages import WindowState
from server.queue.routing import entitled
from server.ratings.tables import rating
from server.time_clocks.tables import punch, reader_event, reader_line
from support.hall_server import MANAGER, TUESDAY, ZONE, Client, RefusedError

Json = dict[str, Any]
LOOK_SECONDS = 0.1
SOON = 12.0
"""Maximum seconds of an operation of a healthy device, even on a busy machine."""
LONG = 45.0
SAME_PRESS_SECONDS = REPEAT_SECONDS + 0.2
AFTER_SLIPS = ("printed", "failed", "unknown")


def wait_until(condition: Callable[[], bool], seconds: float = SOON) -> bool:
    """Return True if a condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_SECONDS)
    return True


@dataclass(frozen=True, slots=True)
class StaffedWindow:
    """Window with a clerk whose session is known. `driver`: its strip's driver.

    `bus`: the strip's bus.
    """

    window: str
    zone: str
    client: Client
    items: Sequence[str]
    driver: str
    bus: str

    @property
    def strip(self) -> str:
        """Name of its strip."""
        return f"strip-{self.window}"

    @property
    def keypad(self) -> str:
        """Name of its keypad."""
        return f"keypad-{self.window}"

    @property
    def pad(self) -> str:
        """Name of its rating pad."""
        return f"pad-{self.window}"

    @property
    def speaker(self) -> str:
        """Name of the loudspeaker that announces its calls."""
        return f"speaker-{self.zone}"


@dataclass(slots=True)
class Workplace:
    """Tools of a check: the hall, its windows, its database, the events of the simulators."""

    scene: Scene
    store: Store
    seats: list[StaffedWindow] = field(default_factory=list)
    sounds: list[tuple[str, str]] = field(default_factory=list)
    """Loudspeaker and text of every announced call."""
    touches: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    """Number and time of every touch of a finger, by time clock."""
    laid: Counter[str] = field(default_factory=Counter)
    """Number of fingers laid by hand, by time clock."""
    papers: list[tuple[str, str]] = field(default_factory=list)
    echoes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Number of echoes received (`echo`) and given up (`no_echo`), by keypad."""
    pushes: list[tuple[str, int]] = field(default_factory=list)
    """Time clock and number of touches of every push."""
    pressed: dict[tuple[str, str], float] = field(default_factory=dict)
    """Monotonic time of the last press, by device and key."""
    seen: int = 0
    people: Iterator[str] = field(default_factory=lambda: cycle(p.number for p in load().staff))
    """Enrolment numbers of the next fingers."""

    def __post_init__(self) -> None:
        self.seats = list(seats(self.scene))

    # -- events of the simulators ---------------------------------------------------------------

    def read_events(self) -> None:
        """Read the device events since the last read."""
        page = self.scene.hall.control(f"/events?since={self.seen}&wait=0")
        self.seen = page["seq"]
        for event in page["events"]:
            device, kind = event["device"], event["kind"]
            if kind == "sound":
                self.sounds.append((device, str(event["text"])))
            elif kind == "punch":
                touch = (str(event["number"]), str(event["said"]))
                self.touches.setdefault(device, Counter())[touch] += 1
            elif kind == "paper":
                self.papers.append((device, str(event["text"])))
            elif kind == "pushed":
                self.pushes.append((device, int(event["count"])))
            elif kind in ("echo", "no_echo"):
                self.echoes[device, kind] += 1

    def device(self, name: str) -> Json:
        """Return the display of a simulated device."""
        shows: Json = self.scene.hall.device(name)["shows"]
        return shows

    def state(self, name: str) -> str:
        """Return the state of a device in the office."""
        return self.scene.hall.device_states()[name]

    @contextmanager
    def with_fault(self, name: str, fault: str) -> Iterator[None]:
        """Turn one fault of a device on, and off afterwards in any case."""
        self.scene.hall.fault(name, fault)
        self.scene.outcome.count_fault(f"{name.partition('-')[0]}: {fault}")
        try:
            yield
        finally:
            self.scene.hall.fault(name, fault, on=False)

    def expect(self, holds: bool, name: str, fault: str, what: str) -> None:
        """Record a violation unless something holds for a device with its fault."""
        self.scene.outcome.expect(holds, f"{name} {fault}: {what}")

    # -- orders --------------------------------------------------------------------------------

    def issue(self, seat: StaffedWindow) -> None:
        """Issue a ticket that this window may call."""
        body = {"item": self.scene.chance.choice(list(seat.items)), "applicant": "ordinary"}
        sent_at, desk = time.monotonic(), self.scene.hall.clerk(MANAGER)
        ticket = self._post(desk, "/tickets", {**body, "print": False})["ticket"]
        self.scene.crowd.record_ack(ISSUED, ticket, "", sent_at)

    def call(self, seat: StaffedWindow) -> Json:
        """End the service at the window, then call the next ticket."""
        self.finish_current(seat)
        self.issue(seat)
        return self._act(seat, "call-next", "call", complete="done")

    def finish_current(self, seat: StaffedWindow) -> None:
        """End the service of the window's current ticket."""
        current = seat.client.get("/counter")["current"]
        if current is not None and current["state"] == "called":
            self._act(seat, "start", "start", current)
        if current is not None:
            self._act(seat, "finish", "finish", current, outcome="accepted", note="")

    def _act(
        self, seat: StaffedWindow, path: str, act: str, of: Json | None = None, **body: Any
    ) -> Json:
        sent_at = time.monotonic()
        state = self._post(seat.client, f"/counter/{path}", body)
        ticket: Json = of or state["current"]
        self.scene.crowd.record_ack(f"ticket.{act}", ticket, seat.window, sent_at)
        return ticket

    def slip(self) -> Json:
        """Issue a ticket at kiosk 2, with its slip."""
        kiosk = self.scene.hall.enrolments["kiosk", "2"]
        item = self.scene.chance.choice(list(self.scene.crowd.items))
        sent_at = time.monotonic()
        body = {"item": item, "applicant": "ordinary"}
        ticket: Json = self._post(kiosk, "/tickets", body)["ticket"]
        self.scene.crowd.record_ack(ISSUED, ticket, "", sent_at)
        return ticket

    def _post(self, client: Client, path: str, body: Json) -> Json:
        """Post until answered; repeat after `too_many`, as a page does."""
        return self.scene.crowd.post_until_answered(client, path, body, self.scene.chance)

    def press(self, device: str, keys: str) -> None:
        """Press a key of a keypad, or lay a finger on a time clock.

        The same key within a second is the pad's own repeat: nobody presses so fast.
        """
        wait = self.pressed.get((device, keys), 0.0) + SAME_PRESS_SECONDS - time.monotonic()
        if device.startswith("keypad") and wait > 0:
            time.sleep(wait)
        self.pressed[device, keys] = time.monotonic()
        self.scene.hall.control(f"/devices/{device}/press", {"keys": keys})

    # -- results ------------------------------------------------------------------------------

    def announced(self, seat: StaffedWindow, ticket: Json, seconds: float = SOON) -> bool:
        """Return True if the loudspeaker announces this call in time."""
        number = digits_zh(str(ticket["number"]))

        def heard() -> bool:
            self.read_events()
            return any(name == seat.speaker and number in text for name, text in self.sounds)

        return wait_until(heard, seconds)

    def shown(self, seat: StaffedWindow, ticket: Json) -> bool:
        """Return True if the strip shows this call now."""
        return str(ticket["number"]) in str(self.device(seat.strip)["text"])

    def slip_state(self, ticket: Json) -> str:
        """Return the stored state of a ticket's slip."""
        s = queue_tables.slip.c
        query = select(s.state).where(s.hall_id == HALL, s.ticket_id == ticket["id"])
        return str(self.store.read(lambda c: c.execute(query).scalar_one()))

    def printed(self, ticket: Json) -> int:
        """Return the number of paper slips with this ticket's number."""
        self.read_events()
        lines = [text.splitlines()[:4] for _, text in self.papers]
        return sum(str(ticket["number"]) in line for line in lines)

    def journal_count(self, act: str, ticket: Json) -> int:
        """Return the number of journal lines of this action and ticket."""
        j = core_tables.journal.c
        query = select(func.count()).where(
            j.hall_id == HALL, j.act == act, j.subject == ticket["id"]
        )
        return int(self.store.read(lambda c: c.execute(query).scalar_one()))

    def levels_of(self, ticket: Json) -> list[int]:
        """Return the levels that the service of this ticket was rated with."""
        r = rating.c
        query = select(r.level).where(r.hall_id == HALL, r.ticket == ticket["id"]).order_by(r.level)
        return self.store.read(lambda c: list(c.execute(query).scalars()))

    def quarantined_count(self, reader: str) -> int:
        """Return the number of quarantined lines of a time clock that the office can see."""
        r = reader_line.c
        query = select(func.coalesce(func.sum(r.times), 0)).where(
            r.hall_id == HALL, r.reader == reader
        )
        return int(self.store.read(lambda c: c.execute(query).scalar_one()))

    def event_count(self, reader: str, kind: str) -> int:
        """Return the number of stored events of this kind of a time clock."""
        r = reader_event.c
        query = select(func.count()).where(r.hall_id == HALL, r.reader == reader, r.kind == kind)
        return int(self.store.read(lambda c: c.execute(query).scalar_one()))

    def punches(self, reader: str) -> Counter[tuple[str, str]]:
        """Return number and time of every stored punch of a time clock."""
        p = punch.c
        query = select(p.enrolment, p.said).where(p.hall_id == HALL, p.reader == reader)
        return Counter(
            (r.enrolment, r.said) for r in self.store.read(lambda c: list(c.execute(query)))
        )


@contextmanager
def workplace(scene: Scene) -> Iterator[Workplace]:
    """Open a workplace in a running hall."""
    store = open_store(scene.url, HALL)
    try:
        yield Workplace(scene, store)
    finally:
        store.close()


def wrong_strips(scene: Scene, only: Sequence[str] = ()) -> list[str]:
    """Return the strips that differ from their windows' state, idle and closed windows too.

    The wanted text comes from the product's own formatting: this tests only that it arrives.
    """
    windows = scene.hall.clerk(MANAGER).get("/windows")["windows"]
    texts = {f"strip-{w['code']}": strip(WindowState.model_validate(w)) for w in windows}
    devices = scene.hall.control("/state")["devices"]
    strips = {d["name"]: str(d["shows"]["text"]) for d in devices if d["kind"] == "strip"}
    return [
        f"{name}: {text!r} instead of {texts[name]['text']!r}"
        for name, text in strips.items()
        if (not only or name in only) and text != texts[name]["text"]
    ]


def seats(scene: Scene) -> Iterator[StaffedWindow]:
    """Yield the windows of everybody who has signed in and works at one."""
    book, day = load(), datetime.fromisoformat(f"{TUESDAY}T10:00").replace(tzinfo=ZONE)
    state = scene.hall.control("/state")["devices"]
    buses = {
        s: d["name"] for d in state if d["kind"] == "bus" for s in d["shows"].get("strips", ())
    }
    drivers = {d["name"]: d["shows"]["driver"] for d in state if d["kind"] == "strip"}
    for client in scene.hall.signed_in().values():
        try:
            code = str(client.get("/counter")["window"]["code"])
        except RefusedError:
            continue  # at a desk, or off today
        window = book.window_by[code]
        items = [i.code for i in book.items if entitled(book, window, i, day)]
        if items:
            name = f"strip-{code}"
            yield StaffedWindow(code, window.zone, client, items, drivers[name], buses[name])
