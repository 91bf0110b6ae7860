"""Fixtures of the attack tests: the small hall with its HTTP API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.database_pool import DatabasePool
from support.halls import SmallHall, at
from support.web import Web


@pytest.fixture
def postgres_url(books: DatabasePool) -> Iterator[str]:
    """Yield the URL of an empty, migrated PostgreSQL database."""
    with books.database_url() as url:
        yield url


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """Yield the API of the small hall on Monday at nine."""
    small = SmallHall(sqlite_url, tmp_path, at(9))
    yield Web(small)
    small.close()
