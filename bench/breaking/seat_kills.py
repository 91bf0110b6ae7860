"""Fault: kill -9 of the server at random moments while 200 people claim seats at once.

Few slots, many people: each chooses one, confirms it, moves it, cancels it, or lets the hold end.
Every command is repeated with its key until it is answered, so the harness knows every
appointment; meanwhile the server is killed inside claims again and again. Each person comes from
an address of 127.0.0.0/8, as from telephones of their own.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bench.breaking.evidence import database_url
from bench.breaking.hall import HALL
from bench.breaking.lamp_kills import HallOfCases
from bench.breaking.run import Outcome
from bench.breaking.seat_history import SeatHistory, SeatStep, seat_violations
from server.appointments import queries
from server.appointments.replay import ACTS
from server.appointments.rules import SEATED
from server.core import journal
from server.core.engine import open_store
from server.integrity.checks import violations
from support.hall_server import ADMINISTRATOR, MANAGER

PEOPLE = 200
ITEM = "zrzy-07"
PLAN = {
    "name": "抢约",
    "items": [ITEM],
    "valid_from": "2026-11-24",
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "11:00",
    "step": 30,
    "share": 100,
}
SETTINGS = {
    "appointment_hold_minutes": 1,
    "appointment_person_most": 20,
    "appointment_source_most": 10_000,
    "appointment_first_seats": 0,
}
EVER = "2000-01-01", "2099-12-31"
LONGEST_WAIT = 3.0
"""Seconds after which a server is killed at the latest."""
RETRY_SECONDS = 0.05
RETRIED = frozenset({"too_many", "unavailable", "internal"})
OWN = 1
"""Appointments of a person from which on one is always moved or cancelled."""


@dataclass(slots=True)
class Booking:
    """Appointment by its answers."""

    token: str
    code: str
    day: str
    start: str


@dataclass
class Person:
    """Person with a telephone and an address, who claims seats until the end."""

    number: int
    port: int
    slots: list[tuple[str, str]]
    chance: random.Random
    ended: threading.Event
    standing: list[Booking] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    error: Exception | None = None
    _line: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Act until the end."""
        try:
            while not self.ended.is_set():
                self._act()
        except Exception as error:  # noqa: BLE001 - the run reports it
            self.error = error

    def _act(self) -> None:
        if self.standing and (len(self.standing) >= OWN or self.chance.random() < 0.5):
            booking = self.chance.choice(self.standing)
            (self._change if self.chance.random() < 0.4 else self._cancel)(booking)
            return
        day, start = self.chance.choice(self.slots)
        phone = f"139{self.number:08d}"
        body = {"item": ITEM, "day": day, "start": start, "phone": phone}
        held = self._post("/appointments/hold", body)
        self.counts["holds"] += "hold" in held
        if "hold" not in held or self.chance.random() < 0.1:  # the hold ends by itself
            time.sleep(self.chance.random() * 0.2)
            return
        if self.chance.random() < 0.1:
            self._post("/appointments/release", {"hold": held["hold"]})
            return
        name = {"hold": held["hold"], "name": "测试人", "phone": phone}
        page = self._post("/appointments/confirm", name)
        if "token" in page:
            self.counts["bookings"] += 1
            booking = Booking(page["token"], page["code"], page["day"], page["start"])
            self.standing.append(booking)

    def _change(self, booking: Booking) -> None:
        day, start = self.chance.choice(self.slots)
        body = {"day": day, "start": start}
        page = self._post(f"/appointments/{booking.token}/change", body)
        if "token" in page:
            self.counts["moves"] += 1
            booking.day, booking.start = page["day"], page["start"]

    def _cancel(self, booking: Booking) -> None:
        page = self._post(f"/appointments/{booking.token}/cancel", {})
        if page.get("state") == "cancelled":
            self.counts["cancelled"] += 1
            self.standing.remove(booking)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a command with one key until it is answered; return the answer or the refusal."""
        key = uuid.uuid4().hex
        while True:
            answer = self._try(path, body, key)
            if answer is not None and answer.get("code") not in RETRIED:
                self.counts["answers"] += 1
                return answer
            time.sleep(RETRY_SECONDS * (1 + self.chance.random()))

    def _try(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Return the answer; None for none, or half of one."""
        if self._line is None:
            source = f"127.1.{self.number // 250}.{self.number % 250 + 1}"
            self._line = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=30, source_address=(source, 0)
            )
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            self._line.request("POST", f"/api/v1{path}", json.dumps(body), headers)
            answer = json.loads(self._line.getresponse().read())
        except (OSError, ValueError, http.client.HTTPException):
            self._line.close()
            self._line = None
            return None
        return answer if isinstance(answer, dict) else None


def play(
    count: int, seed: int, folder: Path, database: str, show_progress: Callable[[int], None]
) -> Outcome:
    """Kill the server `count` times while seats are claimed; judge what it left behind."""
    start, outcome, chance = time.monotonic(), Outcome("seats"), random.Random(seed)
    accounts = (ADMINISTRATOR, MANAGER)
    with HallOfCases(folder, database=database, accounts=accounts, settings=SETTINGS) as hall:
        slots, most = _planned(hall)
        ended = threading.Event()
        people = [
            Person(n, hall.port, slots, random.Random(seed * 1000 + n), ended)
            for n in range(PEOPLE)
        ]
        threads = [threading.Thread(target=person.run, daemon=True) for person in people]
        for thread in threads:
            thread.start()
        for number in range(count):
            time.sleep(0.3 + chance.random() * LONGEST_WAIT)
            hall.kill()
            outcome.count_fault("kill server")
            hall.start()
            show_progress(number + 1)
        ended.set()
        for thread in threads:
            thread.join(120)
        errors = [person.error for person in people if person.error is not None]
        outcome.expect(not errors, f"every act answered: {errors[:1]!r}")
        outcome.expect(not any(t.is_alive() for t in threads), "every act answered in time")
        hall.stop()
        history = _history(people, most, database_url(hall, database))
    outcome.violations += seat_violations(history)
    counts: Counter[str] = sum((person.counts for person in people), Counter())
    outcome.acks = counts["answers"]
    outcome.notes.append(
        f"{counts['holds'] + counts['moves']} claims by {PEOPLE} people on {len(slots)} slots of "
        f"{most} seats: {counts['bookings']} bookings, {counts['moves']} moves, "
        f"{counts['cancelled']} cancelled, {len(history.seats)} seats at the end"
    )
    kinds = Counter(violation.kind for violation in outcome.violations)
    doubles, lost = kinds["double"] + kinds["beyond"], kinds["lost"]
    outcome.notes.append(f"{doubles} double bookings, {lost} confirmed and lost")
    outcome.seconds = time.monotonic() - start
    return outcome


def _planned(hall: HallOfCases) -> tuple[list[tuple[str, str]], int]:
    """Plan appointments; return the slots that can be booked, and their seats."""
    hall.clerk(MANAGER).post("/office/appointment-plans", PLAN)
    days = hall.clerk(MANAGER).get(f"/appointments/items/{ITEM}/days")["days"]
    slots = [(day["day"], slot) for day in days for slot in day["slots"]]
    seats = {slot["seats"] for _, slot in slots}
    assert len(seats) == 1, seats
    return [(day, slot["start"]) for day, slot in slots], seats.pop()


def _history(people: list[Person], most: int, url: str) -> SeatHistory:
    store = open_store(url, HALL)

    def read(conn: Connection) -> SeatHistory:
        rows = queries.of_days(conn, HALL, *EVER)
        codes = {row.id: row.code for row in rows}
        seats = queries.seats_of_days(conn, HALL, *EVER)
        return SeatHistory(
            expected={b.code: (b.day, b.start) for person in people for b in person.standing},
            stored={row.code: (row.day, row.start) for row in rows if row.state in SEATED},
            seats=[
                (codes.get(seat.appointment, "?"), (seat.day, seat.plan, seat.start, seat.n))
                for seat in seats
                if seat.appointment
            ],
            steps=_steps(conn, codes),
            most=most,
            checks=[violation.en for violation in violations(HALL, conn)],
        )

    try:
        return store.read(read)
    finally:
        store.close()


def _steps(conn: Connection, codes: dict[str, str]) -> list[SeatStep]:
    steps: list[SeatStep] = []
    seated = {state.value for state in SEATED}
    for line in journal.of_acts(conn, HALL, ACTS):
        data, code = line.data, codes.get(line.subject, line.subject)
        if data["state"] not in seated:
            steps.append(SeatStep(code, None))
        elif "plan" in data:
            place = str(data["day"]), str(data["plan"]), str(data["start"]), int(data["n"])
            steps.append(SeatStep(code, place))
    return steps
