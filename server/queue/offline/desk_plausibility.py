"""Plausibility of desk actions done without the server, judged by the server's own records.

The desk reports what it did and when; there is no other witness. The server itself knows the desk
share, the times when the desk was connected, the waiting times, and the items of the window. An
action that contradicts any of this is not accepted on the desk's report alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from server.core.store import Tx
from server.hall.context import Context
from server.queue import ticket_queries
from server.queue.call_candidates import takes
from server.queue.offline import desk_connections
from server.queue.offline.desk_connections import SKEW_MS, ShareSeals
from server.queue.offline.messages import HandInActs, OfflineAct
from server.queue.tickets import State, Ticket


class Implausibility(StrEnum):
    """Reason why an action is not accepted on the desk's report."""

    UNKNOWN = "unknown_ticket"
    NOT_SHARED = "not_shared"
    CONNECTED = "was_connected"
    FUTURE = "in_the_future"
    OTHER_DAY = "other_day"
    ORDER = "out_of_order"
    NOT_ITS_WORK = "not_its_work"
    UNFIT = "unfit"
    """Plausible in itself, but the ticket has changed meanwhile."""


class PlausibilityCheck:
    """Check of the actions that a desk imports together, one after another."""

    def __init__(
        self, ctx: Context, tx: Tx, seals: ShareSeals, staff: str, body: HandInActs
    ) -> None:
        self._ctx, self._tx, self._window = ctx, tx, body.window
        self._shares = [
            share.tickets
            for share in body.shares
            if seals.fits(share.seal, body.window, staff, share.tickets)
        ]
        earliest = min(act.at for act in body.acts)
        self._lines = desk_connections.connections_of(
            tx.conn, tx.hall_id, staff, body.window, earliest
        )
        self._last = 0

    def implausibility_of(self, act: OfflineAct, ticket: Ticket | None) -> Implausibility | None:
        """Return the reason why `act` is not accepted; None if there is none."""
        tx, last = self._tx, self._last
        self._last = max(last, min(act.at, tx.now))
        if ticket is None:
            return Implausibility.UNKNOWN
        if act.at > tx.now + SKEW_MS:
            return Implausibility.FUTURE
        if self._ctx.day(act.at) != ticket.day:
            return Implausibility.OTHER_DAY
        if act.at < last or act.at + SKEW_MS < _since(ticket):
            return Implausibility.ORDER
        if desk_connections.was_connected(self._lines, act.at, tx.now):
            return Implausibility.CONNECTED
        if act.kind == "call":
            return self._doubt_call(act, ticket)
        return None

    def _doubt_call(self, act: OfflineAct, ticket: Ticket) -> Implausibility | None:
        share = next((candidate for candidate in self._shares if ticket.id in candidate), None)
        if share is None:
            return Implausibility.NOT_SHARED
        if any(self._is_waiting(earlier) for earlier in _before(share, ticket.id)):
            return Implausibility.ORDER
        catalogue = self._ctx.catalogue()
        window = catalogue.window_by.get(self._window)
        local = self._ctx.local(act.at)
        if window is None or not takes(catalogue, window, ticket, local):
            return Implausibility.NOT_ITS_WORK
        return None

    def _is_waiting(self, ticket_id: str) -> bool:
        """Return True if a person earlier in the share was passed over and still waits."""
        ticket = ticket_queries.get(self._tx.conn, self._tx.hall_id, ticket_id)
        return ticket is not None and ticket.state is State.WAITING


def _since(ticket: Ticket) -> int:
    """Return the time (ms) from which the ticket is in its present state, by the records."""
    return max(ticket.waiting_since, ticket.called_at or 0, ticket.serving_at or 0)


def _before(share: Sequence[str], ticket_id: str) -> Sequence[str]:
    return share[: share.index(ticket_id)]
