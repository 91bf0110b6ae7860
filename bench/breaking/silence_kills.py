"""Fault: kill -9 of the server at random moments while silence decides cases.

A real server on the reference hall, with schemes that two managers signed. Its clock is moved on by
minutes and hours over many last days, now and then back by an hour, or on by a day while the server
is dead; some tens of milliseconds after each start it is killed again. In between people answer
some cases in time and others too late, and a day becomes a holiday while it is somebody's last.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from bench.breaking.evidence import database_url
from bench.breaking.hall import HALL
from bench.breaking.lamp_kills import HallOfCases, await_seal
from bench.breaking.run import Outcome
from bench.breaking.silence_history import ACTS, Consent, SilenceHistory, silence_violations
from server.cases import actions, queries
from server.cases.day_walk import walked_due_day
from server.cases.due_rows import stated
from server.cases.ledger import Limit, Reading
from server.cases.paper_kinds import PaperKind
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import RUNNING, CaseMove, ledger_of
from server.cases.tables import case_paper
from server.core import journal
from server.core.clock import SeededTokenSource, SetClock, instant
from server.core.engine import open_store
from server.core.events import Bus
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.integrity.checks import violations
from server.tacit_approval import queries as tacit
from server.tacit_approval.rules import Scheme, SchemeLimit
from support.hall_server import ADMINISTRATOR, MANAGER, Client, RefusedError

SETTLE_EVERY = 10
SETTLED_WITHIN = 60.0
DAYS_A_KILL = 0.12
LONGEST_WAIT = 0.5
"""Seconds after which a server is killed at the latest; its jobs run at once after each start."""
NEW_CASES = 8
HOUR, DAY = 3600, 86_400
BASIS = "某市行政审批超时默许办法第三条"
EVER = "2000-01-01", "2099-12-31"


class Judge:
    """Reader of the database beside the server: what silence must have decided by the facts.

    It counts the days one by one, as `day_walk` does, and not as the server.
    """

    def __init__(self, hall: HallOfCases, url: str) -> None:
        self._hall = hall
        self._store = open_store(url, HALL)
        self._ctx = Context(self._store, SetClock(hall.time), SeededTokenSource(1), Bus())
        self.expected: dict[str, tuple[str, int]] = {}

    def settle(self) -> bool:
        """Wait until everything that silence decides is decided; return False if it is not."""
        end, pause = time.monotonic() + SETTLED_WITHIN, threading.Event()
        while time.monotonic() < end:
            self._ctx.drop_caches()
            # What took effect stays, whatever happens to the calendar later.
            self.expected = self._ctx.read(self._silent) | self.expected
            if self.expected.keys() <= self._granted():
                return True
            pause.wait(0.1)
        return False

    def is_unsettled(self) -> bool:
        """Return True if silence has decided a case that is not granted yet."""
        return not self._ctx.read(self._silent).keys() <= self._granted()

    @property
    def ctx(self) -> Context:
        """Context by which the database is read."""
        return self._ctx

    def local(self) -> datetime:
        """Return the hall's wall clock."""
        return self._ctx.local(self._hall.time)

    def state_days(self, year: int) -> list[str]:
        """Return the special days of a year as a list that the office imports."""
        self._ctx.drop_caches()
        days = [s for s in self._ctx.workdays().state if s.day.year == year]
        return [f"{s.day} {'班' if s.opens else '休'} {s.note or '假日'}" for s in days]

    def history(self) -> SilenceHistory:
        """Return the evidence of the run."""
        ctx = self._ctx
        consents = ctx.read(lambda c: tacit.consents_of(c, HALL, *EVER))
        lines = ctx.read(lambda c: list(journal.of_acts(c, HALL, ACTS)))
        return SilenceHistory(
            expected=self.expected,
            consents=[Consent(c.case, c.day, c.effective_at, c.at) for c in consents],
            steps=[case for case, facts in ctx.read(self._facts).items() for _ in _tacit(facts)],
            papers=ctx.read(_papers),
            lines=[(line.act, line.subject) for line in lines],
            checks=[violation.en for violation in ctx.read(lambda c: violations(HALL, c))],
        )

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def _granted(self) -> set[str]:
        return {c.case for c in self._ctx.read(lambda c: tacit.consents_of(c, HALL, *EVER))}

    def _facts(self, conn: Connection) -> dict[str, list[StoredFact]]:
        ids = [row.id for row in queries.of_days(conn, HALL, *EVER)]
        return queries.FACTS.of(conn, HALL, ids)

    def _silent(self, conn: Connection) -> dict[str, tuple[str, int]]:
        schemes = tacit.signed(conn, HALL)
        facts = self._facts(conn)
        result: dict[str, tuple[str, int]] = {}
        for row in queries.among(conn, HALL, list(facts)):
            steps = [fact for fact in facts[row.id] if fact.move != CaseMove.TACIT]
            if steps[-1].state in RUNNING:
                result |= dict(self._ends(row, steps, schemes))
        return result

    def _ends(
        self, row: StoredCase, facts: list[StoredFact], schemes: list[Scheme]
    ) -> Iterator[tuple[str, tuple[str, int]]]:
        """Yield the case with its last day and moment, if that is over."""
        reader = actions.clocks(self._ctx, self._hall.time)
        item = actions.item_of(self._ctx, row)
        entries = ledger_of([s.fact for s in stated(facts)])
        start = reader.start(entries)
        ends: list[tuple[str, int]] = []
        for scheme in schemes:
            limit = Limit(item.promised_days)
            if scheme.limit is SchemeLimit.LEGAL:
                limit = Limit(item.legal_days, item.legal_unit)
            if row.item not in scheme.items or start is None or scheme.first > start.day:
                continue
            last = walked_due_day(entries, limit, reader.calendar, start, Reading.LATEST)
            if last is None:
                continue
            moment = self._close(last)
            if scheme.since <= moment <= self._hall.time:
                ends.append((last.isoformat(), moment))
        if ends:
            yield row.id, min(ends, key=lambda end: end[1])

    def _close(self, day: date) -> int:
        spans = self._ctx.past_hours().spans(day)
        zone = self._ctx.settings().of(GeneralSettings).timezone
        local = datetime.combine(day, spans[-1].closes) if spans else None
        return instant(local or datetime.combine(day, datetime.min.time()) + timedelta(1), zone)


def _tacit(facts: list[StoredFact]) -> list[StoredFact]:
    return [fact for fact in facts if fact.move == CaseMove.TACIT]


def _papers(conn: Connection) -> list[str]:
    p = case_paper.c
    query = select(p.case).where(p.hall_id == HALL, p.kind == PaperKind.TACIT.value)
    return list(conn.scalars(query))


def play(
    count: int, seed: int, folder: Path, database: str, show_progress: Callable[[int], None]
) -> Outcome:
    """Kill the server `count` times while silence decides; judge what it left behind."""
    begin, outcome, chance = time.monotonic(), Outcome("silence"), random.Random(seed)
    with HallOfCases(folder, database=database) as hall:
        judge = Judge(hall, database_url(hall, database))
        people = People(hall, judge, chance, outcome)
        people.sign_schemes()
        people.open_cases(3 * NEW_CASES)
        early, today = 0, judge.local().date()
        for number in range(count):
            hall.move_on(chance.random() * 2 * DAYS_A_KILL * DAY)
            time.sleep(chance.random() * LONGEST_WAIT)
            hall.kill()
            outcome.count_fault("kill server")
            early += judge.is_unsettled()
            sleeps = chance.random() < 0.05
            if sleeps:
                hall.move_on(DAY)
                outcome.count_fault("server slept for a day")
            elif chance.random() < 0.1:
                hall.move_on(-HOUR)
                outcome.count_fault("clock set back an hour")
            hall.start()
            day, today = today, judge.local().date()
            if day != today:
                await_seal(judge.ctx, today)
            if sleeps or (number + 1) % SETTLE_EVERY == 0:
                settled = judge.settle()
                outcome.expect(settled, f"every silence recorded after {number + 1} kills")
                people.act()
            show_progress(number + 1)
        outcome.expect(judge.settle(), "every silence recorded at the end")
        hall.stop()
        history = judge.history()
        judge.close()
    outcome.violations += silence_violations(history)
    outcome.notes.append(f"silence granted {len(history.consents)} cases, {people.late} too late")
    outcome.notes.append(f"{early} kills came before all that silence had decided was recorded")
    outcome.notes.append(f"{people.holidays} last days became holidays")
    outcome.seconds = time.monotonic() - begin
    return outcome


class People:
    """Managers who sign schemes, open, accept and decide cases, and make days holidays."""

    def __init__(
        self, hall: HallOfCases, judge: Judge, chance: random.Random, outcome: Outcome
    ) -> None:
        self._hall, self._judge = hall, judge
        self._chance, self._outcome = chance, outcome
        self._items: list[str] = []
        self.late = self.holidays = 0

    def _signed_in(self, staff: str = MANAGER) -> Client:
        """Return a client with a session of now: the clock has run for days."""
        client = Client(self._hall.base)
        client.sign_in(staff, self._hall.password)
        return client

    def sign_schemes(self) -> None:
        """Sign a scheme for every item whose promise is in days and that nothing bars."""
        first, second = self._signed_in(), self._signed_in(ADMINISTRATOR)
        choices = [item["code"] for item in first.get("/office/tacit-approval")["choices"]]
        today = self._judge.local().date().isoformat()
        for limit in ("promised", "legal"):
            items = [code for code in choices if self._allows(first, code, limit, today)]
            self._items += items
        for scheme in first.get("/office/tacit-approval")["schemes"]:
            second.post(f"/office/tacit-approval/{scheme['id']}/sign", {})

    def _allows(self, client: Client, code: str, limit: str, today: str) -> bool:
        body = {"kind": "decision", "items": [code], "limit": limit, "basis": BASIS}
        try:
            client.post("/office/tacit-approval", body | {"first": today})
        except RefusedError:
            return False
        return True

    def open_cases(self, count: int) -> None:
        """Open cases and accept them."""
        client = self._signed_in()
        rows = [{"item": self._chance.choice(self._items), "name": "测试人"} for _ in range(count)]
        for number in client.post("/office/cases/list", {"cases": rows})["numbers"]:
            case = client.get(f"/office/cases?number={number}")["cases"][0]["id"]
            self._take(client, case, "accept")

    def act(self) -> None:
        """Decide some cases, answer some too late, make the day a holiday, open new ones."""
        client = self._signed_in()
        running = [c for c in client.get("/office/cases")["cases"] if c["state"] == "handling"]
        for case in self._chance.sample(running, min(3, len(running))):
            self._take(client, case["id"], "decide", outcome="granted")
        for consent in client.get("/office/tacit-approval")["consents"][:2]:
            if not self._take(client, consent["case"], "decide", outcome="refused"):
                self.late += 1
        if self._chance.random() < 0.5:
            self._rest(client)
        self.open_cases(NEW_CASES)

    def _rest(self, client: Client) -> None:
        """Make today a holiday before its close, or tomorrow."""
        now = self._judge.local()
        day = now.date() if now.hour < 12 else now.date() + timedelta(days=1)
        text = [*self._judge.state_days(day.year), f"{day} 休 临时放假"]
        with contextlib.suppress(RefusedError):
            client.post("/office/calendar", {"year": day.year, "text": "\n".join(text)})
            self.holidays += 1
            self._outcome.acks += 1

    def _take(self, client: Client, case: str, move: str, **more: str) -> bool:
        """Take a step; return False if the case does not allow it."""
        try:
            client.post(f"/cases/{case}/move", {"move": move, "words": "意见"} | more)
        except RefusedError:
            return False
        self._outcome.acks += 1
        return True
