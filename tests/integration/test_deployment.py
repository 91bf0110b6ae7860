"""Several halls behind one port: each by its host name, none of them seen from another."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from server import config
from server.config import ConfigError
from support.hall_server import PATIENCE, free_port

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
    said: list[str] = []
    try:
        for line in server.stdout:
            said.append(line.strip())
            if line.startswith("http://"):
                break
        yield port, said
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
        server.stdout.close()


class Visitor:
    """A browser that speaks to one host name."""

    def __init__(self, port: int, host: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = {"Host": host, "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer; keeps what signs in."""
        data = None if body is None else json.dumps(body)
        self._line.request(method, f"/api/v1{path}", data, self._headers)
        answer = self._line.getresponse()
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        said = json.loads(answer.read() or b"null")
        if cookie.startswith("hall_session="):
            self._headers |= {"Cookie": cookie, "X-CSRF-Token": said["csrf"]}
        return answer.status, said

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def _passwords(said: list[str]) -> dict[str, str]:
    rows = [line.split() for line in said]
    return {row[0]: row[2] for row in rows if len(row) == 3 and row[1] == "admin"}


@pytest.mark.parametrize("workers", [1, 2])
def test_each_hall_answers_to_its_own_name(
    tmp_path: Path, sqlite_url: str, postgres_url: str, workers: int
) -> None:
    database = "" if workers == 1 else postgres_url
    assert sqlite_url
    (tmp_path / "hall.toml").write_text(TOML.format(database=database, workers=workers))
    with _serving(tmp_path) as (port, said):
        passwords = _passwords(said)
        assert set(passwords) == set(HALLS)
        one, two, other = (Visitor(port, host) for host in (*HALLS.values(), "three.example"))
        asked = {"staff": "admin", "password": passwords["one"]}
        assert other.ask("GET", "/session")[1]["code"] == "hall_unknown"
        assert two.ask("POST", "/login", asked)[1]["code"] == "login_failed"
        assert one.ask("POST", "/login", asked)[0] == 200
        fresh = {"current": passwords["one"], "new": "a-word-of-one's-own"}
        assert one.ask("POST", "/password", fresh)[0] == 200
        assert one.ask("GET", "/office/accounts")[0] == 200
        # The same cookie at the other hall is nobody's.
        two._headers = one._headers | {"Host": HALLS["two"]}
        assert two.ask("GET", "/office/accounts")[1]["code"] == "not_signed_in"
        for visitor in (one, two, other):
            visitor.close()
    checked = subprocess.run(
        [sys.executable, "-m", "server.cli", "check", "--data", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert checked.returncode == 0, checked.stderr
    assert all(hall in checked.stdout for hall in HALLS)


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("workers = 4", "PostgreSQL"),
        ("workers = 0", "1–64"),
        ('[halls]\na = "x.example"\nb = "x.example"', "同一个域名"),
        ('[halls]\n"A B" = "x.example"', "域名"),
        ("[halls]\na = 5", "域名"),
        ("halls = 5", "类型"),
    ],
)
def test_a_deployment_that_cannot_work_is_refused(tmp_path: Path, toml: str, why: str) -> None:
    (tmp_path / "hall.toml").write_text(toml)
    with pytest.raises(ConfigError, match=why):
        config.load(tmp_path)
