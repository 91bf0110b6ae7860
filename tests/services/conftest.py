"""The small hall, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.storage.engine import migrate, open_engine
from support import postgres as pg
from support.halls import SmallHall, at


@pytest.fixture(scope="session")
def migrated(postgres: pg.Postgres) -> str:
    """A migrated PostgreSQL database to copy from."""

    def fill(url: str) -> None:
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()

    return postgres.template(fill)


@pytest.fixture
def postgres_url(postgres: pg.Postgres, migrated: str) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    name = postgres.create(migrated)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def small(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """The small hall on Monday at nine, nobody signed in."""
    hall = SmallHall(database_url, tmp_path, at(9))
    yield hall
    hall.close()
