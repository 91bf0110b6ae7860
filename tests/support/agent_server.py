"""Small server that agents connect to: real HTTP and Socket.IO on the loopback address.

It speaks only the agent protocol, records what it receives, and can be stopped and started again on
the same port.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import socketio
from werkzeug.serving import WSGIRequestHandler, make_server

PATIENCE = 20.0


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object, **__: object) -> None:
        """Write no access log."""


class AgentServer:
    """Agent protocol server for tests.

    `deaf_to`: names of events that it records and then answers by closing the connection;
    `refuses`: names of events that it answers with `ok: false`.
    """

    def __init__(self, token: str = "secret") -> None:
        self._token = token
        self.hellos: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []
        self.healths: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.codes: dict[str, str] = {}
        self.desired: list[dict[str, object]] = []
        self.on_hello: list[dict[str, object]] = []
        self.unanswered_events: set[str] = set()
        self.rejected_events: set[str] = set()
        self.disconnects = 0
        self.port = 0
        self._sid = ""
        self._changed = threading.Condition()
        self.start()

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._sio = socketio.Server(async_mode="threading", cors_allowed_origins="*")
        self._sio.on("connect", self._connect, namespace="/agent")
        self._sio.on("disconnect", self._disconnect, namespace="/agent")
        self._sio.on("hello", self._hello, namespace="/agent")
        for name, records in (
            ("result", self.results),
            ("health", self.healths),
            ("event", self.events),
        ):
            self._sio.on(name, self._listener(name, records), namespace="/agent")
        app = socketio.WSGIApp(self._sio, self._enrol)
        self._http = make_server("127.0.0.1", self.port, app, threaded=True, request_handler=_Quiet)
        self.port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Close every connection and stop listening."""
        sid, self._sid = self._sid, ""
        if sid:
            self._sio.disconnect(sid, namespace="/agent")
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(PATIENCE)
        self._sio.shutdown()

    def task(self, **task: object) -> dict[str, Any]:
        """Send a task and return the acknowledgement."""
        answered = threading.Event()
        answers: list[dict[str, Any]] = []

        def acknowledge(answer: dict[str, Any]) -> None:
            answers.append(answer)
            answered.set()

        body = {"kind": "print", "payload": {}, "expires_in": None, "resend": True, **task}
        self._sio.emit("task", body, to=self._sid, namespace="/agent", callback=acknowledge)
        assert answered.wait(PATIENCE), "the agent does not acknowledge"
        return answers[0]

    def send_desired_state(self, device: str, version: int, state: Mapping[str, object]) -> None:
        """Send a device its desired state."""
        body = {"device": device, "version": version, "state": state}
        self._sio.emit("desired", body, to=self._sid, namespace="/agent")

    def wait(self, match: Callable[[], object], seconds: float = PATIENCE) -> bool:
        """Wait until received data makes `match` true; False after `seconds`."""
        with self._changed:
            return bool(self._changed.wait_for(match, seconds))

    def result_of(self, task_id: str) -> dict[str, Any]:
        """Return the first result of a task, waiting for it."""
        assert self.wait(lambda: any(r["id"] == task_id for r in self.results)), "no result"
        return next(r for r in self.results if r["id"] == task_id)

    def health_of(self, device: str) -> dict[str, Any] | None:
        """Return the newest health of a device; None if none was received."""
        reports = [health for health in self.healths if health["device"] == device]
        return reports[-1] if reports else None

    def _connect(self, sid: str, _environ: object, auth: Mapping[str, str] | None) -> bool:
        with self._changed:
            self.tokens.append((auth or {}).get("token", ""))
            self._sid = sid
            self._changed.notify_all()
        return self.tokens[-1] == self._token

    def _disconnect(self, *_: object) -> None:
        with self._changed:
            self.disconnects += 1
            self._changed.notify_all()

    def _hello(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        for body in self.desired:
            self._sio.emit("desired", body, to=sid, namespace="/agent")
        for body in self.on_hello:
            self._sio.emit("task", body, to=sid, namespace="/agent")
        with self._changed:
            self.hellos.append(data)
            self._changed.notify_all()
        return {"ok": "hello" not in self.rejected_events, "code": "forbidden"}

    def _listener(
        self, name: str, records: list[dict[str, Any]]
    ) -> Callable[[str, dict[str, Any]], dict[str, Any] | None]:
        def listen(_sid: str, data: dict[str, Any]) -> dict[str, Any] | None:
            with self._changed:
                records.append(data)
                self._changed.notify_all()
            if name in self.unanswered_events:
                # Close the connection instead of answering, as a dying server would.
                self._sio.disconnect(_sid, namespace="/agent")
                return None
            return {"ok": name not in self.rejected_events, "code": "ok"}

        return listen

    def _enrol(
        self, environ: Mapping[str, Any], start_response: Callable[[str, list[Any]], object]
    ) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.loads(environ["wsgi.input"].read(length) or b"{}")
        token = self.codes.pop(str(body.get("code")), "")
        status = "200 OK" if token else "403 Forbidden"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps({"token": token} if token else {"code": "bad_code"}).encode()]
