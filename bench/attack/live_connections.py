"""Attack on Socket.IO: junk, wrong order, oversized, too many and silent connections.

It runs against a server in a separate process while a kiosk takes numbers. It reports when the
server ends, the kiosk waits over five seconds or is rejected, or memory grows by more than 60 MB
and stays.
"""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import websocket

from bench.attack.files import resident
from bench.attack.tally import Tally
from support.hall_server import ADMINISTRATOR, ROOT, Client, HallServer, RefusedError

OURS = {path.name for path in (ROOT / "server").rglob("*.py")} - {
    "__init__.py",
    "broadcast.py",
    "packet_guard.py",
}
SHOWN = 600
GROWTH = 60
"""Maximum growth of the server's memory in megabytes."""
SURFACES = ("board", "counter", "kiosk", "phone", "office", "windows", "attendance", "nothing", "")
UNHURRIED = {"kiosk_minute_numbers": 999, "kiosk_hour_numbers": 999}
"""Issue rate limits that do not apply: the kiosk takes numbers faster than people do."""
EVENTS = ("hello", "result", "health", "event", "connect", "disconnect", "state", "junk", "")
JUNK: tuple[Any, ...] = (
    None, True, -1, 1e308, "", "x" * 5000, "\0", "\ud800", [], {}, [[[]]], {"a": {"b": {"c": 1}}},
    {"device": None}, {"device": "printer-1"}, {"device": ["printer-1"]}, {"devices": "x"},
    {"devices": [{}]}, {"devices": [{"device": "\0", "kind": "printers"}]},
    {"devices": [{"device": "d", "kind": "led", "serves": "\ud800", "driver": 7}] * 300},
    {"device": "own", "state": "ok", "readings": {"a": "\ud800", "b": "\0"}, "detail": "\0"},
    {"device": "own", "state": "ok", "readings": {"x": "y" * 50_000}, "code": []},
    {"device": "own", "state": ["ok"]}, {"device": "own", "id": {}, "state": 7, "answer": []},
    {"device": "own", "id": "\0", "state": "done"}, {"device": "own", "data": {"function": {}}},
    {"device": "own", "id": [1], "data": {"function": "call_next", "digits": "²"}},
)  # fmt: skip
OPENINGS = (
    "", "0", "1", "2", "3", "4", "5", "40", "40/live,", "40/nowhere,", "41/live,", "42[", "42[]",
    '42/live,["x"]', '40/live,{"surface":', "40/live,[]", '451-/live,["x",{"_placeholder":true}]',
    "45999999-/live,[]", "6", "99", "\0", '43/live,7["x"]', "40/agent,{}", '40/agent,{"token":7}',
    '40/agent,{"token":"\\ud800"}', '40/live,{"surface":["board"],"key":{}}',
    '40/live,{"surface":"phone","key":"\\ud800"}', '40/live,{"surface":"phone","key":"\\u0000"}',
)  # fmt: skip


def _open(hall: HallServer) -> websocket.WebSocket:
    address = f"ws://127.0.0.1:{hall.port}/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(address, timeout=5)
    line.recv()
    return line


def join(hall: HallServer, namespace: str, auth: dict[str, Any]) -> websocket.WebSocket:
    """Open a connection and join a namespace."""
    line = _open(hall)
    line.send(f"40{namespace},{json.dumps(auth)}")
    line.recv()
    return line


def _emit(
    line: websocket.WebSocket, namespace: str, event: str, *data: Any, number: int = 1
) -> None:
    line.send(f"42{namespace},{number}{json.dumps([event, *data])}")


def attack(seed: int, examples: int, silent: int = 1000) -> Tally:
    """Open `examples` connections with junk, then `silent` ones that send nothing, all at once."""
    tally = Tally("lines")
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        with HallServer(Path(folder), settings=UNHURRIED) as hall:
            admin = Client(hall.base)
            admin.sign_in(ADMINISTRATOR, hall.password)
            tokens = {name: enrol(hall, admin, "agent", name) for name in ("good", "bad")}
            kiosk = Client(hall.base, bearer=enrol(hall, admin, "kiosk", "9"))
            item = "gaj-01"
            pid = hall.pid
            good = join(hall, "/agent", {"token": tokens["good"]})
            mine = {"devices": [{"device": "printer-9", "kind": "printers", "serves": "9"}]}
            _emit(good, "/agent", "hello", mine)
            _serve(tally, kiosk, item)
            before = resident(pid)
            for number in range(examples):
                _junk(tally, chance, hall, tokens["bad"])
                if number % 10 == 0:
                    _serve(tally, kiosk, item)
            _foreign_device(tally, hall, tokens["bad"])
            _silent(tally, hall, silent, kiosk, item)
            _serve(tally, kiosk, item)
            grown = resident(pid) - before
            tally.notes.append(f"server: {before} MB before, {before + grown} MB after")
            if grown > GROWTH:
                tally.add_find(f"{grown} MB more after the attack")
            good.close()
        for place, example in _raised((Path(folder) / "server.log").read_text()).items():
            tally.add_find(f"the server's log: {place}", example)
    return tally


def _raised(log: str) -> dict[str, str]:
    """Return the exceptions in a log by their origin.

    Without those of the library's own parsing.
    """
    origins: dict[str, str] = {}
    if "Traceback" in log:
        origins["a bare traceback"] = log[log.rfind("Traceback") :][:SHOWN]
    for text in log.splitlines():
        with contextlib.suppress(ValueError):
            line = json.loads(text)
            trace = line.get("trace") or []
            if any(place.partition(":")[0] in OURS for place in trace[1:]):
                origins.setdefault(trace[-1], f"{line['error']} {trace[-4:]}")
    return origins


def enrol(hall: HallServer, admin: Client, kind: str, name: str) -> str:
    """Return the token of a device that is enrolled with a code."""
    code = admin.post("/office/codes", {"kind": kind, "name": name})["code"]
    body = {"code": code, "kind": kind, "name": name}
    return str(Client(hall.base).post("/enrol", body)["token"])


def _serve(tally: Tally, kiosk: Client, item: str) -> None:
    start = time.monotonic()
    try:
        kiosk.post("/tickets", {"item": item})
        tally.count("a number meanwhile", time.monotonic() - start)
    except RefusedError as error:
        tally.add_find("the kiosk is not served", repr(error))


def _junk(tally: Tally, chance: random.Random, hall: HallServer, token: str) -> None:
    try:
        match chance.randint(0, 4):
            case 0:
                line = _open(hall)
                for _ in range(5):
                    line.send(chance.choice(OPENINGS))
                name = "junk before joining"
            case 1:
                auth: Any = {"surface": chance.choice(SURFACES), "key": chance.choice(JUNK)}
                line = join(hall, "/live", auth)
                _emit(line, "/live", chance.choice(EVENTS), chance.choice(JUNK))
                name = "junk on /live"
            case 2:
                line = join(hall, "/agent", {"token": token})
                own = {"devices": [{"device": "own", "kind": "printers", "serves": "8"}]}
                _emit(line, "/agent", "hello", own)
                for _ in range(8):
                    _emit(line, "/agent", chance.choice(EVENTS), chance.choice(JUNK))
                name = "junk on /agent"
            case 3:
                line = _open(hall)
                line.send("4" + "x" * 300_000)
                name = "oversized"
            case _:
                line = join(hall, "/live", {"surface": "board", "key": "main"})
                line.send_binary(chance.randbytes(2000))
                name = "binary"
        line.settimeout(0.05)
        with contextlib.suppress(websocket.WebSocketException, OSError):
            while line.recv():
                pass
        line.close()
    except (websocket.WebSocketException, OSError):
        name = "cut off"
    tally.count(name)


def _foreign_device(tally: Tally, hall: HallServer, token: str) -> None:
    """Let an agent announce another agent's device and report on it."""
    line = join(hall, "/agent", {"token": token})
    foreign = {"devices": [{"device": "printer-9", "kind": "printers", "serves": "9"}]}
    for number, (event, data) in enumerate(
        (
            ("health", {"device": "printer-9", "state": "failed"}),
            ("hello", foreign),
            ("result", {"device": "printer-9", "id": "1", "state": "done"}),
        )
    ):
        _emit(line, "/agent", event, data, number=number)
        answer = str(line.recv())
        while not answer.startswith("43"):
            answer = str(line.recv())
        tally.count("another's device")
        reply = answer.replace(" ", "")
        if '"ok":true' in reply and '"waiting":["printer-9"]' not in reply:
            tally.add_find(f"an agent's {event} for another's device was taken")
    line.close()


def _silent(tally: Tally, hall: HallServer, count: int, kiosk: Client, item: str) -> None:
    """Open many connections at once that never join anything."""
    lines = []
    for number in range(count):
        with contextlib.suppress(websocket.WebSocketException, OSError):
            lines.append(_open(hall))
            tally.count("silent")
        if number % 100 == 0:
            _serve(tally, kiosk, item)
    for line in lines:
        with contextlib.suppress(websocket.WebSocketException, OSError):
            line.close()
