"""Deliveries of a branch server at the main one: each change is in the books once, in order.

The branch sends whole actions from the last change that this server has confirmed. What is here
already is skipped, a gap is left for the next delivery, and everything else is one transaction. So
a request or an answer may be lost at any moment. Its journal lines are proved by their own chain
and appended to the journal here, with the branch's number in their data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from server.branches import changes, queries
from server.branches.changes import Change, Row
from server.branches.errors import BranchCode
from server.branches.ownership import ACTS_OF_BRANCH, JOURNAL, OF_BRANCH, TICKET, Owner
from server.branches.queries import StoredBranch
from server.capability import JournalReader
from server.core import journal
from server.core.errors import HallError
from server.core.events import HallChanged
from server.core.journal_line import Line, line_hash
from server.core.store import Tx
from server.hall.context import Context
from server.queue.branch_notation import BranchServer
from server.queue.number_ranges import branch_servers

CHANGED = "branches"
"""Subject of HallChanged for a branch whose state has changed."""
ORIGIN = "_branch"
"""Key in the data of a branch's journal line here: building, run, and its number there."""
HEARD_MS = 20_000
"""A branch that delivers nothing is noted as heard once in so many milliseconds."""
MALFORMED = (KeyError, TypeError, ValueError, IntegrityError)
"""Errors of a row that is no row of the table, or meets another row of this server."""


def server_of(ctx: Context, site: str) -> BranchServer:
    """Return the branch server of a building that has not ended; raises BRANCH_UNKNOWN."""
    for server in branch_servers(ctx.settings()):
        if server.site == site and not server.until:
            return server
    raise HallError(BranchCode.BRANCH_UNKNOWN)


def receive(
    ctx: Context,
    readers: Mapping[str, JournalReader],
    site: str,
    run: int,
    delivered: Sequence[Change],
    *,
    after: int,
    windows: int,
    waiting: int,
) -> int:
    """Put a delivery into the books; return the number of the branch's last change that is there.

    Raises BRANCH_UNKNOWN, BRANCH_BROKEN for lines that do not continue those received, BRANCH_ROW
    for a row that is not the branch's own; then nothing of it is stored.
    """
    server = server_of(ctx, site)

    def act(tx: Tx) -> int:
        row = queries.get(tx.conn, tx.hall_id, site)
        if row is None or row.run != run:
            raise HallError(BranchCode.BRANCH_BROKEN)
        fresh = [change for change in delivered if change.seq > row.applied]
        if after > row.applied or not fresh:
            _note(tx, row, windows, waiting)
            return row.applied
        _Delivery(tx, Owner(tx.conn, tx.hall_id, server), row, readers).apply(fresh)
        queries.change(tx, site, windows=windows, waiting=waiting, heard_at=tx.now, refusal="")
        tx.events.append(HallChanged(CHANGED))
        return fresh[-1].seq

    try:
        return ctx.write(act)
    except HallError as error:
        _note_refusal(ctx, site, error)
        raise


def _note(tx: Tx, row: StoredBranch, windows: int, waiting: int) -> None:
    """Note that a branch without anything new was heard."""
    is_stale = row.heard_at is None or tx.now - row.heard_at >= HEARD_MS
    if is_stale or row.refusal or (row.windows, row.waiting) != (windows, waiting):
        values = {"windows": windows, "waiting": waiting, "heard_at": tx.now, "refusal": ""}
        queries.change(tx, row.site, **values)
        tx.events.append(HallChanged(CHANGED))


def _note_refusal(ctx: Context, site: str, error: HallError) -> None:
    def act(tx: Tx) -> None:
        row = queries.get(tx.conn, tx.hall_id, site)
        if row is not None and row.refusal != error.code.value:
            queries.change(tx, site, refusal=error.code.value, heard_at=tx.now)
            tx.events.append(HallChanged(CHANGED))

    ctx.write(act)


class _Delivery:
    """Delivery that is being put into the books."""

    def __init__(
        self, tx: Tx, owner: Owner, row: StoredBranch, readers: Mapping[str, JournalReader]
    ) -> None:
        self._tx = tx
        self._owner = owner
        self._row = row
        self._readers = readers
        self._lines = row.lines
        self._hash = row.line_hash
        self._appended: list[Line] = []

    def apply(self, fresh: Sequence[Change]) -> None:
        """Write the changes, publish the moves of their lines, and note the branch's position."""
        for change in fresh:
            if change.name:
                self._write(change)
        for line in _newest(self._appended):
            reader = self._readers.get(line.act.partition(".")[0])
            event = reader(self._tx.conn, line) if reader else None
            if event is not None:
                self._tx.events.append(event)
        queries.change(
            self._tx,
            self._row.site,
            applied=fresh[-1].seq,
            lines=self._lines,
            line_hash=self._hash,
        )

    def _write(self, change: Change) -> None:
        try:
            row = changes.read_row(change)
            if change.name == JOURNAL:
                self._append(_line_of(row), str(row["hash"]))
                return
            is_own = change.name in OF_BRANCH and self._owner.owns(change.name, row)
            if is_own and change.name == TICKET:
                marked = row | {"branch": self._row.site}
                is_own = changes.apply(self._tx.conn, change, marked, {"branch": self._row.site})
            elif is_own:
                changes.apply(self._tx.conn, change, row)
        except MALFORMED:
            is_own = False
        if not is_own:
            raise HallError(BranchCode.BRANCH_ROW)

    def _append(self, line: Line, digest: str) -> None:
        """Append a line of the branch's journal after proving that it is the next of its chain."""
        if line.act.partition(".")[0] not in ACTS_OF_BRANCH:
            raise HallError(BranchCode.BRANCH_ROW)
        is_next = line.hall_id == self._tx.hall_id and line.seq == self._lines + 1
        if not is_next or line_hash(self._hash, line) != digest:
            raise HallError(BranchCode.BRANCH_BROKEN)
        self._lines, self._hash = line.seq, digest
        seq = journal.append(
            self._tx.at(line.at),
            actor_kind=line.actor_kind,
            actor=line.actor,
            act=line.act,
            subject=line.subject,
            window=line.window,
            data=line.data | {ORIGIN: [self._row.site, self._row.run, line.seq]},
            why=line.why,
        )
        self._appended.append(replace(line, seq=seq))


def _line_of(row: Row) -> Line:
    return Line(
        hall_id=str(row["hall_id"]),
        seq=int(row["seq"]),
        at=int(row["at"]),
        actor_kind=str(row["actor_kind"]),
        actor=str(row["actor"]),
        window=str(row["window"]),
        act=str(row["act"]),
        subject=str(row["subject"]),
        data=json.loads(row["data"]),
        why=str(row["why"]),
    )


def _newest(lines: Sequence[Line]) -> list[Line]:
    """Return the last line of each subject: only a ticket's last move matches its present data."""
    last = {line.subject: line.seq for line in lines}
    return [line for line in lines if last[line.subject] == line.seq]
