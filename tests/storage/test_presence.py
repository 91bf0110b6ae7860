"""Which workers there are, and which leads: told by locks, and by nothing that can be stale."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, text

from server.storage.engine import Databases, open_engine
from server.storage.presence import Presence, lock_key

PATIENCE = 20.0


class Workers:
    """Workers of one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: list[Databases] = []

    def named(self, name: str) -> tuple[Databases, Presence]:
        """One more: what it holds, and what it knows of the others."""
        self._made.append(Databases(name))
        return self._made[-1], self._made[-1].presence(self.url)

    def close(self) -> None:
        """All of them; also those that have left already."""
        for databases in self._made:
            databases.close()


@pytest.fixture
def workers(postgres_url: str) -> Iterator[Workers]:
    """On a fresh PostgreSQL database."""
    found = Workers(postgres_url)
    yield found
    found.close()


def test_one_leads_and_another_follows_it(workers: Workers) -> None:
    first, one = workers.named("one")
    _, two = workers.named("two")
    assert one.lead("north")
    assert not two.lead("north")
    assert two.lead("south")
    assert one.lead("north"), "it stays so"
    first.close()
    assert two.lead("north")


def test_a_worker_is_there_as_long_as_its_line(workers: Workers) -> None:
    first, one = workers.named("one")
    _, two = workers.named("two")
    assert two.alive("one")
    assert one.alive("one")
    assert not one.alive("three")
    first.close()
    assert not two.alive("one")


def test_a_broken_line_is_renewed_and_nothing_is_thought_held(workers: Workers) -> None:
    _, one = workers.named("one")
    second, two = workers.named("two")
    assert one.lead("north")
    killer = second.store(workers.url, "h")
    killer.read(
        lambda c: c.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).all()
    )
    one.verify()
    two.verify()
    # PostgreSQL tells a session of its end before it gives the locks back.
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while not two.lead("north"):
        assert time.monotonic() < end
        pause.wait(0.05)
    assert not one.lead("north")
    assert one.alive("two")


def test_a_worker_is_there_when_its_predecessor_of_the_same_name_goes(workers: Workers) -> None:
    """As after a power cut: PostgreSQL sees the end of the old connection after the new began."""
    before, _ = workers.named("one")
    after, one = workers.named("one")
    _, two = workers.named("two")
    before.close()
    assert two.alive("one")
    one.verify()
    after.close()
    assert not two.alive("one")


def test_a_name_that_was_not_free_at_first_is_taken_later(workers: Workers) -> None:
    asking = open_engine(workers.url)
    with asking.connect() as conn:
        key = {"key": lock_key("worker", "one")}
        assert conn.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one()
        late, one = workers.named("one")
        conn.execute(text("SELECT pg_advisory_unlock(:key)"), key)
    asking.dispose()
    _, two = workers.named("two")
    one.verify()
    assert two.alive("one")
    one.verify()
    late.close()
    assert not two.alive("one"), "it is held once, however often it was looked"


def test_each_side_soon_sees_that_the_others_machine_is_gone(postgres_url: str) -> None:
    databases = Databases("one")
    url = postgres_url + "&keepalives_count=7&options=-c%20work_mem%3D2MB"
    told = text("SELECT name, source FROM pg_settings WHERE name LIKE 'tcp_keep%' ORDER BY name")

    def query(conn: Connection) -> tuple[dict[str, str], list[str], str]:
        driver = conn.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        asked = [row.source for row in conn.execute(told)]
        memory = str(conn.execute(text("SHOW work_mem")).scalar_one())
        return driver.info.get_parameters(), asked, memory

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
