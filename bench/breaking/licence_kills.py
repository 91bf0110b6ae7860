"""Fault: kill -9 of the server at random moments while licences move.

A unit registers licences of granted cases and gives them on lists; the issuer counts, hands out,
posts, and takes parcels back. Each act is repeated with its key until it is answered, so the
harness knows every move; meanwhile the server is killed again and again.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bench.breaking.evidence import database_url
from bench.breaking.hall import HALL
from bench.breaking.lamp_kills import HallOfCases
from bench.breaking.licence_history import LicenceHistory, licence_violations
from bench.breaking.run import Outcome
from server.core.engine import open_store
from server.integrity.checks import violations
from server.issuing import queries
from support.hall_server import MANAGER, Client, RefusedError

UNIT, ISSUER, ITEM = "1009", "1004", "scjg-16"
LONGEST_WAIT = 1.2
"""Seconds after which a server is killed at the latest."""
RETRY_SECONDS = 0.05
MOST = 5
"""Licences of one case and list."""
ID_NUMBER, PHONE = "110101199003070038", "13900001234"


class People(threading.Thread):
    """Unit and issuer, who repeat an act until it is answered, and keep what was answered."""

    def __init__(self, hall: HallOfCases, chance: random.Random, outcome: Outcome) -> None:
        super().__init__(name="people", daemon=True)
        self._chance, self._outcome = chance, outcome
        self._ended = threading.Event()
        self.moves: dict[str, list[str]] = {}
        self.places: dict[str, str] = {}
        self._parcels: dict[str, list[str]] = {}
        self._cases: dict[str, str] = {}
        self._number = 0
        self.error: Exception | None = None
        clients = {staff: Client(hall.base) for staff in (MANAGER, UNIT, ISSUER)}
        for staff, client in clients.items():
            client.sign_in(staff, hall.password)
        self._manager, self._unit, self._issuer = clients.values()
        posts = {"post": "issuer", "holders": [ISSUER]}
        self._manager.post("/office/cases/posts", posts)

    def run(self) -> None:
        """Act until the end."""
        try:
            while not self._ended.is_set():
                self._act()
        except Exception as error:  # noqa: BLE001 - the run reports it
            self.error = error

    def end(self) -> None:
        """Finish the act that runs, and stop."""
        self._ended.set()
        self.join(60)

    def _post(self, client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a command with one key until it is answered."""
        key = uuid.uuid4().hex
        while True:
            try:
                answer: dict[str, Any] = client.post(path, body, key)
            except OSError:
                time.sleep(RETRY_SECONDS)
            except RefusedError as refused:
                if refused.status < 500:  # otherwise the server was going down
                    raise
                time.sleep(RETRY_SECONDS)
            except ValueError:  # half an answer
                time.sleep(RETRY_SECONDS)
            else:
                self._outcome.acks += 1
                return answer

    def _at(self, *places: str) -> list[str]:
        return [licence for licence, place in self.places.items() if place in places]

    def _moved(self, licences: list[str], place: str, *moves: str) -> None:
        for licence in licences:
            self.moves[licence] += moves
            self.places[licence] = place

    def _act(self) -> None:
        waiting, ready = self._at("unit"), self._at("shelved")
        if len(waiting) < MOST and self._chance.random() < 0.5:
            self._register()
        elif waiting and self._chance.random() < 0.5:
            self._hand_over(self._chance.sample(waiting, min(len(waiting), MOST)))
        elif ready:
            self._leave(self._chance.choice(ready))
        elif self._parcels:
            self._parcel(self._chance.choice(list(self._parcels)))
        if self._parcels and self._chance.random() < 0.3:
            self._parcel(self._chance.choice(list(self._parcels)))

    def _register(self) -> None:
        applicant = {"item": ITEM, "name": "测试人", "phone": PHONE, "id_number": ID_NUMBER}
        case = self._post(self._unit, "/reception/cases", applicant)["id"]
        self._post(self._unit, f"/cases/{case}/move", {"move": "accept"})
        decision = {"move": "decide", "words": "准予", "outcome": "granted"}
        self._post(self._unit, f"/cases/{case}/move", decision)
        for _ in range(self._chance.randint(1, MOST)):
            self._number += 1
            body = {"kind": "营业执照", "number": f"K-{self._number}"}
            answer = self._post(self._unit, f"/cases/{case}/licences", body)
            licence = answer["licences"][-1]["id"]
            self.moves[licence], self.places[licence] = ["register"], "unit"
            self._cases[licence] = case

    def _hand_over(self, licences: list[str]) -> None:
        body = {"licences": licences, "counted": len(licences)}
        number = self._post(self._unit, "/my/licence-lists", body)["id"]
        self._moved(licences, "listed", "list")
        if self._chance.random() < 0.2:
            self._post(self._unit, f"/my/licence-lists/{number}/drop", {})
            self._moved(licences, "unit", "unlist")
            return
        missing = licences[:1] if self._chance.random() < 0.3 else []
        present = [licence for licence in licences if licence not in missing]
        count = {"present": present, "counted": len(present), "shelf": "A-1", "words": "差异"}
        self._post(self._issuer, f"/issuing/lists/{number}/receive", count)
        self._moved(present, "shelved", "count", "shelve")
        self._moved(missing, "unit", "miss")

    def _leave(self, licence: str) -> None:
        if self._chance.random() < 0.5:
            body = {"licences": [licence], "id_number": ID_NUMBER, "signed": "paper"}
            self._post(self._issuer, "/issuing/hand-out", body)
            self._moved([licence], "handed", "hand")
            return
        waybill = f"EX{uuid.UUID(int=self._chance.getrandbits(128)).hex[:12].upper()}"
        body = {"licences": [licence], "waybill": waybill}
        self._post(self._issuer, "/issuing/parcels", body)
        self._moved([licence], "posted", "post")
        self._parcels[waybill] = [licence]

    def _parcel(self, waybill: str) -> None:
        move = self._chance.choice(("try", "deliver", "return"))
        body = {"move": move, "words": "无人", "shelf": "T-1"}
        self._post(self._issuer, f"/issuing/parcels/{waybill}/step", body)
        place = {"try": "posted", "deliver": "delivered", "return": "shelved"}[move]
        self._moved(self._parcels[waybill], place, move)
        if move != "try":
            del self._parcels[waybill]


def play(
    count: int, seed: int, folder: Path, database: str, show_progress: Callable[[int], None]
) -> Outcome:
    """Kill the server `count` times while licences move; judge what it left behind."""
    start, outcome, chance = time.monotonic(), Outcome("licences"), random.Random(seed)
    with HallOfCases(folder, database=database) as hall:
        people = People(hall, random.Random(seed + 1), outcome)
        people.start()
        for number in range(count):
            time.sleep(chance.random() * LONGEST_WAIT)
            hall.kill()
            outcome.count_fault("kill server")
            hall.start()
            show_progress(number + 1)
        people.end()
        outcome.expect(people.error is None, f"every act answered: {people.error}")
        hall.stop()
        history = _history(people, database_url(hall, database))
    outcome.violations += licence_violations(history)
    moves = sum(len(each) for each in history.stored.values())
    outcome.notes.append(f"{len(history.stored)} licences, {moves} moves")
    outcome.seconds = time.monotonic() - start
    return outcome


def _history(people: People, url: str) -> LicenceHistory:
    store = open_store(url, HALL)

    def read(conn: Connection) -> LicenceHistory:
        rows = queries.every(conn, HALL)
        facts = queries.FACTS.of(conn, HALL, [row.id for row in rows])
        return LicenceHistory(
            expected=people.moves,
            stored={licence: [fact.move for fact in own] for licence, own in facts.items()},
            places=people.places,
            stored_places={row.id: row.state for row in rows},
            checks=[violation.en for violation in violations(HALL, conn)],
        )

    try:
        return store.read(read)
    finally:
        store.close()
