"""Generator of years of data in seconds: finished tickets with calls, slips, journal; punches.

The rows have the right number, shape and size. Their journal hashes only have the right length, and
no journal line mentions the punches: neither a start nor an action reads the journal behind its
head (`hall check` does).
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.measured_hall import ITEMS
from bench.punch_data import punch_rows
from support.hall_server import TUESDAY

A_DAY = 450
"""Visits of the reference hall per working day."""
PREFIXES = 10
HASH = "0123456789abcdef" * 4
DATA = '{"number":"A012","outcome":"done"}'
INDEXES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
    "AND tbl_name IN ('ticket', 'call', 'slip', 'journal', 'punch')"
)
"""Query of the indexes that are created again at the end: faster than keeping them up to date."""
COUNT = (
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count) "
    "INSERT INTO {table} ({names}) SELECT {values} FROM n"
)
TICKET = {
    "hall_id": ":hall",
    "id": ":day || '-' || i",
    "day": ":day",
    "prefix": "char(65 + i % 10)",
    "seq": "i / 10 + 1",
    "number": "char(65 + i % 10) || (i / 10 + 1)",
    "token": "lower(hex(randomblob(12)))",
    "queue": ":queue",
    "item": ":item",
    "klass": "'ordinary'",
    "lane": ":item || '/ordinary'",
    "ord": "i * 1000",
    "state": ":state",
    "version": "1",
    "kiosk": "'k01'",
    "issued_at": ":at + i * 60000",
    "waiting_since": ":at + i * 60000",
    "first_called_at": ":at + i * 60000 + 300000",
    "called_at": ":at + i * 60000 + 300000",
    "call_count": "1",
    "serving_at": ":at + i * 60000 + 320000",
    "ended_at": ":at + i * 60000 + 900000",
    "window": "'W0' || (i % 9 + 1)",
    "staff": "'1004'",
    "outcome": "'done'",
}
CALL = {
    "hall_id": ":hall",
    "ticket_id": ":day || '-' || i",
    "n": "1",
    "at": ":at + i * 60000 + 300000",
    "window": "'W0' || (i % 9 + 1)",
    "staff": "'1004'",
    "move": "'call'",
    "why": '\'{"codes":["oldest"],"facts":{}}\'',
}
SLIP = {
    "hall_id": ":hall",
    "id": ":day || '-slip-' || i",
    "kind": "'ticket'",
    "ticket_id": ":day || '-' || i",
    "device": "'printer-1'",
    "document": "substr(hex(zeroblob(130)), 1, 260)",
    "state": "'printed'",
    "copy": "0",
    "created_at": ":at + i * 60000",
    "changed_at": ":at + i * 60000 + 2000",
    "by_actor": "'kiosk:k01'",
}
LINES = 5
"""Journal lines of a ticket: issued, printed, called, started, finished."""
JOURNAL = {
    "hall_id": ":hall",
    "seq": ":seq + i",
    "at": ":at + i * 12000",
    "actor_kind": "'clerk'",
    "actor": "'1004'",
    "act": "'ticket.finish'",
    "subject": ":day || '-' || (i / 5)",
    "data": f"'{DATA}'",
    "hash": f"'{HASH}'",
}
PUNCH = (
    "INSERT INTO punch (hall_id, id, reader, enrolment, said, day, at, source, received_at) "
    "VALUES (:hall, :id, :reader, :enrolment, :said, :day, :at, :source, :at)"
)


def _sql(table: str, columns: dict[str, str]) -> str:
    names, values = ", ".join(columns), ", ".join(columns.values())
    return COUNT.format(table=table, names=names, values=values)


def workdays(count: int) -> Iterator[date]:
    """Return the last `count` weekdays before the measured Tuesday, oldest first."""
    day = date.fromisoformat(TUESDAY)
    selection: list[date] = []
    while len(selection) < count:
        day -= timedelta(days=1)
        if day.isoweekday() < 6:
            selection.append(day)
    return reversed(selection)


def write_history(
    file: Path, hall: str, days: int, a_day: int = A_DAY, *, whole: bool = True
) -> int:
    """Write `days` past working days; return the number of tickets.

    `whole`: with calls, slips, journal and punches of all who are enrolled; else tickets only.
    """
    raw = sqlite3.connect(file, isolation_level=None)
    raw.execute("PRAGMA synchronous=OFF")
    raw.execute("PRAGMA cache_size=-200000")
    head = raw.execute("SELECT MAX(seq) FROM journal WHERE hall_id = ?", (hall,)).fetchone()[0]
    seq = (head or 0) + 1
    raw.execute("BEGIN IMMEDIATE")
    indexes = raw.execute(INDEXES).fetchall()
    for name, _ in indexes:
        raw.execute(f"DROP INDEX {name}")
    for n, day in enumerate(workdays(days)):
        item = ITEMS[n % len(ITEMS)]
        values = {
            "hall": hall,
            "day": day.isoformat(),
            "at": (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000,
            "item": item,
            "queue": item.partition("-")[0],
            "state": "finished",
            "count": a_day,
        }
        raw.execute(_sql("ticket", TICKET), values)
        if whole:
            raw.execute(_sql("call", CALL), values)
            raw.execute(_sql("slip", SLIP), values)
            lines = {"count": a_day * LINES, "seq": seq}
            raw.execute(_sql("journal", JOURNAL), values | lines)
            seq += a_day * LINES
    if whole:
        _punches(raw, hall, days)
    for _, text in indexes:
        raw.execute(text)
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    return days * a_day


def _punches(raw: sqlite3.Connection, hall: str, days: int) -> None:
    enrolled = raw.execute("SELECT DISTINCT enrolment FROM finger WHERE hall_id = ?", (hall,))
    numbers = sorted(number for (number,) in enrolled)
    rows = punch_rows(numbers, workdays(days), random.Random(days))
    raw.executemany(PUNCH, ({"hall": hall, "id": n, **row} for n, row in enumerate(rows, 1)))


def write_waiting(file: Path, hall: str, each: int) -> None:
    """Write `each` people who wait today for each of ITEMS."""
    raw = sqlite3.connect(file, isolation_level=None)
    for n, item in enumerate(ITEMS):
        own = TICKET | {
            "id": "'waits-' || :item || '-' || i",
            "prefix": f"'{chr(97 + n)}'",
            "seq": "i + 1",
            "first_called_at": "NULL",
            "called_at": "NULL",
            "call_count": "0",
            "serving_at": "NULL",
            "ended_at": "NULL",
            "window": "''",
            "staff": "''",
            "outcome": "''",
            "ord": f"i * 1000 + {n}",
        }
        values = {
            "hall": hall,
            "day": TUESDAY,
            "at": 0,
            "item": item,
            "queue": item.partition("-")[0],
            "state": "waiting",
            "count": each,
        }
        raw.execute(_sql("ticket", own), values)
    raw.close()
