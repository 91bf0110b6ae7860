"""kill -9 of server, printer agent, or both at random moments of a busy hall, then the whole truth.

Kiosk and clerks go on over every kill: an unanswered command is asked again under its key. At the
end nothing acknowledged is lost, no number is there twice, no slip was printed twice, the journal's
chain holds and the board shows what the books say.
"""

from __future__ import annotations

import queue
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from devices.printers.simulator import KEPT_SLIPS
from server.services.checks import findings
from server.storage import slips, tickets
from server.storage.engine import open_store
from support.hall_server import PATIENCE, Client, HallServer, RefusedError

ITEMS = ("scjg-01", "gaj-01", "scjg-02")
CLERKS = ("1009", "1004")
KILLS = 4
LONGEST_WAIT = 20.0
"""Seconds a person waits for paper before leaving with the number alone."""
SETTLED_WITHIN = 150.0
"""A slip nobody speaks of is settled by the server after twice its patience of 60 s."""
HALL = "reference"


class Busy:
    """A kiosk and clerks at work; counts what was acknowledged."""

    def __init__(self, hall: HallServer, seed: int) -> None:
        self.hall = hall
        self.chance = random.Random(seed)
        self.up = threading.Event()
        self.up.set()
        self.over = threading.Event()
        self.acknowledged = threading.Condition()
        self.count = 0
        self.issued: list[dict[str, Any]] = []
        self.called: list[str] = []
        self.wrong: queue.Queue[BaseException] = queue.Queue()

    def insist(self, client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask under one key until answered. Raises RefusedError for a refusal."""
        key = uuid.UUID(int=self.chance.getrandbits(128)).hex
        while True:
            self.up.wait(PATIENCE)
            try:
                answer = client.post(path, body, key)
            except RefusedError as refused:
                if refused.status < 500:
                    raise
            except OSError:
                pass
            else:
                with self.acknowledged:
                    self.count += 1
                    self.acknowledged.notify_all()
                return answer

    def kiosk(self, client: Client) -> None:
        turn = 0
        while not self.over.is_set():
            turn += 1
            body = {"item": ITEMS[turn % len(ITEMS)], "applicant": "ordinary"}
            ticket = self.insist(client, "/tickets", body)["ticket"]
            self.issued.append(ticket)
            self._take_slip(client, ticket["token"])

    def _take_slip(self, client: Client, token: str) -> None:
        """Whoever took the number waits for the paper, as people do."""
        waiting, end = True, time.monotonic() + LONGEST_WAIT
        while waiting and not self.over.is_set() and time.monotonic() < end:
            self.up.wait(PATIENCE)
            try:
                state = client.get(f"/phone/{token}")["slip"]["state"]
                waiting = state in ("owed", "sent")
            except RefusedError as refused:
                assert refused.problem["code"] == "too_many" or refused.status >= 500
            except OSError:
                continue
            with self.acknowledged:
                self.acknowledged.wait(0.05)

    def clerk(self, client: Client) -> None:
        while not self.over.is_set():
            try:
                state = self.insist(client, "/counter/call-next", {"complete": "done"})
            except RefusedError as refused:
                assert refused.problem["code"] == "nobody_waiting"
                with self.acknowledged:
                    self.acknowledged.wait(0.2)
                continue
            if state["current"] is not None:
                self.called.append(state["current"]["id"])

    def guarded(self, work: Any, client: Client) -> threading.Thread:
        def run() -> None:
            try:
                work(client)
            except BaseException as error:
                self.wrong.put(error)
                raise

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def wait_for(self, more: int) -> None:
        """Until `more` further commands were acknowledged."""
        with self.acknowledged:
            goal = self.count + more
            assert self.acknowledged.wait_for(lambda: self.count >= goal, PATIENCE)


@pytest.fixture
def hall(tmp_path: Path, database_url: str) -> Iterator[HallServer]:
    """The reference hall with simulated devices, on both databases."""
    with HallServer(tmp_path, devices=True, database=database_url) as running:
        _wait_for_printer(running)
        yield running


def _wait_for_printer(hall: HallServer) -> None:
    """Until the server has heard of the printer: before, a slip has nowhere to go."""
    manager, end = hall.clerk("1002"), time.monotonic() + PATIENCE
    while not any(d["name"] == "printer-1" for d in manager.get("/office/today")["devices"]):
        assert time.monotonic() < end


def _enrolled(hall: HallServer, kind: str, name: str) -> Client:
    """A kiosk or board, enrolled with a one-time code like any other."""
    asked = {"kind": kind, "name": name}
    code = hall.clerk("1001").post("/office/codes", asked)["code"]
    given = Client(hall.base).post("/enrol", {"code": code, **asked})
    return Client(hall.base, bearer=given["token"])


def _kill_and_start(busy: Busy, what: str) -> None:
    hall = busy.hall
    if what in ("agent", "both"):
        hall.kill_agent("kiosk")
    if what in ("server", "both"):
        busy.up.clear()
        hall.kill()
        hall.start()
        busy.up.set()
    if what in ("agent", "both"):
        hall.start_agent("kiosk")


def test_nothing_acknowledged_is_lost(hall: HallServer, database_url: str) -> None:
    busy = Busy(hall, seed=7)
    board = _Board(hall)
    workers = [busy.guarded(busy.kiosk, _enrolled(hall, "kiosk", "1"))]
    workers += [busy.guarded(busy.clerk, hall.clerk(staff)) for staff in CLERKS]
    for number in range(KILLS):
        busy.wait_for(busy.chance.randint(3, 15))
        _kill_and_start(busy, ("server", "agent", "both")[number % 3])
    busy.wait_for(10)
    busy.over.set()
    for worker in workers:
        worker.join(PATIENCE)
    assert busy.wrong.empty()
    store = open_store(database_url, HALL)
    try:
        _check_books(busy, store)
        _check_paper(busy, store)
        board.check(store)
    finally:
        store.close()
        board.close()


def _check_books(busy: Busy, store: Any) -> None:
    everybody = store.read(lambda c: tickets.of_day(c, HALL, "2026-11-24"))
    kept = {t.id: t for t in everybody}
    assert len(busy.issued) >= 12
    assert max(Counter(t["id"] for t in busy.issued).values()) == 1
    assert {t["id"] for t in busy.issued} <= set(kept)
    assert max(Counter(t.number for t in everybody).values()) == 1
    assert max(Counter(busy.called).values()) == 1
    assert all(kept[ticket].first_called_at for ticket in busy.called)
    assert store.read(lambda c: findings(HALL, c)) == []


def _check_paper(busy: Busy, store: Any) -> None:
    """Every slip is settled; printed means on paper exactly once; nothing is on paper twice."""
    for ticket in busy.issued:
        row = _settled(busy.hall, store, ticket["id"])
        assert row.state in ("printed", "unknown"), row.reason
    papers = [p["text"] for p in busy.hall.device("printer-1")["shows"]["papers"]]
    numbers = Counter(line for text in papers for line in text.splitlines()[:4] if _number(line))
    assert max(numbers.values()) == 1
    rows = {t["number"]: _settled(busy.hall, store, t["id"]).state for t in busy.issued}
    printed = {number for number, state in rows.items() if state == "printed"}
    # The simulator keeps its last slips only; below that number all of them are there.
    assert len(busy.issued) < KEPT_SLIPS
    assert printed <= set(numbers)
    assert set(numbers) <= {number for number, state in rows.items() if state != "failed"}


def _number(line: str) -> bool:
    return len(line) == 4 and line[0].isalpha() and line[1:].isdigit()


def _settled(hall: HallServer, store: Any, ticket: str) -> Any:
    """The slip's row once the printer's agent has said what became of it."""
    end = time.monotonic() + SETTLED_WITHIN
    seen = hall.control("/state")["seq"]
    while True:
        row = store.read(lambda c: slips.of_ticket(c, HALL, ticket))[-1]
        if row.state not in ("owed", "sent"):
            return row
        assert time.monotonic() < end, f"slip of {ticket} is still {row.state}"
        # Whatever a simulator does next, or nothing for two seconds: then look again.
        seen = hall.control(f"/events?since={seen}&wait=2")["seq"]


class _Board:
    """A board that stays connected by itself."""

    def __init__(self, hall: HallServer) -> None:
        self._news = threading.Condition()
        self._state: dict[str, Any] = {}
        self._client = socketio.Client(reconnection_delay=0.2, reconnection_delay_max=1)
        self._client.on("state", self._keep, namespace="/live")
        self._client.connect(
            hall.base,
            namespaces=["/live"],
            transports=["websocket"],
            auth={"surface": "board", "key": "main"},
            headers={"Authorization": f"Bearer {_enrolled(hall, 'board', 'main').bearer}"},
        )

    def _keep(self, message: dict[str, Any]) -> None:
        with self._news:
            self._state = message["data"]
            self._news.notify_all()

    def check(self, store: Any) -> None:
        """The board comes to show exactly what the books say is at the windows."""
        kept = store.read(lambda c: tickets.all_at_windows(c, HALL))
        expected = {(t.window, t.number) for t in kept if t.state in ("called", "serving")}

        def right() -> bool:
            shown = self._state.get("windows", [])
            return {(w["code"], w["ticket"]) for w in shown if w["ticket"]} == expected

        with self._news:
            assert self._news.wait_for(right, PATIENCE)

    def close(self) -> None:
        self._client.disconnect()
