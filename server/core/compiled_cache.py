"""Compiled statements of a process, shared by its engines.

A hall opens three engines on the same database (writer, reader, one apart). Each would compile
every statement by itself, 1 to 3 ms apiece; engines of one kind of database share the result.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.util import LRUCache

CAPACITY = 2000
"""Statements that stay compiled; the hall has about 700, each with a few sets of columns."""


class CompiledCache(LRUCache[Any, Any]):
    """Cache in SQLAlchemy's `compiled_cache` that tells dialects apart by kind, not by engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the compiled statement of SQLAlchemy's key, or `default`."""
        return super().get(_shared(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_shared(key), compiled)


def _shared(key: Any) -> Any:
    """Return the key with the database's kind and version in the place of an engine's dialect."""
    dialect, *rest = key
    return (dialect.name, dialect.server_version_info, *rest)


COMPILED = CompiledCache(CAPACITY)
