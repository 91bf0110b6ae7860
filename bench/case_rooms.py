"""Benchmark of the rooms above cases: fees, issuing, joint review, assistance, green channels.

A hundred thousand open cases as in `bench.cases`, each with a due and a licence of two years, some
with parts of a joint review, helpers and green channels. The lists are read through the whole API.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Table, insert

from bench.cases import OPEN_CASES, UNIT, UNITS, fill, read_page
from bench.harness import Run, timed
from bench.table import Figure, amount
from server.assistance import tables as assistance
from server.core.store import Tx
from server.fees import tables as fees
from server.fees.rules import number_of
from server.issuing import tables as issuing
from server.joint_review.tables import joint_part, joint_step
from support.halls import MONDAY, STAFF, SmallHall, at
from support.web import Web

A_DAY = 200
"""Dues and licences of a day: the cases are those of 500 days."""
UNPAID_EVERY = 50
SHELVED, AT_UNIT, ON_A_LIST = 2_000, 3_000, 50
JOINT, JOINT_ENDED = 5_000, 15_000
ASKS, OPEN_ASKS, JOBS, OPEN_JOBS = 20_000, 300, 20_000, 500
GREEN_EVERY = 200
CLERK, MONTH = STAFF["T1"], MONDAY.isoformat()[:7]
BY, PRICE = f"clerk:{CLERK}", 8000
CHUNK = 20_000
Row = dict[str, Any]


def measure(run: Run) -> Iterator[Figure]:
    """Measure the lists."""
    hall = SmallHall(f"sqlite:///{run.folder / 'case-rooms.db'}", run.folder, at(9))
    for step in (fill, _fees, _licences, _joint, _assistance):
        hall.ctx.write(step)
    web = Web(hall)
    office, clerk = web.manager(), web.person(CLERK)
    for name, browser, path in (
        ("fees-desk", office, "/my/fees"),
        ("fees-unpaid", office, "/office/fees?state=due"),
        ("fees-day", office, "/fees/day"),
        ("fees-month", office, f"/fees/month?month={MONTH}"),
        ("issuing-desk", office, "/issuing"),
        ("issuing-unit", clerk, "/my/licences"),
        ("joint-wall", office, "/office/joint-reviews"),
        ("joint-parts", clerk, "/my/joint-parts"),
        ("assistance-list", office, "/office/assistance"),
        ("green-desk", clerk, "/my/cases"),
    ):
        amounts = []
        for n in range(run.rounds + 1):
            milliseconds = timed(partial(read_page, browser, path)) * 1000
            if n:
                amounts.append(milliseconds)
        yield amount(name, amounts)
    hall.close()


def _insert(tx: Tx, table: Table, rows: Sequence[Row]) -> None:
    for begin in range(0, len(rows), CHUNK):
        part = [{"hall_id": tx.hall_id} | row for row in rows[begin : begin + CHUNK]]
        tx.conn.execute(insert(table), part)


def _day(n: int) -> tuple[date, int]:
    """Return the day of the `n`-th due or licence, and its place; the last one is of today."""
    back, place = divmod(OPEN_CASES - 1 - n, A_DAY)
    return MONDAY - timedelta(days=back), A_DAY - place


def _unit(n: int) -> str:
    return f"unit{n % UNITS}" if n % UNITS else UNIT


def _fees(tx: Tx) -> None:
    dues, facts, receipts, lines = [], [], [], []
    for n in range(OPEN_CASES):
        day, serial = _day(n)
        iso, notice = day.isoformat(), number_of(day, serial)
        unpaid = n % UNPAID_EVERY == 0
        state = "due" if unpaid else "confirmed"
        dues.append(
            {"id": notice, "day": iso, "serial": serial, "case": f"K{n}", "item": "tax-1"}
            | {"unit": _unit(n), "version": 1, "standard": "home", "name": "登记费", "per": "件"}
            | {"price": PRICE, "quantity": 1, "amount": PRICE, "state": state, "at": tx.now}
            | {"staff": CLERK, "basis": "收费办法"}
        )
        common = {"due": notice, "at": tx.now, "day": iso, "amount": PRICE, "by_actor": BY}
        none = {"reference": "", "money_day": ""}
        facts.append(common | none | {"n": 1, "move": "make", "state": "due"})
        if unpaid:
            continue
        money = {"reference": f"R{n:07d}", "money_day": iso}
        facts.append(common | money | {"n": 2, "move": "confirm", "state": "confirmed"})
        reference = {"reference": f"R{n:07d}", "day": iso, "amount": PRICE}
        receipts.append(reference | {"turn": 1, "due": notice, "n": 2, "way": "desk"})
        lines.append(reference | {"notice": notice, "file": iso, "row_no": 2})
    _insert(tx, fees.fee_due, dues)
    _insert(tx, fees.fee_fact, facts)
    _insert(tx, fees.fee_receipt, receipts)
    _insert(tx, fees.fee_bank_line, lines)
    days = sorted({str(line["day"]) for line in lines})
    files = [
        {"digest": day, "name": day, "first_day": day, "last_day": day, "at": tx.now}
        for day in days
    ]
    _insert(tx, fees.fee_file, files)


def _licences(tx: Tx) -> None:
    rows, facts, list_facts, list_rows = [], [], [], []
    lists: dict[str, tuple[str, list[str]]] = {}
    for n in range(OPEN_CASES):
        day, _place = _day(n)
        iso, left = day.isoformat(), OPEN_CASES - n
        state = "unit" if left <= AT_UNIT - SHELVED else "shelved" if left <= AT_UNIT else "handed"
        name = "" if state == "unit" else f"CJ-{n // ON_A_LIST}"
        rows.append(
            {"id": f"Z{n}", "case": f"K{n}", "unit": _unit(n), "item": "tax-1", "kind": "许可证"}
            | {"number": f"JY-{n}", "number_key": f"Z{n}", "paper": 1, "electronic": n % 4 == 0}
            | {"issued_day": iso, "entered_day": iso, "state": state, "list": name, "at": tx.now}
            | {"shelf": "A-1" if state == "shelved" else "", "staff": CLERK}
        )
        moves = [("register", "unit"), ("list", "listed"), ("count", "counted")]
        moves += [("shelve", "shelved"), ("hand", "handed")]
        end = next(place for place, (_move, after) in enumerate(moves) if after == state)
        facts += [
            {"licence": f"Z{n}", "n": place + 1, "move": move, "state": after, "at": tx.now}
            | {"day": iso, "list": name, "by_actor": BY}
            for place, (move, after) in enumerate(moves[: end + 1])
        ]
        if name:
            lists.setdefault(name, (iso, []))[1].append(f"Z{n}")
    for number, (name, (iso, own)) in enumerate(lists.items()):
        ids = "[" + ",".join(f'"{licence}"' for licence in own) + "]"
        common = {"list": name, "at": tx.now, "day": iso, "counted": len(own), "licences": ids}
        list_facts += [
            common | {"n": 1, "move": "give", "state": "given", "by_actor": BY},
            common | {"n": 2, "move": "receive", "state": "received", "by_actor": "clerk:9"},
        ]
        list_rows.append(
            {"id": name, "day": iso, "serial": number, "unit": UNIT, "state": "received"}
        )
    _insert(tx, issuing.licence, rows)
    _insert(tx, issuing.licence_fact, facts)
    _insert(tx, issuing.licence_list, list_rows)
    _insert(tx, issuing.licence_list_fact, list_facts)


def _joint(tx: Tx) -> None:
    parts, steps = [], []
    for n in range(2 * (JOINT + JOINT_ENDED)):
        state = "sent" if n < 2 * JOINT else "answered"
        parts.append(
            {"id": f"P{n}", "case": f"K{n // 2}", "kind": "opinion", "unit": _unit(n + 1)}
            | {"lead": _unit(n // 2), "state": state, "question": "请提出意见", "at": tx.now}
        )
        day = MONDAY if state == "sent" else _day(n * 2)[0]
        common = {"part": f"P{n}", "at": tx.now, "day": day.isoformat(), "by_actor": BY}
        steps.append(common | {"n": 1, "move": "send", "state": "sent", "days": 3, "opinion": ""})
        if state != "sent":
            answer = {"n": 2, "move": "answer", "state": state, "days": 0, "opinion": "agree"}
            steps.append(common | answer)
    _insert(tx, joint_part, parts)
    _insert(tx, joint_step, steps)


def _assistance(tx: Tx) -> None:
    iso, later = MONDAY.isoformat(), (MONDAY + timedelta(days=9)).isoformat()
    asks, ask_steps, jobs, job_steps = [], [], [], []
    for n in range(ASKS):
        state, due = ("handed_over", later) if n < OPEN_ASKS else ("ended", "")
        asks.append(
            {"id": f"FA{n}", "at": tx.now, "day": iso, "subject": "问社保", "staff": CLERK}
            | {"unit": _unit(n), "state": state, "due": due}
        )
        same = {"ask": f"FA{n}", "at": tx.now, "by_actor": BY}
        ask_steps.append(same | {"n": 1, "move": "record", "state": "recorded", "due": iso})
        ask_steps.append(same | {"n": 2, "move": "hand_over", "state": state, "due": due})
    for n in range(JOBS):
        state = "doing" if n < OPEN_JOBS else "ended"
        jobs.append(
            {"id": f"HJ{n}", "at": tx.now, "day": iso, "case": f"K{n}", "scope": "代为提交材料"}
            | {"until": later, "helper": CLERK, "staff": CLERK, "state": state}
        )
        same = {"job": f"HJ{n}", "at": tx.now, "by_actor": BY}
        job_steps.append(same | {"n": 1, "move": "entrust", "state": "entrusted"})
        job_steps.append(same | {"n": 2, "move": "accept", "state": state})
    greens = [
        {"case": f"K{n}", "unit": UNIT, "state": "granted"}
        for n in range(0, OPEN_CASES, GREEN_EVERY)
    ]
    green_steps = [
        {"case": row["case"], "n": 1, "move": "grant", "state": "granted", "at": tx.now}
        | {"day": iso, "by_actor": BY}
        for row in greens
    ]
    for table, rows in (
        (assistance.first_ask, asks),
        (assistance.first_ask_step, ask_steps),
        (assistance.helper_job, jobs),
        (assistance.helper_step, job_steps),
        (assistance.green_channel, greens),
        (assistance.green_step, green_steps),
    ):
        _insert(tx, table, rows)
