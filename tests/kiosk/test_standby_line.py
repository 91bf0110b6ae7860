"""Server side of a kiosk's loopback server: the lease that it sends, the reports it accepts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.standby.lease import Lease
from kiosk.standby import Standby
from server.core.errors import CommonCode, ErrorCode, HallError
from server.live.agent_gateway import DeviceRef
from server.queue import slip_queries
from support.halls import SmallHall, at

REF = DeviceRef("standby-1", "standby", "1", "kiosk")
LINE = {"line": "http://127.0.0.1:8101", "book": "a" * 32}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[SmallHall]:
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, at(9))
    yield small
    small.close()


def refused(standby: Standby, kind: str, data: Any) -> ErrorCode:
    with pytest.raises(HallError) as error:
        standby.receive(REF, {"kind": kind, "data": data, "age": 0})
    return error.value.code


def test_a_loopback_server_gets_its_lease_and_imports_tickets(hall: SmallHall) -> None:
    standby = Standby(hall.hall)
    assert standby.lease(REF) is None
    assert standby.receive(REF, {"kind": "line", "data": LINE}) == "ok"
    state = standby.lease(REF)
    assert state is not None
    assert (state["now"], state["kiosk"], state["day"]) == (at(9), "1", "2026-03-02")
    lease = Lease(state)
    chosen = lease.choose("tax-1", [])
    offline_ticket = {
        "id": f"20260302-{chosen.number}",
        "lease": chosen.block["id"],
        "kiosk": "1",
        "day": lease.day,
        "prefix": "A",
        "seq": chosen.seq,
        "first": chosen.block["first"],
        "last": chosen.block["last"],
        "token": chosen.token,
        "item": "tax-1",
        "applicant": "ordinary",
        "key": "k",
        "version": state["version"],
        "at": at(9),
        "slip": "standby-s",
        "printer": "printer-1",
    }
    for wrong in ({"kiosk": "2"}, {"seq": 999}, {"seq": 0}, {"day": "today"}, {"more": 1}):
        assert refused(standby, "ticket", offline_ticket | wrong) is CommonCode.INVALID
    assert standby.receive(REF, {"kind": "ticket", "data": offline_ticket, "age": 3.0}) == "waiting"
    slip = {"slip": "standby-s", "state": "printed", "reason": ""}
    assert standby.receive(REF, {"kind": "slip", "data": slip}) == "ok"
    row = hall.ctx.read(lambda c: slip_queries.get(c, hall.ctx.hall_id, "standby-s"))
    assert row is not None
    assert row.state == "printed"


def test_an_address_of_another_machine_is_rejected(hall: SmallHall) -> None:
    standby = Standby(hall.hall)
    for line in (
        "http://10.0.0.9:80",
        "http://127.0.0.1:80/x",
        "https://127.0.0.1:1",
        "javascript:",
    ):
        assert refused(standby, "line", {**LINE, "line": line}) is CommonCode.INVALID
    assert refused(standby, "line", None) is CommonCode.INVALID


def test_the_lease_is_withdrawn_when_switched_off(hall: SmallHall) -> None:
    standby = Standby(hall.hall)
    standby.receive(REF, {"kind": "line", "data": LINE})
    hall.configure(offline_numbers=0)
    assert standby.lease(REF) == {"off": True, "now": at(9)}
