"""Loopback server of a kiosk PC: numbers of a lease, once each, only to its page, despite kills."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.config import agent_config
from devices.config_table import ConfigError
from devices.device_thread import Outcome, Task
from devices.registry import KINDS, build_drivers
from devices.standby.driver import StandbyDriver, StandbySettings
from devices.standby.lease import Lease, RefusedError
from devices.standby.number_store import StandbyLedger
from support.hardware import ReportRecorder
from support.loopback_client import LoopbackClient
from support.standby_lease import NOON, ORIGIN, lease


class Desk:
    """Loopback server with its driver, whose clocks move only when the test sets them."""

    def __init__(self, folder: Path, notes: ReportRecorder | None = None) -> None:
        self.folder = folder
        self.notes = notes or ReportRecorder()
        self.mono, self.wall = 100.0, NOON / 1000
        self.crew = self.fresh()

    def fresh(self) -> StandbyDriver:
        """Return a driver as after a process start; both ledgers keep their content."""
        place = StandbySettings("standby-1", "1", 0, "printer-1", (ORIGIN,))
        path = self.folder / "book.sqlite"
        return StandbyDriver(
            place,
            lambda: StandbyLedger(path, lambda: self.wall),
            self.notes,
            lambda: self.wall,
            lambda: self.mono,
        )

    def restart(self) -> None:
        """Restart as after kill -9, without an orderly close."""
        self.crew.close()
        self.crew = self.fresh()
        self.crew.idle()

    def facts(self, kind: str) -> list[Any]:
        wanted = {"ticket": "seq", "slip": "state", "line": "line"}[kind]
        return [fact for fact in self.notes.debts if wanted in fact]

    def line(self, secret: str = "a-secret", origin: str = ORIGIN) -> LoopbackClient:
        return LoopbackClient(str(self.facts("line")[-1]["line"]), origin, secret)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.crew.idle()
    yield made
    made.crew.close()


def test_a_number_is_stored_then_enqueued_then_printed(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    ticket = desk.line().issue("k1", "x-1")
    assert (ticket["number"], ticket["token"], ticket["slip"]["state"]) == (
        "A980",
        "token-980",
        "sent",
    )
    fact = desk.facts("ticket")[0]
    assert (fact["id"], fact["seq"], fact["at"], fact["key"]) == ("20260302-A980", 980, NOON, "k1")
    task = desk.notes.submitted[0]
    lines = [tuple(line.values()) for line in task.payload["lines"]]  # type: ignore[attr-defined]
    # An empty line is left out; inserted text is not itself expanded.
    assert lines == [("text", "A980"), ("pair", "事项{number}", "2026-03-02 12:00"), ("cut",)]
    desk.notes.finish(task.id, Outcome("printed"))
    desk.crew.idle()
    desk.crew.idle()
    assert [dict(slip_fact) for slip_fact in desk.facts("slip")] == [
        {"slip": task.id, "state": "printed", "reason": ""}
    ]
    assert desk.line().slip("k1") == "printed"


def test_a_press_has_one_number_despite_kills(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    first = desk.line().issue("k1", "x-1")
    desk.restart()
    assert desk.line().issue("k1", "x-1")["number"] == first["number"] == "A980"
    assert desk.line().issue("k2", "x-1")["number"] == "A981"
    other = {"key": "k1", "item": "x-1", "applicant": "elderly"}
    assert desk.line().ask("/standby/tickets", other)[0] == 422


def test_another_errand_names_the_first_number(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    assert desk.line().ask("/standby")[1]["companion"] is True
    first = desk.line().issue("k1", "x-1")
    press = {"key": "k2", "item": "x-1", "applicant": "ordinary", "companion": first["token"]}
    status, second = desk.line().ask("/standby/tickets", press)
    assert (status, second["ticket"]["number"]) == (200, "A981")
    assert desk.line().ask("/standby/tickets", press)[1] == second
    facts = desk.facts("ticket")
    assert [fact.get("companion") for fact in facts] == [None, first["token"]]
    for wrong in ({"companion": ""}, {"companion": 7}, {"companion": "x" * 65}, {"other": "x"}):
        assert desk.line().ask("/standby/tickets", press | wrong)[0] == 400
    press.pop("companion")
    assert desk.line().ask("/standby/tickets", press)[0] == 422, "the key of another request"


def test_a_stored_number_that_was_not_enqueued_is_enqueued_after_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.crew.idle()
    desk.crew.show("standby-1", lease())
    desk.line().issue("k1", "x-1")
    # The process dies after the ledger of numbers was written: the agent's ledger has nothing of
    # it.
    desk.notes.debts.clear()
    desk.notes.bookmarks.clear()
    desk.notes.submitted.clear()
    desk.restart()
    assert [fact["id"] for fact in desk.facts("ticket")] == ["20260302-A980"]
    assert [task.id for task in desk.notes.submitted] == ["standby-20260302-A980"]
    desk.crew.close()


def test_closed_items_and_exhausted_blocks_give_the_servers_error_codes(desk: Desk) -> None:
    desk.crew.show("standby-1", lease(used=3))
    line = desk.line()
    assert [line.issue(f"k{n}", "x-1")["number"] for n in range(2)] == ["A983", "A984"]

    def code(item: str, applicant: str = "ordinary") -> tuple[int, str]:
        body = {"key": f"{item}-{applicant}-{desk.mono}", "item": item, "applicant": applicant}
        status, answer = line.ask("/standby/tickets", body)
        return status, str(answer["code"])

    assert code("x-1") == (409, "numbers_exhausted")
    assert code("x-2") == (404, "item_unknown")
    assert code("x-1", "nobody") == (400, "class_unknown")
    desk.mono += 3600
    assert code("x-1") == (409, "after_last_ticket")
    assert line.ask("/standby/items/x-1")[1]["refusal"]["code"] == "after_last_ticket"
    assert line.ask("/standby")[1]["ready"] is False


def test_without_a_lease_for_today_no_number_is_issued(desk: Desk) -> None:
    desk.crew.idle()
    assert desk.notes.latest("standby-1").code == "no_lease"  # type: ignore[union-attr]
    desk.crew.show("standby-1", lease())
    desk.crew.idle()
    assert desk.notes.latest("standby-1").readings["numbers"] == 5  # type: ignore[union-attr]
    desk.mono += 12 * 3600
    body = {"key": "late", "item": "x-1", "applicant": "ordinary"}
    assert desk.line().ask("/standby/tickets", body)[0] == 503
    desk.crew.show("standby-1", {"off": True, "now": NOON})
    assert desk.line().ask("/standby")[0] == 401


def test_hall_time_continues_whatever_the_pcs_clock_does(desk: Desk) -> None:
    desk.crew.show("standby-1", lease(now=NOON + 5000))
    desk.wall -= 3600
    desk.mono += 60
    task = Task("t", "standby-1", "time", {"now": NOON + 65_000})
    assert desk.crew.work(task, lambda: None).state == "done"
    assert desk.crew.work(Task("t", "standby-1", "print"), lambda: None).state == "failed"
    assert desk.crew.now() == NOON + 65_000
    desk.restart()
    assert desk.crew.now() == NOON + 65_000


def test_the_loopback_server_answers_only_its_own_page(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    good = desk.line()
    body = {"key": "k", "item": "x-1", "applicant": "ordinary"}
    assert desk.line(secret="guess").ask("/standby/tickets", body)[0] == 401
    assert desk.line(secret="").ask("/standby")[0] == 401
    assert desk.line(origin="http://elsewhere.test").ask("/standby/tickets", body)[0] == 401
    assert good.ask("/standby", Host="hall.test")[0] == 403
    for bad in ({}, {**body, "more": 1}, {**body, "key": ""}, {**body, "item": "x" * 65}, [1]):
        assert good.ask("/standby/tickets", bad)[0] == 400  # type: ignore[arg-type]
    assert good.ask("/standby/tickets", {**body, "item": "x" * 5000})[0] == 400
    assert desk.facts("ticket") == []
    assert allowed_origin(good.address, ORIGIN) == ORIGIN
    assert allowed_origin(good.address, "http://elsewhere.test") is None


def allowed_origin(address: str, origin: str) -> str | None:
    """Return the allowed origin in the answer to a browser's CORS preflight."""
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    connection.request("OPTIONS", "/standby", headers={"Origin": origin})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 204
    return answer.headers.get("Access-Control-Allow-Origin")


def test_settings_are_checked(tmp_path: Path) -> None:
    def problems(**device: object) -> str:
        table = {
            "agent": {"name": "a", "server": ORIGIN},
            "device": [{"name": "s", "kind": "standby", "driver": "standby", **device}],
        }
        with pytest.raises(ConfigError) as error:
            build_drivers(agent_config(table, tmp_path), ReportRecorder(), tuple(KINDS))
        return str(error.value)

    assert "there is no printer p9" in problems(serves="1", port=8101, printer="p9")
    assert "setting port is missing" in problems(serves="1", printer="p9")
    assert "serves" in problems(port=8101, printer="p9")
    assert "unknown setting speed" in problems(serves="1", port=1, printer="p9", speed=9)


def test_concurrent_presses_have_different_numbers(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    line, numbers = desk.line(), list[str]()

    def press(key: str) -> None:
        numbers.append(line.issue(key, "x-1")["number"])

    threads = [threading.Thread(target=press, args=(f"k{n % 3}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(set(numbers)) == ["A980", "A981", "A982"]
    assert len(numbers) == 6


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_numbers_of_a_block_are_issued_in_order_and_once(moves: list[tuple[int, int]]) -> None:
    """Issue the lowest free number.

    It holds whatever the server already knows as used and whatever the ledger holds.
    """
    issued: list[int] = []
    for used, _ in moves:
        try:
            chosen = Lease(lease(used=used)).choose("x-1", issued)
        except RefusedError as error:
            assert error.problem["code"] == "numbers_exhausted"
            assert len(issued) + used >= 5 or max(issued) == 984
            continue
        assert chosen.seq not in issued
        assert chosen.seq >= 980 + used
        assert all(chosen.seq > seq for seq in issued)
        assert chosen.token == f"token-{chosen.seq}"
        issued.append(chosen.seq)
