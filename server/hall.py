"""Composition of one hall: store, clock, random source, bus, catalogue, accounts."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from pydantic import TypeAdapter
from sqlalchemy import insert, make_url, select
from sqlalchemy.exc import IntegrityError

from server.accounts import queries as accounts_queries
from server.accounts.forced_sign_out import force_sign_out
from server.accounts.people import People
from server.accounts.wrong_codes import Rest
from server.catalogue import calendar
from server.catalogue import queries as catalogues
from server.catalogue.model import Catalogue, Role
from server.catalogue.workbook import digest
from server.core import schema
from server.core.actors import SYSTEM, Actor
from server.core.clock import Clock, MachineClock, SystemTokenSource, TokenSource
from server.core.config import Config
from server.core.context import Context, JsonDict, write_journal
from server.core.engine import Databases, is_sqlite, migrate, open_engine
from server.core.errors import CommonCode, HallError
from server.core.events import AttendanceChanged, Bus, HallChanged
from server.core.offload import Offloaded, run_directly
from server.core.presence import Presence, SingleWorker
from server.core.store import Offload, Tx, directly
from server.queue import window_session_queries
from server.retroactive.guard import GUARDED_KINDS, PastGuard
from server.retroactive.replays import REPLAYS, Replay

ADMINISTRATOR = "admin"
WHOLE = TypeAdapter(Catalogue)


@dataclass(frozen=True, slots=True)
class Hall:
    """One hall, ready to serve."""

    config: Config
    ctx: Context
    people: People
    offload: Offloaded
    presence: Presence

    @property
    def worker(self) -> str:
        """Name of this server process among those that serve the hall."""
        return self.config.worker_name


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
    already.
    """
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if databases is None or is_sqlite(config.database_url):
        prepare(config)
    presence: Presence = SingleWorker(config.worker_name)
    if databases is None:
        databases = Databases(offload=commit)
    else:
        presence = databases.presence(config.database_url)
    store = databases.store(config.database_url, config.hall_id)
    ctx = Context(store, clock or MachineClock(), chance or SystemTokenSource(), Bus())
    ctx.guard = PastGuard()
    _ensure_hall(ctx)
    calendar.seed(ctx)
    return Hall(config, ctx, People(ctx, offload, hasher, rest), offload, presence)


def prepare(config: Config) -> None:
    """Migrate a database to this version; only its owner may read a SQLite file."""
    engine = open_engine(config.database_url)
    migrate(engine)
    engine.dispose()
    file = make_url(config.database_url).database
    if is_sqlite(config.database_url) and file:
        Path(file).chmod(0o600)


def _ensure_hall(ctx: Context) -> None:
    """Create the hall's own row, which PostgreSQL actions lock, before the first action."""
    hall = schema.hall

    def exists(conn: Any) -> bool:
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


def empty_catalogue(hall_id: str) -> Catalogue:
    """Return the catalogue of a new hall before its office imports a workbook."""
    return Catalogue(
        hall=hall_id,
        hall_name="新大厅",
        hall_name_en="New hall",
        version=1,
        zones=(),
        units=(),
        groups=(),
        items=(),
        windows=(),
        mandates=(),
        staff=(),
        hours=(),
    )


def import_catalogue(
    ctx: Context, actor: Actor, catalogue: Catalogue, text: str, basis: int | None = None
) -> tuple[int, bool]:
    """Make `catalogue` the hall's next version; identical contents change nothing.

    `basis`: expected version in force. Return (version in force, True if it is new).

    Raises:
        HallError: PAST_STALE if `basis` is not in force; CHANGED_MEANWHILE if another person has
            imported since this workbook was exported.
    """
    contents = digest(catalogue)
    request: JsonDict = {"act": "catalogue.import", "digest": contents, "text": text}
    if actor.kind in GUARDED_KINDS:
        # Complete, so that it can be imported once a second person has confirmed it.
        request["catalogue"] = WHOLE.dump_python(replace(catalogue, state_days=()), mode="json")
        current = ctx.read(lambda c: catalogues.latest(c, ctx.hall_id))
        request["basis"] = current[0] if current else 0

    def action(tx: Tx) -> JsonDict:
        newest = catalogues.latest(tx.conn, tx.hall_id)
        if basis is not None and basis != (newest[0] if newest else 0):
            raise HallError(CommonCode.PAST_STALE, reason="basis")
        if newest is not None and newest[1] == contents:
            return {"version": newest[0], "new": False}
        if actor.kind in GUARDED_KINDS and basis is None:
            _check_no_newer_import(tx, actor, catalogue.version)
        before = calendar.workdays(ctx.within(tx)) if newest else None
        version = newest[0] + 1 if newest else 1
        next_catalogue = catalogues.renumbered(catalogue, tx.hall_id, version)
        catalogues.save(tx.conn, next_catalogue, contents, tx.now, actor.key, text)
        for session in window_session_queries.sessions(tx.conn, tx.hall_id):
            if session.staff not in next_catalogue.staff_by:
                force_sign_out(ctx, tx, actor, session.staff, "left_the_list")
        write_journal(tx, actor, "catalogue.import", str(version), data={"digest": contents})
        tx.events.append(HallChanged("catalogue", {"version": version}))
        after = calendar.workdays(ctx.within(tx))
        if before is not None and (days := calendar.differing(before, after)):
            tx.events.append(AttendanceChanged(days))
        return {"version": version, "new": True}

    result = ctx.guarded(actor, request, action)
    return int(result["version"]), bool(result["new"])


def _check_no_newer_import(tx: Tx, actor: Actor, exported_version: int) -> None:
    """Raise CHANGED_MEANWHILE if another person has imported since the export."""
    for version in catalogues.versions(tx.conn, tx.hall_id):
        if version["version"] > exported_version and version["by_actor"] not in (
            actor.key,
            SYSTEM.key,
        ):
            raise HallError(CommonCode.CHANGED_MEANWHILE, field="workbook")


def _import_confirmed(ctx: Context, actor: Actor, _key: str, args: JsonDict) -> None:
    """Import a workbook that a second person has confirmed."""
    book = WHOLE.validate_python(args["catalogue"])
    import_catalogue(ctx, actor, book, args["text"], args["basis"])


REPLAYS["catalogue.import"] = Replay(_import_confirmed, Role.ADMINISTRATOR)


def first_administrator(hall: Hall) -> str | None:
    """Create the one-time administrator of a new hall; None if there is an account."""
    if hall.ctx.read(lambda c: accounts_queries.accounts(c, hall.ctx.hall_id)):
        return None
    return hall.people.add_account(SYSTEM, ADMINISTRATOR, Role.ADMINISTRATOR)
