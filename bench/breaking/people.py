"""People who use a hall whatever happens to it, and write down what they were answered.

Kiosks, clerks and phones go on over every kill: an unanswered command is asked again under its
key, as pages do. Everything through the public API.
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
"""Seconds a person waits for paper before leaving with the number alone."""
QUIET = frozenset({"nobody_waiting", "too_many"})
LATER_SECONDS = 0.05
OVER_BY = 120.0
"""Seconds after the end in which a command must have been answered."""
APPLICANTS = ("ordinary", "ordinary", "ordinary", "elderly")


@dataclass
class Crowd:
    """Everybody in a hall. `late`: seconds within which an answer must come while all is well."""

    hall: HallServer
    seed: int
    items: Sequence[str]
    acks: list[Ack] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.up = threading.Event()
        self.up.set()
        self.over = threading.Event()
        self.working = threading.Event()
        """Cleared: everybody has a break, so that something can be broken in an idle hall."""
        self.working.set()
        self.news = threading.Condition()
        self.wrong: queue.Queue[BaseException] = queue.Queue()
        self.threads: list[threading.Thread] = []
        self.halfway = False
        """Whether a break finds clerks in the middle of a service, their numbers on the boards."""
        self.catching = threading.Event()
        """Whether a clerk keeps whom he has, so that there is somebody to be looked at."""
        self.caught: set[str] = set()
        """The windows that do."""
        self.rest = 0.0
        """Seconds between two acts of a person: a slower hall."""
        self.epoch = 0
        """Counts restores: what was seen before one says nothing of an act after it."""
        self.unavailable = 0
        """Commands that were told that the database is away."""

    # -- asking --------------------------------------------------------------------------------

    def insist(self, client: Client, path: str, body: Json, chance: random.Random) -> Json:
        """Ask under one key until answered. Raises RefusedError for a refusal."""
        key = uuid.UUID(int=chance.getrandbits(128)).hex
        end = 0.0
        while True:
            self.up.wait(PATIENCE)
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

    def acknowledged(self, act: str, ticket: Json, window: str, sent: float) -> None:
        """Write an answer down."""
        found = Ack(act, ticket["id"], window, sent, time.monotonic(), ticket["number"])
        with self.news:
            self.acks.append(found)
            self.numbers[ticket["id"]] = ticket["number"]
            self.news.notify_all()

    def pause(self, seconds: float) -> None:
        """Rest, but not longer than until the end."""
        self.over.wait(seconds)

    def at_work(self) -> bool:
        """Wait while everybody has a break; False at the end."""
        while not self.working.wait(0.2):
            if self.over.is_set():
                return False
        return not self.over.is_set()

    def wait_for(self, more: int, patience: float = PATIENCE) -> bool:
        """Until `more` further acts were answered; False when they were not in time."""
        with self.news:
            goal = len(self.acks) + more
            return self.news.wait_for(
                lambda: len(self.acks) >= goal or not self.wrong.empty(), patience
            )

    # -- who there is --------------------------------------------------------------------------

    def kiosk(self, client: Client, chance: random.Random) -> None:
        """One after another takes a number; most wait for the paper."""
        while self.at_work():
            body = {"item": chance.choice(self.items), "applicant": chance.choice(APPLICANTS)}
            sent = time.monotonic()
            try:
                ticket = self.insist(client, "/tickets", body, chance)["ticket"]
            except RefusedError as refused:
                self._note(refused)
                self.pause(0.2)
                continue
            self.acknowledged(ISSUED, ticket, "", sent)
            self.tokens[ticket["id"]] = ticket["token"]
            self._take_slip(client, ticket["token"])
            self.pause(self.rest)

    def _take_slip(self, client: Client, token: str) -> None:
        end = time.monotonic() + LONGEST_WAIT
        while not self.over.is_set() and time.monotonic() < end:
            self.up.wait(PATIENCE)
            try:
                if client.get(f"/phone/{token}")["slip"]["state"] not in ("owed", "sent"):
                    return
            except (RefusedError, OSError, http.client.HTTPException):
                pass
            self.pause(LATER_SECONDS)

    def clerk(self, client: Client, chance: random.Random) -> None:
        """Calls, starts, ends; now and then calls again, sets aside, sends on."""
        window = self._window(client)
        while self.at_work():
            if (ticket := self._act(client, "call-next", "call", chance, window)) is None:
                self.pause(0.3)
                continue
            roll = chance.random()
            if roll < 0.1:
                self._act(client, "recall", "recall", chance, window)
            self.pause(self.rest)
            self._act(client, "start", "start", chance, window)
            self._stay_if_caught(window)
            if self.halfway:
                self.at_work()
            if 0.1 < roll < 0.15:
                self._act(client, "hold", "hold", chance, window, note="补材料")
                self._act(client, "resume", "resume", chance, window, ticket=ticket["id"])
                self._act(client, "start", "start", chance, window)
            if 0.15 < roll < 0.2 and self._sent_on(client, chance, window, ticket):
                continue
            self._act(client, "finish", "finish", chance, window, outcome="accepted", note="")

    def _stay_if_caught(self, window: str) -> None:
        """Keep whom the window has, as long as somebody wants to look."""
        while self.catching.is_set() and not self.over.is_set():
            self.caught.add(window)
            self.pause(LATER_SECONDS)

    def _window(self, client: Client) -> str:
        while True:
            try:
                return str(client.get("/counter")["window"]["code"])
            except (OSError, http.client.HTTPException, RefusedError):
                self.pause(LATER_SECONDS)

    def _sent_on(self, client: Client, chance: random.Random, window: str, ticket: Json) -> bool:
        sent, body, epoch = time.monotonic(), {"item": ticket["item"], "note": "续办"}, self.epoch
        try:
            self.insist(client, "/counter/transfer", body, chance)
        except RefusedError as refused:
            self._note(refused)
            return False
        if epoch == self.epoch:
            self.acknowledged("ticket.transfer", ticket, window, sent)
        return True

    def _act(
        self, client: Client, path: str, act: str, chance: random.Random, window: str, **body: Any
    ) -> Json | None:
        """One command at the window; the ticket it was about, None when it was refused."""
        sent = time.monotonic()
        if path == "call-next":
            body = {"complete": "done"}
        epoch = self.epoch
        held = None if path in ("call-next", "resume") else self._current(client)
        try:
            state = self.insist(client, f"/counter/{path}", body, chance)
        except RefusedError as refused:
            self._note(refused)
            return None
        ticket: Json | None = held or state["current"]
        if ticket is not None and epoch == self.epoch:
            self.acknowledged(f"ticket.{act}", ticket, window, sent)
        return ticket

    def _current(self, client: Client) -> Json | None:
        while not self.over.is_set():
            self.up.wait(PATIENCE)
            try:
                found: Json | None = client.get("/counter")["current"]
            except (OSError, http.client.HTTPException, RefusedError):
                self.pause(LATER_SECONDS)
            else:
                return found
        return None

    def phone(self, client: Client, chance: random.Random) -> None:
        """Somebody looks at a number; a few give it up."""
        while not self.over.is_set():
            self.pause(0.3)
            with self.news:
                mine = list(self.tokens.values())[-20:]
            if not mine:
                continue
            token = chance.choice(mine)
            self.up.wait(PATIENCE)
            sent = time.monotonic()
            try:
                shown = client.get(f"/phone/{token}")
                if chance.random() < 0.05 and shown["state"] == "waiting":
                    self.insist(client, f"/phone/{token}/cancel", {}, chance)
                    self.acknowledged("ticket.cancel", shown, "", sent)
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
        """Let somebody begin; an exception ends the run and is shown."""
        chance = random.Random(f"{self.seed}-{len(self.threads)}")

        def run() -> None:
            try:
                work(client, chance)
            except BaseException as error:  # noqa: BLE001 - told to whoever waits
                self.wrong.put(error)
                with self.news:
                    self.news.notify_all()

        thread = threading.Thread(target=run, daemon=True)
        self.threads.append(thread)
        thread.start()

    def end(self) -> None:
        """Everybody finishes what was begun. Raises what went wrong with somebody."""
        self.over.set()
        for thread in self.threads:
            thread.join(OVER_BY + PATIENCE)
        if not self.wrong.empty():
            raise self.wrong.get()
