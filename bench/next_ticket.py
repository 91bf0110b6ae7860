"""Benchmark of choosing the next ticket: a million tickets in the table, next to a thousand.

Beside it the same choice over a floor in memory: 300 people wait, 40 windows are signed in.

The same number of people wait in both: 500, in ten lanes. Timed is the choice as a call makes it,
in the action's own transaction: heads of the lanes, window sessions, runs, the policy, the chosen
ticket.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.harness import Run, gc_paused
from bench.history_data import write_history, write_waiting
from bench.measured_hall import furnish, own_windows
from bench.table import Figure, amount, ratio
from server.catalogue.model import ApplicantClass, Handling, Item
from server.core.clock import SetClock
from server.core.config import Config
from server.core.store import Tx
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.queue import window_session_queries
from server.queue.call_candidates import Moment, choose
from server.queue.memory_floor import MemoryFloor
from server.queue.routing import WindowSession
from server.queue.stored_floor import StoredFloor, moment_of
from server.queue.tickets import State, Ticket, lane
from server.queue.transitions import require_ticket
from support.hall_server import moment

EACH = 50
WAITING, WINDOWS = 300, 40
"""People and windows of the floor in memory."""
FEW, MANY = (1, 500), (1000, 999)
"""Days and tickets per day of the stored history."""


def measure(run: Run) -> Iterator[Figure]:
    """Measure two halls in turns."""
    few = _hall(run.folder / "few", *FEW)
    many = _hall(run.folder / "many", *(MANY if not run.quick else (4, 999)))
    amounts, beside, in_memory = [], [], []
    with gc_paused():
        for n in range(run.rounds + 1):
            small, large = _choices(few, run), _choices(many, run)
            if n:
                beside.append(small)
                amounts.append(large)
                in_memory.append(_choices_in_memory(few, run))
    for hall in (few, many):
        hall.ctx.store.close()
    yield ratio("choose", amounts, beside, "µs", "µs with 1,000 tickets")
    yield amount("choose-memory", in_memory)


def _hall(folder: Path, days: int, a_day: int) -> Hall:
    hall = open_hall(Config(data=folder, hall_id="bench"), clock=SetClock(moment("10:00")))
    furnish(hall, 1)
    write_history(folder / "hall.db", "bench", days, a_day, whole=False)
    write_waiting(folder / "hall.db", "bench", EACH)
    return hall


def _choices(hall: Hall, run: Run) -> float:
    """Return the median microseconds of one choice."""
    windows = list(own_windows(hall).values())

    def act(tx: Tx) -> float:
        seats = window_session_queries.sessions(tx.conn, tx.hall_id)
        took, sessions = [], window_session_queries.for_rules(seats)
        floor = StoredFloor(tx.conn, tx.hall_id, hall.ctx.day(tx.now))
        for n in range(run.scaled(300, 20)):
            start = time.perf_counter()
            chosen = choose(floor, moment_of(hall.ctx, tx, sessions), windows[n % len(windows)])
            if chosen is not None:
                require_ticket(tx, chosen[0])
            took.append(time.perf_counter() - start)
        return median(took) * 1e6

    return hall.ctx.write(act)


def _choices_in_memory(hall: Hall, run: Run) -> float:
    """Return the median microseconds of one choice over a floor in memory."""
    chance, now = random.Random(1), hall.ctx.clock.now()
    catalogue = hall.ctx.catalogue()
    more = [replace(w, code=f"{w.code}+") for w in catalogue.windows]
    windows = (*catalogue.windows, *more)[:WINDOWS]
    catalogue = replace(catalogue, windows=windows)
    items = [i for i in catalogue.items if i.handling is Handling.ACCEPTED]
    floor = MemoryFloor()
    for n in range(2 * WAITING):
        ticket = waiting_ticket(n, chance.choice(items), chance.choice(catalogue.classes), now)
        if n < WAITING:  # called already
            floor.put(replace(ticket, state=State.FINISHED))
            floor.record_call(ticket, chance.choice(windows).code, now)
        else:
            floor.put(ticket)
    sessions = {w.code: WindowSession(w.code, "") for w in windows}
    present = Moment(catalogue, hall.ctx.settings(), sessions, hall.ctx.local(now), now)
    took = []
    for n in range(run.scaled(2000, 40)):
        start = time.perf_counter()
        choose(floor, present, windows[n % WINDOWS].code)
        took.append(time.perf_counter() - start)
    return median(took) * 1e6


def waiting_ticket(n: int, item: Item, klass: ApplicantClass, now: int) -> Ticket:
    """Return the n-th ticket, waiting since `now` (ms)."""
    return Ticket(
        id=f"t{n}",
        day="",
        number="",
        token="",
        queue=item.unit,
        item=item.code,
        klass=klass.code,
        level=klass.level,
        lane=lane(item.code, klass.code),
        ord=n,
        version=1,
        kiosk="",
        issued_at=now,
        waiting_since=now,
    )
