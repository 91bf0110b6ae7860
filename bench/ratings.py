"""Benchmark of ratings: one accepted by phone, and the office's page of ten thousand.

A rating is a durable action of a finished service; its reference is an empty request on the same
server and one raw commit. The office's page is asked for in this process, through the whole API.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import insert

from bench.harness import Run, gc_paused, timed
from bench.http import NOTHING, TICKETS
from bench.load_clients import Connection
from bench.measured_hall import ITEMS
from bench.measured_server import Server
from bench.raw_sqlite import RawBook
from bench.table import Figure, amount, quantile, ratio
from server.core.store import Tx
from server.queue.tables import ticket
from server.ratings.levels import Channel, Level
from server.ratings.tables import rating
from support.halls import MONDAY, STAFF, SmallHall, at
from support.web import Web

RATINGS = 10_000
SHARE = 0.95
LEVELS = (Level.VERY_SATISFIED,) * 90 + (Level.SATISFIED,) * 8 + tuple(Level)[3:]


def measure(run: Run) -> Iterator[Figure]:
    """Measure both."""
    yield _given(run)
    yield _listed(run)


def _given(run: Run) -> Figure:
    """Return the p95 of a rating by phone, over an empty request and a raw commit."""
    book = RawBook(run.folder / "raw.db")
    amounts, beside = [], []
    with Server(run.folder / "hall", 1) as server:
        window, item = _window_and_item(server)
        line, kiosk, clerk = Connection(server.port), server.kiosk(0), server.clerk(window)
        body = {"item": item, "applicant": "ordinary", "print": False}
        for n in range(run.rounds + 1):
            ratings, plain = [], []
            with gc_paused():
                for _ in range(run.scaled(40, 5)):
                    token = line.post(TICKETS, kiosk, body)["ticket"]["token"]
                    for step in ("call-next", "start", "finish"):
                        line.post(f"/api/v1/counter/{step}", clerk, STEPS[step])
                    path = f"/api/v1/phone/{token}/rating"
                    ratings.append(timed(partial(line.post, path, "", {"level": 2})))
                    empty = timed(partial(line.post, NOTHING, kiosk, body))
                    plain.append(empty + book.commit_seconds())
            if n:
                amounts.append(quantile(ratings, SHARE) * 1000)
                beside.append(quantile(plain, SHARE) * 1000)
        line.close()
    book.close()
    return ratio("rating-given", amounts, beside, "ms", "ms empty request + raw commit")


STEPS: dict[str, dict[str, Any]] = {
    "call-next": {"complete": None},
    "start": {},
    "finish": {"outcome": "done"},
}


def _window_and_item(server: Server) -> tuple[str, str]:
    """Return a window with a clerk, and an item that it alone serves."""
    own = server.who["own"]
    return next((own[item], item) for item in ITEMS if item in own)


def _listed(run: Run) -> Figure:
    """Return the milliseconds of the office's figures and first page with ten thousand ratings."""
    hall = SmallHall(f"sqlite:///{run.folder / 'office.db'}", run.folder, at(9))
    hall.ctx.write(_fill)
    office, amounts = Web(hall).manager(), []
    for n in range(run.rounds + 1):
        figures = timed(lambda: _asked(office.get("/office/ratings").status_code))
        page = timed(lambda: _asked(office.get("/office/ratings/list").status_code))
        if n:
            amounts.append((figures + page) * 1000)
    hall.close()
    return amount("ratings-list", amounts)


def _asked(status: int) -> None:
    if status != 200:
        raise RuntimeError(f"the office's page was refused: {status}")


def _fill(tx: Tx) -> None:
    day, windows = MONDAY.isoformat(), sorted(STAFF)
    tickets, ratings = [], []
    for n in range(RATINGS):
        window = windows[n % len(windows)]
        same = {"hall_id": tx.hall_id, "day": day, "item": "tax-1", "window": window}
        same |= {"staff": STAFF[window]}
        tickets.append(
            same
            | {"id": f"{n}", "prefix": f"P{n // 999}", "seq": n % 999, "number": f"A{n}"}
            | {"token": f"t{n}", "queue": "tax", "lane": "", "state": "finished"}
            | {"issued_at": tx.now, "waiting_since": tx.now, "ended_at": tx.now}
        )
        ratings.append(
            same
            | {"id": f"R{n}", "ticket": f"{n}", "unit": "tax", "channel": Channel.PAD.value}
            | {"level": int(LEVELS[n % len(LEVELS)]), "at": tx.now + n, "received_at": tx.now + n}
        )
    tx.conn.execute(insert(ticket), tickets)
    tx.conn.execute(insert(rating), ratings)
