"""The small hall, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.emptied import EmptiedBooks
from support.halls import SmallHall, at


@pytest.fixture
def postgres_url(books: EmptiedBooks) -> Iterator[str]:
    """The address of an empty, migrated PostgreSQL database."""
    with books.one() as url:
        yield url


@pytest.fixture
def small(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """The small hall on Monday at nine, nobody signed in."""
    hall = SmallHall(database_url, tmp_path, at(9))
    yield hall
    hall.close()
