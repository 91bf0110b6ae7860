"""Bindings of devices: an agent serves what the office confirmed, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.accounts.people import CODE_MINUTES
from server.core import journal
from server.core.errors import CommonCode
from server.device_health.errors import DeviceCode
from server.integrity import checks
from support.agent_client import Agent
from support.web import Browser, Web

PRINTER = {"device": "printer-1", "kind": "printers", "serves": "1"}
STANDBY = {"device": "standby-1", "kind": "standby", "serves": "1"}
KEYPAD = {"device": "keypad-1", "kind": "keypads", "serves": "T1"}
CLOCK = {"device": "clock-1", "kind": "fingerprint", "serves": "door"}
LINE = {"line": "http://127.0.0.1:8101", "book": "a" * 32}


def claims(web: Web) -> dict[str, dict[str, Any]]:
    """Return the claims that the office's page lists, by agent and device."""
    day = web.manager().get("/office/today").get_json()
    return {f"{claim['agent']}/{claim['device']}": claim for claim in day["claims"]}


def alarms(web: Web) -> list[tuple[str, str, bool]]:
    """Return code, agent and loudness of the alarms about claims."""
    day = web.manager().get("/office/today").get_json()
    claim_alarms = [alarm for alarm in day["alarms"] if alarm["code"].startswith("device_claim")]
    return [(alarm["code"], alarm["subject"], alarm["loud"]) for alarm in claim_alarms]


def decide(browser: Browser, what: str, agent: str, device: dict[str, str]) -> Any:
    """Confirm or refuse a claim."""
    return browser.post(f"/office/devices/{what}", {"agent": agent, **device})


def acts(web: Web) -> list[tuple[str, str]]:
    """Return actions and subjects of the journal's lines about devices."""
    ctx = web.small.ctx
    lines = ctx.read(lambda c: list(journal.lines(c, ctx.hall_id, 0)))
    device_acts = (
        "device.bind",
        "device.claim",
        "device.confirm",
        "device.release",
        "device.refuse",
    )
    return [(line.act, line.subject) for line in lines if line.act in device_acts]


def test_the_first_hello_binds_unbound_devices(web: Web) -> None:
    agent = Agent(web, "kiosk-1")
    assert agent.hello(PRINTER, STANDBY) == []
    assert claims(web) == {}
    assert alarms(web) == []
    assert acts(web) == [("device.bind", "kiosk-1")]
    # It may come back at any time, without a confirmation.
    agent.connect()
    assert agent.hello(PRINTER, STANDBY) == []


def test_a_code_binds_only_while_it_is_valid(web: Web) -> None:
    code = web.administrator().post("/office/codes", {"kind": "agent", "name": "late"}, key=None)
    body = {"code": code.get_json()["code"], "kind": "agent", "name": "late"}
    token = web.browser().post("/enrol", body, key=None).get_json()["token"]
    web.small.clock.advance(seconds=CODE_MINUTES * 60 + 1)
    assert Agent(web, "late", token).hello(PRINTER) == ["printer-1"]


def test_an_exchanged_code_binds_at_once(web: Web) -> None:
    code = web.administrator().post("/office/codes", {"kind": "agent", "name": "new"}, key=None)
    body = {"code": code.get_json()["code"], "kind": "agent", "name": "new"}
    token = web.browser().post("/enrol", body, key=None).get_json()["token"]
    assert Agent(web, "new", token).hello(PRINTER) == []


def test_a_code_for_a_place_binds_there_only(web: Web) -> None:
    enrolment = {"kind": "agent", "name": "new", "place": "1"}
    code = web.administrator().post("/office/codes", enrolment, key=None).get_json()["code"]
    body = {"code": code, "kind": "agent", "name": "new"}
    token = web.browser().post("/enrol", body, key=None).get_json()["token"]
    assert Agent(web, "new", token).hello(PRINTER, STANDBY, KEYPAD) == ["keypad-1"]


CHANGES = {
    "new": {"device": "keypad-9", "kind": "keypads", "serves": "T2"},
    "kind": {"device": "printer-1", "kind": "keypads", "serves": "1"},
    "place": {"device": "printer-1", "kind": "printers", "serves": "2"},
    "agent": {"device": "keypad-1", "kind": "keypads", "serves": "T1"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_device_of_an_agent_waits_for_the_office(web: Web, change: str) -> None:
    Agent(web, "counters").hello(KEYPAD)
    agent = Agent(web, "kiosk-1")
    agent.hello(PRINTER)
    device = CHANGES[change]
    agent.connect()
    assert agent.hello(device) == [device["device"]]
    [claim] = claims(web).values()
    assert (claim["agent"], claim["change"], claim["waits"]) == ("kiosk-1", change, True)
    loud = change != "new"
    assert alarms(web) == [("device_claim_change" if loud else "device_claim_new", "kiosk-1", loud)]
    assert agent.press(device["device"], "call_next") == CommonCode.DEVICE_UNKNOWN
    assert agent.send("health", {"device": device["device"], "state": "ok"})["ok"] is False


def test_a_first_hello_does_not_take_a_place_that_is_held(web: Web) -> None:
    Agent(web, "counters").hello(KEYPAD)
    other = Agent(web, "kiosk-1")
    beside = {"device": "mine", "kind": "keypads", "serves": "T1"}
    assert other.hello(PRINTER, beside) == ["mine"]
    assert claims(web)["kiosk-1/mine"]["beside"] == ["keypad-1"]


def test_a_confirmed_device_is_in_service_and_the_old_agent_out(web: Web) -> None:
    old, new = Agent(web, "old"), Agent(web, "new")
    old.hello(PRINTER)
    new.hello(PRINTER)
    assert decide(web.administrator(), "confirm", "new", PRINTER).status_code == 200
    # Both connections end, and both agents connect again, as they always do.
    assert old.is_closed()
    assert new.is_closed()
    new.connect()
    old.connect()
    assert new.hello(PRINTER) == []
    assert old.hello(PRINTER) == ["printer-1"]
    assert new.send("health", {"device": "printer-1", "state": "ok"})["ok"]
    assert list(claims(web)) == ["old/printer-1"]
    lines = [act for act in acts(web) if act[0] in ("device.confirm", "device.release")]
    assert lines == [("device.confirm", "new"), ("device.release", "old")]


def test_a_confirmation_leaves_other_connections_alone(web: Web) -> None:
    other, agent = Agent(web, "counters"), Agent(web, "kiosk-1")
    other.hello(KEYPAD)
    agent.hello(PRINTER)
    agent.hello(PRINTER, STANDBY)
    decide(web.administrator(), "confirm", "kiosk-1", STANDBY)
    assert agent.is_closed()
    assert other.line.is_connected("/agent")


def test_a_refused_device_stays_out_and_alarms_no_more(web: Web) -> None:
    agent = Agent(web, "kiosk-1")
    agent.hello(PRINTER)
    agent.hello(PRINTER, KEYPAD)
    assert decide(web.administrator(), "refuse", "kiosk-1", KEYPAD).status_code == 200
    agent.connect()
    assert agent.hello(PRINTER, KEYPAD) == ["keypad-1"]
    assert claims(web)["kiosk-1/keypad-1"]["waits"] is False
    assert alarms(web) == []
    # The refused claim can be confirmed later.
    assert decide(web.administrator(), "confirm", "kiosk-1", KEYPAD).status_code == 200
    agent.connect()
    assert agent.hello(PRINTER, KEYPAD) == []


def test_a_claim_changed_since_it_was_shown_is_not_confirmed(web: Web) -> None:
    agent = Agent(web, "kiosk-1")
    agent.hello(PRINTER)
    agent.hello(PRINTER, KEYPAD)
    agent.hello(PRINTER, {**KEYPAD, "serves": "T2"})
    answer = decide(web.administrator(), "confirm", "kiosk-1", KEYPAD)
    assert answer.get_json()["code"] == DeviceCode.DEVICE_CLAIM
    agent.hello(PRINTER)
    assert claims(web) == {}
    assert decide(web.administrator(), "refuse", "kiosk-1", KEYPAD).status_code == 409


@pytest.mark.parametrize("what", ["confirm", "refuse"])
def test_only_an_administrator_decides(web: Web, what: str) -> None:
    agent = Agent(web, "kiosk-1")
    agent.hello(PRINTER)
    agent.hello(PRINTER, KEYPAD)
    assert decide(web.manager(), what, "kiosk-1", KEYPAD).status_code == 403
    assert decide(web.clerk("T1"), what, "kiosk-1", KEYPAD).status_code == 403


def test_an_agent_that_announces_new_devices_forever_fills_no_list(web: Web) -> None:
    agent = Agent(web, "kiosk-1")
    agent.hello(PRINTER)
    for turn in range(5):
        agent.hello(*({**KEYPAD, "device": f"pad-{turn}-{n}"} for n in range(200)))
    assert len(claims(web)) == 200
    assert [act for act, _ in acts(web)].count("device.claim") == 1


def line_of(web: Web, act: str) -> dict[str, Any]:
    """Return the data of the last line of an action."""
    ctx = web.small.ctx
    lines = ctx.read(lambda c: list(journal.lines(c, ctx.hall_id, 0)))
    matches = [line for line in lines if line.act == act]
    data: dict[str, Any] = json.loads(matches[-1].data)
    return data | {"by": f"{matches[-1].actor_kind}:{matches[-1].actor}"}


def test_a_key_press_names_keypad_and_agent_beside_the_clerk(web: Web) -> None:
    clerk = web.clerk("T1")
    agent = Agent(web, "counters")
    agent.hello(KEYPAD)
    web.small.issue("tax-1")
    web.small.issue("tax-1")
    assert agent.press("keypad-1", "call_next") == "ok"
    line = line_of(web, "ticket.call")
    assert (line["device"], line["agent"], line["by"]) == ("keypad-1", "counters", "clerk:1001")
    clerk.post("/counter/start")
    assert "device" not in line_of(web, "ticket.start")
    ctx = web.small.ctx
    assert ctx.read(lambda c: checks.violations(ctx.hall_id, c)) == []


def test_a_key_of_an_unbound_keypad_is_rejected(web: Web) -> None:
    web.clerk("T1")
    web.clerk("T2")
    web.small.issue("tax-1")
    agent = Agent(web, "kiosk-1")
    agent.hello(PRINTER)
    agent.hello(PRINTER, {**KEYPAD, "serves": "T2"})
    assert agent.press("keypad-1", "call_next") == CommonCode.DEVICE_UNKNOWN
    assert agent.press("printer-1", "call_next") == CommonCode.DEVICE_UNKNOWN
