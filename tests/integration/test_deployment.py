"""Several halls behind one port: each by its host name, none visible from another."""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import socketio
import trustme

from server.core import config
from server.core.config import ConfigError
from support.hall_server import PATIENCE, free_port
from support.live_line import hang_up
from support.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
HALLS = {"one": "one.example", "two": "two.example"}
TOML = """
database = "{database}"
workers = {workers}
[halls]
one = "one.example"
two = "two.example"
"""


@contextmanager
def _serving(data: Path) -> Iterator[tuple[int, list[str]]]:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--data", str(data), "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert server.stdout is not None
    output: list[str] = []
    try:
        for line in server.stdout:
            output.append(line.strip())
            if line.startswith(("http://", "https://")):
                break
        yield port, output
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
        server.stdout.close()


class Visitor:
    """Browser that sends requests to one host name."""

    def __init__(
        self, port: int, host: str, line: http.client.HTTPConnection | None = None
    ) -> None:
        self._line = line or http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = {"Host": host, "Content-Type": "application/json"}
        self.headers = http.client.HTTPMessage()

    def keyed(self, key: str) -> None:
        """Send this idempotency key with all further commands."""
        self._headers |= {"Idempotency-Key": key}

    @property
    def cookie(self) -> str:
        """Session cookie."""
        return self._headers["Cookie"]

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and JSON of an answer; keep the session of a sign-in."""
        data = None if body is None else json.dumps(body)
        self._line.request(method, f"/api/v1{path}", data, self._headers)
        answer = self._line.getresponse()
        self.headers = answer.headers
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        content = json.loads(answer.read() or b"null")
        if cookie.startswith("hall_session="):
            self._headers |= {"Cookie": cookie, "X-CSRF-Token": content["csrf"]}
        return answer.status, content

    def page(self, path: str) -> str:
        """Return the page at an address."""
        self._line.request("GET", path, headers=self._headers | {"Accept": "text/html"})
        return self._line.getresponse().read().decode()

    def close(self) -> None:
        """Close the connection."""
        self._line.close()


@dataclass
class Halls:
    """Two halls of one server: its port, and the present password of each hall's first account."""

    port: int
    passwords: dict[str, str]

    def change_password(self, hall: str, visitor: Visitor) -> None:
        """Change the password of the first account, as its first sign-in demands."""
        fresh = f"{self.passwords[hall]}-again"
        change = {"current": self.passwords[hall], "new": fresh}
        assert visitor.ask("POST", "/password", change)[0] == 200
        self.passwords[hall] = fresh


def _passwords(output: list[str]) -> dict[str, str]:
    rows = [line.split() for line in output]
    return {row[0]: row[2] for row in rows if len(row) == 3 and row[1] == "admin"}


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two workers"])
def halls(
    request: pytest.FixtureRequest, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Halls]:
    """Yield the two halls, served by one process on SQLite or by two workers on PostgreSQL."""
    folder = tmp_path_factory.mktemp("halls")
    name = postgres.create()
    database = "" if request.param == 1 else postgres.url(name)
    (folder / "hall.toml").write_text(TOML.format(database=database, workers=request.param))
    with _serving(folder) as (port, output):
        yield Halls(port, _passwords(output))
    checked = subprocess.run(
        [sys.executable, "-m", "server.cli", "check", "--data", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    postgres.drop(name)
    assert checked.returncode == 0, checked.stderr
    assert all(hall in checked.stdout for hall in HALLS)


def test_each_hall_answers_to_its_own_name(halls: Halls) -> None:
    assert set(halls.passwords) == set(HALLS)
    visitor_one, visitor_two, other = (
        Visitor(halls.port, host) for host in (*HALLS.values(), "three.example")
    )
    login = {"staff": "admin", "password": halls.passwords["one"]}
    assert other.ask("GET", "/session")[1]["code"] == "hall_unknown"
    assert "这个网址打不开" in other.page("/kiosk/1")
    assert visitor_two.ask("POST", "/login", login)[1]["code"] == "login_failed"
    assert visitor_one.ask("POST", "/login", login)[0] == 200
    halls.change_password("one", visitor_one)
    assert visitor_one.ask("GET", "/office/accounts")[0] == 200
    # The same cookie has no session in the other hall.
    visitor_two._headers = visitor_one._headers | {"Host": HALLS["two"]}
    assert visitor_two.ask("GET", "/office/accounts")[1]["code"] == "not_signed_in"
    for visitor in (visitor_one, visitor_two, other):
        visitor.close()


def test_a_time_clock_that_connects_by_address_is_found_by_its_serial_number(halls: Halls) -> None:
    offices = {}
    for hall, host in HALLS.items():
        offices[hall] = office = Visitor(halls.port, host)
        login = {"staff": "admin", "password": halls.passwords[hall]}
        assert office.ask("POST", "/login", login)[0] == 200
        halls.change_password(hall, office)
    assert {_polled(halls.port, "CE1") for _ in range(6)} == {403}
    added = {"serial": "CE1", "way": "push", "name": "东门"}
    offices["two"].keyed("first")
    assert offices["two"].ask("POST", "/office/readers", added)[0] == 200
    # Each request has a connection of its own: any worker may get it.
    assert {_polled(halls.port, "CE1") for _ in range(6)} == {200}
    offices["one"].keyed("second")
    assert offices["one"].ask("POST", "/office/readers", added)[0] == 200
    assert {_polled(halls.port, "CE1") for _ in range(6)} == {403}
    for office in offices.values():
        status, today = office.ask("GET", "/office/today")
        assert status == 200
        assert "reader_twice" in {alarm["code"] for alarm in today["alarms"]}
        office.close()


def _polled(port: int, serial: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    line.request("GET", f"/iclock/getrequest?SN={serial}")
    status = line.getresponse().status
    line.close()
    return status


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("workers = 4", "PostgreSQL"),
        ("workers = 0", "1–64"),
        ('[halls]\na = "x.example"\nb = "x.example"', "同一个域名"),
        ('[halls]\n"A B" = "x.example"', "域名"),
        ("[halls]\na = 5", "域名"),
        ("halls = 5", "类型"),
        ('tls_key = "/nowhere"', "both or neither"),
        ('tls_key = "/nowhere"\ntls_certificate = "/nowhere"', "读不到"),
    ],
)
def test_an_invalid_deployment_is_rejected(tmp_path: Path, toml: str, why: str) -> None:
    (tmp_path / "hall.toml").write_text(toml)
    with pytest.raises(ConfigError, match=why):
        config.load(tmp_path)


def test_the_server_serves_tls_itself(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    toml = f'tls_certificate = "{tmp_path}/cert.pem"\ntls_key = "{tmp_path}/key.pem"\n'
    (tmp_path / "hall.toml").write_text(toml)
    with _serving(tmp_path) as (port, output):
        assert output[-1] == f"https://127.0.0.1:{port}"
        context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        line = http.client.HTTPSConnection("localhost", port, context=context, timeout=PATIENCE)
        admin = Visitor(port, f"localhost:{port}", line)
        password = _passwords(output)["main"]
        assert admin.ask("POST", "/login", {"staff": "admin", "password": password})[0] == 200
        assert "Secure" in admin.headers["Set-Cookie"]
        fresh = {"current": password, "new": "a-word-of-one's-own"}
        assert admin.ask("POST", "/password", fresh)[0] == 200
        assert admin.headers["Strict-Transport-Security"].startswith("max-age=")
        assert _shown(port, tmp_path / "ca.pem", admin.cookie)["surface"] == "office"
        admin.close()
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        plain.request("GET", "/healthz")
        with pytest.raises((OSError, http.client.HTTPException)):
            plain.getresponse()
        plain.close()


def _shown(port: int, authority: Path, cookie: str) -> Any:
    """Return the first full state of the office's day, pushed over TLS."""
    came: queue.Queue[Any] = queue.Queue()
    options = {"sslopt": {"ca_certs": str(authority)}, "cookie": cookie}
    client = socketio.Client(websocket_extra_options=options, reconnection=False)
    client.on("state", came.put, namespace="/live")
    client.connect(
        f"https://localhost:{port}",
        namespaces=["/live"],
        transports=["websocket"],
        auth={"surface": "office", "key": "today"},
        wait_timeout=int(PATIENCE),
    )
    try:
        return came.get(timeout=PATIENCE)
    finally:
        hang_up(client)
