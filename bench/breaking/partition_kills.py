"""Fault: the line between a main server and a branch is cut, goes mute, and both are killed.

Kiosks and clerks of both buildings go on all the time. Every command is repeated with its key until
it is answered, so the harness knows every number and its state. Afterwards the line is mended, the
branch delivers, and the books of both are compared.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.error
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from bench.breaking.evidence import database_url
from bench.breaking.hall import HALL
from bench.breaking.lamp_kills import HallOfCases
from bench.breaking.partition_history import Books, PartitionHistory, Row, partition_violations
from bench.breaking.run import Outcome
from server.branches.deliveries import ORIGIN
from server.core import journal
from server.core.engine import open_store
from server.core.journal_line import canonical
from server.integrity.checks import violations
from server.queue import tables
from support.branch_servers import join
from support.hall_server import ADMINISTRATOR, MANAGER, PATIENCE, Client, RefusedError
from support.relay import Relay

DESKS = {
    "main": {"W08": ("1009", "scjg-07"), "W09": ("1005", "zjj-01"), "W13": ("1017", "xfdd-01")},
    "branch": {"W17": ("1018", "rsj-01"), "W25": ("1028", "gaj-07"), "W26": ("1008", "wjw-01")},
}
"""Windows of each building with their clerk and an item."""
KIOSKS = {"main": "1", "branch": "2"}
STAFF = [staff for desks in DESKS.values() for staff, _ in desks.values()]
RETRIED = frozenset({"too_many", "unavailable", "internal"})
RETRY_SECONDS = 0.1
LONGEST_WAIT, LONGEST_CUT = 1.5, 4.0
LEFT_BEHIND = ("branch", "hall_id")
"""Columns in which the copy of a ticket differs."""


@dataclass
class Desk(threading.Thread):
    """Kiosk and clerk of one window: issues a number, calls somebody, serves them."""

    kiosk: Client
    clerk: Client
    item: str
    pace: float
    ended: threading.Event
    answered: dict[str, str] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    error: Exception | None = None
    acts: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        """Act until the end."""
        try:
            while not self.ended.is_set():
                self._serve()
                self.ended.wait(self.pace)
        except Exception as error:  # noqa: BLE001 - the run reports it
            self.error = error

    def _serve(self) -> None:
        body = {"item": self.item, "applicant": "ordinary", "print": False}
        issued = self._post(self.kiosk, "/tickets", body)
        if "ticket" in issued:
            ticket = issued["ticket"]
            self.answered[ticket["id"]] = "waiting"
            self.printed.append(ticket["id"])
        called = self._post(self.clerk, "/counter/call-next", {})
        self._note(called, "called")
        if called.get("current"):
            self._note(self._post(self.clerk, "/counter/start", {}), "serving")
            done = self._post(self.clerk, "/counter/finish", {"outcome": "accepted"})
            if "code" not in done:
                self.answered[called["current"]["id"]] = "finished"

    def _note(self, answer: dict[str, Any], state: str) -> None:
        if answer.get("current"):
            self.answered[answer["current"]["id"]] = state

    def _post(self, client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a command with one key until it is answered; return the answer or the refusal."""
        key = uuid.uuid4().hex
        while True:
            try:
                answer = client.post(path, body, key)
            except RefusedError as refused:
                answer = refused.problem
            except (OSError, ValueError, http.client.HTTPException, urllib.error.URLError):
                answer = {"code": "unavailable"}
            if answer.get("code") not in RETRIED:
                self.acts += 1
                return answer
            time.sleep(RETRY_SECONDS)


def play(
    count: int, seed: int, folder: Path, database: str, show_progress: Callable[[int], None]
) -> Outcome:
    """Cut the line or kill a server `count` times; judge what both have in their books."""
    start, outcome, chance = time.monotonic(), Outcome("partitions"), random.Random(seed)
    accounts = (ADMINISTRATOR, MANAGER, *STAFF)
    main = HallOfCases(
        folder / "main", database=database, accounts=accounts, seated=[], buildings=True
    )
    with main, Relay(main.port) as relay:
        branch = _joined(main, relay, folder / "branch")
        with branch:
            desks = {"main": _desks("main", main), "branch": _desks("branch", branch)}
            _break(count, chance, outcome, (main, branch), relay, desks, show_progress)
            outcome.expect(_delivered(branch), "everything delivered after the line was mended")
            main.stop()
            branch.stop()
            history = _history(main, branch, database, desks)
    outcome.violations += partition_violations(history)
    outcome.acks = sum(desk.acts for place in desks.values() for desk in place)
    outcome.notes.append(
        f"{len(history.main.answered)} numbers in the main building, "
        f"{len(history.branch.answered)} in the branch; {len(history.lines)} lines of its journal, "
        f"{relay.connections} connections"
    )
    outcome.seconds = time.monotonic() - start
    return outcome


def _joined(main: HallOfCases, relay: Relay, folder: Path) -> HallOfCases:
    """Let the north building run its own server; return it, not started yet."""
    branch = HallOfCases(folder, accounts=())
    branch.password = main.password
    branch.has_data()
    join(main, relay.url, branch.data)
    return branch


def _desks(place: str, hall: HallOfCases) -> list[Desk]:
    """Return the desks of a building, each with its clerk signed in at the window."""
    name = {"kind": "kiosk", "name": KIOSKS[place]}
    code = hall.clerk(ADMINISTRATOR).post("/office/codes", name)["code"]
    kiosk = Client(
        hall.base, bearer=Client(hall.base).post("/enrol", {"code": code, **name})["token"]
    )
    desks = []
    for window, (staff, item) in DESKS[place].items():
        clerk = hall.clerk(staff)
        clerk.post("/counter/sign-in", {"window": window})
        desks.append(Desk(kiosk, clerk, item, 0.2, threading.Event()))
    return desks


def _break(
    count: int,
    chance: random.Random,
    outcome: Outcome,
    halls: tuple[HallOfCases, HallOfCases],
    relay: Relay,
    desks: dict[str, list[Desk]],
    show_progress: Callable[[int], None],
) -> None:
    """Break line and servers while people act; mend everything, and wait for the last answers."""
    threads = [desk for place in desks.values() for desk in place]
    for desk in threads:
        desk.start()
    for number in range(count):
        time.sleep(chance.random() * LONGEST_WAIT)
        fault = chance.choice(("cut line", "cut line", "mute line", "kill main", "kill branch"))
        outcome.count_fault(fault)
        if fault == "cut line":
            relay.cut()
            time.sleep(chance.random() * LONGEST_CUT)
        elif fault == "mute line":
            relay.mute()
            time.sleep(chance.random() * LONGEST_CUT)
        else:
            hall = halls[fault == "kill branch"]
            hall.kill()
            hall.start()
        relay.mend()
        show_progress(number + 1)
    for desk in threads:
        desk.ended.set()
    for desk in threads:
        desk.join(PATIENCE)
    errors = [desk.error for desk in threads if desk.error is not None]
    outcome.expect(not errors, f"every act answered: {errors[:1]!r}")
    outcome.expect(not any(desk.is_alive() for desk in threads), "every act answered in time")


def _delivered(branch: HallOfCases) -> bool:
    """Wait until the branch has delivered everything; return False if it does not."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < end:
        line = branch.clerk(ADMINISTRATOR).get("/office/branches")["line"]
        if not line["undelivered"] and not line["refusal"]:
            return True
        pause.wait(0.5)
    return False


def _history(
    main: HallOfCases, branch: HallOfCases, database: str, desks: dict[str, list[Desk]]
) -> PartitionHistory:
    here, there = database_url(main, database), database_url(branch, "")
    own, copies, own_calls, copied_calls, lines = _read(here)
    tickets, _, calls, _, _ = _read(there)
    store = open_store(there, HALL)
    try:
        every = store.read(lambda c: [*journal.lines(c, HALL)])
    finally:
        store.close()
    return PartitionHistory(
        main=Books(_answered(desks["main"]), own, own_calls, _checked(here)),
        branch=Books(_answered(desks["branch"]), tickets, calls, _checked(there)),
        copied_tickets=copies,
        copied_calls=copied_calls,
        lines=[_text(row.seq, row) for row in every],
        copied_lines=lines,
        printed=[number for place in desks.values() for desk in place for number in desk.printed],
    )


def _answered(desks: list[Desk]) -> dict[str, str]:
    """Return the last state of each number: a later state of another desk wins over `waiting`."""
    states: dict[str, str] = {}
    order = ("waiting", "called", "serving", "finished")
    for desk in desks:
        for ticket, state in desk.answered.items():
            states[ticket] = max(states.get(ticket, "waiting"), state, key=order.index)
    return states


def _checked(url: str) -> list[str]:
    store = open_store(url, HALL)
    try:
        return [violation.en for violation in store.read(lambda c: violations(HALL, c))]
    finally:
        store.close()


def _text(seq: int, row: journal.StoredLine, data: str = "") -> str:
    return "|".join((str(seq), str(row.at), row.act, row.subject, row.actor, data or row.data))


def _read(url: str) -> tuple[dict[str, Row], dict[str, Row], list[Row], list[Row], list[str]]:
    """Return own tickets, tickets of the branch, the calls of both, and the branch's lines."""
    store = open_store(url, HALL)

    def read(
        conn: Connection,
    ) -> tuple[dict[str, Row], dict[str, Row], list[Row], list[Row], list[str]]:
        rows = [dict(row) for row in conn.execute(select(tables.ticket)).mappings()]
        branch = {row["id"] for row in rows if row["branch"]}
        for row in rows:
            for name in LEFT_BEHIND:
                del row[name]
        calls: list[Row] = [dict(row) for row in conn.execute(select(tables.call)).mappings()]
        lines = []
        for stored in journal.lines(conn, HALL):
            data = json.loads(stored.data)
            if ORIGIN in data:
                _, _, seq = data.pop(ORIGIN)
                lines.append(_text(seq, stored, canonical(data)))
        return (
            {row["id"]: row for row in rows if row["id"] not in branch},
            {row["id"]: row for row in rows if row["id"] in branch},
            [call for call in calls if call["ticket_id"] not in branch],
            [call for call in calls if call["ticket_id"] in branch],
            lines,
        )

    try:
        return store.read(read)
    finally:
        store.close()
