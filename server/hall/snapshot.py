"""Snapshot of a hall at one moment: the data in force, the business day, reads of that moment.

Feeds and alarms get one. Rooms whose data many pages show extend it: `server.queue.snapshot`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core.clock import local
from server.core.settings import GeneralSettings, Settings
from server.hall.context import Context

T = TypeVar("T")
Force = tuple[Catalogue, Settings]
"""Business data and settings in force."""


class Snapshot:
    """One consistent snapshot; after `end` nothing more can be read."""

    def __init__(
        self, ctx: Context, force: Force, conn: Connection, head: tuple[int, str], now: int
    ) -> None:
        self._hall_id = ctx.hall_id
        self._conn: Connection | None = conn
        self.catalogue, self.settings = force
        self.seq = head[0]
        """Number of the last journal line it includes."""
        self.now = now
        self.local = local(now, self.settings.of(GeneralSettings).timezone)
        self.day = self.local.date().isoformat()
        """The business day."""

    def end(self) -> None:
        """End its moment: nothing more is read."""
        self._conn = None

    @property
    def over(self) -> bool:
        """True if nothing more of this moment can be read."""
        return self._conn is None

    @property
    def conn(self) -> Connection:
        """Connection for other reads of this moment; raises RuntimeError when it is over."""
        if self._conn is None:
            raise RuntimeError("a snapshot was asked for a part after its moment")
        return self._conn

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query at this moment."""
        return query(self.conn)
