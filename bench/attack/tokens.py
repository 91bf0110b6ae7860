"""Stolen tokens: an agent that announces what is not its own, a kiosk that burns numbers.

Against a server in a process of its own. Finds: a device that is bound elsewhere, or to nobody, is
served; a kiosk gives more numbers than its pace; the desk has none.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.attack.lines import enrol, join
from bench.attack.tally import Tally
from support.hall_server import ADMINISTRATOR, Client, HallServer, RefusedError

KINDS = ("printers", "led", "voice", "keypads", "fingerprint", "standby")
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
PACE = 30


def attack(seed: int, examples: int) -> Tally:
    """Send hellos with devices of others, each followed by what such a device would say."""
    tally = Tally("tokens")
    chance = random.Random(seed)
    settings = {"kiosk_minute_numbers": PACE}
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
    """Say something and return what was answered."""
    number = random.Random(json.dumps(data)).randint(1, 10**6)
    line.send(f"42/agent,{number}{json.dumps([event, data])}")
    start = f"43/agent,{number}"
    while not (answer := str(line.recv())).startswith(start):
        continue
    found: dict[str, Any] = json.loads(answer.removeprefix(start))[0]
    return found


def _pose(tally: Tally, chance: random.Random, line: Any) -> None:
    """Announce devices that are not the agent's, and speak as one of them."""
    posed = {name: chance.choice(PLACES) for name in chance.sample(NAMES[1:], 3)}
    said = [
        {"device": name, "kind": chance.choice(KINDS), "serves": place}
        for name, place in posed.items()
    ]
    begun = time.monotonic()
    answer = _ask(line, "hello", {"devices": [OWN, *said]})
    tally.count("a hello with others' devices", time.monotonic() - begun)
    served = posed.keys() - set(answer.get("waiting", ()))
    if served or not answer["ok"]:
        tally.found("a device of nobody or of another is served", str((said, answer)))
    for one in said:
        kind, data = chance.choice(EVENTS)
        message = {"id": f"{chance.random()}", "device": one["device"], "kind": kind, "data": data}
        tally.count(f"{kind} of another's device")
        if _ask(line, "event", message)["ok"]:
            tally.found("an event of another's device was taken", str((one, message)))


def _burn(tally: Tally, kiosk: Client, desk: Client) -> None:
    """Take numbers as fast as they come."""
    given, begun = 0, time.monotonic()
    for _ in range(PACE * 3):
        try:
            kiosk.post("/tickets", {"item": ITEM, "print": False})
            given += 1
            tally.count("a number")
        except RefusedError as error:
            tally.count(str(error.problem["code"]))
    if given > PACE * (1 + (time.monotonic() - begun) // 60):
        tally.found(f"a kiosk gave {given} numbers of a unit in a minute")
    try:
        desk.post("/tickets", {"item": ITEM, "print": False})
        tally.count("a number at the desk")
    except RefusedError as error:
        tally.found("the desk gives no number", repr(error))
    alarms = [one["code"] for one in desk.get("/office/today")["alarms"]]
    if "kiosk_pace" not in alarms:
        tally.found("the office was not told of the kiosk")
