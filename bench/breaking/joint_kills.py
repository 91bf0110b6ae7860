"""Fault: kill -9 of the server at random moments while units answer in joint review.

A real server on the reference hall. Somebody opens joint cases, asks three units, and the units
sign, answer, go upward, take back; parts are recalled and cases withdrawn. Every act is repeated
with its key until it is answered, and the server is killed in between. Afterwards every answered
act is in the books once, every whole that ended has one notice, and none that did not.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.breaking.evidence import database_url
from bench.breaking.hall import HALL
from bench.breaking.history import Violation
from bench.breaking.lamp_kills import HallOfCases
from bench.breaking.run import Outcome
from server.core import journal
from server.core.clock import SeededTokenSource, SetClock
from server.core.engine import open_store
from server.core.events import Bus
from server.hall.context import Context
from server.integrity.checks import violations
from server.joint_review import queries
from server.spot_checks import finding_queries
from support.hall_server import MANAGER, Client, RefusedError

ITEM = "zrzy-07"
LEAD = "1024"
PEOPLE = {"swj": "1014", "zjj": "1013", "xfdd": "1017"}
LONGEST_WAIT = 1.2
"""Seconds after which a server is killed at the latest."""
HOURS, MOVE_EVERY = 72, 5
"""Most hours by which the hall's clock moves on, and after how many kills: parts become late."""
PAUSE = 0.05
LOST = (OSError, http.client.HTTPException)
"""Errors of a request whose server was killed."""
UNAUTHORISED = 401


class People:
    """Lead, units and office; each act is repeated with its key until it is answered."""

    def __init__(self, hall: HallOfCases, chance: random.Random, outcome: Outcome) -> None:
        self._hall, self._chance, self._outcome = hall, chance, outcome
        self._clients: dict[str, Client] = {}
        self._ends = threading.Event()
        self.answered: Counter[tuple[str, str]] = Counter()
        """Acknowledged steps by part and move."""
        self.finished: set[str] = set()
        """Cases of which every part was answered or recalled, at least one answered."""
        self.withdrawn: set[str] = set()

    def play(self) -> None:
        """Play one case after the other until `end`."""
        while not self._ends.is_set():
            self._case()

    def end(self) -> None:
        """Let the present case be the last one."""
        self._ends.set()

    def _ask(self, staff: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request until it is answered; raises RefusedError."""
        key, pause = uuid.uuid4().hex, threading.Event()
        while True:
            try:
                client = self._clients.get(staff) or self._signed_in(staff)
                answer = client.get(path) if body is None else client.post(path, body, key)
            except RefusedError as refused:
                if refused.status != UNAUTHORISED:
                    raise
                self._clients.pop(staff, None)
            except LOST:
                pause.wait(PAUSE)
            else:
                self._outcome.acks += body is not None
                return answer

    def _signed_in(self, staff: str) -> Client:
        client = Client(self._hall.base)
        client.sign_in(staff, self._hall.password)
        self._clients[staff] = client
        return client

    def _case(self) -> None:
        row = {"item": ITEM, "name": "测试人"}
        numbers = self._ask(MANAGER, "/office/cases/list", {"cases": [row]})["numbers"]
        listed = self._ask(MANAGER, f"/office/cases?number={numbers[0]}")["cases"]
        case = str(listed[0]["id"])
        self._ask(LEAD, f"/cases/{case}/move", {"move": "accept"})
        parts = [{"unit": unit, "question": "请提出意见。", "days": 1} for unit in PEOPLE]
        view = self._ask(LEAD, f"/cases/{case}/joint/parts", {"parts": parts})
        units = {part["id"]: part["unit"] for part in view["parts"]}
        order = list(units)
        self._chance.shuffle(order)
        for place, part in enumerate(order):
            if place and self._chance.random() < 0.1:
                self._ask(LEAD, f"/cases/{case}/move", {"move": "withdraw", "words": "不办了"})
                self.withdrawn.add(case)
                return
            if place and self._chance.random() < 0.15:
                self._take(LEAD, part, "recall", words="不需要")
            else:
                self._answer(PEOPLE[units[part]], part, is_last=place == len(order) - 1)
        self.finished.add(case)

    def _answer(self, staff: str, part: str, *, is_last: bool) -> None:
        if self._chance.random() < 0.5:
            self._take(staff, part, "sign")
        opinion = self._chance.choice(("agree", "disagree", "upward"))
        self._take(staff, part, "answer", opinion=opinion, words="理由")
        if opinion == "upward":
            self._take(staff, part, "send_up", body="市示例局")
            self._take(staff, part, "hear", opinion="agree", number="7")
            self._take(staff, part, "pass_on")
        elif not is_last and self._chance.random() < 0.3:
            self._take(staff, part, "take_back", words="看错了")
            self._take(staff, part, "answer", opinion="agree")

    def _take(self, staff: str, part: str, move: str, **more: str) -> None:
        self._ask(staff, f"/joint/parts/{part}/move", {"move": move} | more)
        self.answered[part, move] += 1


def play(
    count: int, seed: int, folder: Path, database: str, show_progress: Callable[[int], None]
) -> Outcome:
    """Kill the server `count` times while units answer; judge what it left behind."""
    start, outcome, chance = time.monotonic(), Outcome("joint"), random.Random(seed)
    accounts = (MANAGER, LEAD, *PEOPLE.values())
    with HallOfCases(folder, database=database, accounts=accounts) as hall:
        people = People(hall, random.Random(seed + 1), outcome)
        thread = threading.Thread(target=people.play, daemon=True)
        thread.start()
        for number in range(count):
            time.sleep(chance.random() * LONGEST_WAIT)
            hall.kill()
            outcome.count_fault("kill server")
            if number % MOVE_EVERY == MOVE_EVERY - 1:
                hall.move_on(chance.random() * HOURS * 3600)
            hall.start()
            show_progress(number + 1)
        people.end()
        thread.join(60)
        outcome.expect(not thread.is_alive(), "every act was answered in the end")
        hall.stop()
        outcome.violations += judged(hall, database_url(hall, database), people, outcome)
    outcome.seconds = time.monotonic() - start
    return outcome


def judged(hall: HallOfCases, url: str, people: People, outcome: Outcome) -> list[Violation]:
    """Return every broken promise of a run."""
    store = open_store(url, HALL)
    ctx = Context(store, SetClock(hall.time), SeededTokenSource(1), Bus())
    broken = [
        *_books(ctx, people, outcome),
        *_crossings(ctx, outcome),
        *(Violation("hall check", each.en) for each in ctx.read(lambda c: violations(HALL, c))),
    ]
    store.close()
    return broken


def _books(ctx: Context, people: People, outcome: Outcome) -> Iterator[Violation]:
    parts = ctx.read(lambda c: queries.every_part(c, HALL))
    steps = ctx.read(lambda c: queries.STEPS.of(c, HALL, [part.id for part in parts]))
    stored = Counter((each.part, each.move) for own in steps.values() for each in own)
    for key, number in people.answered.items():
        if stored[key] != number:
            text = f"{key}: {number} acknowledged, {stored[key]} stored"
            yield Violation("step lost or twice", text)
    notices = [row.case for row in ctx.read(lambda c: queries.every_notice(c, HALL))]
    for case in people.finished - set(notices):
        yield Violation("notice missing", case)
    for case in people.withdrawn & set(notices):
        yield Violation("notice of a case that was withdrawn", case)
    if len(set(notices)) < len(notices):
        yield Violation("notice twice", str(Counter(notices).most_common(1)))
    outcome.notes.append(f"{len(parts)} parts, {len(notices)} notices")


def _crossings(ctx: Context, outcome: Outcome) -> Iterator[Violation]:
    """Yield every crossing without its one journal line and its one finding."""
    late = ctx.read(lambda c: queries.every_late(c, HALL))
    lines = Counter(
        (line.subject, str(line.data["clock"]))
        for line in ctx.read(lambda c: list(journal.of_acts(c, HALL, ["joint.late"])))
    )
    rows = ctx.read(lambda c: finding_queries.of_doubts(c, hall_id=HALL, beginning="joint:"))
    findings = Counter(row.source_id for row in rows)
    for each in late:
        key = each.subject, each.clock
        if (lines[key], findings[f"joint:{key[0]}:{key[1]}"]) != (1, 1):
            yield Violation("crossing without line or finding", str(key))
    if len(late) != lines.total():
        yield Violation("line without a crossing", f"{lines.total()} lines, {len(late)} crossings")
    outcome.notes.append(f"{len(late)} crossings of due days")
