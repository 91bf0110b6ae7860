"""Server under measurement: the production server with a few extra routes that only measure.

`Server` starts it as a separate process (`python -m bench.measured_server`) and holds the
credentials of its clients. The extra routes are an authenticated POST that does nothing, a
broadcast without hall code through the same Socket.IO server, and a storm of board updates. The
rate limits against guessing are a thousand times as generous; their cost is the same.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import argparse
import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from flask import request
from flask_socketio import join_room

from bench.harness import PATIENCE, ROOT
from bench.measured_hall import empty_hall, furnish, own_windows, staff_by_window
from kiosk.messages import IssueTicket
from server.accounts import queries as accounts_queries
from server.accounts.password_tries import secret_hash
from server.accounts.people import csrf_of
from server.app import App, build, serve
from server.cli.serve import open_server_hall
from server.core.clock import ScaledClock
from server.core.config import Config
from server.core.messages import Done
from server.core.store import Tx
from server.hall.composition import Hall
from server.runtime import logs
from server.web_api import DESK, Api, Call, json_answer
from server.web_api.limits import Limits
from support.hall_server import free_port, moment

ROOM = "bench"
SPACE = "/bench"
FOR_EVER = 10**15


class Server:
    """Process of a hall's server.

    `who` holds the tokens of kiosks and board, and clerks by window.
    """

    def __init__(self, folder: Path, kiosks: int = 32) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        argv = ["--data", str(folder), "--port", str(self.port), "--kiosks", str(kiosks)]
        with (folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.measured_server", *argv],
                cwd=ROOT,
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
            )
        self.pid = self._process.pid
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._end()
            raise RuntimeError((folder / "server.log").read_text()[-2000:])
        self.who: dict[str, Any] = json.loads(line)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_ended: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._end()

    def _end(self) -> None:
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kiosk(self, n: int) -> str:
        """Return the header lines of kiosk `n`."""
        return f"Authorization: Bearer {self.who['kiosks'][n]}\r\n"

    def clerk(self, window: str) -> str:
        """Return the header lines of the clerk at a window."""
        secret, csrf = self.who["clerks"][window]
        return f"Cookie: hall_session={secret}\r\nX-CSRF-Token: {csrf}\r\n"


# The server's own process -------------------------------------------------------------------------


def clerk_sessions(hall: Hall) -> dict[str, tuple[str, str]]:
    """Open a session for everybody who works at a window.

    Return secret and CSRF token by window.
    """
    sessions: dict[str, tuple[str, str]] = {}

    def act(tx: Tx) -> None:
        for window, staff in staff_by_window(hall).items():
            secret = hall.ctx.tokens.token(32)
            accounts_queries.add_account(tx, staff, "", "clerk", must_change=False)
            accounts_queries.open_session(tx, secret_hash(secret), staff, FOR_EVER)
            sessions[window] = secret, csrf_of(secret)

    hall.ctx.write(act)
    return sessions


def _add_bench_routes(app: App) -> None:
    """Add the routes and the namespace that only measure."""
    quick = Limits(lambda: time.monotonic() * 1000)
    app.api.limits = quick
    extra = Api(app.hall)
    extra.limits = quick

    @extra.post("/nothing", who=DESK, body=IssueTicket, answer=Done)
    def nothing(_call: Call) -> Done:
        """Run everything that a command runs, except an action."""
        return Done()

    extra.add_to(app.flask, "/bench")

    @app.flask.post("/bench/rest")
    def rested() -> Any:
        empty_hall(app.hall)
        gc.collect()
        return json_answer({})

    @app.flask.post("/bench/broadcast")
    def broadcast() -> Any:
        data = json.loads(request.get_data())
        start = time.monotonic()
        app.socketio.emit("state", data, to=ROOM, namespace=SPACE)
        return json_answer({"at": start})

    @app.flask.post("/bench/storm")
    def storm() -> Any:
        payload = json.loads(request.get_data())
        gevent.spawn(_storm, app, payload["state"], payload["count"], payload["rate"])
        return json_answer({})

    app.socketio.on_event("connect", lambda *_auth: join_room(ROOM), namespace=SPACE)


def _storm(app: App, state: dict[str, Any], count: int, rate: float) -> None:
    """Send `count` states of the main board at `rate` per second, each with another call."""
    start = time.monotonic()
    for n in range(count):
        number = f"Z{n % 1000:03}"
        state["version"] += 1
        for place, call in enumerate(state["data"]["calls"]):
            call["number"], call["at"] = number, call["at"] + place + 1
        state["data"]["waiting"] = n
        app.socketio.emit("state", state, to="board:main", namespace="/live")
        delay = start + n / rate - time.monotonic()
        gevent.sleep(max(0.0, delay))


def main() -> None:
    """Serve until a signal stops the process."""
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--kiosks", type=int, required=True)
    args = options.parse_args()
    logs.start("warning")
    config = Config(data=args.data, hall_id="bench", port=args.port)
    hall = open_server_hall(config, ScaledClock(moment("10:00"), 1.0))
    furnish(hall, args.kiosks)
    credentials = {
        "kiosks": [hall.people.grant("kiosk", f"k{n:02}") for n in range(args.kiosks)],
        "board": hall.people.grant("board", "main"),
        "clerks": clerk_sessions(hall),
        "own": own_windows(hall),
    }
    app = build(hall)
    _add_bench_routes(app)
    gc.collect()
    gc.freeze()
    serve(app, lambda _port: print(json.dumps(credentials), flush=True))


if __name__ == "__main__":
    main()
