"""Many windows that call at the same moment: `Burst(hall).call(20)`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from server.catalogue.model import Staff, Window
from server.catalogue.reference import load
from support.hall_server import Client, HallServer, RefusedError


def staffed_windows() -> list[tuple[Window, Staff]]:
    """Return each staffed window with its person, in the order of the test server."""
    catalogue, busy = load(), set[str]()
    pairs = []
    for window in catalogue.windows:
        able = (s for s in catalogue.staff if window.code in s.windows and s.number not in busy)
        person = next(able, None)
        if person is not None:
            busy.add(person.number)
            pairs.append((window, person))
    return pairs


def callers() -> list[str]:
    """Return the staff numbers of all seated persons: the accounts that a burst needs."""
    return [person.number for _, person in staffed_windows()]


class Burst:
    """Simultaneous calls of many windows, each of a ticket that the window can serve."""

    def __init__(self, hall: HallServer) -> None:
        self._hall = hall

    def call(self, count: int) -> list[str]:
        """Let `count` windows call at the same time and return the called numbers."""
        free: list[Client] = []
        for _, person in staffed_windows():
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
        """Issue one ticket for every item that can be issued now."""
        for item in load().items:
            with suppress(RefusedError):
                self._hall.ticket(item.code)
