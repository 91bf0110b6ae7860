"""Desk shares: the tickets that each window calls while the server is away."""

from __future__ import annotations

from sqlalchemy import Connection

from server.catalogue.model import Window
from server.queue import ticket_queries
from server.queue.call_candidates import takes
from server.queue.offline.share_rules import in_turn, owner
from server.queue.settings import NumberSettings
from server.queue.snapshot import QueueSnapshot
from server.queue.ticket_queries import LaneCount
from server.queue.tickets import Ticket

MOST = 10
"""Most tickets in a desk share: an hour's work of a window."""
DEEPEST = 40
"""Most tickets of one lane that are examined."""
FRESH_MS = 2000
"""Milliseconds for which shares are reused: full states are built many times a second."""


class Shares:
    """Cache of the desk shares of successive snapshots.

    Shares may be two seconds old, except that called tickets are excluded at once.
    """

    def __init__(self, hall_id: str) -> None:
        self._hall_id = hall_id
        self._of: tuple[QueueSnapshot, dict[str, list[Ticket]]] | None = None

    def of(self, conn: Connection, snap: QueueSnapshot, window: Window) -> list[Ticket]:
        """Return the tickets that `window` would call, in order, if the server failed now."""
        if self._of is None or not _is_reusable(self._of[0], snap):
            self._of = (snap, self._assign(conn, snap))
        called = {ticket.id for ticket in snap.at_windows}
        own_tickets = [t for t in self._of[1].get(window.code, []) if t.id not in called]
        return in_turn(own_tickets, snap.settings.of(NumberSettings).priority_run)[:MOST]

    def _assign(self, conn: Connection, snap: QueueSnapshot) -> dict[str, list[Ticket]]:
        catalogue = snap.catalogue
        staffed = [w for w in catalogue.windows if w.code in snap.sessions]
        shares: dict[str, list[Ticket]] = {}
        for row in snap.waiting:
            able_windows = [w.code for w in staffed if takes(catalogue, w, row, snap.local)]
            if not able_windows:
                continue
            limit = min(DEEPEST, MOST * (1 + len(able_windows)))
            for ticket in self._first(conn, snap.day, row, limit):
                # Numbers of one person go to one window, where that may serve them all.
                person = ticket.visit or ticket.id
                shares.setdefault(str(owner(person, able_windows)), []).append(ticket)
        return shares

    def _first(self, conn: Connection, day: str, row: LaneCount, limit: int) -> list[Ticket]:
        return [
            ticket
            for ticket in ticket_queries.first_in_lane(conn, self._hall_id, row.lane, limit)
            if ticket.day == day
        ]


def _is_reusable(before: QueueSnapshot, now: QueueSnapshot) -> bool:
    """Return True if the shares of one snapshot may still be used with a later one."""
    if before is now:
        return True
    seats = {code: row.staff for code, row in before.session_rows.items()}
    same = seats == {code: row.staff for code, row in now.session_rows.items()}
    return same and 0 <= now.now - before.now < FRESH_MS and before.catalogue is now.catalogue
