"""Control channel of the simulators: HTTP with JSON on the loopback address, for tests and curl.

`GET /healthz`, `GET /state`, `GET /events?since=N&wait=SECONDS` (long poll), `POST
/devices/NAME/fault {"name", "on"}`, `POST /devices/NAME/press {"keys"}`, `GET
/devices/NAME/paper/N.png|.bin`, `GET /devices/NAME/sound/N.wav`. It listens on the loopback address
only, because there is no login.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

from devices.fonts import FontMissingError
from devices.simulate.base import (
    Audible,
    HasSlips,
    Journal,
    Json,
    Pressable,
    Simulated,
    UnknownFaultError,
)
from devices.simulate.config import SimulatorPlan

LONGEST_WAIT = 30.0
LARGEST_BODY = 10_000
MEDIA = re.compile(r"/devices/([^/]+)/(paper|sound)/([0-9]+)\.(png|bin|wav)")
COMMAND = re.compile(r"/devices/([^/]+)/(fault|press)")
TYPES = {"png": "image/png", "wav": "audio/wav", "bin": "application/octet-stream"}


class BadRequestError(Exception):
    """Error for a request that cannot be answered; `status` is the HTTP status."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Bench:
    """Simulated devices by name, with their journal."""

    def __init__(self, plan: SimulatorPlan) -> None:
        self.devices = {device.name: device for device in plan.devices}
        self.journal: Journal = plan.journal

    def start(self) -> None:
        """Start every device."""
        for device in self.devices.values():
            device.start()

    def stop(self) -> None:
        """Stop every device."""
        self.journal.close()
        for device in self.devices.values():
            device.stop()

    def state(self) -> dict[str, Json]:
        """Return every device with its kind, fault switches and observable state."""
        number = self.journal.number
        devices: list[Json] = [
            {
                "name": device.name,
                "kind": device.kind,
                "faults": device.faults.as_dict(),
                "cable": device.cable.facts(),
                "shows": device.observable_state(),
            }
            for device in self.devices.values()
        ]
        return {"seq": number, "devices": devices}

    def device(self, name: str) -> Simulated:
        """Return a device by its name; BadRequestError if there is none."""
        match = self.devices.get(name)
        if match is None:
            raise BadRequestError(HTTPStatus.NOT_FOUND, f"no device {name!r}")
        return match

    def command(self, name: str, what: str, body: Mapping[str, object]) -> None:
        """Switch a fault or press keys; BadRequestError if that is not possible."""
        device = self.device(name)
        if what == "fault":
            fault, on = body.get("name"), body.get("on")
            if not isinstance(fault, str) or not isinstance(on, bool):
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "name and on are needed")
            try:
                device.faults.switch(fault, on=on)
            except UnknownFaultError as error:
                text = f"no fault {fault!r}; there are {error.args[0]}"
                raise BadRequestError(HTTPStatus.BAD_REQUEST, text) from None
            return
        keys = body.get("keys")
        if not hasattr(device, "press") or not isinstance(keys, str):
            raise BadRequestError(HTTPStatus.BAD_REQUEST, "keys are needed, and a device with keys")
        try:
            cast("Pressable", device).press(keys)
        except ValueError as error:
            raise BadRequestError(HTTPStatus.BAD_REQUEST, str(error)) from None

    def media(self, name: str, what: str, number: int, ending: str) -> bytes:
        """Return a slip's image or bytes, or a sound; BadRequestError if it is not stored."""
        device = self.device(name)
        try:
            if what == "paper" and ending in {"png", "bin"} and hasattr(device, "picture"):
                paper = cast("HasSlips", device)
                return paper.picture(number) if ending == "png" else paper.raw(number)
            if what == "sound" and ending == "wav" and hasattr(device, "sound"):
                return cast("Audible", device).sound(number)
        except KeyError:
            raise BadRequestError(HTTPStatus.NOT_FOUND, f"no {what} {number}") from None
        except FontMissingError as error:
            raise BadRequestError(HTTPStatus.SERVICE_UNAVAILABLE, error.en) from None
        raise BadRequestError(HTTPStatus.NOT_FOUND, f"{name} has no {what} as {ending}")


class _Handler(BaseHTTPRequestHandler):
    bench: ClassVar[Bench]
    protocol_version = "HTTP/1.1"
    # A peer that stops sending must not block a thread for ever.
    timeout = 60

    def do_GET(self) -> None:
        self._guarded(self._get)

    def do_POST(self) -> None:
        self._guarded(self._post)

    def log_message(self, *_: object) -> None:
        """Drop the request log: the journal has the events."""

    def _guarded(self, answer: Callable[[], None]) -> None:
        try:
            answer()
        except BadRequestError as error:
            self._json({"error": str(error)}, error.status)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _get(self) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path)
        if path == "/healthz":
            self._json({"ok": True})
        elif path == "/state":
            self._json(self.bench.state())
        elif path == "/events":
            self._events(parse_qs(url.query))
        elif match := MEDIA.fullmatch(path):
            data = self.bench.media(match[1], match[2], int(match[3]), match[4])
            self._send(data, TYPES[match[4]], HTTPStatus.OK)
        else:
            raise BadRequestError(HTTPStatus.NOT_FOUND, f"no page {path}")

    def _events(self, query: Mapping[str, list[str]]) -> None:
        try:
            since = int(query.get("since", ["0"])[0])
            wait = min(LONGEST_WAIT, max(0.0, float(query.get("wait", ["0"])[0])))
        except ValueError:
            raise BadRequestError(HTTPStatus.BAD_REQUEST, "since and wait are numbers") from None
        events = self.bench.journal.since(since, wait)
        last = events[-1]["seq"] if events else since
        self._json({"events": events, "seq": last})

    def _post(self) -> None:
        match = COMMAND.fullmatch(unquote(urlsplit(self.path).path))
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise BadRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too long")
        raw = self.rfile.read(int(length))
        if match is None:
            raise BadRequestError(HTTPStatus.NOT_FOUND, f"no command {self.path}")
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise BadRequestError(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
        self.bench.command(match[1], match[2], body)
        self._json({"ok": True})

    def _json(self, value: Mapping[str, Json], status: HTTPStatus = HTTPStatus.OK) -> None:
        data = json.dumps(value, ensure_ascii=False).encode()
        self._send(data, "application/json", status)

    def _send(self, data: bytes, kind: str, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)


class Control:
    """HTTP server of one bench; `port` 0 selects a free port."""

    def __init__(self, bench: Bench, port: int) -> None:
        handler = type("Handler", (_Handler,), {"bench": bench})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Start answering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
