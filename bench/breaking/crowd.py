"""Simulated people who use a hall during all faults and record each response.

Kiosks, clerks and phones continue across every kill: an unanswered command is repeated under its
key, as pages do. Everything goes through the public API.
"""

from __future__ import annotations

import http.client
import queue
import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.breaking.history import ISSUED, Ack
from support.hall_server import PATIENCE, Client, HallServer, RefusedError

Json = dict[str, Any]
LONGEST_WAIT = 8.0
"""Seconds that a person waits for paper before leaving with the number alone."""
QUIET = frozenset({"nobody_waiting", "too_many"})
LATER_SECONDS = 0.05
OVER_BY = 120.0
"""Seconds after the end in which a command must have been answered."""
APPLICANTS = ("ordinary", "ordinary", "ordinary", "elderly")


@dataclass
class Crowd:
    """All simulated people of a hall."""

    hall: HallServer
    seed: int
    items: Sequence[str]
    acks: list[Ack] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server_up = threading.Event()
        self.server_up.set()
        self.over = threading.Event()
        self.working = threading.Event()
        """Cleared while everybody has a break, so that a fault can be tested in an idle hall."""
        self.working.set()
        self.news = threading.Condition()
        self.errors: queue.Queue[BaseException] = queue.Queue()
        self.threads: list[threading.Thread] = []
        self.stop_mid_service = False
        """True if a break stops clerks in the middle of a service, with numbers on the boards."""
        self.holding = threading.Event()
        """Set while clerks hold their current ticket, so that the boards have calls to compare."""
        self.held_windows: set[str] = set()
        """Windows whose clerks hold their ticket."""
        self.action_pause = 0.0
        """Seconds between two actions of a person; above 0 the hall is slower."""
        self.epoch = 0
        """Number of restores: a state from before a restore says nothing about later actions."""
        self.unavailable = 0
        """Number of commands rejected with a 5xx, such as an unreachable database."""

    # -- requests --------------------------------------------------------------------------------

    def post_until_answered(
        self, client: Client, path: str, body: Json, chance: random.Random
    ) -> Json:
        """Post under one key until answered. Raises RefusedError for a rejection."""
        key = uuid.UUID(int=chance.getrandbits(128)).hex
        end = 0.0
        while True:
            self.server_up.wait(PATIENCE)
            try:
                return client.post(path, body, key)
            except RefusedError as refused:
                if refused.status < 500 and refused.problem["code"] != "too_many":
                    raise
                self.unavailable += refused.status >= 500
            except (OSError, http.client.HTTPException):
                pass
            if self.over.is_set():
                end = end or time.monotonic() + OVER_BY
                if time.monotonic() > end:
                    raise TimeoutError(path)
            self.pause(LATER_SECONDS)

    def record_ack(self, act: str, ticket: Json, window: str, sent: float) -> None:
        """Record a response."""
        ack = Ack(act, ticket["id"], window, sent, time.monotonic(), ticket["number"])
        with self.news:
            self.acks.append(ack)
            self.numbers[ticket["id"]] = ticket["number"]
            self.news.notify_all()

    def pause(self, seconds: float) -> None:
        """Rest for `seconds`, but not longer than until the end."""
        self.over.wait(seconds)

    def wait_until_working(self) -> bool:
        """Wait while everybody has a break; return False at the end."""
        while not self.working.wait(0.2):
            if self.over.is_set():
                return False
        return not self.over.is_set()

    def wait_for(self, more: int, patience: float = PATIENCE) -> bool:
        """Wait for `more` further answered actions; return False when they are not in time."""
        with self.news:
            goal = len(self.acks) + more
            return self.news.wait_for(
                lambda: len(self.acks) >= goal or not self.errors.empty(), patience
            )

    # -- people ----------------------------------------------------------------------------------

    def kiosk(self, client: Client, chance: random.Random) -> None:
        """Take one number after another; wait some seconds for each slip."""
        while self.wait_until_working():
            body = {"item": chance.choice(self.items), "applicant": chance.choice(APPLICANTS)}
            sent = time.monotonic()
            try:
                ticket = self.post_until_answered(client, "/tickets", body, chance)["ticket"]
            except RefusedError as refused:
                self._note(refused)
                self.pause(0.2)
                continue
            self.record_ack(ISSUED, ticket, "", sent)
            self.tokens[ticket["id"]] = ticket["token"]
            self._wait_for_slip(client, ticket["token"])
            self.pause(self.action_pause)

    def _wait_for_slip(self, client: Client, token: str) -> None:
        end = time.monotonic() + LONGEST_WAIT
        while not self.over.is_set() and time.monotonic() < end:
            self.server_up.wait(PATIENCE)
            try:
                if client.get(f"/phone/{token}")["slip"]["state"] not in ("owed", "sent"):
                    return
            except (RefusedError, OSError, http.client.HTTPException):
                pass
            self.pause(LATER_SECONDS)

    def clerk(self, client: Client, chance: random.Random) -> None:
        """Call, start and finish; sometimes recall, hold or transfer."""
        window = self._window(client)
        while self.wait_until_working():
            if (ticket := self._act(client, "call-next", "call", chance, window)) is None:
                self.pause(0.3)
                continue
            roll = chance.random()
            if roll < 0.1:
                self._act(client, "recall", "recall", chance, window)
            self.pause(self.action_pause)
            self._act(client, "start", "start", chance, window)
            self._hold_while_comparing(window)
            if self.stop_mid_service:
                self.wait_until_working()
            if 0.1 < roll < 0.15:
                self._act(client, "hold", "hold", chance, window, note="补材料")
                self._act(client, "resume", "resume", chance, window, ticket=ticket["id"])
                self._act(client, "start", "start", chance, window)
            if 0.15 < roll < 0.2 and self._transfer(client, chance, window, ticket):
                continue
            self._act(client, "finish", "finish", chance, window, outcome="accepted", note="")

    def _hold_while_comparing(self, window: str) -> None:
        """Hold the window's ticket as long as the boards are to be compared."""
        while self.holding.is_set() and not self.over.is_set():
            self.held_windows.add(window)
            self.pause(LATER_SECONDS)

    def _window(self, client: Client) -> str:
        while True:
            try:
                return str(client.get("/counter")["window"]["code"])
            except (OSError, http.client.HTTPException, RefusedError):
                self.pause(LATER_SECONDS)

    def _transfer(self, client: Client, chance: random.Random, window: str, ticket: Json) -> bool:
        sent, body, epoch = time.monotonic(), {"item": ticket["item"], "note": "续办"}, self.epoch
        try:
            self.post_until_answered(client, "/counter/transfer", body, chance)
        except RefusedError as refused:
            self._note(refused)
            return False
        if epoch == self.epoch:
            self.record_ack("ticket.transfer", ticket, window, sent)
        return True

    def _act(
        self, client: Client, path: str, act: str, chance: random.Random, window: str, **body: Any
    ) -> Json | None:
        """Send one command of a window; return its ticket, or None when it was rejected."""
        sent = time.monotonic()
        if path == "call-next":
            body = {"complete": "done"}
        epoch = self.epoch
        ticket_before = None if path in ("call-next", "resume") else self._current(client)
        try:
            state = self.post_until_answered(client, f"/counter/{path}", body, chance)
        except RefusedError as refused:
            self._note(refused)
            return None
        ticket: Json | None = ticket_before or state["current"]
        if ticket is not None and epoch == self.epoch:
            self.record_ack(f"ticket.{act}", ticket, window, sent)
        return ticket

    def _current(self, client: Client) -> Json | None:
        while not self.over.is_set():
            self.server_up.wait(PATIENCE)
            try:
                current: Json | None = client.get("/counter")["current"]
            except (OSError, http.client.HTTPException, RefusedError):
                self.pause(LATER_SECONDS)
            else:
                return current
        return None

    def phone(self, client: Client, chance: random.Random) -> None:
        """Show a ticket on a phone; cancel a few."""
        while not self.over.is_set():
            self.pause(0.3)
            with self.news:
                own_tokens = list(self.tokens.values())[-20:]
            if not own_tokens:
                continue
            token = chance.choice(own_tokens)
            self.server_up.wait(PATIENCE)
            sent = time.monotonic()
            try:
                shown = client.get(f"/phone/{token}")
                if chance.random() < 0.05 and shown["state"] == "waiting":
                    self.post_until_answered(client, f"/phone/{token}/cancel", {}, chance)
                    self.record_ack("ticket.cancel", shown, "", sent)
            except RefusedError as refused:
                self._note(refused)
            except (OSError, http.client.HTTPException):
                self.pause(LATER_SECONDS)

    def _note(self, refused: RefusedError) -> None:
        code = str(refused.problem["code"])
        with self.news:
            self.refused[code] = self.refused.get(code, 0) + 1

    # -- beginning and end ---------------------------------------------------------------------

    def begin(self, work: Callable[[Client, random.Random], None], client: Client) -> None:
        """Start a thread of a person; an exception ends the run and is shown."""
        chance = random.Random(f"{self.seed}-{len(self.threads)}")

        def run() -> None:
            try:
                work(client, chance)
            except BaseException as error:  # noqa: BLE001 - passed to the waiting thread
                self.errors.put(error)
                with self.news:
                    self.news.notify_all()

        thread = threading.Thread(target=run, daemon=True)
        self.threads.append(thread)
        thread.start()

    def end(self) -> None:
        """Let everybody finish the current action. Raises the first exception of any person."""
        self.over.set()
        for thread in self.threads:
            thread.join(OVER_BY + PATIENCE)
        if not self.errors.empty():
            raise self.errors.get()
