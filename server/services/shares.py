"""The people that each window keeps for the time without a server, read beside a snapshot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from server.domain.catalogue import Window
from server.domain.shares import in_turn, owner
from server.domain.tickets import Ticket
from server.services.choice import takes
from server.services.snapshot import Snapshot
from server.storage import tickets

MOST = 10
"""People in a share: an hour's work of a window."""
DEEPEST = 40
"""Tickets of one lane that are looked at."""
FRESH_MS = 2000
"""Pictures are drawn many times a second; who waits is shared out anew after so long at most."""


class Shares:
    """Shares of one snapshot after another. They may be two seconds old, but for who is called."""

    def __init__(self, hall_id: str) -> None:
        self._hall_id = hall_id
        self._of: tuple[Snapshot, dict[str, list[Ticket]]] | None = None

    def of(self, conn: Connection, taken: Snapshot, window: Window) -> list[Ticket]:
        """Whom `window` would call, in this order, if the server went away now."""
        if self._of is None or not _still_good(self._of[0], taken):
            self._of = (taken, self._shared_out(conn, taken))
        called = {ticket.id for ticket in taken.at_windows}
        mine = [t for t in self._of[1].get(window.code, []) if t.id not in called]
        return in_turn(mine, taken.settings.priority_run)[:MOST]

    def _shared_out(self, conn: Connection, taken: Snapshot) -> dict[str, list[Ticket]]:
        catalogue = taken.catalogue
        seated = [w for w in catalogue.windows if w.code in taken.posts]
        found: dict[str, list[Ticket]] = {}
        for row in taken.floor.waiting:
            able = [w.code for w in seated if takes(catalogue, w, row, taken.local)]
            if not able:
                continue
            most = min(DEEPEST, MOST * (1 + len(able)))
            for ticket in self._first(conn, taken.day, row, most):
                found.setdefault(str(owner(ticket.id, able)), []).append(ticket)
        return found

    def _first(self, conn: Connection, day: str, row: Any, most: int) -> list[Ticket]:
        return [
            ticket
            for ticket in tickets.first_in_lane(conn, self._hall_id, row.lane, most)
            if ticket.day == day
        ]


def _still_good(before: Snapshot, now: Snapshot) -> bool:
    """Whether what was shared out for one snapshot may still be shown with a later one."""
    if before is now:
        return True
    seats = {code: row.staff for code, row in before.seats.items()}
    same = seats == {code: row.staff for code, row in now.seats.items()}
    return same and 0 <= now.now - before.now < FRESH_MS and before.catalogue is now.catalogue
