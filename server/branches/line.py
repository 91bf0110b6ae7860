"""Line of a branch server to the main one: delivers what was done here, fetches what changed there.

Nothing here waits for it. While it is cut, changes collect in the database; when it is back they
are delivered in order. A delivery whose answer was lost is sent again and skipped there.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from server.branches import changes, queries
from server.branches.changes import Change
from server.branches.deliveries import CHANGED
from server.branches.errors import BranchCode
from server.branches.messages import Exchange, Exchanged
from server.branches.ownership import OF_MAIN
from server.branches.queries import StoredLine
from server.core import journal
from server.core.engine import newest
from server.core.errors import HallError
from server.core.events import AttendanceChanged, HallChanged
from server.core.store import Tx
from server.hall.context import Context
from server.queue import ticket_queries, window_session_queries

log = logging.getLogger(__name__)
KEPT_CHANGES = 200_000
"""Delivered changes that stay, some weeks' worth: a restored main server asks for them again."""
HEARD_MS = 20_000


class LineCutError(Exception):
    """The main server cannot be reached, or did not answer as it should."""


class RefusedError(Exception):
    """The main server refuses; `code` is its error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Transport(Protocol):
    """Way to the main server."""

    def exchange(self, request: Exchange) -> Exchanged:
        """Send a delivery and return the answer; raises LineCutError, RefusedError."""
        ...


@dataclass(frozen=True, slots=True)
class _Delivery:
    """Delivery to send, with the place of the line before it."""

    line: StoredLine
    changes: list[Change]
    last: int
    """Number of the last change there is."""
    windows: int
    waiting: int


class Line:
    """Line of one branch server."""

    def __init__(self, ctx: Context, transport: Transport) -> None:
        self._ctx = ctx
        self._transport = transport
        self._is_proved = False
        """True once both servers have found the same journal, after each start of this one."""

    def exchange_all(self) -> bool:
        """Exchange until nothing is left to deliver; return False if the line is cut.

        A refusal is noted for the office, and the next call tries again.
        """
        try:
            while self._exchange():
                pass
        except LineCutError as error:
            log.info("line to the main server is cut: %s", error)
            return False
        except RefusedError as error:
            self._note_refusal(error.code)
            return False
        return True

    def _exchange(self) -> bool:
        """Exchange once; return True if there is more to deliver."""
        ctx = self._ctx
        delivery = ctx.read(self._next)
        rows = [{"seq": c.seq, "name": c.name, "row": c.row} for c in delivery.changes]
        answer = self._transport.exchange(
            Exchange.model_validate(
                {
                    "revision": newest(),
                    "run": delivery.line.run,
                    "delivered": delivery.line.delivered,
                    "changes": rows,
                    "received": delivery.line.received,
                    "windows": delivery.windows,
                    "waiting": delivery.waiting,
                }
            )
        )
        if answer.applied > delivery.last or not self._has_line(answer):
            # The main server has records of this run that are not here: an older backup was put
            # in place, and what was done since must not be mixed with what was lost.
            self._is_proved = False
            raise RefusedError(BranchCode.BRANCH_BROKEN.value)
        is_first, self._is_proved = not self._is_proved, True
        self._take(delivery.line, answer)
        return is_first or delivery.line.delivered != answer.applied < delivery.last

    def _has_line(self, answer: Exchanged) -> bool:
        """Return True if the last line that the main server has is the same line here."""
        if not answer.lines:
            return True
        hall_id = self._ctx.hall_id
        digest = self._ctx.read(lambda c: journal.hash_of(c, hall_id, answer.lines))
        return digest == answer.line_hash

    def _next(self, conn: Connection) -> _Delivery:
        hall_id = self._ctx.hall_id
        line = queries.line(conn, hall_id)
        if line is None:
            raise HallError(BranchCode.BRANCH_UNKNOWN)
        lanes = ticket_queries.waiting_by_lane(conn, hall_id)
        return _Delivery(
            line,
            changes.after(conn, hall_id, line.delivered) if self._is_proved else [],
            changes.last(conn, hall_id),
            len(window_session_queries.sessions(conn, hall_id)),
            sum(lane.waiting for lane in lanes),
        )

    def _take(self, line: StoredLine, answer: Exchanged) -> None:
        """Note what the main server has, and apply its own changes, in one transaction."""
        arrived = [Change(row.seq, row.name, row.row) for row in answer.changes]
        now = self._ctx.clock.now()
        values: dict[str, Any] = {}
        if answer.applied != line.delivered:
            values["delivered"] = answer.applied
        if answer.received != line.received:
            values["received"] = answer.received
        if line.refusal or line.heard_at is None or abs(now - line.heard_at) >= HEARD_MS:
            values |= {"refusal": "", "heard_at": now}
        if not values and not arrived:
            return

        def act(tx: Tx) -> None:
            for change in arrived:
                if change.table in OF_MAIN:
                    changes.apply(tx.conn, change, changes.read_row(change))
            queries.change_line(tx, **values)
            changes.prune(tx, answer.applied - KEPT_CHANGES)
            tx.events.append(HallChanged(CHANGED))
            if arrived:
                tx.events += [HallChanged("catalogue", {}), HallChanged("settings")]
                tx.events += [HallChanged("accounts", {}), AttendanceChanged(())]

        self._ctx.write(act)

    def _note_refusal(self, code: str) -> None:
        def act(tx: Tx) -> None:
            line = queries.line(tx.conn, tx.hall_id)
            if line is not None and line.refusal != code:
                queries.change_line(tx, refusal=code)
                tx.events.append(HallChanged(CHANGED))

        self._ctx.write(act)
