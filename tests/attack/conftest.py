"""The small hall behind its HTTP door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.emptied import EmptiedBooks
from support.halls import SmallHall, at
from support.web import Web


@pytest.fixture
def postgres_url(books: EmptiedBooks) -> Iterator[str]:
    """The address of an empty, migrated PostgreSQL database."""
    with books.one() as url:
        yield url


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """The small hall on Monday at nine."""
    small = SmallHall(sqlite_url, tmp_path, at(9))
    yield Web(small)
    small.close()
