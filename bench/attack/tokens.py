"""Attack with stolen tokens: an agent announces foreign devices, a kiosk uses up numbers.

It runs against a server in a separate process. It reports when a device is served that is bound
elsewhere or not bound, when a kiosk issues more numbers than its rate limit, and when the desk has
no number left.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.attack.live_connections import enrol, join
from bench.attack.tally import Tally
from support.hall_server import ADMINISTRATOR, Client, HallServer, RefusedError

KINDS = ("printers", "led", "voice", "keypads", "ratingpads", "fingerprint", "standby")
PLACES = ("8", "9", "W01", "W04", "main", "east", "")
NAMES = ("own", "pad-4", "standby-9", "printer-9", "clock-9", "free", "free-2")
OWN = {"device": "own", "kind": "printers", "serves": "8"}
HONEST = [
    {"device": "pad-4", "kind": "keypads", "serves": "W04"},
    {"device": "standby-9", "kind": "standby", "serves": "9"},
    {"device": "printer-9", "kind": "printers", "serves": "9"},
    {"device": "clock-9", "kind": "fingerprint", "serves": "door"},
]
EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("key", {"function": "call_next", "digits": "", "raw": ""}),
    ("key", {"function": "finish", "digits": "", "raw": ""}),
    ("line", {"line": "http://127.0.0.1:8109", "book": "f" * 32}),
    ("punches", {"lines": [["7", "2026-11-24 08:20:00", "0", "1", "0"]]}),
    ("clock", {"said": "2026-11-24 10:00:00"}),
)
ITEM = "gaj-01"
MINUTE_NUMBERS = 30


def attack(seed: int, examples: int) -> Tally:
    """Announce devices of others, each followed by an event that such a device would send."""
    tally = Tally("tokens")
    chance = random.Random(seed)
    settings = {"kiosk_minute_numbers": MINUTE_NUMBERS}
    with (
        tempfile.TemporaryDirectory(prefix="attack-") as folder,
        HallServer(Path(folder), settings=settings) as hall,
    ):
        admin = Client(hall.base)
        admin.sign_in(ADMINISTRATOR, hall.password)
        tokens = {n: enrol(hall, admin, "agent", n) for n in ("good", "bad")}
        kiosk = Client(hall.base, bearer=enrol(hall, admin, "kiosk", "8"))
        good = join(hall, "/agent", {"token": tokens["good"]})
        _ask(good, "hello", {"devices": HONEST})
        bad = join(hall, "/agent", {"token": tokens["bad"]})
        _ask(bad, "hello", {"devices": [OWN]})
        for _ in range(examples):
            _pose(tally, chance, bad)
        _burn(tally, kiosk, admin)
        bad.close()
        good.close()
    return tally


def _ask(line: Any, event: str, data: Any) -> dict[str, Any]:
    """Send an event and return the acknowledgement."""
    number = random.Random(json.dumps(data)).randint(1, 10**6)
    line.send(f"42/agent,{number}{json.dumps([event, data])}")
    start = f"43/agent,{number}"
    while not (answer := str(line.recv())).startswith(start):
        continue
    reply: dict[str, Any] = json.loads(answer.removeprefix(start))[0]
    return reply


def _pose(tally: Tally, chance: random.Random, line: Any) -> None:
    """Announce devices that are not the agent's, and send an event as one of them."""
    posed = {name: chance.choice(PLACES) for name in chance.sample(NAMES[1:], 3)}
    foreign = [
        {"device": name, "kind": chance.choice(KINDS), "serves": place}
        for name, place in posed.items()
    ]
    start = time.monotonic()
    answer = _ask(line, "hello", {"devices": [OWN, *foreign]})
    tally.count("a hello with others' devices", time.monotonic() - start)
    served = posed.keys() - set(answer.get("waiting", ()))
    if served or not answer["ok"]:
        tally.add_find("a device of nobody or of another is served", str((foreign, answer)))
    for device in foreign:
        kind, data = chance.choice(EVENTS)
        message = {
            "id": f"{chance.random()}",
            "device": device["device"],
            "kind": kind,
            "data": data,
        }
        tally.count(f"{kind} of another's device")
        if _ask(line, "event", message)["ok"]:
            tally.add_find("an event of another's device was taken", str((device, message)))


def _burn(tally: Tally, kiosk: Client, desk: Client) -> None:
    """Take numbers as fast as possible."""
    issued, start = 0, time.monotonic()
    for _ in range(MINUTE_NUMBERS * 3):
        try:
            kiosk.post("/tickets", {"item": ITEM, "print": False})
            issued += 1
            tally.count("a number")
        except RefusedError as error:
            tally.count(str(error.problem["code"]))
    if issued > MINUTE_NUMBERS * (1 + (time.monotonic() - start) // 60):
        tally.add_find(f"a kiosk gave {issued} numbers of a unit in a minute")
    try:
        desk.post("/tickets", {"item": ITEM, "print": False})
        tally.count("a number at the desk")
    except RefusedError as error:
        tally.add_find("the desk gives no number", repr(error))
    alarms = [alarm["code"] for alarm in desk.get("/office/today")["alarms"]]
    if "kiosk_pace" not in alarms:
        tally.add_find("the office was not told of the kiosk")
