"""Stolen-token table of docs/security.md: what a thief of each token can do, cell by cell.

A cell begins with the result tried here: `no`, `own` (what the token was given for) or `all`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server.accounts.errors import AccountCode
from server.core.actors import SYSTEM
from server.core.errors import CommonCode
from server.device_health.errors import DeviceCode
from server.queue.errors import QueueCode
from server.queue.tickets import State
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks.actions import Description
from support.agent_client import Agent
from support.halls import STAFF
from support.web import Browser, Web

PAPER = Path(__file__).resolve().parents[2] / "docs" / "security.md"
PRINTERS = [{"device": f"printer-{n}", "kind": "printers", "serves": n} for n in ("1", "2")]
LINES = [{"device": f"standby-{n}", "kind": "standby", "serves": n} for n in ("1", "2")]
PADS = [{"device": f"keypad-{w}", "kind": "keypads", "serves": w} for w in ("T1", "T2")]
CLOCKS = [{"device": f"clock-{n}", "kind": "fingerprint", "serves": "door"} for n in (1, 2)]
STRIPS = [{"device": f"strip-{w}", "kind": "led", "serves": w} for w in ("T1", "T2")]
PUNCHES = {"lines": [["7", "2026-03-02 08:20:00", "0", "1", "0"]], "whole": False}
Devices = list[dict[str, str]]


@dataclass
class Thief:
    """Holder of one stolen token: over HTTP, and over the agent connection."""

    web: Web
    browser: Browser
    token: str = ""
    own: Devices = field(default_factory=list)
    phones: list[str] = field(default_factory=list)

    def line(self) -> Agent | None:
        """Return an agent connection, if the stolen token opens one."""
        agent = Agent(self.web, "thief", self.token or "nothing")
        return agent if agent.line.is_connected("/agent") else None

    def serving(self, foreign: dict[str, str]) -> Agent | None:
        """Return the connection after a hello with a device that is not the token's."""
        agent = self.line()
        if agent is not None:
            own_devices = [
                own_device for own_device in self.own if own_device["device"] != foreign["device"]
            ]
            agent.hello(*own_devices, foreign)
        return agent


def hall(web: Web) -> None:
    """Make two windows with clerks, waiting tickets, and an honest agent with devices."""
    web.clerk("T1")
    web.clerk("T2")
    for n, clock in enumerate(CLOCKS):
        description = Description(clock["device"])
        time_clocks_actions.add(
            web.small.ctx, SYSTEM, f"clock-{n}", clock["device"], "pull", description
        )
    honest = Agent(web, "honest")
    honest.hello(PRINTERS[1], LINES[1], PADS[1], CLOCKS[1], STRIPS[1])
    honest.event(LINES[1]["device"], "line", {"line": "http://127.0.0.1:8102", "book": "b" * 32})
    for _ in range(4):
        web.small.issue("tax-1")


def agent_of(*own: dict[str, str]) -> Callable[[Web], Thief]:
    """Return a thief with the token of an agent that was set up with these devices."""

    def stolen(web: Web) -> Thief:
        token = web.small.hall.people.grant("agent", "mine")
        Agent(web, "mine", token).hello(*own)
        return Thief(web, Browser(web.app.flask.test_client(), token), token, list(own))

    return stolen


def device(kind: str, name: str) -> Callable[[Web], Thief]:
    """Return a thief with the token of a browser."""

    def stolen(web: Web) -> Thief:
        token = web.small.hall.people.grant(kind, name)
        return Thief(web, Browser(web.app.flask.test_client(), token), token)

    return stolen


def session(of: str) -> Callable[[Web], Thief]:
    """Return a thief with the cookie of a signed-in person and what the page knows."""

    def stolen(web: Web) -> Thief:
        who = web.person(STAFF["T1"]) if of == "clerk" else getattr(web, of)()
        cookie = who.client.get_cookie("hall_session")
        assert cookie is not None
        return Thief(web, who, cookie.value)

    return stolen


def code(web: Web) -> Thief:
    """Return a thief with an enrolment code for an agent, taken before the agent used it."""
    enrolment = {"kind": "agent", "name": "new"}
    answer = web.administrator().post("/office/codes", enrolment, key=None).get_json()
    body = {"code": answer["code"], **enrolment}
    token = web.browser().post("/enrol", body, key=None).get_json()["token"]
    assert web.browser().post("/enrol", body, key=None).get_json()["code"] == AccountCode.ENROL_CODE
    free = [PRINTERS[0], LINES[0], PADS[0], CLOCKS[0], STRIPS[0]]
    return Thief(web, Browser(web.app.flask.test_client(), token), token, free)


def phone(web: Web) -> Thief:
    """Return a thief with the address of a ticket's page."""
    ticket = web.small.issue("tax-1")
    browser = Browser(web.app.flask.test_client(), ticket.token)
    return Thief(web, browser, ticket.token, phones=[ticket.token])


def lease(web: Web) -> Thief:
    """Return a thief with the content of a kiosk's PC: its secret, numbers, page addresses."""
    kiosk = Agent(web, "kiosk")
    kiosk.hello(PRINTERS[0], LINES[0])
    kiosk.event(LINES[0]["device"], "line", {"line": "http://127.0.0.1:8101", "book": "a" * 32})
    state = kiosk.desired_states("standby-1")[-1]
    block = next(row for row in state["blocks"] if row["prefix"] == "A")
    offline_ticket = given_ticket(block, "1")
    assert kiosk.event("standby-1", "ticket", offline_ticket) == "waiting"
    browser = Browser(web.app.flask.test_client(), state["secret"])
    return Thief(web, browser, state["secret"], phones=[offline_ticket["token"]])


THIEVES: dict[str, Callable[[Web], Thief]] = {
    "browser of a kiosk": device("kiosk", "1"),
    "browser of a board": device("board", "main"),
    "agent of a kiosk's PC": agent_of(PRINTERS[0], LINES[0]),
    "agent of a window's PC": agent_of(PADS[0]),
    "agent of the hall's PC": agent_of(STRIPS[0]),
    "agent of time clocks": agent_of(CLOCKS[0]),
    "session of a clerk": session("clerk"),
    "session of a manager": session("manager"),
    "session of an administrator": session("administrator"),
    "code of an agent": code,
    "address of a ticket's page": phone,
    "lease of a kiosk": lease,
}


def given_ticket(block: dict[str, Any], kiosk: str) -> dict[str, Any]:
    """Return the first number of a block as its kiosk's PC imports it."""
    number = f"{block['prefix']}{block['first']:03d}"
    return {
        "id": f"20260302-{number}",
        "lease": block["id"],
        "kiosk": kiosk,
        "day": "2026-03-02",
        **{name: block[name] for name in ("prefix", "first", "last")},
        "seq": block["first"],
        "token": block["tokens"][0],
        "item": "tax-1",
        "applicant": "ordinary",
        "key": f"press-{kiosk}",
        "version": 1,
        "at": 1_772_413_200_000,
        "slip": f"standby-{number}",
        "printer": f"printer-{kiosk}",
    }


def ok(answer: Any) -> bool:
    """Return True if a command was accepted."""
    return bool(answer.status_code == 200)


def numbers(thief: Thief) -> str:
    """Issue numbers: as the desk, as the own kiosk, as another kiosk."""
    answer = thief.browser.post("/tickets", {"item": "tax-2", "print": False})
    if ok(answer):
        thief.web.small.configure(kiosk_minute_numbers=6)
        more = [thief.browser.post("/tickets", {"item": "tax-2"}) for _ in range(8)]
        held = [reply.get_json().get("code") for reply in more if not ok(reply)]
        assert set(held) <= {QueueCode.KIOSK_PACE}
        return "own" if held else "all"
    agent = thief.serving(LINES[1])
    if agent is None:
        return "no"
    book = {"line": "http://127.0.0.1:8103", "book": "c" * 32}
    if agent.event("standby-2", "line", book) == "ok" or agent.desired_states("standby-2"):
        return "all"
    agent.event("standby-1", "line", {**book, "line": "http://127.0.0.1:8101"})
    held = agent.desired_states("standby-1")
    if not held:
        return "no"
    offline_ticket = given_ticket(held[-1]["blocks"][0], "1")
    assert agent.event("standby-1", "ticket", offline_ticket | {"kiosk": "2"}) != "waiting"
    return "own" if agent.event("standby-1", "ticket", offline_ticket) == "waiting" else "no"


def calls(thief: Thief) -> str:
    """Call a ticket: at the window that the token stands for, at another."""
    agent = thief.serving(PADS[1])
    if agent is not None:
        if agent.press("keypad-T2", "call_next", 1) == "ok":
            return "all"
        return "own" if agent.press("keypad-T1", "call_next", 2) == "ok" else "no"
    signed_in = ok(thief.browser.post("/counter/sign-in", {"window": "S1"}))
    if ok(thief.browser.post("/counter/call-next", {})):
        state = thief.browser.get("/counter").get_json()
        return "all" if state["window"]["code"] != "T1" else "own"
    return "all" if signed_in else "no"


def tickets(thief: Thief) -> str:
    """Cancel a ticket: any ticket, or the one that the token is of."""
    small, phone = thief.web.small, thief.web.browser()
    other = small.issue("tax-1")
    if ok(thief.browser.post(f"/tickets/{other.id}/cancel")):
        return "all"
    phones = list(thief.phones)
    agent = thief.serving(LINES[1])
    if agent is not None:
        assert agent.desired_states("standby-2") == []
        agent.event("standby-1", "line", {"line": "http://127.0.0.1:8101", "book": "c" * 32})
        for state in agent.desired_states("standby-1")[-1:]:
            offline_ticket = given_ticket(state["blocks"][0], "1")
            assert agent.event("standby-1", "ticket", offline_ticket) == "waiting"
            phones.append(offline_ticket["token"])
    own = [ok(phone.post(f"/phone/{token}/cancel")) for token in phones]
    assert small.ticket(other.id).state is State.WAITING
    return "own" if any(own) else "no"


def devices(thief: Thief) -> str:
    """Serve a device: the own one, another's, or a new one."""
    agent = thief.line()
    if agent is None:
        return "no"
    waiting = agent.hello(*thief.own, PADS[1])
    report = {"device": PADS[1]["device"], "state": "ok"}
    if PADS[1]["device"] not in waiting or agent.send("health", report)["ok"]:
        return "all"
    own = {own_device["device"] for own_device in thief.own}
    return "own" if own and not own & set(waiting) else "no"


def punches(thief: Thief) -> str:
    """Deliver punches as a time clock: as the own, as another."""
    agent = thief.serving(CLOCKS[1])
    if agent is None:
        return "no"
    if agent.event("clock-2", "punches", PUNCHES, 1) == "ok":
        return "all"
    return "own" if agent.event("clock-1", "punches", PUNCHES, 2) == "ok" else "no"


def people(thief: Thief) -> str:
    """Read staff data: of everybody, of the own person."""
    if ok(thief.browser.get("/office/today")):
        return "all"
    return "own" if ok(thief.browser.get("/my/attendance/2026-03")) else "no"


def office(thief: Thief) -> str:
    """Confirm devices and change settings."""
    enrolment = {"kind": "agent", "name": "x"}
    made = ok(thief.browser.post("/office/codes", enrolment, key=None))
    changed = ok(thief.browser.post("/office/settings", {"values": {"return_limit": 9}}))
    claim = {"agent": "x", "device": "y", "kind": "led", "serves": "T1"}
    refusal = thief.browser.post("/office/devices/confirm", claim).get_json()["code"]
    assert (refusal == DeviceCode.DEVICE_CLAIM) == made
    return "all" if made and changed else "no"


PROBES: dict[str, Callable[[Thief], str]] = {
    "take numbers": numbers,
    "call people": calls,
    "give up a number": tickets,
    "be a device": devices,
    "bring punches": punches,
    "read of staff": people,
    "let in, set": office,
}


def paper() -> dict[str, dict[str, str]]:
    """Return the table, by stolen token and attempted action."""
    part = PAPER.read_text().partition("## A stolen token")[2].partition("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in part.splitlines()
        if line.startswith("|")
    ]
    head, rows = lines[0], lines[2:]
    assert all(len(row) == len(head) for row in rows)
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def test_every_cell_of_the_table_is_tried_here() -> None:
    table = paper()
    assert list(table) == list(THIEVES)
    for stolen, cells in table.items():
        assert list(cells) == list(PROBES), stolen
        for tried, cell in cells.items():
            assert re.match(r"(no|own|all)\b", cell), f"{stolen}, {tried}: {cell}"


@pytest.mark.parametrize("tried", PROBES)
@pytest.mark.parametrize("stolen", THIEVES)
def test_a_thief_can_do_what_the_table_says_and_no_more(web: Web, stolen: str, tried: str) -> None:
    hall(web)
    expected = re.split(r"\W", paper()[stolen][tried])[0]
    assert PROBES[tried](THIEVES[stolen](web)) == expected


def test_an_agent_delivers_punches_only_from_the_time_clocks_networks(web: Web) -> None:
    """Apply the networks of a time clock to polled ones as to those that push."""
    hall(web)
    description = Description("clock-1", networks="192.168.7.0/24")
    time_clocks_actions.describe(web.small.ctx, SYSTEM, "near", "clock-1", description)
    agent = Agent(web, "clocks")
    agent.hello(CLOCKS[0])
    assert agent.event("clock-1", "punches", PUNCHES) == CommonCode.FORBIDDEN
    for networks in ("0.0.0.0/0", ""):
        description = Description("clock-1", networks=networks)
        time_clocks_actions.describe(
            web.small.ctx, SYSTEM, f"any-{networks}", "clock-1", description
        )
    assert agent.event("clock-1", "punches", PUNCHES) == "ok"
