"""Fixtures of the service tests: the small hall, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.database_pool import DatabasePool
from support.halls import SmallHall, at


@pytest.fixture
def postgres_url(books: DatabasePool) -> Iterator[str]:
    """Yield the URL of an empty, migrated PostgreSQL database."""
    with books.database_url() as url:
        yield url


@pytest.fixture
def small(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the small hall on Monday at nine, without window sessions."""
    hall = SmallHall(database_url, tmp_path, at(9))
    yield hall
    hall.close()
