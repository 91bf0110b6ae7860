"""Server connection of the agent over Socket.IO; it reconnects without end.

Namespace `/agent`, websocket only. One thread connects and sends. Messages that must arrive
(results, key presses, punches) are sent with an acknowledgement and repeated after the next
connection. A key press is dropped after ten seconds, because a stale press must not call a ticket.
A punch never expires.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import socketio
from socketio.exceptions import SocketIOError

from devices.health import Health
from devices.host.ledger import OutstandingFact, Result

log = logging.getLogger(__name__)

NAMESPACE = "/agent"
CONNECT_SECONDS = 5
ACK_SECONDS = 5
EVENT_SECONDS = 10.0
WEBSOCKET = {"skip_utf8_validation": True}
"""The library would check text in Python, which takes a slip 0.6 ms; JSON is decoded strictly."""
FAREWELL_SECONDS = 0.2
REFUSED_SECONDS = 5.0
"""Seconds until a rejected fact (e.g. its time clock is not admitted yet) is sent again."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 3.0


class LineLostError(SocketIOError):  # type: ignore[misc] # the library has no types
    """Error for a missing acknowledgement of the server."""


class Station(Protocol):
    """The agent as its server connection uses it. Every method is fast."""

    def hello(self) -> dict[str, object]:
        """Return the first message after every connect."""

    def health_reports(self) -> Mapping[str, Health]:
        """Return the current health of every device."""

    def on_desired(self, data: Mapping[str, object]) -> None:
        """Receive the state that a device must show."""

    def on_task(self, data: Mapping[str, object]) -> bool:
        """Receive a task; True if it is in the ledger."""

    def outstanding_results(self) -> Sequence[Result]:
        """Return the results to send."""

    def acknowledge_result(self, task_id: str) -> None:
        """Mark a result as acknowledged."""

    def outstanding_facts(self) -> Sequence[OutstandingFact]:
        """Return the facts to send."""

    def acknowledge_fact(self, debt: int) -> None:
        """Delete a fact that the server has acknowledged."""


@dataclass(slots=True)
class _Event:
    body: dict[str, object]
    born: float


class Uplink:
    """Thread of the server connection. `clock` returns monotonic seconds."""

    def __init__(
        self,
        server: str,
        token: str,
        station: Station,
        clock: Callable[[], float],
        chance: random.Random,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._server = server
        self._token = token
        self._station = station
        self._clock = clock
        self._chance = chance
        self._wall = wall
        self._retry_at: dict[str, float] = {}
        self._events: deque[_Event] = deque(maxlen=200)
        self._health: dict[str, Health] = {}
        self._sent_health: dict[str, Health] = {}
        self._refused: set[str] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Disconnect and end the thread."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)

    def wake(self) -> None:
        """Wake the thread because there is something to send."""
        self._wake.set()

    def event(self, device: str, kind: str, data: Mapping[str, str]) -> None:
        """Send what a person did at a device, within ten seconds or never."""
        body: dict[str, object] = {
            "id": uuid.uuid4().hex,
            "device": device,
            "kind": kind,
            "data": dict(data),
        }
        with self._lock:
            self._events.append(_Event(body, self._clock()))
        self._wake.set()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            if self._connection():
                pause = FIRST_PAUSE
            self._stopping.wait(pause * self._chance.uniform(0.8, 1.2))
            pause = min(LONGEST_PAUSE, pause * 1.6)

    def _connection(self) -> bool:
        """Run one connection from connect to loss; False if it could not be opened."""
        client = socketio.Client(
            reconnection=False, handle_sigint=False, websocket_extra_options=WEBSOCKET
        )
        client.on("desired", self._on_desired, namespace=NAMESPACE)
        client.on("task", self._on_task, namespace=NAMESPACE)
        client.on("disconnect", self._on_disconnect, namespace=NAMESPACE)
        try:
            client.connect(
                self._server,
                auth={"token": self._token},
                namespaces=[NAMESPACE],
                transports=["websocket"],
                wait_timeout=CONNECT_SECONDS,
            )
        # The library lets OSError and ValueError of lower layers pass through.
        except (SocketIOError, OSError, ValueError) as error:
            log.info("server not reached: %s", error)
            self._hang_up(client)
            return False
        try:
            self._converse(client)
        except (SocketIOError, OSError) as error:
            log.info("line lost: %s", error)
        finally:
            self._hang_up(client)
        return True

    def _hang_up(self, client: Any) -> None:
        socket = getattr(client.eio, "ws", None)
        if socket is not None:
            # The library's reading thread consumes the closing frame that `close` waits for.
            socket.close = functools.partial(socket.close, timeout=FAREWELL_SECONDS)
        with contextlib.suppress(SocketIOError, OSError, ValueError):
            client.disconnect()
        with contextlib.suppress(Exception):
            client.eio.disconnect()
        if socket is not None:
            socket.shutdown()  # the library leaves a line open that broke

    def _converse(self, client: Any) -> None:
        if not self._announce(client):
            return
        log.info("connected to %s", self._server)
        self._sent_health = {}
        self._refused.clear()
        while client.connected and not self._stopping.is_set():
            self._wake.clear()
            self._send_all(client)
            self._wake.wait(1.0)

    def _announce(self, client: Any) -> bool:
        """Send `hello` until the server accepts it; False if the connection ends before.

        An older server rejects it while another agent has one of these devices (this PC replaces
        one that still runs); it would reject every other message as well. Devices that wait for
        confirmation do not block: the server closes the connection once they are confirmed.
        """
        pause = FIRST_PAUSE
        while client.connected and not self._stopping.is_set():
            answer = self._call(client, "hello", self._station.hello())
            if not isinstance(answer, Mapping) or answer.get("ok") is not False:
                self._log_unconfirmed(answer)
                return True
            log.warning("not taken: %s", answer.get("code", ""))
            self._stopping.wait(pause)
            pause = min(LONGEST_PAUSE, pause * 1.6)
        return False

    def _log_unconfirmed(self, answer: object) -> None:
        """Log the devices that are out of service until the office confirms them."""
        waiting = answer.get("waiting") if isinstance(answer, Mapping) else None
        if isinstance(waiting, list) and waiting:
            log.warning("to be confirmed in the office: %s", ", ".join(map(str, waiting)))

    def _send_all(self, client: Any) -> None:
        for device, health in self._station.health_reports().items():
            if self._sent_health.get(device) != health:
                client.emit("health", health.to_json(device), namespace=NAMESPACE)
                self._sent_health[device] = health
        while (event := self._next_event()) is not None:
            answer = self._call(client, "event", event.body)
            log.debug("event answered %s", answer)
            with self._lock, contextlib.suppress(ValueError):
                self._events.remove(event)
        for result in self._station.outstanding_results():
            if result.id not in self._refused:
                self._send_result(client, result)
        self._send_debts(client)

    def _send_debts(self, client: Any) -> None:
        """Send outstanding facts in order of creation.

        A rejected one delays its own device only.
        """
        now = self._clock()
        for debt in self._station.outstanding_facts():
            if self._retry_at.get(debt.device, now) > now:
                continue
            body: dict[str, object] = {
                "id": f"debt-{debt.id}",
                "device": debt.device,
                "kind": debt.kind,
                "data": dict(debt.payload),
                "age": max(0.0, self._wall() - debt.made_at),
            }
            answer = self._call(client, "event", body)
            if isinstance(answer, Mapping) and answer.get("ok") is True:
                self._station.acknowledge_fact(debt.id)
                self._wake.set()  # `debts` returns only the first ones
            else:
                log.warning("%s: not taken yet: %s", debt.device, answer)
                self._retry_at[debt.device] = now + REFUSED_SECONDS

    def _send_result(self, client: Any, result: Result) -> None:
        answer = self._call(client, "result", result.to_json())
        if isinstance(answer, Mapping) and answer.get("ok") is True:
            self._station.acknowledge_result(result.id)
        else:
            # Rejected (the server may not have the device yet): sent again after the next connect.
            log.warning("result %s was not taken: %s", result.id, answer)
            self._refused.add(result.id)

    def _next_event(self) -> _Event | None:
        with self._lock:
            while self._events and self._clock() - self._events[0].born > EVENT_SECONDS:
                stale = self._events.popleft()
                log.warning("key press dropped, too old: %s", stale.body["device"])
            return self._events[0] if self._events else None

    def _call(self, client: Any, name: str, body: Mapping[str, object]) -> object:
        """Send a message and return the server's acknowledgement; raises LineLostError without one.

        The library's own `call` is not used: it waits on long after the connection is lost.
        """
        arrived = threading.Event()
        answers: list[object] = []

        def acknowledge(*values: object) -> None:
            answers.extend(values)
            arrived.set()

        client.emit(name, dict(body), namespace=NAMESPACE, callback=acknowledge)
        end = self._clock() + ACK_SECONDS
        while not arrived.wait(0.1):
            if not client.connected or self._stopping.is_set() or self._clock() >= end:
                raise LineLostError(f"{name} was not acknowledged")
        return answers[0] if answers else None

    def _on_desired(self, data: object) -> None:
        if isinstance(data, Mapping):
            self._station.on_desired(data)

    def _on_task(self, data: object) -> dict[str, object]:
        accepted = isinstance(data, Mapping) and self._station.on_task(data)
        self._wake.set()
        return {"accepted": accepted}

    def _on_disconnect(self, *_: object) -> None:
        self._wake.set()
