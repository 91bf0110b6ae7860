"""Many windows that call at the same moment: `Burst(hall).call(20)`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from server.domain.catalogue import Staff, Window
from server.reference import load
from support.hall_server import Client, HallServer, RefusedError


def seats() -> list[tuple[Window, Staff]]:
    """Windows and who sits there, as the tests' server seats them."""
    catalogue, taken = load(), set[str]()
    found = []
    for window in catalogue.windows:
        able = (s for s in catalogue.staff if window.code in s.windows and s.number not in taken)
        person = next(able, None)
        if person is not None:
            taken.add(person.number)
            found.append((window, person))
    return found


def callers() -> list[str]:
    """Staff numbers of everybody who sits somewhere: the accounts that a burst needs."""
    return [person.number for _, person in seats()]


class Burst:
    """Calls of many windows at once, each of somebody whom it serves."""

    def __init__(self, hall: HallServer) -> None:
        self._hall = hall

    def call(self, count: int) -> list[str]:
        """Let `count` windows call somebody at the same time; returns the numbers called."""
        free: list[Client] = []
        for _, person in seats():
            desk = self._hall.clerk(person.number)
            if len(free) < count and self._waits_for(desk):
                free.append(desk)
        assert len(free) == count, f"only {len(free)} windows have somebody to call"
        with ThreadPoolExecutor(count) as pool:
            states = list(pool.map(lambda desk: desk.post("/counter/call-next"), free))
        return [state["current"]["number"] for state in states]

    def _waits_for(self, desk: Client) -> bool:
        state = desk.get("/counter")
        return bool(state["signed_in"] and state["current"] is None and state["waiting"])

    def fill(self) -> None:
        """Let one person wait for every item that can be had now."""
        for item in load().items:
            with suppress(RefusedError):
                self._hall.ticket(item.code)
