"""The kiosk's own line: numbers from a lease, once each, to its own page only, through any kill."""

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
from devices.owner import Outcome, Task
from devices.registry import KINDS, build_drivers
from devices.settings import ConfigError
from devices.standby.book import StandbyLedger
from devices.standby.crew import StandbyDriver, StandbySettings
from devices.standby.lease import Lease, RefusedError
from support.hardware import Notebook
from support.standby import Line
from support.standby_lease import NOON, ORIGIN, lease


class Desk:
    """A line with its crew, whose clocks stand still unless told."""

    def __init__(self, folder: Path, notes: Notebook | None = None) -> None:
        self.folder = folder
        self.notes = notes or Notebook()
        self.mono, self.wall = 100.0, NOON / 1000
        self.crew = self.fresh()

    def fresh(self) -> StandbyDriver:
        """A crew as after a start of the process: the book and the ledger are what they were."""
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
        """As after kill -9: nothing is closed in order."""
        self.crew.close()
        self.crew = self.fresh()
        self.crew.idle()

    def facts(self, kind: str) -> list[Any]:
        wanted = {"ticket": "seq", "slip": "state", "line": "line"}[kind]
        return [fact for fact in self.notes.debts if wanted in fact]

    def line(self, secret: str = "a-secret", origin: str = ORIGIN) -> Line:
        return Line(str(self.facts("line")[-1]["line"]), origin, secret)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    found.crew.idle()
    yield found
    found.crew.close()


def test_a_number_is_written_down_owed_and_printed_in_this_order(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    ticket = desk.line().take("k1", "x-1")
    assert (ticket["number"], ticket["token"], ticket["slip"]["state"]) == (
        "A980",
        "token-980",
        "sent",
    )
    fact = desk.facts("ticket")[0]
    assert (fact["id"], fact["seq"], fact["at"], fact["key"]) == ("20260302-A980", 980, NOON, "k1")
    task = desk.notes.submitted[0]
    lines = [tuple(line.values()) for line in task.payload["lines"]]  # type: ignore[attr-defined]
    # An empty line is left out; what is put into a hole is not filled in again.
    assert lines == [("text", "A980"), ("pair", "事项{number}", "2026-03-02 12:00"), ("cut",)]
    desk.notes.finish(task.id, Outcome("printed"))
    desk.crew.idle()
    desk.crew.idle()
    assert [dict(one) for one in desk.facts("slip")] == [
        {"slip": task.id, "state": "printed", "reason": ""}
    ]
    assert desk.line().slip("k1") == "printed"


def test_a_press_has_one_number_through_kills(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    first = desk.line().take("k1", "x-1")
    desk.restart()
    assert desk.line().take("k1", "x-1")["number"] == first["number"] == "A980"
    assert desk.line().take("k2", "x-1")["number"] == "A981"
    other = {"key": "k1", "item": "x-1", "applicant": "elderly"}
    assert desk.line().ask("/standby/tickets", other)[0] == 422


def test_what_was_written_down_and_got_no_further_is_taken_up(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.crew.idle()
    desk.crew.show("standby-1", lease())
    desk.line().take("k1", "x-1")
    # The process dies between the book and the ledger: the ledger knows nothing of it.
    desk.notes.debts.clear()
    desk.notes.bookmarks.clear()
    desk.notes.submitted.clear()
    desk.restart()
    assert [fact["id"] for fact in desk.facts("ticket")] == ["20260302-A980"]
    assert [task.id for task in desk.notes.submitted] == ["standby-20260302-A980"]
    desk.crew.close()


def test_closed_items_and_used_up_blocks_are_refused_with_the_servers_codes(desk: Desk) -> None:
    desk.crew.show("standby-1", lease(used=3))
    line = desk.line()
    assert [line.take(f"k{n}", "x-1")["number"] for n in range(2)] == ["A983", "A984"]

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


def test_without_a_lease_for_today_nothing_is_given(desk: Desk) -> None:
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


def test_hall_time_is_carried_on_whatever_the_pcs_clock_does(desk: Desk) -> None:
    desk.crew.show("standby-1", lease(now=NOON + 5000))
    desk.wall -= 3600
    desk.mono += 60
    told = Task("t", "standby-1", "time", {"now": NOON + 65_000})
    assert desk.crew.work(told, lambda: None).state == "done"
    assert desk.crew.work(Task("t", "standby-1", "print"), lambda: None).state == "failed"
    assert desk.crew.now() == NOON + 65_000
    desk.restart()
    assert desk.crew.now() == NOON + 65_000


def test_the_line_answers_only_its_own_page(desk: Desk) -> None:
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
    """What a browser's question before the request is answered."""
    asked = HTTPConnection(address.removeprefix("http://"), timeout=10)
    asked.request("OPTIONS", "/standby", headers={"Origin": origin})
    answer = asked.getresponse()
    answer.read()
    asked.close()
    assert answer.status == 204
    return answer.headers.get("Access-Control-Allow-Origin")


def test_settings_are_checked(tmp_path: Path) -> None:
    def problems(**device: object) -> str:
        table = {
            "agent": {"name": "a", "server": ORIGIN},
            "device": [{"name": "s", "kind": "standby", "driver": "standby", **device}],
        }
        with pytest.raises(ConfigError) as error:
            build_drivers(agent_config(table, tmp_path), Notebook(), tuple(KINDS))
        return str(error.value)

    assert "there is no printer p9" in problems(serves="1", port=8101, printer="p9")
    assert "setting port is missing" in problems(serves="1", printer="p9")
    assert "serves" in problems(port=8101, printer="p9")
    assert "unknown setting speed" in problems(serves="1", port=1, printer="p9", speed=9)


def test_two_presses_at_once_have_two_numbers(desk: Desk) -> None:
    desk.crew.show("standby-1", lease())
    line, found = desk.line(), list[str]()

    def press(key: str) -> None:
        found.append(line.take(key, "x-1")["number"])

    threads = [threading.Thread(target=press, args=(f"k{n % 3}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(set(found)) == ["A980", "A981", "A982"]
    assert len(found) == 6


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_numbers_of_a_block_are_given_in_order_and_once(moves: list[tuple[int, int]]) -> None:
    """Whatever the server already knows as used, and whatever the book has: next is the lowest."""
    taken: list[int] = []
    for used, _ in moves:
        try:
            chosen = Lease(lease(used=used)).choose("x-1", taken)
        except RefusedError as error:
            assert error.problem["code"] == "numbers_exhausted"
            assert len(taken) + used >= 5 or max(taken) == 984
            continue
        assert chosen.seq not in taken
        assert chosen.seq >= 980 + used
        assert all(chosen.seq > seq for seq in taken)
        assert chosen.token == f"token-{chosen.seq}"
        taken.append(chosen.seq)
