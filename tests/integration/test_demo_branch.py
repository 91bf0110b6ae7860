"""Demo with a branch: what is done there while its line is cut reaches the main hall later."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.hall_server import MANAGER, PATIENCE, ROOT, Client, RefusedError, two_free_ports

HERE, THERE = "scjg-01", "rsj-01"
"""Items of the main building and of the branch."""
ALL_PRINTED = "Ctrl-C"


@contextmanager
def _demo(data: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the demo with a branch; yield its process and the addresses that it has printed."""
    words = ["demo", "--branch", "--data", str(data), "--port", str(port), "--past", "0"]
    with subprocess.Popen(
        [sys.executable, "-m", "server.cli", *words], cwd=ROOT, text=True, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            printed = ""
            for line in process.stdout:
                printed += line
                if ALL_PRINTED in line:
                    break
            yield process, printed
        finally:
            process.kill()


def _until(reached: Callable[[], bool]) -> None:
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while not reached():
        assert time.monotonic() < end
        pause.wait(0.1)


def _issue(client: Client, item: str) -> dict[str, Any]:
    body = {"item": item, "applicant": "ordinary", "print": False}
    ticket: dict[str, Any] = client.post("/tickets", body)["ticket"]
    return ticket


def _is_open(port: int) -> bool:
    with socket.socket() as visitor:
        return visitor.connect_ex(("127.0.0.1", port)) == 0


def test_a_number_of_the_branch_arrives_when_the_line_is_back(tmp_path: Path) -> None:
    port = two_free_ports()
    with _demo(tmp_path / "data", port) as (process, printed):
        for path in ("/kiosk/3", "/counter", "/board/west", "/office#branches"):
            assert f"http://localhost:{port + 1}{path}" in printed
        match = re.search(r"password: (\S+)\)", printed)
        assert match
        main, branch = (Client(f"http://127.0.0.1:{number}") for number in (port, port + 1))
        for client in (main, branch):
            client.sign_in(MANAGER, match[1])
        main.post("/demo/line", {"seconds": 600})
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{main.base}/api/v1/branch/exchange", b"{}", PATIENCE)
        before, ticket, after = _issue(main, HERE), _issue(branch, THERE), _issue(main, HERE)
        assert ticket["number"].endswith("801")
        assert before["issued_at"] <= ticket["issued_at"] <= after["issued_at"], "one demo time"
        assert branch.get("/office/branches")["line"]["undelivered"] > 0
        with pytest.raises(RefusedError, match="ticket_unknown"):
            main.get(f"/tickets/{ticket['id']}")
        main.post("/demo/line", {"seconds": 1})
        _until(lambda: branch.get("/office/branches")["line"]["undelivered"] == 0)
        assert main.get(f"/tickets/{ticket['id']}")["ticket"]["number"] == ticket["number"]
        process.send_signal(signal.SIGKILL)
        process.wait()
        _until(lambda: not _is_open(port + 1))


def test_a_demo_with_a_branch_does_not_start_on_the_data_of_another(tmp_path: Path) -> None:
    (tmp_path / "hall.db").touch()
    words = ["demo", "--branch", "--data", str(tmp_path)]
    result = subprocess.run(
        [sys.executable, "-m", "server.cli", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert result.returncode == 2
    assert str(tmp_path) in result.stderr
