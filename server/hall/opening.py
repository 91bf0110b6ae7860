"""Opening of one hall: store, clock, random source, bus, calendar, accounts; its first account."""

from __future__ import annotations

import time
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Connection, insert, make_url, select
from sqlalchemy.exc import IntegrityError

from server.accounts import queries as accounts_queries
from server.accounts.people import People
from server.accounts.wrong_codes import Rest
from server.catalogue import calendar_import
from server.core import tables as core_tables
from server.core.actors import SYSTEM, Role
from server.core.clock import Clock, MachineClock, SystemTokenSource, TokenSource
from server.core.config import Config
from server.core.engine import Databases, is_sqlite, migrate, open_engine
from server.core.events import Bus
from server.core.offload import Offloaded, run_directly
from server.core.presence import Presence, SingleWorker
from server.core.store import Offload, Tx, directly
from server.hall.composition import Hall
from server.hall.context import Context
from server.retroactive.guard import PastGuard

ADMINISTRATOR = "admin"


def open_hall(
    config: Config,
    *,
    clock: Clock | None = None,
    chance: TokenSource | None = None,
    commit: Offload = directly,
    offload: Offloaded = run_directly,
    hasher: PasswordHasher | None = None,
    rest: Rest = time.sleep,
    databases: Databases | None = None,
) -> Hall:
    """Open the hall of `config`; create and migrate it if necessary.

    `commit` runs SQLite's commits, `offload` slow calls such as password hashing; the server passes
    gevent's native threads for both. `hasher` sets the cost of a password hash, `rest` waits after
    a wrong code. `databases`: connections that halls of one process share; they are migrated
    already, files of SQLite only if it says so.
    """
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if databases is None or not databases.is_migrated(config.database_url):
        prepare(config)
    else:
        _keep_from_others(config)
    presence: Presence = SingleWorker(config.worker_name)
    if databases is None:
        databases = Databases(offload=commit)
    else:
        presence = databases.presence(config.database_url)
    store = databases.store(config.database_url, config.hall_id)
    ctx = Context(store, clock or MachineClock(), chance or SystemTokenSource(), Bus())
    ctx.guard = PastGuard()
    if config.branch_site:
        ctx.local_settings = {"own_building": config.branch_site}
    _ensure_hall(ctx)
    calendar_import.seed(ctx)
    return Hall(config, ctx, People(ctx, offload, hasher, rest), offload, presence)


def prepare(config: Config) -> None:
    """Migrate a database to this version; only its owner may read a SQLite file."""
    engine = open_engine(config.database_url)
    migrate(engine)
    engine.dispose()
    _keep_from_others(config)


def _keep_from_others(config: Config) -> None:
    """Let only the owner of a SQLite file read it."""
    file = make_url(config.database_url).database
    if is_sqlite(config.database_url) and file:
        Path(file).chmod(0o600)


def _ensure_hall(ctx: Context) -> None:
    """Create the hall's own row, which PostgreSQL actions lock, before the first action."""
    hall = core_tables.hall

    def exists(conn: Connection) -> bool:
        row = conn.execute(select(hall.c.hall_id).where(hall.c.hall_id == ctx.hall_id)).first()
        return row is not None

    if ctx.read(exists):
        return

    def action(tx: Tx) -> None:
        if not exists(tx.conn):
            tx.conn.execute(insert(hall).values(hall_id=ctx.hall_id, created_at=tx.now))

    try:
        ctx.write(action)
    except IntegrityError:  # another worker was faster
        if not ctx.read(exists):
            raise


def first_administrator(hall: Hall) -> str | None:
    """Create the one-time administrator of a new hall; None if there is an account."""
    if hall.ctx.read(lambda c: accounts_queries.accounts(c, hall.ctx.hall_id)):
        return None
    return hall.people.add_account(SYSTEM, ADMINISTRATOR, Role.ADMINISTRATOR)
