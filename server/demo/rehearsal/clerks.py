"""Clerks of a rehearsed day: each at a window, using the page's commands or a keypad."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from server.demo.rehearsal.client import Client, RefusedError, key_of
from server.demo.rehearsal.matters import Send
from server.demo.rehearsal.people import MINUTE, Visitor
from server.demo.rehearsal.stage import Scheduler

SECOND = 1000
KEYS = {"call-next": "0C", "recall": "0D", "no-show": "0E", "start": "0A"}
KEY_WAIT_SECONDS = 3.0
KEY_LOOK_SECONDS = 0.1
Press = Callable[[str, str], None]


class Clerk:
    """One clerk at one window. Every action uses the public API."""

    def __init__(
        self,
        number: int,
        stage: Scheduler,
        client: Client,
        window: str,
        visitors: dict[str, Visitor],
        minutes: dict[str, float],
        press: Press | None,
    ) -> None:
        self._number = number
        self._stage = stage
        self._client = client
        self.window = window
        self._visitors = visitors
        self._minutes = minutes
        self._press = press
        self._commands = 0
        self.idle = True
        self.resting = False
        self.calls: list[tuple[str, float]] = []
        """Ticket number and monotonic sending time of each call, for the delay to the board."""
        self.on_call: Callable[[dict[str, Any]], None] = lambda _ticket: None
        self.on_return: Callable[[dict[str, Any]], None] = lambda _ticket: None
        self.on_materials: Callable[[Send, dict[str, Any], Visitor], None] = lambda *_: None
        self.on_finish: Callable[[dict[str, Any], str], None] = lambda _ticket, _window: None

    # -- commands ------------------------------------------------------------------------------

    def _do(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Send a command; None if the server rejects it."""
        return self._send(f"counter/{path}", body or {})

    def _send(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Send a command to a path below /api/v1; None if the server rejects it."""
        self._commands += 1
        key = key_of((self._number + 1) << 32 | self._commands)
        try:
            answer: dict[str, Any] = self._client.post(f"/api/v1/{path}", body, key)
        except RefusedError:
            return None
        return answer

    def _key_or_page(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Press the key if this clerk uses a keypad, else send the command.

        Return the new state.
        """
        if self._press is None:
            return self._do(path, body)
        before = self._client.get("/api/v1/counter")
        if not before["waiting"]:
            return None  # the keypad shows 0, so a clerk would not press the key
        self._press(self.window, KEYS[path])
        end = time.monotonic() + KEY_WAIT_SECONDS
        while time.monotonic() < end:
            after: dict[str, Any] = self._client.get("/api/v1/counter")
            if after["current"] != before["current"]:
                return after
            time.sleep(KEY_LOOK_SECONDS)
        return None

    # -- the day -------------------------------------------------------------------------------

    def sign_in(self) -> bool:
        """Sign in to the window; False if the window is not staffed today."""
        return self._do("sign-in", {"window": self.window}) is not None

    def rest(self, minutes: float, patience: float = 0.0) -> None:
        """Pause when the window is free; for `patience` minutes only if no one waits for it."""
        waiting = patience > 0 and self._client.get("/api/v1/counter")["waiting"] > 0
        if not self.idle or waiting:
            remaining = max(0.0, patience - 2)
            self._stage.after(2 * MINUTE, lambda: self.rest(max(5.0, minutes - 2), remaining))
            return
        if self._do("pause", {"reason": "rest", "note": ""}) is not None:
            self.resting = True
            self._stage.after(minutes * MINUTE, self._end_rest)

    def _end_rest(self) -> None:
        self._do("unpause")
        self.resting = False
        self.call_next()

    def call_next(self) -> None:
        """Call the next person if anyone waits."""
        if self.resting or not self.idle:
            return
        self.idle = False
        sent = time.monotonic()
        state = self._key_or_page("call-next", {"complete": None})
        current = state["current"] if state else None
        if current is None:
            self.idle = True
            return
        self.calls.append((current["number"], sent))
        self.on_call(current)
        self._called(current, 1)

    def _called(self, ticket: dict[str, Any], times: int) -> None:
        visitor = self._visitors[ticket["id"]]
        away = visitor.patience in ("gone", "back") and ticket["returns"] == 0
        late = visitor.patience == "late" and times == 1
        if away and times >= 2:
            self._stage.after(40 * SECOND, lambda: self._missed(ticket))
        elif away or late:
            self._stage.after(45 * SECOND, lambda: self._recall(ticket, times))
        else:
            self._stage.after(visitor.walk, lambda: self._start(ticket, visitor))

    def _recall(self, ticket: dict[str, Any], times: int) -> None:
        self._do("recall")
        self._called(ticket, times + 1)

    def _missed(self, ticket: dict[str, Any]) -> None:
        answer = self._do("no-show")
        if answer is None:
            # No loudspeaker played the call: none is fast enough at sixty times speed.
            self._do("called-by-mouth")
            answer = self._do("no-show")
        if answer is None:
            self._stage.after(40 * SECOND, lambda: self._missed(ticket))
            return
        if self._visitors[ticket["id"]].patience == "back":
            self.on_return(ticket)
        self._next_soon()

    def _start(self, ticket: dict[str, Any], visitor: Visitor) -> None:
        self._do("start")
        minutes = self._minutes.get(ticket["item"], 8.0) * visitor.service
        self._stage.after(max(0.5, minutes) * MINUTE, lambda: self._end(ticket, visitor))

    def _end(self, ticket: dict[str, Any], visitor: Visitor) -> None:
        if visitor.ending == "hold" and not ticket["note"]:
            self._hold(ticket)
            return
        if (
            visitor.ending == "transfer"
            and ticket["transfers"] == 0
            and self._transfer_to_queue(ticket)
        ):
            self._next_soon()
            return
        self.on_materials(self._send, ticket, visitor)
        outcome = visitor.ending if visitor.ending not in ("hold", "transfer") else "accepted"
        note = "申请事项不属于本窗口受理范围" if outcome == "refused" else ""
        if self._do("finish", {"outcome": outcome, "note": note}) is not None:
            self.on_finish(ticket, self.window)
        self._next_soon()

    def _hold(self, ticket: dict[str, Any]) -> None:
        """Put the person on hold to fill in a form, and resume some minutes later."""
        self._do("hold", {"note": "补填表格"})
        self._stage.after(6 * MINUTE, lambda: self._call_back(ticket))
        self._next_soon()

    def _call_back(self, ticket: dict[str, Any]) -> None:
        if not self.idle or self.resting:
            self._stage.after(2 * MINUTE, lambda: self._call_back(ticket))
            return
        state = self._do("resume", {"ticket": ticket["id"]})
        if state is None or state["current"] is None:
            return
        self.idle = False
        visitor, current = self._visitors[ticket["id"]], state["current"]
        self._stage.after(visitor.walk, lambda: self._start(current, visitor))

    def _transfer_to_queue(self, ticket: dict[str, Any]) -> bool:
        """Transfer to the queue of the same item: a colleague continues."""
        return self._do("transfer", {"item": ticket["item"], "note": "请同事续办"}) is not None

    def _next_soon(self) -> None:
        self.idle = True
        self._stage.after(15 * SECOND, self.call_next)
