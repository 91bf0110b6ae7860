"""A server joins the main hall as a branch: its first rows, and the day that a lost one left."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from server.branches import changes, queries, triggers
from server.branches.changes import Change, Row
from server.branches.ownership import JOURNAL, OF_BRANCH, TICKET
from server.branches.queries import RESUMED
from server.core.actors import SYSTEM
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.queue import number_counters
from server.queue.branch_notation import BranchServer
from server.queue.issuing import ARRIVALS
from server.queue.number_ranges import branch_servers
from server.queue.offline import lease_queries
from server.queue.tickets import order_of, ticket_id

TOKEN_FILE = "branch.token"
UNSURE_NUMBERS = 20
"""Numbers of each prefix left out after a lost server: it may have printed some that it could not
deliver any more."""


def keep_token(folder: Path, token: str) -> None:
    """Write the branch's token to its data folder, readable by its owner only."""
    draft = folder / f"{TOKEN_FILE}.new"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / TOKEN_FILE)


def read_token(folder: Path) -> str:
    """Return the branch's token; empty if there is none."""
    path = folder / TOKEN_FILE
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def begin(ctx: Context, site: str, run: int, received: int, rows: Sequence[Change]) -> None:
    """Store everything with which a branch server begins, in an empty database."""

    def act(tx: Tx) -> None:
        triggers.install(tx.conn, OF_BRANCH)
        changes.repeat(tx, JOURNAL)  # lines of the opening: the journal arrives from its first one
        tickets: list[Row] = []
        for change in rows:
            row = changes.read_row(change)
            if change.name == TICKET:
                row |= {"branch": ""}
                tickets.append(row)
            changes.apply(tx.conn, change, row)
        queries.put_line(tx, site, run, received)
        write_journal(tx, SYSTEM, "branch.join", site, data={"run": run})
        _resume(tx, tickets)
        settings = ctx.within(tx).settings()
        for server in branch_servers(settings):
            if server.site == site:
                _leave_out(tx, server)
        tx.events += [HallChanged("catalogue", {}), HallChanged("settings")]

    ctx.write(act)


def _resume(tx: Tx, tickets: Sequence[Row]) -> None:
    """Record the numbers of today that a lost server had issued."""
    for row in tickets:
        values = {"kiosk": row["kiosk"], "day": row["day"], "given_at": row["issued_at"]}
        lease_queries.add_import(
            tx, row["id"], lease="", verdict=RESUMED, other="", clock_off=0, **values
        )
        write_journal(tx, SYSTEM, "ticket.issue", row["id"], data={RESUMED: True})
    if tickets:
        last = max(int(row["ord"]) for row in tickets) // order_of(1) + 1
        number_counters.move_on(tx, tickets[0]["day"], ARRIVALS, last)


def _leave_out(tx: Tx, server: BranchServer) -> None:
    """Go on behind the last number of each prefix that the lost server is known to have issued."""
    last: dict[tuple[str, str], int] = {}
    middle = (server.first + server.last) // 2
    for row in changes.rows_of(tx.conn, tx.hall_id, TICKET):
        ticket = changes.read_row(row)
        if ticket["seq"] <= middle:
            place = ticket["day"], ticket["prefix"]
            last[place] = max(last.get(place, 0), ticket["seq"])
    for (day, prefix), seq in last.items():
        until = min(seq + UNSURE_NUMBERS, server.last)
        number_counters.move_on(tx, day, prefix, until)
        data = {"day": day, "skipped": {prefix: [server.first, until]}}
        write_journal(tx, SYSTEM, number_counters.RESTORED, ticket_id(day, prefix), data=data)
