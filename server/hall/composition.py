"""Composition of one hall: configuration, context, people, and what its worker shares."""

from __future__ import annotations

from dataclasses import dataclass

from server.accounts.people import People
from server.core.config import Config
from server.core.offload import Offloaded
from server.core.presence import Presence
from server.hall.context import Context


@dataclass(frozen=True, slots=True)
class Hall:
    """One hall, ready to serve."""

    config: Config
    ctx: Context
    people: People
    offload: Offloaded
    presence: Presence

    @property
    def worker(self) -> str:
        """Name of this server process among those that serve the hall."""
        return self.config.worker_name
