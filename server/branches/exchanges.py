"""One exchange between a branch server and the main one, at the main server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.branches import changes, deliveries, queries
from server.branches.changes import Change
from server.branches.errors import BranchCode
from server.branches.messages import ChangedRow, Exchange, Exchanged
from server.capability import JournalReader
from server.core.engine import newest
from server.core.errors import HallError
from server.hall.context import Context


def exchange(
    ctx: Context, readers: Mapping[str, JournalReader], site: str, body: Exchange
) -> Exchanged:
    """Put a branch's changes into the books; return what changed here since it last looked.

    Raises BRANCH_UNKNOWN, BRANCH_VERSION, BRANCH_BROKEN, BRANCH_ROW.
    """
    if body.revision != newest():
        raise HallError(BranchCode.BRANCH_VERSION)
    applied = deliveries.receive(
        ctx,
        readers,
        site,
        body.run,
        [Change(row.seq, row.name, row.row) for row in body.changes],
        after=body.delivered,
        windows=body.windows,
        waiting=body.waiting,
    )
    row, new = ctx.read(
        lambda conn: (
            queries.get(conn, ctx.hall_id, site),
            changes.all_after(conn, ctx.hall_id, body.received),
        )
    )
    if row is None:
        raise HallError(BranchCode.BRANCH_UNKNOWN)
    return Exchanged(
        applied=applied,
        lines=row.lines,
        line_hash=row.line_hash,
        changes=as_messages(new),
        received=new[-1].seq if new else body.received,
    )


def as_messages(rows: Iterable[Change]) -> list[ChangedRow]:
    """Return changes as they are sent."""
    return [ChangedRow(seq=row.seq, name=row.name, row=row.row) for row in rows]
