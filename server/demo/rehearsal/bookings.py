"""People of a rehearsed day who booked, or took their number from afar, and how they come.

They book over HTTP before the hall opens. Whoever gets no seat, or no number from afar, comes as
everybody else.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from server.demo.rehearsal.client import Client, RefusedError
from server.demo.rehearsal.people import MINUTE, Visitor
from server.demo.rehearsal.stage import Scheduler

BEGIN = 8 * 60 + 10
"""Minute of the day at which a rehearsal starts."""
STEP, SHARE = 30, 60
"""Length of a slot in minutes, and percent of the windows' time that is given away."""
SPANS = ((9 * 60, 11 * 60 + 30), (14 * 60 + 30, 16 * 60 + 30))
ITEMS = 8
"""Number of items with appointments: those for which most people come."""
BOOKS, FROM_AFAR = 0.35, 0.12
"""Share of the people of these items who book, and of all others who take a number from afar."""
LEAD = (15, 45)
"""Bounds of the minutes before the arrival at which a number is taken from afar."""
NEVER = 0.1
"""Share of the numbers from afar whose holder never comes."""
COMING = (("early", 0.1), ("on_time", 0.75), ("late", 0.08), ("never", 0.07))
BEFORE = {"early": (20, 40), "on_time": (-5, 12), "late": (-28, -18)}
"""Minutes before the start of the slot at which each kind comes."""
WAYS = (("kiosk", 0.6), ("desk", 0.25), ("phone", 0.15))
PHONE = "1380000{n:04d}"
RETRY_SECONDS = 1.0
BOOKED, LATE, AFAR = "booked", "late", "afar"
"""Kinds of guests whose wait is counted: on time, too late, with a number from afar."""


@dataclass(frozen=True, slots=True)
class Booking:
    """Appointment of a visitor: its start in minutes of the day, and how the person comes."""

    start: int
    kind: str
    """early, on_time, late or never."""
    comes: int
    """Arrival in ms after the start of the rehearsal."""
    way: str
    """Place of the check-in: kiosk, desk or phone."""


@dataclass(frozen=True, slots=True)
class FromAfar:
    """Number from afar: when it is taken (ms after the start), and whether its holder comes."""

    at: int
    comes: bool


def popular(people: Sequence[Visitor]) -> list[str]:
    """Return the items for which most people come."""
    counts = Counter(visitor.item for visitor in people)
    return sorted(counts, key=lambda item: (-counts[item], item))[:ITEMS]


def bookings(seed: int, people: Sequence[Visitor]) -> dict[int, Booking]:
    """Return who books, by number; the slot is the next one after the person would have come."""
    chance, items, booked = random.Random(f"{seed}-booked"), popular(people), dict[int, Booking]()
    for visitor in people:
        books, kind, way = chance.random() < BOOKS, _drawn(chance, COMING), _drawn(chance, WAYS)
        before = chance.uniform(*BEFORE.get(kind, (0, 0)))
        start = -(-(BEGIN + visitor.at // MINUTE) // STEP) * STEP
        if books and visitor.item in items and any(a <= start < b for a, b in SPANS):
            comes = max(0, round((start - before - BEGIN) * MINUTE))
            booked[visitor.number] = Booking(start, kind, comes, way)
    return booked


def numbers_from_afar(
    seed: int, people: Sequence[Visitor], booked: Mapping[int, Booking]
) -> dict[int, FromAfar]:
    """Return who wants a number from afar, by the visitor's number."""
    chance, wanted = random.Random(f"{seed}-afar"), dict[int, FromAfar]()
    for visitor in people:
        wants, lead = chance.random() < FROM_AFAR, chance.uniform(*LEAD)
        comes = chance.random() >= NEVER
        at = visitor.at - int(lead * MINUTE)
        if wants and visitor.number not in booked and at > 20 * MINUTE:
            wanted[visitor.number] = FromAfar(at, comes)
    return wanted


def _drawn(chance: random.Random, shares: Sequence[tuple[str, float]]) -> str:
    names, weights = [name for name, _ in shares], [weight for _, weight in shares]
    return chance.choices(names, weights)[0]


def patient(ask: Callable[[], Any]) -> Any:
    """Return an answer; whoever asks too often for one address tries again a second later."""
    while True:
        try:
            return ask()
        except RefusedError as refused:
            if refused.code != "too_many":
                raise
            time.sleep(RETRY_SECONDS)


@dataclass(slots=True)
class Guests:
    """Counts of those who booked or took a number from afar."""

    booked: int = 0
    arrivals: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    from_afar: int = 0
    checked_in: int = 0


Arrived = Callable[[Visitor, str, str, str, int], None]
"""Receives a visitor who came, the ticket's id and token, the kind, the slot's start (ms)."""


class Bookings:
    """Booked people and holders of numbers from afar on one day."""

    def __init__(
        self,
        stage: Scheduler,
        clients: tuple[Client, Client, Mapping[str, Client]],
        key: Callable[[int], str],
        arrived: Arrived,
        walk_in: Callable[[Visitor], None],
    ) -> None:
        """`clients`: of the public, of the office, and of the kiosks."""
        self._stage = stage
        self._public, self._office, self._kiosks = clients
        self._key = key
        self._arrived = arrived
        self._walk_in = walk_in
        self._today, self._here = "", ""
        self.guests = Guests()

    def prepare(self, seed: int, people: Sequence[Visitor]) -> set[int]:
        """Plan, book and schedule; return the numbers of those who do not come as others do."""
        page = self._office.get("/api/v1/office/appointments")
        self._today, self._here = page["today"], page["here"]
        self._plan(popular(people))
        booked = bookings(seed, people)
        afar = numbers_from_afar(seed, people, booked)
        done: set[int] = set()
        for visitor in people:
            if visitor.number in booked and self._book(visitor, booked[visitor.number]):
                done.add(visitor.number)
            elif visitor.number in afar:
                own = afar[visitor.number]
                self._at(own.at, self._taking(visitor, own))
                done.add(visitor.number)
        return done

    def _at(self, millis: int, action: Callable[[], None]) -> None:
        self._stage.at(self._stage.start + millis, action)

    def _plan(self, items: Sequence[str]) -> None:
        """Let the office plan appointments for items that have none."""
        planned = self._public.get("/api/v1/appointments/items")["items"]
        planned_items = {entry["item"] for entry in planned}
        weekday = date.fromisoformat(self._today).isoweekday()
        for place, item in enumerate(i for i in items if i not in planned_items):
            for half, (opens, closes) in enumerate(SPANS):
                body = {
                    "name": f"演练 {item} {half + 1}",
                    "items": [item],
                    "valid_from": self._today,
                    "valid_to": self._today,
                    "weekdays": [weekday],
                    "opens": _clock(opens),
                    "closes": _clock(closes),
                    "step": STEP,
                    "share": SHARE,
                }
                key = self._key(1 << 84 | place << 1 | half)
                with contextlib.suppress(RefusedError):  # not every item can have appointments
                    self._office.post("/api/v1/office/appointment-plans", body, key)

    def _book(self, visitor: Visitor, booking: Booking) -> bool:
        """Book a seat; False if there is none."""
        phone, key = PHONE.format(n=visitor.number % 10_000), self._key
        seat = {"item": visitor.item, "day": self._today, "start": _clock(booking.start)}
        hold, confirm = (key(bit | visitor.number) for bit in (1 << 85, 1 << 86))
        path = "/api/v1/appointments"
        try:
            held = patient(lambda: self._public.post(f"{path}/hold", seat | {"phone": phone}, hold))
            body = {"hold": held["hold"], "name": "演练甲", "phone": phone}
            page = patient(lambda: self._public.post(f"{path}/confirm", body, confirm))
        except RefusedError as refused:
            self.guests.refused[refused.code] += 1
            return False
        self.guests.booked += 1
        if booking.kind == "never":
            self.guests.arrivals["never"] += 1
        else:
            self._at(booking.comes, lambda: self._come(visitor, booking, page))
        return True

    def _come(self, visitor: Visitor, booking: Booking, page: dict[str, Any]) -> None:
        """Check in with an appointment; who is too early tries again when it is time."""
        try:
            kind, ticket, token = patient(lambda: self._check_in(visitor, booking, page))
        except RefusedError as refused:
            if refused.code != "appointment_early":
                self.guests.refused[refused.code] += 1
                return
            minute = _minute(page["arrive_from"])
            self.guests.arrivals["early"] += 1
            self._at((minute - BEGIN) * MINUTE, lambda: self._come(visitor, booking, page))
            return
        self.guests.arrivals[kind] += 1
        begins = self._stage.start + (booking.start - BEGIN) * MINUTE
        on_time = kind == "on_time"
        self._arrived(visitor, ticket, token, BOOKED if on_time else LATE, begins if on_time else 0)

    def _check_in(
        self, visitor: Visitor, booking: Booking, page: dict[str, Any]
    ) -> tuple[str, str, str]:
        """Return how the person came, and the ticket's id and token."""
        key, body = self._key(1 << 87 | visitor.number), {"code": page["code"], "paper": False}
        if booking.way == "kiosk":
            kiosk = self._kiosks[visitor.kiosk]
            at_kiosk = kiosk.post("/api/v1/kiosk/appointments/arrive", body | {"paper": True}, key)
            own = at_kiosk["ticket"]
            return at_kiosk["arrival"], own["id"], own["token"]
        if booking.way == "desk":
            answer = self._office.post("/api/v1/reception/appointments/arrive", body, key)
        else:
            path = f"/api/v1/appointments/{page['token']}/arrive"
            answer = self._public.post(path, {"here": self._here}, key)
        token = answer["appointment"]["ticket_url"].rpartition("/")[2]
        return answer["arrival"], answer["ticket"], token

    def _taking(self, visitor: Visitor, own: FromAfar) -> Callable[[], None]:
        def take() -> None:
            phone = PHONE.format(n=visitor.number % 10_000)
            body, key = {"item": visitor.item, "phone": phone}, self._key(1 << 88 | visitor.number)
            path = "/api/v1/remote/numbers"
            try:
                answer = patient(lambda: self._public.post(path, body, key))
            except RefusedError as refused:  # the wait is short: everybody can simply come
                self.guests.refused[refused.code] += 1
                if own.comes:
                    self._at(visitor.at, lambda: self._walk_in(visitor))
                return
            self.guests.from_afar += 1
            if own.comes:
                self._at(visitor.at, lambda: self._check_in_number(visitor, answer["url"]))

        return take

    def _check_in_number(self, visitor: Visitor, url: str) -> None:
        key, kiosk = self._key(1 << 89 | visitor.number), self._kiosks[visitor.kiosk]
        path = "/api/v1/kiosk/appointments/arrive"
        try:
            answer = patient(lambda: kiosk.post(path, {"code": url, "paper": False}, key))
        except RefusedError as refused:
            self.guests.refused[refused.code] += 1
            return
        self.guests.checked_in += 1
        self._arrived(visitor, answer["ticket"]["id"], answer["ticket"]["token"], AFAR, 0)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
