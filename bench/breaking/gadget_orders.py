"""What is asked of devices by hand, while everybody else has a break, and what came of it.

Calls that strips and loudspeakers must tell, slips, keys, fingers. Whoever waits here waits for
something that the hall or a simulator shows, never for a time; `until` says whether it came.
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
from devices.keypads.crew import REPEAT_SECONDS
from display.announcer import digits_zh
from display.strip import strip
from server.domain.routing import entitled
from server.reference import load
from server.storage import schema
from server.storage.engine import open_store
from server.storage.store import Store
from server.storage.tables_readers import punch, reader_event, reader_line
from server.wire.views import WindowState
from support.hall_server import MANAGER, TUESDAY, ZONE, Client, RefusedError

Json = dict[str, Any]
LOOK_SECONDS = 0.1
SOON = 12.0
"""Something well is done within so many seconds, also on a busy machine."""
LONG = 45.0
SAME_PRESS_SECONDS = REPEAT_SECONDS + 0.2
AFTER_SLIPS = ("printed", "failed", "unknown")


def until(kept: Callable[[], bool], seconds: float = SOON) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not kept():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_SECONDS)
    return True


@dataclass(frozen=True, slots=True)
class Seat:
    """A window with a clerk whose session is known. `driver`: of its strip; `bus`: the strip's."""

    window: str
    zone: str
    client: Client
    items: Sequence[str]
    driver: str
    bus: str

    @property
    def strip(self) -> str:
        """Its strip's name."""
        return f"strip-{self.window}"

    @property
    def keypad(self) -> str:
        """Its keypad's name."""
        return f"keypad-{self.window}"

    @property
    def speaker(self) -> str:
        """The loudspeaker that says its calls."""
        return f"speaker-{self.zone}"


@dataclass(slots=True)
class Workplace:
    """Everything a check needs: the hall, its seats, its books, what the simulators noted."""

    now: Scene
    store: Store
    seats: list[Seat] = field(default_factory=list)
    sounds: list[tuple[str, str]] = field(default_factory=list)
    """Loudspeaker and text of every call that was heard."""
    touches: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    """By time clock, the number and the time of every touch of a finger."""
    laid: Counter[str] = field(default_factory=Counter)
    """How many fingers were laid on each by hand."""
    papers: list[tuple[str, str]] = field(default_factory=list)
    echoes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By keypad, how often it heard its echo or gave up."""
    pushes: list[tuple[str, int]] = field(default_factory=list)
    """Time clock and how many touches it told at once."""
    pressed: dict[tuple[str, str], float] = field(default_factory=dict)
    """When a key of a device was pressed last."""
    seen: int = 0
    people: Iterator[str] = field(default_factory=lambda: cycle(p.number for p in load().staff))
    """Whose finger is next."""

    def __post_init__(self) -> None:
        self.seats = list(seats(self.now))

    # -- what the simulators noted -------------------------------------------------------------

    def look(self) -> None:
        """Take in what has happened at the devices since the last look."""
        found = self.now.hall.control(f"/events?since={self.seen}&wait=0")
        self.seen = found["seq"]
        for event in found["events"]:
            device, kind = event["device"], event["kind"]
            if kind == "sound":
                self.sounds.append((device, str(event["text"])))
            elif kind == "punch":
                one = (str(event["number"]), str(event["said"]))
                self.touches.setdefault(device, Counter())[one] += 1
            elif kind == "paper":
                self.papers.append((device, str(event["text"])))
            elif kind == "pushed":
                self.pushes.append((device, int(event["count"])))
            elif kind in ("echo", "no_echo"):
                self.echoes[device, kind] += 1

    def device(self, name: str) -> Json:
        """What a simulated device shows."""
        shows: Json = self.now.hall.device(name)["shows"]
        return shows

    def state(self, name: str) -> str:
        """What the office thinks of a device."""
        return self.now.hall.devices_known()[name]

    @contextmanager
    def broken(self, name: str, fault: str) -> Iterator[None]:
        """One fault of one device; it is over afterwards whatever happens."""
        self.now.hall.fault(name, fault)
        self.now.outcome.hit(f"{name.partition('-')[0]}: {fault}")
        try:
            yield
        finally:
            self.now.hall.fault(name, fault, on=False)

    def expect(self, kept: bool, name: str, fault: str, what: str) -> None:
        """Something that must hold of a device alone with its fault."""
        self.now.outcome.expect(kept, f"{name} {fault}: {what}")

    # -- orders --------------------------------------------------------------------------------

    def number(self, seat: Seat) -> None:
        """Somebody takes a number that this window may call."""
        body = {"item": self.now.chance.choice(list(seat.items)), "applicant": "ordinary"}
        sent, desk = time.monotonic(), self.now.hall.clerk(MANAGER)
        ticket = self._insist(desk, "/tickets", {**body, "print": False})["ticket"]
        self.now.crowd.acknowledged(ISSUED, ticket, "", sent)

    def call(self, seat: Seat) -> Json:
        """Whoever is at the window is done with; the next is called."""
        self.done(seat)
        self.number(seat)
        return self._act(seat, "call-next", "call", complete="done")

    def done(self, seat: Seat) -> None:
        """Nobody stands at the window any more."""
        current = seat.client.get("/counter")["current"]
        if current is not None and current["state"] == "called":
            self._act(seat, "start", "start", current)
        if current is not None:
            self._act(seat, "finish", "finish", current, outcome="accepted", note="")

    def _act(self, seat: Seat, path: str, act: str, of: Json | None = None, **body: Any) -> Json:
        sent = time.monotonic()
        state = self._insist(seat.client, f"/counter/{path}", body)
        ticket: Json = of or state["current"]
        self.now.crowd.acknowledged(f"ticket.{act}", ticket, seat.window, sent)
        return ticket

    def slip(self) -> Json:
        """Somebody takes a number at kiosk 2, with its slip."""
        kiosk = self.now.hall.enrolments["kiosk", "2"]
        item = self.now.chance.choice(list(self.now.crowd.items))
        sent = time.monotonic()
        body = {"item": item, "applicant": "ordinary"}
        ticket: Json = self._insist(kiosk, "/tickets", body)["ticket"]
        self.now.crowd.acknowledged(ISSUED, ticket, "", sent)
        return ticket

    def _insist(self, client: Client, path: str, body: Json) -> Json:
        """Asked again after `too_many`, as a page does."""
        return self.now.crowd.insist(client, path, body, self.now.chance)

    def press(self, device: str, keys: str) -> None:
        """A key of a keypad, or a finger on a time clock.

        The same key within a second is the pad's own repeat: nobody presses so fast.
        """
        left = self.pressed.get((device, keys), 0.0) + SAME_PRESS_SECONDS - time.monotonic()
        if device.startswith("keypad") and left > 0:
            time.sleep(left)
        self.pressed[device, keys] = time.monotonic()
        self.now.hall.control(f"/devices/{device}/press", {"keys": keys})

    # -- what came of them ---------------------------------------------------------------------

    def announced(self, seat: Seat, ticket: Json, seconds: float = SOON) -> bool:
        """Whether the loudspeaker says this call in time."""
        number = digits_zh(str(ticket["number"]))

        def heard() -> bool:
            self.look()
            return any(name == seat.speaker and number in text for name, text in self.sounds)

        return until(heard, seconds)

    def shown(self, seat: Seat, ticket: Json) -> bool:
        """Whether the strip shows this call now."""
        return str(ticket["number"]) in str(self.device(seat.strip)["text"])

    def fate(self, ticket: Json) -> str:
        """What the books say of a ticket's slip."""
        s = schema.slip.c
        asked = select(s.state).where(s.hall_id == HALL, s.ticket_id == ticket["id"])
        return str(self.store.read(lambda c: c.execute(asked).scalar_one()))

    def printed(self, ticket: Json) -> int:
        """On how many slips of paper this number stands."""
        self.look()
        lines = [text.splitlines()[:4] for _, text in self.papers]
        return sum(str(ticket["number"]) in line for line in lines)

    def acts(self, act: str, ticket: Json) -> int:
        """How often the journal says this of a ticket."""
        j = schema.journal.c
        asked = select(func.count()).where(
            j.hall_id == HALL, j.act == act, j.subject == ticket["id"]
        )
        return int(self.store.read(lambda c: c.execute(asked).scalar_one()))

    def put_aside(self, reader: str) -> int:
        """How often a time clock said something that is no punch, and the office was given it."""
        r = reader_line.c
        asked = select(func.coalesce(func.sum(r.times), 0)).where(
            r.hall_id == HALL, r.reader == reader
        )
        return int(self.store.read(lambda c: c.execute(asked).scalar_one()))

    def noted(self, reader: str, kind: str) -> int:
        """How often the books note this of a time clock."""
        r = reader_event.c
        asked = select(func.count()).where(r.hall_id == HALL, r.reader == reader, r.kind == kind)
        return int(self.store.read(lambda c: c.execute(asked).scalar_one()))

    def punches(self, reader: str) -> Counter[tuple[str, str]]:
        """Number and time of every punch that is kept of a time clock."""
        p = punch.c
        asked = select(p.enrolment, p.said).where(p.hall_id == HALL, p.reader == reader)
        return Counter(
            (r.enrolment, r.said) for r in self.store.read(lambda c: list(c.execute(asked)))
        )


@contextmanager
def workplace(now: Scene) -> Iterator[Workplace]:
    """A workplace in a running hall."""
    store = open_store(now.url, HALL)
    try:
        yield Workplace(now, store)
    finally:
        store.close()


def strips_wrong(now: Scene, only: Sequence[str] = ()) -> list[str]:
    """Strips that do not show what the hall's windows want, idle and closed ones too.

    What a window wants is the product's own shaping: here it is whether it gets there.
    """
    windows = now.hall.clerk(MANAGER).get("/windows")["windows"]
    wanted = {f"strip-{w['code']}": strip(WindowState.model_validate(w)) for w in windows}
    found = now.hall.control("/state")["devices"]
    strips = {d["name"]: str(d["shows"]["text"]) for d in found if d["kind"] == "strip"}
    return [
        f"{name}: {text!r} instead of {wanted[name]['text']!r}"
        for name, text in strips.items()
        if (not only or name in only) and text != wanted[name]["text"]
    ]


def seats(now: Scene) -> Iterator[Seat]:
    """The windows of everybody who has signed in and sits at one."""
    book, day = load(), datetime.fromisoformat(f"{TUESDAY}T10:00").replace(tzinfo=ZONE)
    state = now.hall.control("/state")["devices"]
    buses = {
        s: d["name"] for d in state if d["kind"] == "bus" for s in d["shows"].get("strips", ())
    }
    drivers = {d["name"]: d["shows"]["driver"] for d in state if d["kind"] == "strip"}
    for client in now.hall.signed_in().values():
        try:
            code = str(client.get("/counter")["window"]["code"])
        except RefusedError:
            continue  # at a desk, or off today
        window = book.window_by[code]
        items = [i.code for i in book.items if entitled(book, window, i, day)]
        if items:
            name = f"strip-{code}"
            yield Seat(code, window.zone, client, items, drivers[name], buses[name])
