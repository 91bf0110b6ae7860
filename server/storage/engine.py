"""Opens the database named by a URL and brings its schema up to date.

`sqlite:///path` (WAL, synchronous FULL) or `postgresql+psycopg://…`. Knows no hall's rules.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url

from server.storage.store import Offload, PostgresStore, SqliteStore, Store, directly

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 10_000


def _sqlite(url: str, begin: str, **options: Any) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False}, **options)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # the driver must not begin transactions by itself
        cursor = raw.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql(begin)

    return engine


def is_sqlite(url: str) -> bool:
    """Whether the URL names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def open_engine(url: str) -> Engine:
    """An engine for migrations and checks; SQLite transactions begin IMMEDIATE."""
    if is_sqlite(url):
        return _sqlite(url, "BEGIN IMMEDIATE")
    return create_engine(url, pool_pre_ping=True)


def open_store(url: str, hall_id: str, offload: Offload = directly) -> Store:
    """The store of one hall; `offload` runs SQLite's blocking commits off the event loop."""
    if is_sqlite(url):
        writer = _sqlite(url, "BEGIN IMMEDIATE", pool_size=1, max_overflow=0)
        apart = _sqlite(url, "BEGIN", poolclass=NullPool)
        return SqliteStore(hall_id, writer, _sqlite(url, "BEGIN", pool_size=8), apart, offload)
    engine = create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8)
    return PostgresStore(hall_id, engine, create_engine(url, poolclass=NullPool))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the schema to the newest revision; returns (before, after)."""
    config = _config()
    before = revision(engine)
    with engine.begin() as conn:
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
