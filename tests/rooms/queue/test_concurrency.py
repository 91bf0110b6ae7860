"""Concurrent commands on both databases: no double number, no double call, no ticket skipped."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from server.core.errors import HallError
from server.integrity.checks import violations
from server.queue import calling, ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import State
from support.halls import SmallHall

KIOSKS = 32
TICKETS_EACH = 6
WINDOWS = ("T1", "T2", "G1", "G2", "S1")
CLERKS = 8
"""More than windows: some press twice at the same window, from the page and the keypad."""


def _all_at_once(calls: list[Callable[[], None]]) -> None:
    """Run every call in a thread of its own, started together; raise what any of them raised."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        ready.wait()
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        for done in [pool.submit(run, call) for call in calls]:
            done.result()


def test_kiosks_and_clerks_at_once(small: SmallHall) -> None:
    small.configure(kiosk_minute_numbers=999)  # all of them press at one kiosk
    small.sign_in(*WINDOWS)
    called: list[str] = []
    items = ("tax-1", "tax-2", "social-1", "build-1")
    waiting_tickets = threading.Semaphore(0)

    def kiosk(number: int) -> Callable[[], None]:
        def take() -> None:
            for turn in range(TICKETS_EACH):
                small.issue(items[(number + turn) % 4], key=f"kiosk-{number}-{turn}")
                waiting_tickets.release()

        return take

    def clerk(number: int) -> Callable[[], None]:
        window = WINDOWS[number % len(WINDOWS)]

        def serve() -> None:
            turn = 0
            while len(called) < KIOSKS * TICKETS_EACH:
                turn += 1
                key = f"clerk-{number}-{turn}"
                try:
                    ticket_id = calling.call_next(
                        small.ctx, small.clerk(window), key, window, "done"
                    )
                except HallError as error:
                    assert error.code is QueueCode.NOBODY_WAITING
                    waiting_tickets.acquire(timeout=0.05)
                    continue
                if ticket_id:
                    called.append(ticket_id)

        return serve

    _all_at_once([kiosk(n) for n in range(KIOSKS)] + [clerk(n) for n in range(CLERKS)])
    everybody = small.ctx.read(lambda c: ticket_queries.of_day(c, "small", "2026-03-02"))
    assert len(everybody) == KIOSKS * TICKETS_EACH
    assert Counter(called) == Counter(t.id for t in everybody)
    numbers = Counter(t.number for t in everybody)
    assert max(numbers.values()) == 1
    for prefix in "ABC":
        issued = sorted(int(n[1:]) for n in numbers if n[0] == prefix)
        assert issued == list(range(1, len(issued) + 1))
    assert small.ctx.read(lambda c: violations("small", c)) == []


def test_one_waiting_ticket_is_called_by_one_of_many_windows(small: SmallHall) -> None:
    small.sign_in("T1", "T2", "G1", "G2")
    won: list[str] = []

    def grab(window: str, turn: int) -> Callable[[], None]:
        def call() -> None:
            key = f"{window}-{turn}"
            try:
                ticket_id = calling.call_next(small.ctx, small.clerk(window), key, window, "done")
            except HallError as error:
                assert error.code is QueueCode.NOBODY_WAITING
            else:
                won.extend([ticket_id] * bool(ticket_id))

        return call

    for turn in range(10):
        ticket = small.issue("tax-1")
        won.clear()
        _all_at_once([grab(w, turn) for w in ("T1", "T2", "G1", "G2")])
        assert won == [ticket.id]
        assert small.ticket(ticket.id).state is State.CALLED


def test_repeats_of_one_command_at_once(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket_ids: list[str] = []

    def press() -> None:
        ticket_ids.append(small.issue("tax-1", key="same").id)

    _all_at_once([press] * 16)
    assert len(set(ticket_ids)) == 1
    assert small.issue("tax-1").number == "A002"
