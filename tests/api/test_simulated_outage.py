"""Simulated outages of a demo: nothing gets through, afterwards everything does."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from server.demo.outage import BRANCH, OutageSwitch


class Lines:
    """Open connections of the Socket.IO server."""

    def __init__(self) -> None:
        self.sockets = {"a": 1, "b": 2}

    def disconnect(self, sid: str) -> None:
        del self.sockets[sid]

    def start_background_task(self, call: Any, sid: str) -> None:
        call(sid)


def test_nothing_gets_through_during_the_outage() -> None:
    now, lines = [0.0], Lines()
    away = OutageSwitch(SimpleNamespace(server=SimpleNamespace(eio=lines)), lambda: now[0])
    statuses: list[str] = []

    def inner(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"here"]

    application = away.wrap(inner)

    def ask() -> str:
        list(application({}, lambda status, _headers: statuses.append(status)))
        return statuses[-1]

    assert ask() == "200 OK"
    away.start(60)
    assert lines.sockets == {}
    assert ask() == "503 Service Unavailable"
    now[0] = 60.0
    assert ask() == "200 OK"


def test_a_cut_line_refuses_the_branch_servers_alone() -> None:
    line = OutageSwitch(None, lambda: 0.0, under=BRANCH)
    line.start(60)

    def inner(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"here"]

    statuses: list[str] = []
    for path in ("/api/v1/branch/exchange", "/api/v1/office/branches"):
        environ = {"PATH_INFO": path}
        list(line.wrap(inner)(environ, lambda status, _headers: statuses.append(status)))
    assert statuses == ["503 Service Unavailable", "200 OK"]
