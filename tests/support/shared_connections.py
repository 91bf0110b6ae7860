"""Connections to a pooled PostgreSQL database that stay open from one test's hall to the next.

A new connection costs the server ten milliseconds of CPU, and a hall opens three.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from server.core.engine import Databases
from server.core.store import Store

NAME = "hallkeeper-shared"
"""Application name of these connections at the server."""


class SharedDatabases(Databases):
    """Databases of the process whose connections the server can tell from others."""

    def store(self, url: str, hall_id: str) -> Store:
        """Return the store of one hall."""
        named = make_url(url).update_query_dict({"application_name": NAME})
        return super().store(named.render_as_string(hide_password=False), hall_id)


_lent: dict[str, SharedDatabases] = {}


@contextmanager
def lent(url: str, databases: SharedDatabases) -> Iterator[None]:
    """Let the halls of a test on this database use these connections."""
    _lent[url] = databases
    try:
        yield
    finally:
        del _lent[url]


def of(url: str) -> SharedDatabases | None:
    """Return the connections that halls on this database share; None outside the pool."""
    return _lent.get(url)
