"""Benchmark of reports: a month of a hundred thousand numbers, and as many in the month before.

Five thousand dues were charged and paid in each month, as many licences registered and handed out,
and five hundred opinions asked and answered.

The report is asked for in this process, through the whole API, by every grouping; the slowest one
counts. Two in five services are rated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from sqlalchemy import insert

from bench.harness import Run, timed
from bench.table import Figure, amount
from server.cases.tables import case_fact, case_record
from server.core.store import Tx
from server.fees.tables import fee_due, fee_fact, fee_receipt
from server.issuing.tables import licence, licence_fact
from server.joint_review.tables import joint_part, joint_step
from server.queue.tables import ticket
from server.ratings.levels import Channel, Level
from server.ratings.tables import rating
from server.reports.rules import Grouping
from support.halls import MONDAY, SmallHall, at
from support.web import Browser, Web

TICKETS = 100_000
UNITS, ITEMS, WINDOWS, PEOPLE = 40, 800, 60, 114
CASES, JOINT_CASES = 5_000, 500
LICENCE_MOVES = (
    ("register", "unit"),
    ("list", "listed"),
    ("count", "counted"),
    ("shelve", "shelved"),
    ("hand", "handed"),
)
DAYS = 22
"""Working days of a month."""
MONTHS = (MONDAY - timedelta(days=29), MONDAY)
STATES = ("finished",) * 17 + ("missed", "expired", "cancelled")


def measure(run: Run) -> Iterator[Figure]:
    """Measure the report of the second month."""
    after = MONDAY + timedelta(days=30)
    hall = SmallHall(f"sqlite:///{run.folder / 'reports.db'}", run.folder, at(9, day=after))
    hall.ctx.write(_fill)
    office = Web(hall).manager()
    amounts = []
    for n in range(run.rounds + 1):
        slowest = max(timed(partial(_read, office, by)) for by in Grouping)
        if n:
            amounts.append(slowest * 1000)
    yield amount("report-month", amounts)
    hall.close()


def _read(office: Browser, by: Grouping) -> None:
    status = office.get(f"/office/reports/2026-03/{by}").status_code
    if status != 200:
        raise RuntimeError(f"the report was refused: {status}")


def _fill(tx: Tx) -> None:
    for first in MONTHS:
        for begin in range(0, TICKETS, 10_000):
            rows = [_ticket(tx.hall_id, first, n) for n in range(begin, begin + 10_000)]
            rated = [row for n, row in enumerate(rows) if row["state"] == "finished" and n % 5 < 2]
            tx.conn.execute(insert(ticket), rows)
            tx.conn.execute(insert(rating), [_rating(row) for row in rated])
        _fill_cases(tx, first)


def _fill_cases(tx: Tx, first: date) -> None:
    """Give a month dues and licences, each of a case of its own, and opinions on some cases."""
    for n in range(CASES):
        day = first + timedelta(days=n * DAYS // CASES)
        iso, moment, case = day.isoformat(), at(9, day=day) + n, f"{first}-{n}"
        hall = {"hall_id": tx.hall_id}
        stamp = hall | {"day": iso, "at": moment}
        place = {"case": case, "unit": f"unit{n % UNITS}", "item": f"item{n % ITEMS}"}
        by = {"by_actor": f"clerk:{n % PEOPLE}"}
        record = stamp | {
            "id": case,
            "number": case,
            "serial": n,
            "outer_key": case,
            "version": 1,
            "state": "decided",
        }
        fact = stamp | by | {"case": case, "n": 1, "move": "decide", "state": "decided"}
        tx.conn.execute(insert(case_fact), fact)
        due = stamp | place | {"id": case, "serial": n, "version": 1, "state": "confirmed"}
        tx.conn.execute(insert(fee_due), due | {"amount": n})
        fact = stamp | by | {"due": case, "amount": n}
        receipt = {"money_day": iso, "reference": case}
        made = fact | {"n": 1, "move": "make", "money_day": "", "reference": ""}
        paid = fact | {"n": 2, "move": "confirm"} | receipt
        tx.conn.execute(insert(fee_fact), [made, paid])
        turn = hall | {"reference": case, "turn": 1, "due": case, "n": 2, "day": iso}
        tx.conn.execute(insert(fee_receipt), turn | {"amount": n, "way": "file"})
        issued = {"id": case, "number_key": case, "issued_day": iso, "electronic": n % 2}
        tx.conn.execute(insert(licence), hall | place | issued | {"at": moment, "state": "handed"})
        steps = [
            stamp | by | {"licence": case, "n": k, "move": move, "state": state}
            for k, (move, state) in enumerate(LICENCE_MOVES, 1)
        ]
        tx.conn.execute(insert(licence_fact), steps)
        if n < JOINT_CASES:
            tx.conn.execute(insert(case_record), record | {"unit": place["unit"], "item": "tax-1"})
            part = {"id": case, "case": case, "kind": "opinion", "state": "answered", "at": moment}
            tx.conn.execute(insert(joint_part), hall | part | {"unit": place["unit"]})
            step = stamp | by | {"part": case, "days": 3}
            sent = step | {"n": 1, "move": "send", "state": "sent", "opinion": ""}
            answer = step | {"n": 2, "move": "answer", "state": "answered", "opinion": "agree"}
            tx.conn.execute(insert(joint_step), [sent, answer])


def _ticket(hall_id: str, first: date, n: int) -> dict[str, object]:
    day = first + timedelta(days=n * DAYS // TICKETS)
    issued = at(9, day=day) + n * 7919 % 28_000_000
    called = issued + n * 104_729 % 3_600_000
    return {
        "hall_id": hall_id,
        "id": f"{first}-{n}",
        "token": f"{first}-{n}",
        "day": day.isoformat(),
        "prefix": f"P{n % 100}",
        "seq": n // 100,
        "number": f"A{n}",
        "queue": f"unit{n % ITEMS % UNITS}",
        "item": f"item{n % ITEMS}",
        "lane": "",
        "state": STATES[n % len(STATES)],
        "window": f"W{n % WINDOWS}",
        "staff": f"{n % PEOPLE}",
        "issued_at": issued,
        "waiting_since": issued,
        "first_called_at": called,
        "serving_at": called + 20_000,
        "ended_at": called + 20_000 + n * 1299 % 1_200_000,
    }


def _rating(row: dict[str, object]) -> dict[str, object]:
    same = {name: row[name] for name in ("hall_id", "day", "item", "window", "staff")}
    return same | {
        "id": f"R{row['id']}",
        "ticket": row["id"],
        "unit": row["queue"],
        "channel": Channel.PAD.value,
        "level": int(Level.SATISFIED),
        "at": 1,
        "received_at": 1,
    }
