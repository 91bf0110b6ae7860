"""Databases of the backup tests: nobody else is connected while one is restored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.database_pool import DatabasePool


@pytest.fixture
def postgres_url(books: DatabasePool) -> Iterator[str]:
    """Yield the URL of an empty, migrated PostgreSQL database without another connection."""
    with books.database_url(alone=True) as url:
        yield url
