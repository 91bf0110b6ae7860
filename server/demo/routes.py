"""Demo routes: the simulated hardware's page, and a clock that a rehearsal may move.

Registered only in demo mode; a production hall has none of these addresses.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import gevent
from flask import Response
from pydantic import BaseModel, Field, RootModel

from server.core.actors import Principal
from server.core.clock import StagedClock
from server.core.errors import CommonCode, HallError
from server.core.messages import Command, Message
from server.hall.snapshot import Snapshot
from server.live.feeds import Feed, LiveFeeds
from server.queue.number_ranges import branch_servers
from server.web_api import ANYONE, Api, Call, json_answer
from server.web_api.limits import UNLIMITED

WAIT_SECONDS = 20
ANSWER_SECONDS = 5.0
MEDIA = {"png": "image/png", "wav": "audio/wav", "txt": "text/plain; charset=utf-8"}


class Fault(Command):
    """Command to switch a fault of a simulated device."""

    name: str = Field(max_length=40)
    on: bool


class Keys(Command):
    """Command to press keys of a simulated keypad."""

    keys: str = Field(max_length=40)


class RunClock(Command):
    """Command to let a rehearsal's clock run to `until` (ms)."""

    until: int = Field(ge=0, le=2**53)


class ClockTime(Message):
    """Answer with the clock's time (ms)."""

    now: int


class SimulatorState(RootModel[dict[str, Any]]):
    """Full state of the simulators."""


class Simulators:
    """Client of the simulators' control channel."""

    def __init__(self, address: str, feeds: LiveFeeds) -> None:
        self._address = address.rstrip("/")
        self._feeds = feeds
        self._state: dict[str, Any] = {"devices": [], "reachable": False}

    def ask(self, path: str, body: Any = None, seconds: float = ANSWER_SECONDS) -> bytes:
        """Send one request and return the answer; raises UNAVAILABLE, NOT_FOUND or INVALID."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        outgoing = urllib.request.Request(self._address + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(outgoing, timeout=seconds) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            code = CommonCode.NOT_FOUND if error.code == 404 else CommonCode.INVALID
            raise HallError(code, field="device") from None
        except OSError:
            raise HallError(CommonCode.UNAVAILABLE) from None

    def follow(self) -> None:
        """Keep the full state up to date for ever: one long poll per change."""
        since = 0
        while True:
            try:
                self._state = json.loads(self.ask("/state")) | {"reachable": True}
                self._feeds.rebuild("simulators")
                path = f"/events?since={since}&wait={WAIT_SECONDS}"
                events = json.loads(self.ask(path, seconds=WAIT_SECONDS + ANSWER_SECONDS))
                since = int(events.get("seq", since))
                gevent.sleep(0.1)
            except (HallError, ValueError):
                self._state = self._state | {"reachable": False}
                self._feeds.rebuild("simulators")
                gevent.sleep(1.0)

    def state(self, moment: Snapshot, _key: str) -> BaseModel:
        """Return the full state for the page's feed, and whether the hall has a branch server."""
        return SimulatorState(self._state | {"branch": bool(branch_servers(moment.settings))})


def add(api: Api, feeds: LiveFeeds, address: str, start: Callable[..., Any]) -> None:
    """Register the page's routes and feed, and start to follow the simulators."""
    simulators = Simulators(address, feeds)

    def everybody(_principal: Principal | None, _key: str) -> bool:
        return True

    feeds.add(Feed("simulators", simulators.state, everybody, lambda _event: None, 0.2))
    if address:
        start(simulators.follow)

    clock = api.hall.ctx.clock

    @api.post(
        "/demo/clock",
        who=ANYONE,
        policy=UNLIMITED,
        body=RunClock,
        answer=ClockTime,
        keyed=False,
        codes=(CommonCode.NOT_FOUND,),
        example={"until": 1767574800000},
    )
    def demo_clock(call: Call) -> ClockTime:
        """Let a rehearsal's clock run on; the hall's own clock cannot be moved."""
        if not isinstance(clock, StagedClock):
            raise HallError(CommonCode.NOT_FOUND)
        return ClockTime(now=clock.run_until(call.body.until))

    _state_routes(api, simulators)
    _control_routes(api, simulators)


def _state_routes(api: Api, simulators: Simulators) -> None:
    @api.get(
        "/demo/state", who=ANYONE, policy=UNLIMITED, answer=None, codes=(CommonCode.UNAVAILABLE,)
    )
    def demo_state(_call: Call) -> Response:
        """Return the state of every simulated device."""
        return json_answer(json.loads(simulators.ask("/state")))

    @api.get(
        "/demo/devices/<name>/<any(paper,sound):what>/<file>",
        who=ANYONE,
        policy=UNLIMITED,
        answer=None,
        codes=(CommonCode.NOT_FOUND,),
        media="application/octet-stream",
    )
    def demo_file(call: Call) -> Response:
        """Return the image of a slip or the audio of an utterance."""
        args = call.args
        path = f"/devices/{_safe(args['name'])}/{args['what']}/{_safe(args['file'])}"
        kind = MEDIA.get(args["file"].rpartition(".")[2], "application/octet-stream")
        return Response(simulators.ask(path), mimetype=kind)


def _control_routes(api: Api, simulators: Simulators) -> None:
    @api.post(
        "/demo/devices/<name>/fault",
        who=ANYONE,
        policy=UNLIMITED,
        body=Fault,
        answer=None,
        keyed=False,
        codes=(CommonCode.NOT_FOUND, CommonCode.UNAVAILABLE),
        example={"name": "paper_out", "on": True},
    )
    def demo_fault(call: Call) -> Response:
        """Switch a fault of a simulated device."""
        path = f"/devices/{_safe(call.args['name'])}/fault"
        return json_answer(json.loads(simulators.ask(path, call.body.model_dump()) or b"{}"))

    @api.post(
        "/demo/devices/<name>/press",
        who=ANYONE,
        policy=UNLIMITED,
        body=Keys,
        answer=None,
        keyed=False,
        codes=(CommonCode.NOT_FOUND, CommonCode.UNAVAILABLE),
        example={"keys": "call_next"},
    )
    def demo_press(call: Call) -> Response:
        """Press keys of a simulated keypad."""
        path = f"/devices/{_safe(call.args['name'])}/press"
        return json_answer(json.loads(simulators.ask(path, call.body.model_dump()) or b"{}"))


def _safe(part: str) -> str:
    if not all(c.isalnum() or c in "._-" for c in part) or ".." in part:
        raise HallError(CommonCode.NOT_FOUND)
    return part
