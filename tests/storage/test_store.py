"""Store: all or nothing, group commit, events after the commit; and the schema's migrations."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, bindparam, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from server.core import all_tables
from server.core import tables as core_tables
from server.core.engine import migrate, newest, open_engine, open_store, revision
from server.core.errors import CommonCode, HallError
from server.core.statement import precompiled
from server.core.store import Store, Tx, attempt
from server.queue import slip_queries, ticket_counts, ticket_queries


def _store(url: str) -> Store:
    engine = open_engine(url)
    migrate(engine)
    with engine.begin() as conn:
        conn.execute(insert(core_tables.hall).values(hall_id="h", created_at=0))
    engine.dispose()
    return open_store(url, "h")


@pytest.fixture
def store(database_url: str) -> Any:
    """Yield a store on each database."""
    opened = _store(database_url)
    yield opened
    opened.close()


def _put(tx: Tx, name: str) -> str:
    tx.conn.execute(
        insert(core_tables.setting).values(hall_id="h", name=name, since=tx.now, value="1")
    )
    tx.events.append(name)
    return name


def _names(store: Store) -> set[str]:
    return set(store.read(lambda c: c.execute(select(core_tables.setting.c.name)).scalars().all()))


def test_a_written_action_can_be_read_and_publishes_its_events(store: Store) -> None:
    written = store.write(lambda tx: _put(tx, "one"), 5)
    assert (written.value, written.events) == ("one", ["one"])
    assert _names(store) == {"one"}


_settings = precompiled(
    select(core_tables.setting.c.name).where(core_tables.setting.c.hall_id == bindparam("hall"))
)


def _seen_while_written(store: Store, conn: Connection) -> list[int]:
    """Return the number of settings before and after a write, by one query connection."""
    before = len(conn.execute(_settings, {"hall": "h"}).all())
    store.write(lambda tx: _put(tx, f"more-{before}"), 5)
    return [before, len(conn.execute(_settings, {"hall": "h"}).all())]


def test_a_read_sees_one_snapshot_and_a_single_read_the_newest_data(store: Store) -> None:
    store.write(lambda tx: _put(tx, "one"), 5)
    # In turn, because they share connections.
    for n in (1, 3, 5):
        glanced = store.read_single(lambda c: _seen_while_written(store, c))
        assert glanced in ([n, n], [n, n + 1]), "SQLite glances as it reads"
        assert store.read(lambda c: _seen_while_written(store, c)) == [n + 1, n + 1]
    with pytest.raises(DBAPIError):
        store.read_single(lambda c: c.execute(text("SELECT nothing FROM nowhere")).all())
    assert len(store.read_single(lambda c: c.execute(_settings, {"hall": "h"}).all())) == 7


def test_a_single_read_leaves_no_transaction_open(postgres_url: str) -> None:
    store = _store(postgres_url)
    state_query = text("SELECT state FROM pg_stat_activity WHERE pid = pg_backend_pid()")
    states = "SELECT state FROM pg_stat_activity WHERE datname = current_database()"

    def glance(conn: Connection) -> tuple[str, bool]:
        state = conn.execute(state_query).scalar_one()
        driver: Any = conn.connection.dbapi_connection
        return state, driver.info.transaction_status.name == "IDLE"

    assert store.read_single(glance) == ("active", True)
    engine = open_engine(postgres_url)
    with engine.connect() as conn:
        assert "idle in transaction" not in set(conn.execute(text(states)).scalars())
    engine.dispose()
    store.close()


def test_a_failing_action_stores_nothing(store: Store) -> None:
    def act(tx: Tx) -> None:
        _put(tx, "half")
        raise HallError(CommonCode.INVALID)

    with pytest.raises(HallError):
        store.write(act, 1)
    assert _names(store) == set()


def test_a_rejected_part_is_rolled_back_and_the_rest_stored(store: Store) -> None:
    def refused(tx: Tx) -> None:
        _put(tx, "half")
        raise HallError(CommonCode.INVALID)

    def act(tx: Tx) -> None:
        _put(tx, "whole")
        assert isinstance(attempt(tx, refused), HallError)

    written = store.write(act, 1)
    assert written.events == ["whole"]
    assert _names(store) == {"whole"}


def test_a_failing_action_does_not_affect_the_others_of_its_batch(store: Store) -> None:
    ready = threading.Barrier(20)

    def run(number: int) -> None:
        def act(tx: Tx) -> None:
            _put(tx, f"n{number}")
            if number % 3 == 0:
                raise HallError(CommonCode.INVALID)

        ready.wait()
        try:
            store.write(act, number)
        except HallError:
            assert number % 3 == 0

    with ThreadPoolExecutor(20) as pool:
        for done in [pool.submit(run, n) for n in range(20)]:
            done.result()
    assert _names(store) == {f"n{n}" for n in range(20) if n % 3}


def test_a_failing_commit_fails_every_action_of_the_batch(tmp_path: Path) -> None:
    calls: list[int] = []

    def broken_disk(call: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("disk gone")
        call()

    url = f"sqlite:///{tmp_path / 'hall.db'}"
    _store(url).close()
    store = open_store(url, "h", broken_disk)
    with pytest.raises(OSError, match="disk gone"):
        store.write(lambda tx: _put(tx, "lost"), 1)
    store.write(lambda tx: _put(tx, "kept"), 2)
    assert _names(store) == {"kept"}
    store.close()


def test_actions_that_read_on_a_second_connection_do_not_deadlock(database_url: str) -> None:
    """Run actions that need a second connection.

    More callers than connections, in two workers: the pools must not block each other.
    """
    first = _store(database_url)
    workers = [first, open_store(database_url, "h")]

    def act(worker: Store, name: str) -> str:
        def read_and_put(tx: Tx) -> str:
            worker.read(lambda c: c.execute(select(core_tables.hall.c.hall_id)).all())
            return _put(tx, name)

        return worker.write(read_and_put, 5).value

    with ThreadPoolExecutor(48) as pool:
        done = [pool.submit(act, workers[n % 2], str(n)) for n in range(48)]
        assert {future.result(20) for future in done} == {str(n) for n in range(48)}
    assert _names(first) == {str(n) for n in range(48)}
    for worker in workers:
        worker.close()


def test_a_restarted_database_is_reconnected(postgres_url: str) -> None:
    store = _store(postgres_url)
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda _: _names(store), range(8)))) == 8
    assert store.write(lambda tx: _put(tx, "before"), 5).value == "before"
    engine = open_engine(postgres_url)
    with engine.begin() as conn:
        conn.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
    assert store.write(lambda tx: _put(tx, "after"), 6).value == "after"
    assert _names(store) == {"before", "after"}
    store.close()


def test_sqlite_is_safe_and_wal(sqlite_url: str) -> None:
    store = _store(sqlite_url)

    def pragmas(tx: Tx) -> tuple[str, int]:
        mode = tx.conn.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        return mode, tx.conn.exec_driver_sql("PRAGMA synchronous").scalar_one()

    assert store.write(pragmas, 1).value == ("wal", 2)
    store.close()


def test_migrations_make_the_schema_of_the_code(database_url: str) -> None:
    engine = open_engine(database_url)
    assert migrate(engine) == (None, newest())
    assert migrate(engine) == (newest(), newest())
    assert revision(engine) == newest()
    with engine.connect() as conn:
        differences = compare_metadata(MigrationContext.configure(conn), all_tables.metadata)
        assert differences == []
        assert conn.execute(select(func.count()).select_from(core_tables.hall)).scalar_one() == 0
    engine.dispose()


def test_every_table_carries_the_hall() -> None:
    assert all("hall_id" in table.c for table in all_tables.metadata.tables.values())


WAITING, AT_WINDOW, MISSED = ticket_queries._open_before


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Yield a store that is only asked for the plans of queries; migrating takes 0.4 s."""
    store = _store(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'hall.db'}")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param(ticket_queries._heads, "ix_ticket_waiting", id="queue heads"),
        pytest.param(WAITING, "ix_ticket_waiting", id="left waiting"),
        pytest.param(ticket_queries._all_waiting, "ix_ticket_waiting", id="who waits"),
        pytest.param(AT_WINDOW, "ix_ticket_at_window", id="left at a window"),
        pytest.param(MISSED, "ix_ticket_missed", id="left missed"),
        pytest.param(ticket_queries._missed, "ix_ticket_missed", id="a day's missed"),
        pytest.param(ticket_counts._served, "ix_ticket_finished", id="service times"),
        pytest.param(ticket_counts._day_of_staff, "ix_ticket_staff", id="a clerk's day"),
        pytest.param(ticket_counts._given_by, "ix_ticket_kiosk", id="a kiosk's issue rate"),
        pytest.param(slip_queries._of_ticket, "ix_slip_ticket", id="a ticket's slips"),
        pytest.param(slip_queries._overdue, "ix_slip_unsettled", id="overdue slips"),
    ],
)
def test_a_frequent_query_reads_the_index_made_for_it(
    planner: Store, query: object, index: str
) -> None:
    with_values = re.sub(r":\w+", "'1'", str(query))
    plan = planner.read(lambda c: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {with_values}").all())
    steps = [row[-1] for row in plan if "USING" in row[-1] and "TEMP" not in row[-1]]
    assert steps
    assert all(f" {index} " in step for step in steps)


def test_actions_that_wait_for_a_commit_share_the_next_one(tmp_path: Path) -> None:
    """Share a commit among waiting actions.

    However often callers return, no action gets a sync of its own while others wait.
    """
    commits: list[None] = []
    lock = threading.Lock()

    def slowly(call: Any) -> None:
        with lock:
            call()
            commits.append(None)
            threading.Event().wait(0.005)

    url = f"sqlite:///{tmp_path / 'hall.db'}"
    _store(url).close()
    opened = open_store(url, "h", slowly)

    def caller(number: int) -> None:
        for turn in range(10):
            opened.write(partial(_put, name=f"n{number}-{turn}"), number, brief=True)

    with ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(caller, number) for number in range(16)]:
            done.result()
    assert len(_names(opened)) == 160
    assert len(commits) <= 60
    opened.close()
