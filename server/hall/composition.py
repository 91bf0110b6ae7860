"""Composition of one hall: configuration, context, people, and what its worker shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from server.accounts.people import People
from server.core.config import Config
from server.core.offload import Offloaded
from server.core.presence import Presence
from server.hall.context import Context

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hall:
    """One hall, ready to serve."""

    config: Config
    ctx: Context
    people: People
    offload: Offloaded
    presence: Presence

    def read_off_loop(self, query: Callable[[Connection], T]) -> T:
        """Run a long query in another thread, so that nobody at a counter or kiosk waits for it.

        The context's data are read before: that thread must not ask the database on the loop's
        turn. A query takes older business data by `ctx.catalogue_at` alone.
        """
        ctx = self.ctx
        ctx.catalogue(), ctx.settings(), ctx.calendar_years()
        result: T = self.offload(lambda: ctx.read_off_loop(query))
        return result

    @property
    def worker(self) -> str:
        """Name of this server process among those that serve the hall."""
        return self.config.worker_name
