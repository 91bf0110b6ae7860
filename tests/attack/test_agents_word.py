"""What an agent says of things that are not its own is not believed; what it does is signed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.domain.errors import Code
from server.services import bindings, checks, readers_office
from server.services.context import SYSTEM
from server.services.readers_office import Description
from server.storage import announcements, journal, punches, slips
from support.agent_line import Agent
from support.offline_kiosk import Kiosk
from support.web import Web

PRINTER = {"device": "printer-1", "kind": "printers", "serves": "1"}
OTHER = {"device": "printer-2", "kind": "printers", "serves": "2"}
LINE = {"device": "standby-2", "kind": "standby", "serves": "2"}
CLOCK = {"device": "clock-1", "kind": "fingerprint", "serves": "door"}
PUNCHES = {"lines": [["7", "2026-03-02 08:20:00", "0", "1", "0"]]}


def speaker(zone: str) -> dict[str, str]:
    """A loudspeaker that reports what was played."""
    return {"device": f"voice-{zone}", "kind": "voice", "serves": zone, "reports": "spoken"}


def last(web: Web, act: str) -> dict[str, Any]:
    """The data of the last journal line of an act."""
    ctx = web.small.ctx
    lines = [n for n in ctx.read(lambda c: list(journal.lines(c, ctx.hall_id))) if n.act == act]
    data: dict[str, Any] = json.loads(lines[-1].data)
    return data


def slip(web: Web, slip_id: str) -> Any:
    """A slip's row."""
    ctx = web.small.ctx
    return ctx.read(lambda c: slips.get(c, ctx.hall_id, slip_id))


def slip_of(web: Web, ticket: str) -> Any:
    """A ticket's slip."""
    ctx = web.small.ctx
    return ctx.read(lambda c: slips.of_ticket(c, ctx.hall_id, ticket))[0]


def test_a_printer_speaks_of_its_own_slips(web: Web) -> None:
    web.small.seat("T1")
    right, wrong = Agent(web, "right"), Agent(web, "wrong")
    right.hello(PRINTER)
    wrong.hello(OTHER)
    row = slip_of(web, web.small.issue("tax-1").id)
    done = {"id": row.id, "state": "printed", "reason": "", "detail": ""}
    assert wrong.say("result", {**done, "device": "printer-2"})["ok"]
    assert slip(web, row.id).state == "owed"
    assert right.say("result", {**done, "device": "printer-1"})["ok"]
    assert slip(web, row.id).state == "printed"


def test_a_kiosks_line_speaks_of_its_own_kiosks_slips(web: Web) -> None:
    web.small.seat("T1")
    Agent(web, "right").hello(PRINTER)
    row = slip_of(web, web.small.issue("tax-1").id)
    wrong = Agent(web, "wrong")
    wrong.hello(LINE)
    told = {"slip": row.id, "state": "printed", "reason": ""}
    assert wrong.event("standby-2", "slip", told) == "ok"
    assert slip(web, row.id).state == "owed"


def test_a_loudspeaker_of_another_room_has_spoken_nothing(web: Web) -> None:
    web.small.seat("T1")
    east, west = Agent(web, "east"), Agent(web, "west")
    east.hello(speaker("east"))
    west.hello(speaker("west"))
    web.small.issue("tax-1")
    ticket = web.small.call("T1").id
    told = {"id": f"{ticket}.1.x.y", "state": "spoken", "reason": "", "detail": ""}

    def state() -> str:
        ctx = web.small.ctx
        row = ctx.read(lambda c: announcements.last(c, ctx.hall_id, ticket))
        return str(row.state) if row is not None else ""

    west.say("result", {**told, "device": "voice-west"})
    assert state() == "pending"
    east.say("result", {**told, "device": "voice-east"})
    assert state() == "spoken"
    found = last(web, "call.spoken")
    assert (found["device"], found["agent"]) == ("voice-east", "east")


def test_a_number_that_was_handed_in_names_device_and_agent(web: Web) -> None:
    kiosk = Kiosk(web.small)
    assert kiosk.hand_in(kiosk.give()) == "waiting"
    found = last(web, "ticket.issue")
    assert (found["device"], found["agent"]) == ("standby-1", "kiosk")
    ctx = web.small.ctx
    assert ctx.read(lambda c: checks.violations(ctx.hall_id, c)) == []


def test_a_number_that_was_handed_in_is_printed_at_no_other_kiosk(web: Web) -> None:
    bindings.bind(web.small.ctx, SYSTEM, "other", [OTHER])
    kiosk = Kiosk(web.small)
    given = kiosk.give().model_copy(update={"printer": "printer-2"})
    assert kiosk.hand_in(given) == "waiting"
    assert slip(web, given.slip).device == ""


def test_a_number_that_was_handed_in_takes_no_others_slip(web: Web) -> None:
    web.small.seat("T1")
    kiosk = Kiosk(web.small)
    first = web.small.issue("tax-1")
    row = slip_of(web, first.id)
    given = kiosk.give().model_copy(update={"slip": row.id})
    assert kiosk.hand_in(given) == "waiting"
    assert slip(web, row.id).ticket_id == first.id


# -- time clocks -----------------------------------------------------------------------------------


def put_up(web: Web, serial: str, way: str, networks: str = "") -> None:
    """Admit a time clock."""
    said = Description(serial, networks=networks)
    readers_office.add(web.small.ctx, SYSTEM, f"add-{serial}", serial, way, said)


def count(web: Web) -> int:
    """How many punches the hall has."""
    return len(web.small.ctx.read(lambda c: punches.latest(c, web.small.ctx.hall_id, 10)))


def push(web: Web, serial: str) -> int:
    """Post a punch as a time clock that pushes; the status."""
    body = "7\t2026-03-02 08:20:00\t0\t1\t0\n"
    path = f"/iclock/cdata?SN={serial}&table=ATTLOG&Stamp=1"
    return int(web.browser().client.post(path, data=body).status_code)


@pytest.mark.parametrize("way", ["push", "file"])
def test_an_agent_poses_as_no_time_clock_that_pushes(web: Web, way: str) -> None:
    put_up(web, "clock-1", way)
    agent = Agent(web, "clocks")
    agent.hello(CLOCK)
    assert agent.event("clock-1", "punches", PUNCHES) == Code.FORBIDDEN
    assert count(web) == 0


def test_nobody_pushes_as_a_time_clock_that_is_polled(web: Web) -> None:
    put_up(web, "clock-1", "pull")
    put_up(web, "CE1", "push")
    assert (push(web, "clock-1"), push(web, "sheet"), push(web, "CE1")) == (403, 403, 200)
    assert count(web) == 1


def test_punches_that_an_agent_read_name_time_clock_and_agent(web: Web) -> None:
    put_up(web, "clock-1", "pull")
    agent = Agent(web, "clocks")
    agent.hello(CLOCK)
    assert agent.event("clock-1", "punches", PUNCHES) == "ok"
    found = last(web, "punch.take")
    assert (found["device"], found["agent"]) == ("clock-1", "clocks")
    ctx = web.small.ctx
    assert ctx.read(lambda c: checks.violations(ctx.hall_id, c)) == []
