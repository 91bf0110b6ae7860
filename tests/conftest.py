"""Fixtures for every test: databases of both kinds, each fresh and removed afterwards."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from support import order
from support import postgres as pg
from support.database_pool import DatabasePool
from support.hall_server import HallServer
from support.halls import empty_book
from support.query_plans import SeenStatements
from support.server_forks import ServerForks

gc.disable()  # until the tests are collected: modules and tests are no garbage
settings.register_profile("hall", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("hall")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of this run, which all its workers share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def postgres() -> Iterator[pg.Postgres]:
    """Yield one PostgreSQL server for the session."""
    with pg.server() as running:
        yield running


@pytest.fixture
def postgres_url(postgres: pg.Postgres) -> Iterator[str]:
    """Yield the URL of a fresh, empty PostgreSQL database."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests for parallel workers: long ones first; without workers change nothing."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        items[:] = order.distribute(items, lambda item: item.nodeid.partition("::")[0], workers)


def pytest_collection_finish() -> None:
    """Leave modules and the list of tests out of every later garbage collection."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def nursery() -> Iterator[None]:
    """Let every hall's server be a fork of a process that has everything imported."""
    with ServerForks() as begun:
        HallServer.nursery = begun
        yield
        HallServer.nursery = None


@pytest.fixture(scope="session", autouse=True)
def query_plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let no statement that the tests of this process ran have a poor plan on SQLite."""
    seen = SeenStatements()
    with seen.listening():
        yield
    file = tmp_path_factory.mktemp("plans") / "hall.db"
    file.write_bytes(empty_book())
    poor = seen.poor(file)
    assert not poor, "\n".join(poor)


@pytest.fixture(scope="session")
def books(postgres: pg.Postgres) -> Iterator[DatabasePool]:
    """Yield a pool of migrated PostgreSQL databases, emptied from test to test."""
    pool = DatabasePool(postgres)
    yield pool
    pool.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'hall.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a fresh, empty database; the test runs once on each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url
