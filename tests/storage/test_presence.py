"""Presence of workers and the leader among them: held by database locks, which cannot be stale."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, text

from server.core.engine import Databases, open_engine
from server.core.presence import Presence, lock_key

PATIENCE = 20.0


class Workers:
    """Workers of one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: list[Databases] = []

    def named(self, name: str) -> tuple[Databases, Presence]:
        """Add a worker; return its databases and its view of the others."""
        self._made.append(Databases(name))
        return self._made[-1], self._made[-1].presence(self.url)

    def close(self) -> None:
        """Close all workers, also those that have left already."""
        for databases in self._made:
            databases.close()


@pytest.fixture
def workers(postgres_url: str) -> Iterator[Workers]:
    """Yield workers on a fresh PostgreSQL database."""
    made = Workers(postgres_url)
    yield made
    made.close()


def test_one_leads_and_another_follows_it(workers: Workers) -> None:
    first, presence_one = workers.named("one")
    _, presence_two = workers.named("two")
    assert presence_one.lead("north")
    assert not presence_two.lead("north")
    assert presence_two.lead("south")
    assert presence_one.lead("north"), "it stays so"
    first.close()
    assert presence_two.lead("north")


def test_a_worker_is_alive_as_long_as_its_connection(workers: Workers) -> None:
    first, presence_one = workers.named("one")
    _, presence_two = workers.named("two")
    assert presence_two.alive("one")
    assert presence_one.alive("one")
    assert not presence_one.alive("three")
    first.close()
    assert not presence_two.alive("one")


def test_a_broken_connection_is_renewed_and_its_locks_count_as_lost(workers: Workers) -> None:
    _, presence_one = workers.named("one")
    second, presence_two = workers.named("two")
    assert presence_one.lead("north")
    killer = second.store(workers.url, "h")
    killer.read(
        lambda c: c.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()
    )
    presence_one.verify()
    presence_two.verify()
    # PostgreSQL reports the end of a session before it releases the locks.
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while not presence_two.lead("north"):
        assert time.monotonic() < end
        pause.wait(0.05)
    assert not presence_one.lead("north")
    assert presence_one.alive("two")


def test_a_worker_stays_alive_when_its_predecessor_of_the_same_name_ends(workers: Workers) -> None:
    """Keep a worker whose predecessor of the same name ends later.

    As after a power cut: PostgreSQL sees the end of the old connection after the start of the new
    one.
    """
    before, _ = workers.named("one")
    after, presence_one = workers.named("one")
    _, presence_two = workers.named("two")
    before.close()
    assert presence_two.alive("one")
    presence_one.verify()
    after.close()
    assert not presence_two.alive("one")


def test_a_name_that_was_in_use_is_acquired_later(workers: Workers) -> None:
    asking = open_engine(workers.url)
    with asking.connect() as conn:
        key = {"key": lock_key("worker", "one")}
        assert conn.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one()
        late, presence_one = workers.named("one")
        conn.execute(text("SELECT pg_advisory_unlock(:key)"), key)
    asking.dispose()
    _, presence_two = workers.named("two")
    presence_one.verify()
    assert presence_two.alive("one")
    presence_one.verify()
    late.close()
    assert not presence_two.alive("one"), "it is held once, however often it was looked"


def test_client_and_server_soon_detect_a_lost_peer(postgres_url: str) -> None:
    databases = Databases("one")
    url = postgres_url + "&keepalives_count=7&options=-c%20work_mem%3D2MB"
    settings_query = text(
        "SELECT name, source FROM pg_settings WHERE name LIKE 'tcp_keep%' ORDER BY name"
    )

    def query(conn: Connection) -> tuple[dict[str, str], list[str], str]:
        driver = conn.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        sources = [row.source for row in conn.execute(settings_query)]
        memory = str(conn.execute(text("SHOW work_mem")).scalar_one())
        return driver.info.get_parameters(), sources, memory

    try:
        ours, theirs, memory = databases.store(url, "h").read(query)
    finally:
        databases.close()
    assert (ours["keepalives_idle"], ours["keepalives_interval"]) == ("10", "5")
    assert ours["tcp_user_timeout"] == "25000"
    assert theirs == ["client"] * 3
    assert (ours["keepalives_count"], memory) == ("7", "2MB"), "what the URL says counts more"


def test_a_file_has_one_worker(sqlite_url: str) -> None:
    workers = Workers(sqlite_url)
    _, only = workers.named("one")
    assert only.lead("north")
    assert only.alive("one")
    assert not only.alive("two")
    workers.close()
