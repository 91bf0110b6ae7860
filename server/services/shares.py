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
DEEPEST = 60
"""Tickets of one lane that are looked at."""


class Shares:
    """Shares of one snapshot after another; the heads of the lanes are read once for each."""

    def __init__(self, hall_id: str) -> None:
        self._hall_id = hall_id
        self._of: tuple[Snapshot, dict[str, list[Ticket]]] | None = None

    def of(self, conn: Connection, taken: Snapshot, window: Window) -> list[Ticket]:
        """Whom `window` would call, in this order, if the server went away now."""
        if self._of is None or self._of[0] is not taken:
            self._of = (taken, self._shared_out(conn, taken))
        mine = in_turn(self._of[1].get(window.code, []), taken.settings.priority_run)
        return mine[:MOST]

    def _shared_out(self, conn: Connection, taken: Snapshot) -> dict[str, list[Ticket]]:
        catalogue = taken.catalogue
        seated = [w for w in catalogue.windows if w.code in taken.posts]
        found: dict[str, list[Ticket]] = {}
        for row in taken.floor.waiting:
            able = [w.code for w in seated if takes(catalogue, w, row, taken.local)]
            if not able:
                continue
            most = min(DEEPEST, 2 * MOST * len(able))
            for ticket in self._first(conn, taken.day, row, most):
                found.setdefault(str(owner(ticket.id, able)), []).append(ticket)
        return found

    def _first(self, conn: Connection, day: str, row: Any, most: int) -> list[Ticket]:
        return [
            ticket
            for ticket in tickets.first_in_lane(conn, self._hall_id, row.lane, most)
            if ticket.day == day
        ]
