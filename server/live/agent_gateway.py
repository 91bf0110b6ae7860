"""Server side of agent connections: connected agents, outstanding tasks and desired states.

An agent serves the devices that are bound to it and no others (`device_health/bindings.py`). Tasks
(print, speak) go to the agent that hosts the device. Desired states (strips, keypads) are full
states and are sent again on every connect. The module contains no driver; the blueprints create the
contents.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import request
from flask_socketio import SocketIO
from socketio.exceptions import ConnectionRefusedError as Refused

from server.core import trace
from server.core.actors import ActorKind, Via
from server.core.errors import CommonCode, HallError
from server.core.events import Event, HallChanged
from server.core.problems import problem
from server.hall.composition import Hall
from server.live.allowance import AGENT
from server.live.broadcast import mark_joined
from server.web_api import Api, mark_known_connection

log = logging.getLogger(__name__)
NAMESPACE = "/agent"
KINDS = frozenset({"printers", "led", "voice", "keypads", "ratingpads", "fingerprint", "standby"})
STATES = frozenset({"ok", "degraded", "failed", "unknown"})
ANNOUNCED = ("device", "kind", "driver", "serves", "bus", "reports")
"""Fields of a device in a hello; agents of earlier versions send no `bus` and no `reports`."""
MAX_DEVICES = 200
MAX_READINGS = 16 * 1024


@dataclass(frozen=True, slots=True)
class DeviceRef:
    """Device that is bound to its agent, which announced it from `address`."""

    name: str
    kind: str
    serves: str
    agent: str
    address: str = ""

    @property
    def via(self) -> Via:
        """Device and agent, for the journal."""
        return Via(self.name, self.agent)


@dataclass(frozen=True, slots=True)
class Task:
    """Task that an agent carries out once.

    `expires_in` is in seconds; None for a task that never expires.
    """

    id: str
    device: str
    kind: str
    payload: dict[str, Any]
    expires_in: float | None = None


Desired = Callable[[DeviceRef], dict[str, Any] | None]
OutstandingTasks = Callable[[DeviceRef], list[Task]]
Result = Callable[[DeviceRef, dict[str, Any]], None]
EventHandler = Callable[[DeviceRef, dict[str, Any]], str]
Accepted = Callable[[Task], None]


class DeviceRecords(Protocol):
    """Port to the records of devices, which a room keeps."""

    def admit(self, agent: str, token: str, announced: Sequence[Mapping[str, str]]) -> set[str]:
        """Return the names of the announced devices that the agent may serve."""

    def servable(self, agent: str, announced: Sequence[Mapping[str, str]]) -> set[str]:
        """Return the names of the announced devices that are bound to the agent."""

    def announce(self, agent: str, devices: list[dict[str, str]]) -> None:
        """Replace the devices of an agent."""

    def disconnect(self, agent: str) -> None:
        """Mark an agent's devices as disconnected."""

    def report(
        self, device: str, *, state: str, code: str, readings: Mapping[str, Any], detail: str
    ) -> None:
        """Record the health that a driver reported for its device."""


class Agents:
    """Connected agents of one server process."""

    def __init__(self, socketio: SocketIO, hall: Hall, api: Api, records: DeviceRecords) -> None:
        self._io = socketio
        self._api = api
        self._hall = hall
        self._records = records
        self._sids: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._announcements: dict[str, list[dict[str, str]]] = {}
        self._devices: dict[str, DeviceRef] = {}
        self._sent_states: dict[str, tuple[int, dict[str, Any]]] = {}
        self.desired: dict[str, Desired] = {}
        self.outstanding: dict[str, OutstandingTasks] = {}
        self.results: dict[str, Result] = {}
        self.event_handlers: dict[str, EventHandler] = {}
        for name, handler in (
            ("connect", self._connect),
            ("disconnect", self._disconnect),
            ("hello", self._hello),
            ("result", self._result),
            ("health", self._health),
            ("event", self._event),
        ):
            socketio.on_event(name, handler, namespace=NAMESPACE)
        hall.ctx.bus.subscribe(self._on_access_changed)

    # -- connection ----------------------------------------------------------------------------

    def _connect(self, auth: Any = None) -> None:
        token = str(auth.get("token", "")) if isinstance(auth, dict) else ""
        try:
            self._api.limits.check_secret(token, request.remote_addr or "")
            principal = self._hall.people.device(token)
        except HallError as error:
            raise _refused(error) from None
        if principal is None or principal.kind is not ActorKind.AGENT:
            raise _refused(HallError(CommonCode.NOT_SIGNED_IN))
        sid = request.sid  # type: ignore[attr-defined]
        self._names[sid] = principal.name
        self._sids[principal.name] = sid
        self._tokens[sid] = token
        self._api.limits.remember_good(token)
        mark_known_connection(request.environ, principal.actor.key)
        mark_joined(self._io.server, sid, NAMESPACE, AGENT)

    def _disconnect(self, *_reason: object) -> None:
        sid = request.sid  # type: ignore[attr-defined]
        name = self._names.pop(sid, None)
        self._tokens.pop(sid, None)
        self._announcements.pop(sid, None)
        if name is None or self._sids.get(name) != sid:
            return
        del self._sids[name]
        for ref in [d for d in self._devices.values() if d.agent == name]:
            del self._devices[ref.name]
            self._sent_states.pop(ref.name, None)

        self._records.disconnect(name)

    def _hello(self, message: Any) -> dict[str, Any]:
        sid, name, entries = request.sid, self._name(), _announced(message)  # type: ignore[attr-defined]
        if name is None or entries is None:
            return {"ok": False, "code": CommonCode.INVALID.value}
        admitted = self._records.admit(name, self._tokens[sid], entries)
        self._announcements[sid] = entries
        serving = [entry for entry in entries if entry["device"] in admitted]
        for ref in [d for d in self._devices.values() if d.agent == name]:
            del self._devices[ref.name]
        for entry in serving:
            device, kind = entry["device"], entry["kind"]
            address = request.remote_addr or ""
            self._devices[device] = DeviceRef(device, kind, entry["serves"], name, address)
            self._sent_states.pop(device, None)
        self._records.announce(name, serving)
        self._io.start_background_task(self._synchronise, name)
        waiting = [entry["device"] for entry in entries if entry["device"] not in admitted]
        if not waiting:
            return {"ok": True}
        log.warning("an agent announced devices that are not bound to it")
        return {"ok": True, "waiting": waiting}

    def _synchronise(self, agent: str) -> None:
        """Send desired states and outstanding tasks to the devices of a new agent."""
        for ref in [d for d in self._devices.values() if d.agent == agent]:
            try:
                self.show(ref)
            except Exception:
                log.exception("not shown", extra={"device": ref.name})
            self._resend_outstanding(ref)

    def resend_outstanding(self) -> None:
        """Send outstanding tasks again to connected devices, until each is settled.

        Agents recognise a task by its id and answer a repeated one without carrying it out twice.
        """
        for ref in list(self._devices.values()):
            self._resend_outstanding(ref)

    def _resend_outstanding(self, ref: DeviceRef) -> None:
        """Send the outstanding tasks of one device; an error does not affect other devices."""
        outstanding = self.outstanding.get(ref.kind)
        try:
            for task in outstanding(ref) if outstanding else []:
                self.send(task, resend=True)
        except Exception:
            log.exception("not reminded", extra={"device": ref.name})

    # -- to the agents -------------------------------------------------------------------------

    def serving(self, kind: str, serves: str) -> list[DeviceRef]:
        """Return the connected devices of a kind at a kiosk, window or zone."""
        return [d for d in self._devices.values() if d.kind == kind and d.serves == serves]

    def of_kind(self, kind: str) -> list[DeviceRef]:
        """Return the connected devices of a kind."""
        return [d for d in self._devices.values() if d.kind == kind]

    def show(self, ref: DeviceRef) -> None:
        """Send a device its desired state if it has changed."""
        shape = self.desired.get(ref.kind)
        state = shape(ref) if shape else None
        sid = self._sids.get(ref.agent)
        if state is None or sid is None:
            return
        version, last_state = self._sent_states.get(ref.name, (0, {}))
        if last_state == state:
            return
        self._sent_states[ref.name] = (version + 1, state)
        message = {"device": ref.name, "version": version + 1, "state": state}
        self._io.emit("desired", message, to=sid, namespace=NAMESPACE)

    def send(self, task: Task, *, resend: bool = False, accepted: Accepted | None = None) -> bool:
        """Send a task to the device's agent; False if the agent is not connected."""
        ref = self._devices.get(task.device)
        sid = self._sids.get(ref.agent) if ref else None
        if sid is None:
            return False
        message = {
            "id": task.id,
            "device": task.device,
            "kind": task.kind,
            "payload": task.payload,
            "expires_in": task.expires_in,
            "resend": resend,
            "trace": trace.current(),
        }

        def acknowledged(*_answer: object) -> None:
            if accepted is not None:
                accepted(task)

        self._io.emit("task", message, to=sid, namespace=NAMESPACE, callback=acknowledged)
        return True

    # -- from the agents -----------------------------------------------------------------------

    def _name(self) -> str | None:
        return self._names.get(request.sid)  # type: ignore[attr-defined]

    def _own(self, message: Any) -> DeviceRef | None:
        """Return the device that a message names, if it belongs to this agent."""
        if not isinstance(message, dict):
            return None
        ref = self._devices.get(str(message.get("device", "")))
        return ref if ref is not None and ref.agent == self._name() else None

    def _result(self, message: Any) -> dict[str, Any]:
        ref = self._own(message)
        if ref is None:
            return {"ok": False, "code": CommonCode.DEVICE_UNKNOWN.value}
        handler = self.results.get(ref.kind)
        if handler is not None:
            handler(ref, message)
        return {"ok": True}

    def _health(self, message: Any) -> dict[str, Any]:
        ref = self._own(message)
        if ref is None or str(message.get("state")) not in STATES:
            return {"ok": False, "code": CommonCode.DEVICE_UNKNOWN.value}
        self._records.report(
            ref.name,
            state=str(message["state"]),
            code=_text(message.get("code", ""), 64),
            readings=_readings(message.get("readings")),
            detail=_text(message.get("detail", ""), 300),
        )
        return {"ok": True}

    def _event(self, message: Any) -> dict[str, Any]:
        ref = self._own(message)
        handler = self.event_handlers.get(ref.kind) if ref else None
        if ref is None or handler is None:
            return {"ok": False, "code": CommonCode.DEVICE_UNKNOWN.value}
        try:
            code = handler(ref, message)
        except HallError as error:
            return {"ok": False, "code": error.code.value}
        return {"ok": True, "code": code}

    def _on_access_changed(self, event: Event) -> None:
        """Check an agent's connection after its token or its bindings changed on any worker."""
        of_agent = isinstance(event, HallChanged) and event.data.get("kind") == "agent"
        if isinstance(event, HallChanged) and of_agent and event.what == "tokens":
            sid = self._sids.get(str(event.data.get("name", "")))
            if sid is not None:
                self._io.start_background_task(self._disconnect_if_outdated, sid)

    def _disconnect_if_outdated(self, sid: str) -> None:
        """Disconnect an agent that serves other devices than allowed; it reconnects with a hello.

        Without a worker bus the same change may arrive twice; the second time nothing has changed.
        """
        try:
            principal = self._hall.people.device(self._tokens.get(sid, ""))
        except HallError:
            principal = None
        if principal is None or not self._serves_allowed_devices(sid, principal.name):
            self._io.server.disconnect(sid, namespace=NAMESPACE)

    def _serves_allowed_devices(self, sid: str, name: str) -> bool:
        allowed = self._records.servable(name, self._announcements.get(sid, []))
        return allowed == {ref.name for ref in self._devices.values() if ref.agent == name}


def _refused(error: HallError) -> Refused:
    return Refused(error.code.value, problem(error).model_dump())


def _text(value: object, longest: int) -> str:
    """Return a text that can be stored: without control and other unprintable characters."""
    return "".join(c for c in str(value)[:longest] if c.isprintable())


def _readings(value: object) -> dict[str, Any]:
    """Return a device's readings if they can be stored: small, plain JSON."""
    if not isinstance(value, dict):
        return {}
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if len(text.encode()) > MAX_READINGS or "\\u0000" in text:
            return {}
    except (TypeError, ValueError, RecursionError):
        return {}
    return value


def _announced(message: Any) -> list[dict[str, str]] | None:
    """Return the validated devices of a hello; None if it is not a valid one."""
    if not isinstance(message, dict) or not isinstance(message.get("devices"), list):
        return None
    devices: list[dict[str, str]] = []
    for entry in message["devices"][:MAX_DEVICES]:
        if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
            return None
        fields = {k: _text(entry.get(k, ""), 64).strip() for k in ANNOUNCED}
        if not fields["device"] or any(f["device"] == fields["device"] for f in devices):
            return None
        devices.append(fields)
    return devices
