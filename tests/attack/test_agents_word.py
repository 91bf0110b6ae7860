"""Reports of an agent: rejected for devices that are not its own, journalled with its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.core import journal
from server.core.actors import SYSTEM
from server.core.errors import CommonCode
from server.device_health import bindings
from server.integrity import checks
from server.queue import announcement_queries, slip_queries
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import punch_queries
from server.time_clocks.actions import Description
from support.agent_client import Agent
from support.offline_kiosk import Kiosk
from support.web import Web

PRINTER = {"device": "printer-1", "kind": "printers", "serves": "1"}
OTHER = {"device": "printer-2", "kind": "printers", "serves": "2"}
LINE = {"device": "standby-2", "kind": "standby", "serves": "2"}
CLOCK = {"device": "clock-1", "kind": "fingerprint", "serves": "door"}
PUNCHES = {"lines": [["7", "2026-03-02 08:20:00", "0", "1", "0"]]}


def speaker(zone: str) -> dict[str, str]:
    """Return a loudspeaker that reports what was played."""
    return {"device": f"voice-{zone}", "kind": "voice", "serves": zone, "reports": "spoken"}


def last(web: Web, act: str) -> dict[str, Any]:
    """Return the data of the last journal line of an action."""
    ctx = web.small.ctx
    lines = [n for n in ctx.read(lambda c: list(journal.lines(c, ctx.hall_id))) if n.act == act]
    data: dict[str, Any] = json.loads(lines[-1].data)
    return data


def slip(web: Web, slip_id: str) -> Any:
    """Return a slip's row."""
    ctx = web.small.ctx
    return ctx.read(lambda c: slip_queries.get(c, ctx.hall_id, slip_id))


def slip_of(web: Web, ticket: str) -> Any:
    """Return a ticket's slip."""
    ctx = web.small.ctx
    return ctx.read(lambda c: slip_queries.of_ticket(c, ctx.hall_id, ticket))[0]


def test_a_printer_reports_only_its_own_slips(web: Web) -> None:
    web.small.sign_in("T1")
    right, wrong = Agent(web, "right"), Agent(web, "wrong")
    right.hello(PRINTER)
    wrong.hello(OTHER)
    row = slip_of(web, web.small.issue("tax-1").id)
    done = {"id": row.id, "state": "printed", "reason": "", "detail": ""}
    assert wrong.send("result", {**done, "device": "printer-2"})["ok"]
    assert slip(web, row.id).state == "owed"
    assert right.send("result", {**done, "device": "printer-1"})["ok"]
    assert slip(web, row.id).state == "printed"


def test_a_loopback_server_reports_only_its_own_kiosks_slips(web: Web) -> None:
    web.small.sign_in("T1")
    Agent(web, "right").hello(PRINTER)
    row = slip_of(web, web.small.issue("tax-1").id)
    wrong = Agent(web, "wrong")
    wrong.hello(LINE)
    report = {"slip": row.id, "state": "printed", "reason": ""}
    assert wrong.event("standby-2", "slip", report) == "ok"
    assert slip(web, row.id).state == "owed"


def test_a_loudspeaker_of_another_room_cannot_report_a_call_as_spoken(web: Web) -> None:
    web.small.sign_in("T1")
    east, west = Agent(web, "east"), Agent(web, "west")
    east.hello(speaker("east"))
    west.hello(speaker("west"))
    web.small.issue("tax-1")
    ticket = web.small.call("T1").id
    report = {"id": f"{ticket}.1.x.y", "state": "spoken", "reason": "", "detail": ""}

    def state() -> str:
        ctx = web.small.ctx
        row = ctx.read(lambda c: announcement_queries.last(c, ctx.hall_id, ticket))
        return str(row.state) if row is not None else ""

    west.send("result", {**report, "device": "voice-west"})
    assert state() == "pending"
    east.send("result", {**report, "device": "voice-east"})
    assert state() == "spoken"
    line = last(web, "call.spoken")
    assert (line["device"], line["agent"]) == ("voice-east", "east")


def test_an_imported_number_is_journalled_with_device_and_agent(web: Web) -> None:
    kiosk = Kiosk(web.small)
    assert kiosk.import_ticket(kiosk.issue()) == "waiting"
    line = last(web, "ticket.issue")
    assert (line["device"], line["agent"]) == ("standby-1", "kiosk")
    ctx = web.small.ctx
    assert ctx.read(lambda c: checks.violations(ctx.hall_id, c)) == []


def test_an_imported_number_is_not_printed_at_another_kiosk(web: Web) -> None:
    bindings.bind(web.small.ctx, SYSTEM, "other", [OTHER])
    kiosk = Kiosk(web.small)
    offline_ticket = kiosk.issue().model_copy(update={"printer": "printer-2"})
    assert kiosk.import_ticket(offline_ticket) == "waiting"
    assert slip(web, offline_ticket.slip).device == ""


def test_an_imported_number_cannot_take_another_tickets_slip(web: Web) -> None:
    web.small.sign_in("T1")
    kiosk = Kiosk(web.small)
    first = web.small.issue("tax-1")
    row = slip_of(web, first.id)
    offline_ticket = kiosk.issue().model_copy(update={"slip": row.id})
    assert kiosk.import_ticket(offline_ticket) == "waiting"
    assert slip(web, row.id).ticket_id == first.id


def put_up(web: Web, serial: str, way: str, networks: str = "") -> None:
    """Admit a time clock."""
    description = Description(serial, networks=networks)
    time_clocks_actions.add(web.small.ctx, SYSTEM, f"add-{serial}", serial, way, description)


def count(web: Web) -> int:
    """Return the number of stored punches."""
    return len(web.small.ctx.read(lambda c: punch_queries.latest(c, web.small.ctx.hall_id, 10)))


def push(web: Web, serial: str) -> int:
    """Post a punch as a time clock that pushes; return the HTTP status."""
    body = "7\t2026-03-02 08:20:00\t0\t1\t0\n"
    path = f"/iclock/cdata?SN={serial}&table=ATTLOG&Stamp=1"
    return int(web.browser().client.post(path, data=body).status_code)


@pytest.mark.parametrize("way", ["push", "file"])
def test_an_agent_cannot_report_for_a_time_clock_that_pushes(web: Web, way: str) -> None:
    put_up(web, "clock-1", way)
    agent = Agent(web, "clocks")
    agent.hello(CLOCK)
    assert agent.event("clock-1", "punches", PUNCHES) == CommonCode.FORBIDDEN
    assert count(web) == 0


def test_a_push_for_a_polled_time_clock_is_rejected(web: Web) -> None:
    put_up(web, "clock-1", "pull")
    put_up(web, "CE1", "push")
    assert (push(web, "clock-1"), push(web, "sheet"), push(web, "CE1")) == (403, 403, 200)
    assert count(web) == 1


def test_punches_read_by_an_agent_are_journalled_with_time_clock_and_agent(web: Web) -> None:
    put_up(web, "clock-1", "pull")
    agent = Agent(web, "clocks")
    agent.hello(CLOCK)
    assert agent.event("clock-1", "punches", PUNCHES) == "ok"
    line = last(web, "punch.take")
    assert (line["device"], line["agent"]) == ("clock-1", "clocks")
    ctx = web.small.ctx
    assert ctx.read(lambda c: checks.violations(ctx.hall_id, c)) == []
