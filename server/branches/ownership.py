"""Tables that each side of a line owns, and the proof that a delivered row is the branch's own.

A row has one server that may change it, so the changes of the two never meet: in whatever order
they arrive, the books are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from server.catalogue import tables as catalogue_tables
from server.core.columns import metadata
from server.queue import tables as queue_tables
from server.queue.branch_notation import BranchServer

TICKET, CALL, JOURNAL = "ticket", "call", "journal"
OF_BRANCH = (TICKET, CALL, JOURNAL)
"""Tables whose rows a branch server delivers to the main one."""
ACTS_OF_BRANCH = frozenset(
    {
        *("account", "alarm", "branch", "calendar", "call", "counter", "day", "device"),
        *("hall", "hall_notice", "kiosk", "lease", "slip", "ticket", "window"),
    }
)
"""First parts of the actions that a branch server does; it has no say in any other book."""
BUSINESS_DATA = tuple(
    table.name for table in metadata.sorted_tables if table in vars(catalogue_tables).values()
)
"""Tables of the business data, parents first."""
OF_MAIN = ("hall", "setting", "account", *BUSINESS_DATA)
"""Tables whose rows the main server passes on to its branches."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Judge of one delivery: is each row the branch's own?"""

    conn: Connection
    hall_id: str
    server: BranchServer
    _tickets: set[str] = field(default_factory=set)

    def owns(self, table: str, row: Mapping[str, Any]) -> bool:
        """Return True if the branch may write the row."""
        if row.get("hall_id") != self.hall_id:
            return False
        if table == TICKET:
            return self._owns_ticket(row)
        return table == CALL and self._has_ticket(str(row.get("ticket_id")))

    def _owns_ticket(self, row: Mapping[str, Any]) -> bool:
        number, day = row.get("seq"), str(row.get("day"))
        is_own = (
            isinstance(number, int)
            and self.server.first <= number <= self.server.last
            and self.server.since <= day
        )
        if is_own:
            self._tickets.add(str(row.get("id")))
        return is_own

    def _has_ticket(self, ticket: str) -> bool:
        if ticket not in self._tickets:
            t = queue_tables.ticket.c
            query = select(t.branch).where(t.hall_id == self.hall_id, t.id == ticket)
            if self.conn.execute(query).scalar_one_or_none() != self.server.site:
                return False
            self._tickets.add(ticket)
        return True
