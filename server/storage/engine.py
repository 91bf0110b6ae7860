"""Opens the database named by a URL and brings its schema up to date.

`sqlite:///path` (WAL, synchronous FULL) or `postgresql+psycopg://…`. Knows no hall's rules.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text

from server.storage import statement
from server.storage.postgres import PostgresStore
from server.storage.presence import Alone, Locks, Presence, lock_key
from server.storage.store import BUSY_MS, Offload, SqliteStore, Store, directly

MIGRATIONS = Path(__file__).parent / "migrations"
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""Seconds, seconds, times: how soon a PC that was switched off is seen, not after two hours."""
UNHEARD_MS = 25_000
"""So long what was sent may stay unconfirmed; as long as the above takes together."""


def _sqlite(url: str, how: str, busy: int = BUSY_MS, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False}, **options)

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
        statement.begin(conn, how)

    return engine


def _postgres(url: str, **options: Any) -> Engine:
    """Each side soon sees that the other's machine is gone; Unix sockets need none of it.

    PostgreSQL keeps the locks of a session until then. What the URL says counts more.
    """
    ours: dict[str, Any] = {"keepalives": 1, "tcp_user_timeout": UNHEARD_MS, **ALIVE}
    said = make_url(url).query
    theirs = " ".join(f"-c tcp_{name}={value}" for name, value in ALIVE.items())
    args = {name: value for name, value in ours.items() if name not in said}
    given = said.get("options", os.environ.get("PGOPTIONS", ""))
    args["options"] = " ".join([theirs, given if isinstance(given, str) else given[-1]]).strip()
    return create_engine(url, connect_args=args, **options)


def is_sqlite(url: str) -> bool:
    """Whether the URL names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def open_engine(url: str) -> Engine:
    """An engine for migrations and checks; SQLite transactions begin IMMEDIATE."""
    if is_sqlite(url):
        return _sqlite(url, "BEGIN IMMEDIATE")
    return _postgres(url, pool_pre_ping=True)


class Databases:
    """The databases of one process: halls of the same PostgreSQL database share its connections.

    `offload` runs SQLite's blocking commits off the event loop; `worker` is this process's name.
    """

    def __init__(self, worker: str = "", offload: Offload = directly) -> None:
        self._worker = worker
        self._offload = offload
        self._engines: dict[str, tuple[Engine, Engine, Engine]] = {}
        self._presences: dict[str, Presence] = {}

    def store(self, url: str, hall_id: str) -> Store:
        """The store of one hall."""
        if is_sqlite(url):
            writer = _sqlite(url, "BEGIN IMMEDIATE", busy=0, pool_size=1, max_overflow=0)
            apart = _sqlite(url, "BEGIN", poolclass=NullPool)
            reader = _sqlite(url, "BEGIN", pool_size=8)
            return SqliteStore(hall_id, writer, reader, apart, self._offload)
        if url not in self._engines:
            # No pre-ping: it is a round trip for each act, and the store tries again by itself.
            # All are kept: a new one costs PostgreSQL a process, and us its first statements.
            kept: dict[str, Any] = {"max_overflow": 0, "pool_use_lifo": True}
            writer = _postgres(url, pool_size=8, **kept)
            # Several statements of one read must see one moment, as they do in SQLite.
            moment: dict[str, Any] = {"isolation_level": "REPEATABLE READ"}
            reader = _postgres(url, pool_size=10, **kept, **moment)
            apart = _postgres(url, poolclass=NullPool, **moment)
            self._engines[url] = writer, reader, apart
        return PostgresStore(hall_id, *self._engines[url])

    def presence(self, url: str) -> Presence:
        """Who else serves this database."""
        if url not in self._presences:
            alone = is_sqlite(url) or not self._worker
            self._presences[url] = (
                Alone(self._worker)
                if alone
                else Locks(_postgres(url, poolclass=NullPool), self._worker)
            )
        return self._presences[url]

    def close(self) -> None:
        """Give everything back that halls share."""
        for presence in self._presences.values():
            presence.close()
        for engines in self._engines.values():
            for engine in engines:
                engine.dispose()


def open_store(url: str, hall_id: str, offload: Offload = directly) -> Store:
    """The store of one hall with connections of its own (command line, tests)."""
    return Databases(offload=offload).store(url, hall_id)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the schema to the newest revision; returns (before, after)."""
    config = _config()
    before = revision(engine)
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            # Workers that start together migrate one after the other.
            key = {"key": lock_key("migrate", "")}
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    return before, revision(engine)


def revision(engine: Engine) -> str | None:
    """The schema's revision, None for an empty database."""
    with engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def newest() -> str | None:
    """The revision this program knows as its newest."""
    return ScriptDirectory.from_config(_config()).get_current_head()
