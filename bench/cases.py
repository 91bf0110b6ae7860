"""Benchmark of cases: a hundred thousand open ones, in the lists of office, desk and supervision.

The days are those that the clock gave; they are written as the cache holds them, and the lists are
read through the whole API.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from sqlalchemy import insert

from bench.harness import Run, timed
from bench.table import Figure, amount
from server.cases.tables import case_due, case_fact, case_record
from server.core.store import Tx
from support.halls import MONDAY, STAFF, SmallHall, at
from support.web import Browser, Web

OPEN_CASES = 100_000
UNITS, UNIT = 40, "tax"
"""Number of units, and the one whose clerk looks at the own desk."""
STEPS = (("file", "filed"), ("accept", "handling"))
DAYS = 60
"""Due days lie within so many days before and after today; most lie ahead."""


def measure(run: Run) -> Iterator[Figure]:
    """Measure the lists."""
    hall = SmallHall(f"sqlite:///{run.folder / 'cases.db'}", run.folder, at(9))
    hall.ctx.write(fill)
    web = Web(hall)
    office, clerk = web.manager(), web.person(STAFF["T1"])
    for name, browser, path in (
        ("cases-due", office, "/office/cases/due"),
        ("cases-wall", office, "/office/supervision"),
        ("cases-list", office, "/office/cases"),
        ("cases-unit", office, f"/office/cases?unit={UNIT}"),
        ("cases-desk", clerk, "/my/cases"),
    ):
        amounts = []
        for n in range(run.rounds + 1):
            milliseconds = timed(partial(read_page, browser, path)) * 1000
            if n:
                amounts.append(milliseconds)
        yield amount(name, amounts)
    seconds = [timed(partial(_preview, office)) for _ in range(run.rounds + 1)]
    yield amount("cases-calendar", seconds[1:])
    hall.close()


def read_page(office: Browser, path: str) -> None:
    """Read a page; raise RuntimeError unless it is answered."""
    status = office.get(path).status_code
    if status != 200:
        raise RuntimeError(f"the office's page was refused: {status}")


def _preview(office: Browser) -> None:
    """Look at the worst calendar there is: its change lies in the time of every case."""
    body = {"year": MONDAY.year, "text": f"{MONDAY + timedelta(days=1)} 休 临时放假"}
    if office.post("/office/supervision/calendar", body).status_code != 200:
        raise RuntimeError("the preview was refused")


def fill(tx: Tx) -> None:
    """Insert the open cases with their facts and due days."""
    clerk = STAFF["T1"]
    for begin in range(0, OPEN_CASES, 10_000):
        cases, dues, facts = [], [], []
        for n in range(begin, begin + 10_000):
            unit = f"unit{n % UNITS}" if n % UNITS else UNIT
            same = {"hall_id": tx.hall_id, "unit": unit}
            cases.append(
                same
                | {"id": f"K{n}", "number": f"{n}", "day": MONDAY.isoformat(), "serial": n + 1}
                | {"outer_key": f"K{n}", "item": "tax-1", "version": 1, "mode": "promised"}
                | {"way": "reception", "staff": clerk, "state": "handling", "at": tx.now}
            )
            day = due_of(n).isoformat()
            dues += [
                same
                | {"case": f"K{n}", "clock": clock}
                | {"earliest": day, "rule": day, "latest": day}
                for clock in ("promised", "legal")
            ]
            facts += [
                {"hall_id": tx.hall_id, "case": f"K{n}", "n": step, "at": tx.now}
                | {"day": MONDAY.isoformat(), "by_actor": f"clerk:{clerk}"}
                | {"move": move, "state": state}
                for step, (move, state) in enumerate(STEPS, 1)
            ]
        tx.conn.execute(insert(case_record), cases)
        tx.conn.execute(insert(case_fact), facts)
        tx.conn.execute(insert(case_due), dues)


def due_of(n: int) -> date:
    """Return the due day of a case: 1 in 100 is overdue, the others lie ahead."""
    days = -(n % 7) - 1 if n % 100 == 0 else n % DAYS
    return MONDAY + timedelta(days=days)
