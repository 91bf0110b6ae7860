"""The hall without its server, over real sockets: the server is killed, the kiosk's PC goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from server.services.checks import findings
from server.storage import leases, slips, tickets
from server.storage.engine import open_store
from support.hall_server import MANAGER, PATIENCE, HallServer
from support.standby import Line

HALL = "reference"


def until(what: Callable[[], object]) -> None:
    """Wait until `what` holds."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < end:
        if what():
            return
        pause.wait(0.05)
    raise AssertionError("it does not come about")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    with HallServer(tmp_path_factory.mktemp("hall"), devices=True) as running:
        running.until_heard_of("standby-1")
        yield running


def line_of(hall: HallServer) -> Line:
    store = open_store(f"sqlite:///{hall.folder / 'data' / 'hall.db'}", HALL)
    try:
        row = store.read(lambda c: leases.line_of(c, HALL, "1"))
    finally:
        store.close()
    assert row is not None
    return Line(row.line, hall.base, row.secret)


def test_a_number_is_given_printed_and_handed_in(hall: HallServer) -> None:
    line = line_of(hall)
    before = hall.ticket("gaj-01")
    until(lambda: line.ask("/standby")[1]["now"] > before["issued_at"])
    hall.kill()
    first = line.take("press-1", "gaj-01")
    again = line.take("press-1", "gaj-01")
    second = line.take("press-2", "gaj-01")
    until(lambda: line.slip("press-1") == line.slip("press-2") == "printed")
    hall.kill_agent("kiosk")
    hall.start_agent("kiosk")
    hall.start()
    hall.until_heard_of("standby-1")
    after = hall.ticket("gaj-01")

    assert again["number"] == first["number"]
    assert int(second["number"][1:]) == int(first["number"][1:]) + 1 > 900
    assert int(before["number"][1:]) < 500
    store = open_store(f"sqlite:///{hall.folder / 'data' / 'hall.db'}", HALL)
    day = first["id"][:8]
    day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    until(lambda: len(store.read(lambda c: leases.handed_on(c, HALL, day))) == 2)
    kept = {t.id: t for t in store.read(lambda c: tickets.of_day(c, HALL, day))}
    assert [kept[one["id"]].state for one in (first, second)] == ["waiting", "waiting"]
    orders = [kept[one["id"]].ord for one in (before, first, second, after)]
    assert orders == sorted(orders)
    until(
        lambda: (
            [s.state for s in store.read(lambda c: slips.of_ticket(c, HALL, first["id"]))]
            == ["printed"]
        )
    )
    assert store.read(lambda c: findings(HALL, c)) == []
    seen = hall.clerk(MANAGER).get(f"/phone/{first['token']}")
    assert seen["number"] == first["number"]
    store.close()
