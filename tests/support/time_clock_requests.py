"""Requests of time clock CE1 to the small hall, and the stored rows afterwards."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from server.time_clocks import punch_queries
from server.time_clocks import queries as time_clocks_queries
from support.web import Web

ATTLOG = b"1001\t2026-03-02 08:20:05\t0\t1\t0\t0\t0\n1002\t2026-03-02 08:21:00\t1\t15\t0\t0\t0\n"


def stored_punches(web: Web) -> list[Any]:
    return web.small.ctx.read(lambda c: punch_queries.latest(c, "small", 100))


def reader(web: Web, serial: str = "CE1") -> Any:
    return web.small.ctx.read(lambda c: time_clocks_queries.get(c, "small", serial))


def events(web: Web) -> list[str]:
    return [
        e.kind for e in web.small.ctx.read(lambda c: time_clocks_queries.events(c, "small", "CE1"))
    ]


def post(line: FlaskClient, table: str, body: bytes, path: str = "cdata") -> tuple[int, bytes]:
    answer = line.post(f"/iclock/{path}?SN=CE1&table={table}&Stamp=9", data=body)
    return answer.status_code, answer.data
