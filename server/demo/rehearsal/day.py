"""Rehearsed day: plays it and reports its figures."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import socketio

from server.demo.rehearsal.bookings import Bookings
from server.demo.rehearsal.cases import POSTS, BackOffice, Cases, followed
from server.demo.rehearsal.clerks import Clerk
from server.demo.rehearsal.client import Client, RefusedError, key_of
from server.demo.rehearsal.matters import Matters, Send, lacks
from server.demo.rehearsal.people import (
    MINUTE,
    Grievance,
    Opinion,
    Visitor,
    grievances,
    opinions,
    visitors,
)
from server.demo.rehearsal.report import case_lines, voice_lines
from server.demo.rehearsal.stage import Scheduler
from server.demo.rehearsal.waits import WALK_IN, Waits, price_line

LUNCH_FROM, LUNCH_MINUTES = 232, 146
"""Start of lunch in minutes after 08:10 (12:02), and its length in minutes (until 14:28)."""
LUNCH_PATIENCE = 60
"""Minutes after noon during which people with a number are still served."""
WHOLE_DAY, CLOSED = 600, 630
"""Minutes after 08:10 from which a day counts as whole, and at which the hall has closed it."""
PAPER_OUT_AT, PAPER_OUT_MINUTES = 150, 12
KEYPAD_EVERY = 3
PAD_KEYS = ("3", "2", "1", "0")
"""Keys of the simulated rating pads, the best level first; they have four."""


@dataclass(slots=True)
class Script:
    """Input of a rehearsal: clerks' accounts and the tokens of kiosks and board."""

    server: str
    speed: float
    seed: int
    password: str
    kiosks: dict[str, str]
    """Token by kiosk id."""
    board: str
    """Token of the board that is observed."""
    windows: dict[str, str]
    """Staff number by window code."""
    back_office: tuple[str, ...] = ()
    """Staff numbers of those who handle, review and approve; without them no case is opened."""
    simulators: str = ""
    visits: int = 450
    minutes: int = 600
    """Length of the played day in minutes, from 08:10."""
    edition: int = 0
    """Number of the day among several in the same hall, so that no key is used for two actions."""


@dataclass(slots=True)
class Figures:
    """Figures of the day."""

    issued: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    """Monotonic time at which a ticket number first appeared on the board, by number."""


class Day:
    """One rehearsed day."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._clients: list[Client] = []
        self._observer = self._client()
        self._stage = Scheduler(self._observer, script.speed)
        self._kiosks = {name: self._client(token) for name, token in script.kiosks.items()}
        self._tickets: dict[str, Visitor] = {}
        self._tokens: dict[str, str] = {}
        self._figures = Figures()
        self._opinions: dict[int, Opinion] = {}
        self._grievances: dict[int, Grievance] = {}
        self._matters = Matters(self._observer, {}, on_slip=False)
        self._cases: Cases | None = None
        self._case_steps = 0
        self._clerks: dict[str, Clerk] = {}
        self._waits = Waits()
        self._bookings: Bookings | None = None

    def _client(self, token: str = "") -> Client:
        self._clients.append(Client(self._script.server, token))
        return self._clients[-1]

    def play(self) -> Iterator[str]:
        """Play the day; yield lines to print."""
        catalogue = self._observer.get("/api/v1/catalogue")
        offered = [i for i in catalogue["items"] if i["handling"] == "accepted"]
        minutes = {i["code"]: 8.0 for i in offered}
        classes = [c["code"] for c in catalogue["classes"]]
        people = visitors(
            self._script.seed, self._script.visits, offered, classes, sorted(self._kiosks)
        )
        self._opinions = opinions(self._script.seed, people)
        self._grievances = grievances(self._script.seed, people)
        lacking = lacks(self._script.seed, people)
        self._matters = Matters(self._observer, lacking, on_slip=bool(self._script.simulators))
        if len(self._script.back_office) == len(POSTS):
            minutes_of_cases = followed(self._script.seed, people)
            self._cases = Cases(self._stage, self._matters, self._back_office(), minutes_of_cases)
        yield f"演练开始 rehearsal: seed {self._script.seed}, {len(people)} 人 people"
        self._sign_in_clerks(minutes)
        board = self._watch_board()
        start, guests = self._stage.start, self._guests(people)
        for visitor in people:
            if visitor.number not in guests:
                self._stage.at(start + visitor.at, self._arrival(visitor))
        self._plan_breaks(start)
        for hour in range(1, 10):
            self._stage.at(start + hour * 60 * MINUTE, self._print_progress)
        self._stage.play(start + self._script.minutes * MINUTE)
        board.disconnect()
        yield from self._figure_lines()
        for client in self._clients:
            client.close()

    def _print_progress(self) -> None:
        print(f"  {len(self._tickets)} 张票 tickets", flush=True)

    # -- preparations --------------------------------------------------------------------------

    def _guests(self, people: list[Visitor]) -> set[int]:
        """Let people book before the hall opens; return who does not come as others do."""
        office = self._client()
        _login(office, self._script.windows["office"], self._script.password)
        clients = self._observer, office, self._kiosks
        self._bookings = Bookings(self._stage, clients, self._key, self._came, self._issue)
        return self._bookings.prepare(self._script.seed, people)

    def _came(self, visitor: Visitor, ticket: str, token: str, kind: str, slot: int) -> None:
        """Let a person wait who booked or has a number from afar; `slot`: its start in ms."""
        self._admit(visitor, ticket, token)
        self._waits.begin(ticket, kind, max(self._stage.now, slot))
        for clerk in self._clerks.values():
            if clerk.idle:
                self._stage.after(8_000, clerk.call_next)

    def _admit(self, visitor: Visitor, ticket: str, token: str) -> None:
        self._figures.issued += 1
        self._tickets[ticket] = visitor
        self._tokens[ticket] = token

    def _back_office(self) -> BackOffice:
        script = self._script
        people = {
            staff: self._client() for staff in (script.windows["office"], *script.back_office)
        }
        for staff, client in people.items():
            _login(client, staff, script.password)
        holders = [people[staff] for staff in script.back_office]
        office = people[script.windows["office"]]
        return BackOffice(office, holders, script.back_office, self._case_key)

    def _case_key(self) -> str:
        self._case_steps += 1
        return self._key(1 << 83 | self._case_steps)

    def _papers(self, send: Send, ticket: dict[str, Any], visitor: Visitor) -> None:
        """Record what a person hands in, and open the case."""
        self._matters.hand_in(send, ticket, visitor)
        if self._cases is not None:
            self._cases.open(send, ticket, visitor)

    def _sign_in_clerks(self, minutes: dict[str, float]) -> None:
        for number, (window, staff) in enumerate(sorted(self._posts().items())):
            client = self._client()
            with contextlib.suppress(RefusedError):
                _login(client, staff, self._script.password)
                keys = (
                    self._press if number % KEYPAD_EVERY == 1 and self._script.simulators else None
                )
                place = number + (self._script.edition << 40)
                clerk = Clerk(place, self._stage, client, window, self._tickets, minutes, keys)
                clerk.on_call = self._called
                clerk.on_return = self._come_back
                clerk.on_materials = self._papers
                clerk.on_finish = self._finished
                if clerk.sign_in():
                    self._clerks[window] = clerk

    def _posts(self) -> dict[str, str]:
        return {w: s for w, s in self._script.windows.items() if w != "office"}

    def _plan_breaks(self, start: int) -> None:
        chance = random.Random(f"{self._script.seed}-breaks")
        for clerk in self._clerks.values():
            lunch = start + (LUNCH_FROM + chance.randint(0, 4)) * MINUTE
            self._stage.at(lunch, lambda c=clerk: c.rest(LUNCH_MINUTES, LUNCH_PATIENCE))  # type: ignore[misc]
            pause = (
                start + chance.choice((chance.randint(60, 200), chance.randint(400, 520))) * MINUTE
            )
            self._stage.at(pause, lambda c=clerk: c.rest(8))  # type: ignore[misc]
        if self._script.simulators:
            out = start + PAPER_OUT_AT * MINUTE
            self._stage.at(out, lambda: self._paper(out=True))
            self._stage.at(out + PAPER_OUT_MINUTES * MINUTE, lambda: self._paper(out=False))

    def _watch_board(self) -> socketio.Client:
        """Connect as a board and record when each call first appears."""
        board = socketio.Client()
        lock = threading.Lock()

        def state(message: dict[str, Any]) -> None:
            now = time.monotonic()
            with lock:
                for call in message["data"]["calls"]:
                    self._figures.seen.setdefault(call["number"], now)

        board.on("state", state, namespace="/live")
        board.connect(
            self._script.server,
            namespaces=["/live"],
            transports=["websocket"],
            auth={"surface": "board", "key": "main"},
            headers={"Authorization": f"Bearer {self._script.board}"},
        )
        return board

    # -- events --------------------------------------------------------------------------------

    def _key(self, number: int) -> str:
        return key_of(number + (self._script.edition << 20))

    def _arrival(self, visitor: Visitor) -> Callable[[], None]:
        return lambda: self._issue(visitor)

    def _issue(self, visitor: Visitor) -> None:
        body = {"item": visitor.item, "applicant": visitor.applicant}
        kiosk = self._kiosks[visitor.kiosk]
        try:
            issued = kiosk.post("/api/v1/tickets", body, self._key(visitor.number + 1))["ticket"]
        except RefusedError as refused:
            refusals = self._figures.refused
            refusals[refused.code] = refusals.get(refused.code, 0) + 1
            return
        self._admit(visitor, issued["id"], issued["token"])
        self._waits.begin(issued["id"], WALK_IN, self._stage.now)
        for window in issued["windows"]:
            clerk = self._clerks.get(window["code"])
            if clerk is not None and clerk.idle:
                self._stage.after(8_000, clerk.call_next)

    def _called(self, ticket: dict[str, Any]) -> None:
        self._waits.end(ticket["id"], self._stage.now)

    def _come_back(self, ticket: dict[str, Any]) -> None:
        """Let a person who missed the call return ten minutes later, by phone."""

        def back() -> None:
            token = self._tokens[ticket["id"]]
            key = self._key(1 << 80 | self._tickets[ticket["id"]].number)
            with contextlib.suppress(RefusedError):
                self._observer.post(f"/api/v1/phone/{token}/return", {}, key)

        self._stage.after(10 * MINUTE, back)

    def _finished(self, ticket: dict[str, Any], window: str) -> None:
        """Let a person rate or complain, and come back if something was lacking."""
        visitor = self._tickets[ticket["id"]]
        self._rate(ticket, window)
        if visitor.number in self._grievances:
            grievance = self._grievances[visitor.number]
            self._stage.after(5 * MINUTE, lambda: self._complain(ticket, visitor, grievance))
        back = self._matters.back(visitor)
        if back is not None:
            self._stage.after(back[0], self._arrival(back[1]))

    def _complain(self, ticket: dict[str, Any], visitor: Visitor, grievance: Grievance) -> None:
        body = {"about": "visit", "topics": [grievance.topic], "words": grievance.words}
        key = self._key(1 << 82 | visitor.number)
        with contextlib.suppress(RefusedError):
            if grievance.at_kiosk:
                kiosk = self._kiosks[visitor.kiosk]
                kiosk.post("/api/v1/kiosk/complaints", body | {"subject": ticket["number"]}, key)
            else:
                token = self._tokens[ticket["id"]]
                self._observer.post(f"/api/v1/phone/{token}/complaint", body, key)

    def _rate(self, ticket: dict[str, Any], window: str) -> None:
        """Let a person who has an opinion rate: at once on the pad, or soon by phone."""
        opinion = self._opinions.get(self._tickets[ticket["id"]].number)
        if opinion is None:
            return
        if opinion.on_pad and self._script.simulators and opinion.level <= len(PAD_KEYS):
            self._stage.after(5_000, lambda: self._press_pad(window, opinion))
            return

        def give() -> None:
            token = self._tokens[ticket["id"]]
            key = self._key(1 << 81 | self._tickets[ticket["id"]].number)
            body = {"level": opinion.level, "words": opinion.words}
            with contextlib.suppress(RefusedError):
                self._observer.post(f"/api/v1/phone/{token}/rating", body, key)

        self._stage.after(3 * MINUTE, give)

    def _press_pad(self, window: str, opinion: Opinion) -> None:
        self._simulator(f"/devices/pad-{window}/press", {"keys": PAD_KEYS[opinion.level - 1]})

    def _press(self, window: str, keys: str) -> None:
        self._simulator(f"/devices/keypad-{window}/press", {"keys": keys})

    def _paper(self, *, out: bool) -> None:
        self._simulator("/devices/printer-2/fault", {"name": "paper_out", "on": out})

    def _simulator(self, path: str, body: dict[str, Any]) -> None:
        http_request = urllib.request.Request(
            self._script.simulators + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with contextlib.suppress(OSError):
            urllib.request.urlopen(http_request, timeout=5).close()

    # -- figures -------------------------------------------------------------------------------

    def _figure_lines(self) -> Iterator[str]:
        manager = self._client()
        _login(manager, self._script.windows["office"], self._script.password)
        today = manager.get("/api/v1/office/today")
        delays = sorted(
            self._figures.seen[number] - sent
            for clerk in self._clerks.values()
            for number, sent in clerk.calls
            if number in self._figures.seen and self._figures.seen[number] > sent
        )
        yield f"票 tickets      {self._figures.issued}  (没有发出 refused: {self._figures.refused})"
        yield f"窗口办理 served {today['served']}   过号 missed {today['missed']}"
        yield f"等候 wait       p50 {today['wait_p50']} min, p90 {today['wait_p90']} min"
        for line in today["told"]:
            within, late = round(100 * line["within"]), round(100 * line["late"])
            yield (
                f"告知等候 told    {line['kind']:<13} {line['people']:>3} 人 people, "
                f"{within} % 在范围内 within, {late} % 更久 later, "
                f"范围 range {line['width']:.1f} min"
            )
        ratings = manager.get("/api/v1/office/ratings")["total"]
        yield f"评价 ratings    {ratings['active']}  (差评 bad: {ratings['bad']})"
        yield from voice_lines(manager)
        yield from case_lines(manager)
        if self._bookings is not None:
            price = manager.get("/api/v1/office/appointment-price")
            yield from self._waits.lines(self._bookings.guests, price["promised"])
        yield f"小票 unprinted  {len(today['unprinted'])}"
        if delays:
            yield (
                f"呼叫到大屏 call → board  p50 {_at(delays, 0.5)} ms, p99 {_at(delays, 0.99)} ms, "
                f"{len(delays)} 次 calls"
            )
        if self._script.minutes >= WHOLE_DAY:
            day = manager.get("/api/v1/office/appointments")["today"]
            self._stage.play(self._stage.start + CLOSED * MINUTE)
            yield price_line(manager, day)


def _at(ordered: list[float], share: float) -> int:
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))])


def _login(client: Client, staff: str, password: str) -> None:
    """Sign in; wait and retry if the hall limits attempts from one address."""
    while True:
        try:
            client.login(staff, password)
        except RefusedError as refused:
            if refused.code != "too_many":
                raise
            time.sleep(1.0)
        else:
            return
