"""Fault: kill -9 of the server at random moments while lamps of cases cross their thresholds.

A real server on the reference hall. Its clock is moved on by minutes and hours, so that cases on
the spot, promises, legal limits, stages, untold defects and unserved decisions cross yellow and
red; some tens of milliseconds later the server is killed. Now and then everything settles, cases
are decided, opened and extended, and what crossed until then is written down by the harness.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from bench.breaking.evidence import database_url
from bench.breaking.hall import HALL, FaultyHall
from bench.breaking.lamp_history import (
    Crossing,
    Key,
    LampHistory,
    WrittenLamp,
    lamp_violations,
)
from bench.breaking.run import Outcome
from server.cases import actions, queries
from server.cases.clocks import Clock
from server.cases.due_rows import stated
from server.cases.due_texts import minute_text
from server.cases.queries import StoredDue
from server.cases.rules import CaseMove
from server.cases.tables import case_due, case_fact
from server.core import journal
from server.core.clock import SeededTokenSource, SetClock
from server.core.engine import open_store
from server.core.events import Bus
from server.hall.context import Context
from server.integrity.checks import violations
from server.spot_checks import finding_queries
from server.spot_checks import queries as draws
from server.supervision import lamps
from server.supervision import queries as lamp_queries
from server.supervision.rules import LampLevel
from support.hall_server import MANAGER, Client, RefusedError

SETTLE_EVERY = 12
"""Kills after which everything settles and people act."""
SETTLED_WITHIN = 60.0
DAYS = 18
"""Days of the hall's clock that a run takes."""
LONGEST_WAIT = 0.6
"""Seconds after which a server is killed at the latest; its jobs run at once after each start."""
NEW_CASES = 6
ACTS = ("lamp.yellow", "lamp.red")


class HallOfCases(FaultyHall):
    """Reference hall without devices."""

    def __enter__(self) -> HallOfCases:
        self.start()
        return self

    @property
    def time(self) -> int:
        """Time of the hall's clock in ms."""
        return self.now() + int(self.levers.clock * 1000)

    def move_on(self, seconds: float) -> None:
        """Move the hall's clock on."""
        self.levers.set(clock=self.levers.clock + seconds)


def await_seal(ctx: Context, day: date) -> None:
    """Wait until the day's draw is sealed, once it has begun.

    `hall check` finds every day on which no server lived long enough for that.
    """
    end, pause = time.monotonic() + SETTLED_WITHIN, threading.Event()
    while time.monotonic() < end:
        if ctx.read(lambda c: draws.days(c, HALL, day.isoformat(), day.isoformat())):
            return
        pause.wait(0.1)


class Judge:
    """Reader of the database beside the server: what has to be lit by the facts."""

    def __init__(self, hall: HallOfCases, url: str) -> None:
        self._hall = hall
        self._store = open_store(url, HALL)
        self._ctx = Context(self._store, SetClock(hall.time), SeededTokenSource(1), Bus())
        self.expected: dict[Key, Crossing] = {}

    @property
    def ctx(self) -> Context:
        """Context by which the database is read."""
        return self._ctx

    def local(self) -> datetime:
        """Return the hall's wall clock."""
        return self._ctx.local(self._hall.time)

    def settle(self) -> bool:
        """Wait until everything that crossed is lit, and keep it; return False if it is not."""
        end, pause = time.monotonic() + SETTLED_WITHIN, threading.Event()
        while time.monotonic() < end:
            self.expected |= self._ctx.read(self._crossed)
            if self.expected.keys() <= {lamp.key for lamp in self._ctx.read(self._lamps)}:
                return True
            pause.wait(0.1)
        return False

    def is_unlit(self) -> bool:
        """Return True if something has crossed and is not lit yet."""
        crossed, lit = self._ctx.read(self._crossed), self._ctx.read(self._lamps)
        return not crossed.keys() <= {lamp.key for lamp in lit}

    def history(self) -> LampHistory:
        """Return the evidence of the run."""
        ctx = self._ctx
        lines = ctx.read(lambda c: list(journal.of_acts(c, HALL, ACTS)))
        rows = ctx.read(lambda c: finding_queries.of_doubts(c, hall_id=HALL, beginning="lamp:"))
        return LampHistory(
            expected=self.expected,
            lamps=ctx.read(self._lamps),
            lines=[
                (line.subject, str(line.data["clock"]), line.act.partition(".")[2])
                for line in lines
            ],
            findings=[row.source_id for row in rows],
            checks=[violation.en for violation in ctx.read(lambda c: violations(HALL, c))],
        )

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def _crossed(self, conn: Connection) -> dict[Key, Crossing]:
        now = self._hall.time
        reader = actions.clocks(self._ctx, now)
        rule = lamps.rule_of(self._ctx, reader)
        moment, result = self._ctx.local(now), {}
        for due in _dues(conn):
            for level in LampLevel:
                if rule.has_crossed(level, due.earliest, moment):
                    since = rule.crossing(level, due.earliest)
                    result[due.case, due.clock, level.value] = Crossing(due.earliest, since)
        for case, clock, crossing in self._lapsed(conn, now):
            result[case, clock, LampLevel.RED.value] = crossing
        return result

    def _lapsed(self, conn: Connection, now: int) -> Iterator[tuple[str, str, Crossing]]:
        """Yield what was done too late: nothing told, an extension requested late."""
        reader = actions.clocks(self._ctx, now)
        rule, f = lamps.rule_of(self._ctx, reader), case_fact.c
        moves = [CaseMove.DEEM.value, CaseMove.ASK_TIME.value]
        query = select(f.case, f.n, f.day, f.move).where(f.hall_id == HALL, f.move.in_(moves))
        for case, n, day, move in conn.execute(query).all():
            row = queries.get(conn, HALL, case)
            facts = stated(queries.FACTS.of(conn, HALL, [case])[case][:n])
            assert row is not None
            if move == CaseMove.DEEM:
                due = reader.calendar.after(facts[0].fact.day, reader.tell_days).isoformat()
                yield case, Clock.TELL.value, Crossing(due, rule.crossing(LampLevel.RED, due))
                continue
            missed = reader.missed_day(facts, actions.item_of(self._ctx, row))
            if missed is not None:
                yield case, Clock.EXTENSION.value, Crossing(missed.isoformat(), day)

    def _lamps(self, conn: Connection) -> list[WrittenLamp]:
        rows = lamp_queries.lit_between(conn, HALL, "2000-01-01", "2099-12-31")
        return [
            WrittenLamp(
                (row.case, row.clock, row.level),
                row.due,
                row.day,
                minute_text(self._ctx.local(row.at)),
            )
            for row in rows
        ]


def _dues(conn: Connection) -> list[StoredDue]:
    d = case_due.c
    query = select(d.case, d.clock, d.unit, d.earliest, d.rule, d.latest)
    rows = conn.execute(query.where(d.hall_id == HALL, d.earliest != "")).all()
    return [StoredDue(*row) for row in rows]


def play(
    count: int, seed: int, folder: Path, database: str, show_progress: Callable[[int], None]
) -> Outcome:
    """Kill the server `count` times while lamps cross; judge what it left behind."""
    start, outcome, chance = time.monotonic(), Outcome("lamps"), random.Random(seed)
    with HallOfCases(folder, database=database) as hall:
        judge = Judge(hall, database_url(hall, database))
        people = People(hall, chance, outcome)
        people.open_cases(4 * NEW_CASES)
        early, today = 0, judge.local().date()
        for number in range(count):
            hall.move_on(chance.random() * 2 * DAYS * 86_400 / count)
            time.sleep(chance.random() * LONGEST_WAIT)
            hall.kill()
            outcome.count_fault("kill server")
            early += judge.is_unlit()
            hall.start()
            day, today = today, judge.local().date()
            if day != today:
                await_seal(judge.ctx, today)
            if (number + 1) % SETTLE_EVERY == 0:
                outcome.expect(judge.settle(), f"every lamp lit after {number + 1} kills")
                people.act()
            show_progress(number + 1)
        outcome.expect(judge.settle(), "every lamp lit at the end")
        hall.stop()
        history = judge.history()
        judge.close()
    outcome.violations += lamp_violations(history)
    red = sum(lamp.key[2] == LampLevel.RED for lamp in history.lamps)
    outcome.notes.append(f"{len(history.lamps)} lamps, {red} of them red")
    outcome.notes.append(f"{early} kills came before everything that had crossed was lit")
    outcome.seconds = time.monotonic() - start
    return outcome


class People:
    """Manager who opens cases from lists, accepts, decides, and asks for time too late."""

    def __init__(self, hall: HallOfCases, chance: random.Random, outcome: Outcome) -> None:
        self._hall, self._chance, self._outcome = hall, chance, outcome
        book = self._manager().get("/catalogue")["items"]
        self._items = [item["code"] for item in book if item["handling"] == "accepted"]

    def _manager(self) -> Client:
        """Return a client with a session of now: the clock has run for days."""
        client = Client(self._hall.base)
        client.sign_in(MANAGER, self._hall.password)
        return client

    def open_cases(self, count: int) -> None:
        """Open cases; most are accepted, some decided, some left without an answer."""
        client = self._manager()
        rows = [{"item": self._chance.choice(self._items), "name": "测试人"} for _ in range(count)]
        numbers = client.post("/office/cases/list", {"cases": rows})["numbers"]
        for number in numbers:
            case = client.get(f"/office/cases?number={number}")["cases"][0]["id"]
            if self._chance.random() < 0.8:
                self._take(client, case, "accept")
            if self._chance.random() < 0.2:
                self._take(client, case, "decide", outcome="granted")

    def act(self) -> None:
        """Decide and extend some of the open cases, serve a decision, and open new ones."""
        client = self._manager()
        cases = client.get("/office/cases")["cases"]
        self._chance.shuffle(cases)
        for case in cases[:3]:
            self._take(client, case["id"], "decide", outcome="granted")
        for case in cases[3:8]:
            self._take(client, case["id"], "ask_time", days=1)
        for case in [c for c in cases if c["state"] == "decided"][:2]:
            paper = client.get(f"/cases/{case['id']}")["papers"][-1]["id"]
            with contextlib.suppress(RefusedError):
                client.post(f"/cases/papers/{paper}/service", {"how": "handed", "to": "applicant"})
                self._outcome.acks += 1
        self.open_cases(NEW_CASES)

    def _take(self, client: Client, case: str, move: str, **more: str | int) -> None:
        """Take a step; whatever the case does not allow is refused."""
        with contextlib.suppress(RefusedError):
            client.post(f"/cases/{case}/move", {"move": move, "words": "意见"} | more)
            self._outcome.acks += 1
