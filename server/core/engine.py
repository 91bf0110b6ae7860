"""Database engines: opens the database of a URL and migrates its schema.

`sqlite:///path` (WAL, synchronous FULL) or `postgresql+psycopg://…`. Contains no rules of a
hall.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text

from server.core import statement
from server.core.compiled_cache import COMPILED
from server.core.postgres import PostgresStore
from server.core.presence import LockPresence, Presence, SingleWorker, lock_key
from server.core.store import BUSY_MS, Offload, SqliteStore, Store, directly

MIGRATIONS = Path(__file__).parent / "migrations"
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""Keepalive idle time (s), interval (s) and count until a PC without power counts as lost.

The system's default is two hours.
"""
TRIGGERS = "change_"
"""Beginning of the names of triggers that record changed rows, see `server.branches.triggers`."""
UNACKNOWLEDGED_MS = 25_000
"""Milliseconds that sent data may stay unacknowledged; as long as ALIVE takes in total."""


def _sqlite(url: str, begin_sql: str, busy: int = BUSY_MS, **options: Any) -> Engine:
    engine = _engine(url, connect_args={"check_same_thread": False}, **options)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # the driver must not begin transactions by itself
        cursor = raw.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA busy_timeout={busy}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        statement.begin(conn, begin_sql)

    return engine


def _postgres(url: str, **options: Any) -> Engine:
    """Return an engine whose two sides soon detect that the other machine is gone.

    PostgreSQL holds the locks of a session until then. Options in the URL win. Unix sockets
    ignore these settings.
    """
    defaults: dict[str, Any] = {"keepalives": 1, "tcp_user_timeout": UNACKNOWLEDGED_MS, **KEEPALIVE}
    url_options = make_url(url).query
    server_options = " ".join(f"-c tcp_{name}={value}" for name, value in KEEPALIVE.items())
    args = {name: value for name, value in defaults.items() if name not in url_options}
    options_value = url_options.get("options", os.environ.get("PGOPTIONS", ""))
    args["options"] = " ".join(
        [server_options, options_value if isinstance(options_value, str) else options_value[-1]]
    ).strip()
    return _engine(url, connect_args=args, **options)


def _engine(url: str, **options: Any) -> Engine:
    """Return an engine that shares its compiled statements with the others of this process."""
    return create_engine(url, execution_options={"compiled_cache": COMPILED}, **options)


def is_sqlite(url: str) -> bool:
    """Return True if the URL names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def open_engine(url: str) -> Engine:
    """Return an engine for migrations and checks; SQLite transactions begin IMMEDIATE."""
    if is_sqlite(url):
        return _sqlite(url, "BEGIN IMMEDIATE")
    return _postgres(url, pool_pre_ping=True)


class Databases:
    """Databases of one process; halls in the same PostgreSQL database share connections.

    `offload` runs SQLite's blocking commits off the event loop. `worker` is this process's
    name. `files_migrated`: SQLite files need no migration either.
    """

    def __init__(
        self, worker: str = "", offload: Offload = directly, *, files_migrated: bool = False
    ) -> None:
        self._worker = worker
        self._offload = offload
        self._files_migrated = files_migrated
        self._engines: dict[str, tuple[Engine, Engine, Engine]] = {}
        self._presences: dict[str, Presence] = {}

    def is_migrated(self, url: str) -> bool:
        """Return True if a hall need not migrate this database when it opens."""
        return self._files_migrated or not is_sqlite(url)

    def store(self, url: str, hall_id: str) -> Store:
        """Return the store of one hall."""
        if is_sqlite(url):
            writer = _sqlite(url, "BEGIN IMMEDIATE", busy=0, pool_size=1, max_overflow=0)
            apart = _sqlite(url, "BEGIN", poolclass=NullPool)
            reader = _sqlite(url, "BEGIN", pool_size=8)
            return SqliteStore(hall_id, writer, reader, apart, self._offload)
        if url not in self._engines:
            # No pre-ping: it costs a round trip per action, and the store retries by itself.
            # All connections stay open: a new one costs PostgreSQL a process, and this
            # process the preparation of its statements.
            pool_options: dict[str, Any] = {"max_overflow": 0, "pool_use_lifo": True}
            writer = _postgres(url, pool_size=8, **pool_options)
            # All statements of one read must see the same snapshot, as in SQLite.
            isolation: dict[str, Any] = {"isolation_level": "REPEATABLE READ"}
            reader = _postgres(url, pool_size=10, **pool_options, **isolation)
            apart = _postgres(url, poolclass=NullPool, **isolation)
            self._engines[url] = writer, reader, apart
        return PostgresStore(hall_id, *self._engines[url])

    def presence(self, url: str) -> Presence:
        """Return the presence of the workers on this database."""
        if url not in self._presences:
            alone = is_sqlite(url) or not self._worker
            self._presences[url] = (
                SingleWorker(self._worker)
                if alone
                else LockPresence(_postgres(url, poolclass=NullPool), self._worker)
            )
        return self._presences[url]

    def close(self) -> None:
        """Close the connections that halls share."""
        for presence in self._presences.values():
            presence.close()
        for engines in self._engines.values():
            for engine in engines:
                engine.dispose()


def open_store(url: str, hall_id: str, offload: Offload = directly) -> Store:
    """Return the store of one hall with its own connections (command line, tests)."""
    return Databases(offload=offload).store(url, hall_id)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Migrate the schema to the newest revision; return the revisions (before, after)."""
    before = revision(engine)
    if before == newest():
        return before, before
    config = _config()
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            # Workers that start at the same time migrate one after the other.
            key = {"key": lock_key("migrate", "")}
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
        else:
            _drop_triggers(conn)
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    return before, revision(engine)


def _drop_triggers(conn: Connection) -> None:
    """Drop SQLite's triggers that name columns; the server creates them again at its start."""
    names = conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
    for name in [name for name in names if name.startswith(TRIGGERS)]:
        conn.execute(text(f"DROP TRIGGER {name}"))


def revision(engine: Engine) -> str | None:
    """Return the schema's revision; None for an empty database."""
    with engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


@cache
def newest() -> str | None:
    """Return the newest revision that this program contains."""
    return ScriptDirectory.from_config(_config()).get_current_head()
