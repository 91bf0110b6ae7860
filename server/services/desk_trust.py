"""Judgement of an act that a desk did without the server, by what the server knew.

The desk says what it did and when; nobody else was there. What the server knows by itself is whom
it had given to this desk, when the desk was connected, who waited since when, and what the window
may do. An act that contradicts any of this is not taken on the desk's word alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from server.domain.tickets import State, Ticket
from server.services import desk_lines
from server.services.choice import takes
from server.services.context import Context
from server.services.desk_lines import SKEW_MS, ShareSeals
from server.storage import tickets
from server.storage.store import Tx
from server.wire.commands import HandInActs, OfflineAct


class Doubt(StrEnum):
    """Reason why an act is not taken on the desk's word."""

    UNKNOWN = "unknown_ticket"
    NOT_SHARED = "not_shared"
    CONNECTED = "was_connected"
    FUTURE = "in_the_future"
    OTHER_DAY = "other_day"
    ORDER = "out_of_order"
    NOT_ITS_WORK = "not_its_work"
    UNFIT = "unfit"
    """It fits in itself, but the ticket has gone on meanwhile."""


class Trust:
    """Judge of the acts that a desk hands in at once, one after another."""

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
        self._lines = desk_lines.of(tx.conn, tx.hall_id, staff, body.window, earliest)
        self._last = 0

    def doubt(self, act: OfflineAct, ticket: Ticket | None) -> Doubt | None:
        """Return why `act` is not taken, None if nothing speaks against it."""
        tx, last = self._tx, self._last
        self._last = max(last, min(act.at, tx.now))
        if ticket is None:
            return Doubt.UNKNOWN
        if act.at > tx.now + SKEW_MS:
            return Doubt.FUTURE
        if self._ctx.day(act.at) != ticket.day:
            return Doubt.OTHER_DAY
        if act.at < last or act.at + SKEW_MS < _since(ticket):
            return Doubt.ORDER
        if desk_lines.connected(self._lines, act.at, tx.now):
            return Doubt.CONNECTED
        if act.kind == "call":
            return self._doubt_call(act, ticket)
        return None

    def _doubt_call(self, act: OfflineAct, ticket: Ticket) -> Doubt | None:
        share = next((mine for mine in self._shares if ticket.id in mine), None)
        if share is None:
            return Doubt.NOT_SHARED
        if any(self._still_waits(earlier) for earlier in _before(share, ticket.id)):
            return Doubt.ORDER
        catalogue = self._ctx.catalogue()
        window = catalogue.window_by.get(self._window)
        local = self._ctx.local(act.at)
        if window is None or not takes(catalogue, window, ticket, local):
            return Doubt.NOT_ITS_WORK
        return None

    def _still_waits(self, ticket_id: str) -> bool:
        """Return True if somebody was passed over: he waits, though he was before in the share."""
        found = tickets.get(self._tx.conn, self._tx.hall_id, ticket_id)
        return found is not None and found.state is State.WAITING


def _since(ticket: Ticket) -> int:
    """Time (ms) at which the ticket came to where it is, as the server knows."""
    return max(ticket.waiting_since, ticket.called_at or 0, ticket.serving_at or 0)


def _before(share: Sequence[str], ticket_id: str) -> Sequence[str]:
    return share[: share.index(ticket_id)]
