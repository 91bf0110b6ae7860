"""Which workers there are, and which leads: told by locks, and by nothing that can be stale."""

from __future__ import annotations

import threading
import time

from sqlalchemy import text

from server.storage.engine import Databases
from server.storage.presence import Presence

PATIENCE = 20.0


def _worker(url: str, name: str) -> tuple[Databases, Presence]:
    databases = Databases(name)
    return databases, databases.presence(url)


def test_one_leads_and_another_follows_it(postgres_url: str) -> None:
    first, one = _worker(postgres_url, "one")
    second, two = _worker(postgres_url, "two")
    try:
        assert one.lead("north")
        assert not two.lead("north")
        assert two.lead("south")
        assert one.lead("north"), "it stays so"
        first.close()
        assert two.lead("north")
    finally:
        second.close()


def test_a_worker_is_there_as_long_as_its_line(postgres_url: str) -> None:
    first, one = _worker(postgres_url, "one")
    second, two = _worker(postgres_url, "two")
    try:
        assert two.alive("one")
        assert one.alive("one")
        assert not one.alive("three")
        first.close()
        assert not two.alive("one")
    finally:
        second.close()


def test_a_broken_line_is_renewed_and_nothing_is_thought_held(postgres_url: str) -> None:
    first, one = _worker(postgres_url, "one")
    second, two = _worker(postgres_url, "two")
    try:
        assert one.lead("north")
        killer = second.store(postgres_url, "h")
        killer.read(
            lambda c: c.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            ).all()
        )
        one.look()
        two.look()
        # PostgreSQL tells a session of its end before it gives the locks back.
        end, pause = time.monotonic() + PATIENCE, threading.Event()
        while not two.lead("north"):
            assert time.monotonic() < end
            pause.wait(0.05)
        assert not one.lead("north")
        assert one.alive("two")
    finally:
        first.close()
        second.close()


def test_a_file_has_one_worker(sqlite_url: str) -> None:
    databases, only = _worker(sqlite_url, "one")
    assert only.lead("north")
    assert only.alive("one")
    assert not only.alive("two")
    databases.close()
