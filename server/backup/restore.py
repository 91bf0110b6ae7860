"""Restore of a backup: replaces a hall's data and advances the day's ticket numbers.

Everything is unpacked, verified and migrated to this version's schema beside the data before
anything is touched. The previous data are moved aside and never deleted. A restore is refused while
a server uses the data.

Numbers issued after the backup are on slips in people's hands and must not be issued again. If the
replaced database can still be read, its counters show how far today's numbers went; numbers read
off the last slips can be passed as well; if neither is known, a gap is left for every prefix. The
restore's journal line states the skipped numbers, and the integrity check reads it there.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, make_url, select, text

from server.backup import backups, move_database
from server.backup.backups import DATABASE, BackupError, Manifest
from server.catalogue import queries as catalogues
from server.core import setting_queries
from server.core.actors import SYSTEM
from server.core.clock import Clock, TokenSource, local
from server.core.config import Config
from server.core.data_folder import FolderBusyError, alone
from server.core.data_folder import parts as folders
from server.core.engine import is_sqlite, migrate, open_engine, open_store
from server.core.events import Bus
from server.core.revisions import known, upgrade
from server.core.settings import GeneralSettings, Settings
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.integrity.checks import Violation, hall_ids, violations
from server.leave.files import FOLDER
from server.queue import number_counters, slip_queries
from server.queue import tables as queue_tables
from server.queue.issuing import ARRIVALS
from server.queue.number_counters import RESTORED
from server.queue.offline.tables import lease
from server.queue.tickets import number

GAP = 100
"""Numbers skipped in every prefix when the last issued number is unknown."""
LAST_NUMBER = 999
Counters = dict[tuple[str, str, str], int]
"""Last issued number by (hall, day, prefix)."""


@dataclass(frozen=True, slots=True)
class ReplacedData:
    """Data read from the replaced database: last numbers issued, and number leases."""

    counters: Counters
    leases: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """Options of a restore. `beyond`: prefix to the highest number seen on a slip."""

    backup: Path
    gap: int = GAP
    highest_numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """Result of a restore. `lost`: numbers by hall that were issued after the backup."""

    backup_time: datetime
    """Time of the backup on the hall's wall clock."""
    aside: str
    skipped: dict[str, dict[str, list[int]]]
    lost: dict[str, dict[str, list[int]]]
    old_readable: bool
    """True if the replaced database could be read."""
    violations: list[tuple[str, Violation]]


def parse_numbers(words: list[str]) -> dict[str, int]:
    """Return the highest number by prefix from texts such as `A057`. Raises BackupError."""
    highest: dict[str, int] = {}
    for word in words:
        match = re.fullmatch(r"(\D+?)(\d{3})", word)
        if match is None:
            raise BackupError(f"{word}: 不是号码 / not a ticket's number")
        highest[match[1]] = max(highest.get(match[1], 0), int(match[2]))
    return highest


def restore(
    config: Config, options: RestoreOptions, clock: Clock, chance: TokenSource
) -> RestoreResult:
    """Replace the hall's data by a backup. Raises BackupError, having changed nothing."""
    try:
        with alone(config.data):
            return _restore(config, options, clock, chance)
    except FolderBusyError as error:
        raise BackupError(str(error)) from error


def _restore(
    config: Config, options: RestoreOptions, clock: Clock, chance: TokenSource
) -> RestoreResult:
    staged = config.data / f".restore-{uuid.uuid4().hex}"
    manifest = backups.unpack(options.backup, staged)
    if manifest.schema not in known():
        raise BackupError(
            f"备份来自更新的版本 / the backup is of a newer version: {manifest.schema}"
        )
    url = f"sqlite:///{(staged / DATABASE).resolve()}"
    engine = open_engine(url)
    migrate(engine)
    with engine.connect() as conn:
        halls = hall_ids(conn)
        hall_settings = setting_queries.current(conn, halls[0]) if halls else {}
    engine.dispose()
    old = _read_old_data(config)
    skipped, lost = {}, {}
    for hall in halls:
        skipped[hall], lost[hall] = _advance_counters(
            url, hall, options, manifest, old, clock, chance
        )
    _in_one_file(staged / DATABASE)
    zone = str(hall_settings.get("timezone", Settings().of(GeneralSettings).timezone))
    # People read the folder's name: it has the hall's time. A restore may be repeated at once.
    aside = config.data / f"aside-{local(int(time.time() * 1000), zone):%Y%m%dT%H%M%S%f}"
    _swap(config, staged, aside)
    violations = _check(config)
    made = local(manifest.made_at, zone)
    return RestoreResult(made, str(aside), skipped, lost, old is not None, violations)


def _read_old_data(config: Config) -> ReplacedData | None:
    """Return what the data to be replaced still contain; None if they are unreadable."""
    file = make_url(config.database_url).database
    if is_sqlite(config.database_url) and not Path(str(file)).exists():
        return None
    t = queue_tables.number_counter.c
    engine = open_engine(config.database_url)
    try:
        with engine.connect() as conn:
            rows = conn.execute(select(t.hall_id, t.day, t.prefix, t.last)).all()
            lease_rows = [dict(row) for row in conn.execute(select(lease)).mappings()]
    except Exception:  # noqa: BLE001 - whatever is wrong with it: that is why it is being replaced
        return None
    finally:
        engine.dispose()
    return ReplacedData({(row.hall_id, row.day, row.prefix): row.last for row in rows}, lease_rows)


def _advance_counters(
    url: str,
    hall: str,
    options: RestoreOptions,
    manifest: Manifest,
    old: ReplacedData | None,
    clock: Clock,
    chance: TokenSource,
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Advance today's counters with a journal line; return (skipped, lost) numbers by prefix."""
    store = open_store(url, hall)
    ctx = Context(store, clock, chance, Bus())
    day = ctx.day()

    def act(tx: Tx) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        skipped: dict[str, list[int]] = {}
        lost: dict[str, list[int]] = {}
        for prefix in _prefixes(tx, day):
            last = _last(tx.conn, hall, day, prefix)
            last_issued = old.counters.get((hall, day, prefix), 0) if old else 0
            target = max(last_issued, options.highest_numbers.get(prefix, 0))
            if old is None and prefix not in options.highest_numbers:
                target = last + options.gap
            if prefix != ARRIVALS and target > LAST_NUMBER:
                target = LAST_NUMBER
            if target <= last:
                continue
            number_counters.move_on(tx, day, prefix, target)
            if prefix != ARRIVALS:
                skipped[prefix] = [last + 1, target]
                if last_issued > last:
                    lost[prefix] = [last + 1, last_issued]
        _mark_slips_unknown(tx)
        lease_ids = _keep_leases(tx, day, old.leases if old else [])
        _note(tx, day, manifest, skipped, {"known": old is not None, "leases": lease_ids})
        return skipped, lost

    try:
        return ctx.write(act)
    finally:
        store.close()


def _mark_slips_unknown(tx: Tx) -> None:
    """Mark slips unfinished at the time of the backup as unknown: they may be printed since.

    Printing them again or marking them as failed would both be wrong; their agent may still report.
    """
    s = queue_tables.slip.c
    under_way = select(s.id, s.ticket_id, s.device).where(
        s.hall_id == tx.hall_id, s.state.in_(["owed", "sent"])
    )
    for row in tx.conn.execute(under_way).all():
        slip_queries.set_state(tx, row.id, "unknown", "no_answer")
        data = {"slip": row.id, "device": row.device, "reason": "no_answer"}
        write_journal(tx, SYSTEM, "slip.unknown", row.ticket_id or row.id, data=data)


def _keep_leases(tx: Tx, day: str, old: list[dict[str, Any]]) -> list[str]:
    """Store today's leases that the backup lacks: their numbers may be on slips already.

    They are stored as closed, so that the kiosk gets new ones; tickets issued from them are still
    imported.
    """
    lease_query = select(lease.c.id).where(lease.c.hall_id == tx.hall_id, lease.c.day == day)
    existing_ids = set(tx.conn.execute(lease_query).scalars())
    candidates = [r for r in old if r["hall_id"] == tx.hall_id and r["day"] == day]
    missing_leases = [r | {"closed_at": tx.now} for r in candidates if r["id"] not in existing_ids]
    if missing_leases:
        tx.conn.execute(insert(lease), missing_leases)
    return sorted(row["id"] for row in missing_leases)


def _prefixes(tx: Tx, day: str) -> list[str]:
    t = queue_tables.number_counter.c
    used = tx.conn.execute(select(t.prefix).where(t.hall_id == tx.hall_id, t.day == day)).scalars()
    latest = catalogues.latest(tx.conn, tx.hall_id)
    units = catalogues.load(tx.conn, tx.hall_id, latest[0]).units if latest else ()
    return sorted({*used.all(), *(u.prefix for u in units if u.prefix), ARRIVALS})


def _last(conn: Connection, hall: str, day: str, prefix: str) -> int:
    t = queue_tables.number_counter.c
    query = select(t.last).where(t.hall_id == hall, t.day == day, t.prefix == prefix)
    return int(conn.execute(query).scalar_one_or_none() or 0)


def _note(
    tx: Tx, day: str, manifest: Manifest, skipped: dict[str, list[int]], more: JsonDict
) -> None:
    seq, chained = manifest.halls.get(tx.hall_id, (0, ""))
    data: JsonDict = {
        "made_at": manifest.made_at,
        "seq": seq,
        "hash": chained,
        "day": day,
        "skipped": skipped,
    } | more
    write_journal(tx, SYSTEM, RESTORED, day, data=data)


def format_ranges(ranges: Mapping[str, list[int]]) -> str:
    """Return ranges as text: A013–A020."""
    return ", ".join(f"{number(p, a)}–{number(p, b)}" for p, (a, b) in sorted(ranges.items()))


def _in_one_file(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode=DELETE")


def _swap(config: Config, staged: Path, aside: Path) -> None:
    """Move the old data aside and the restored data into their place."""
    aside.mkdir(mode=0o700)
    if is_sqlite(config.database_url):
        target = Path(str(make_url(config.database_url).database))
        for ending in ("", "-wal", "-shm"):
            old = target.with_name(target.name + ending)
            if old.exists():
                _move(old, aside / old.name)
        _move(staged / DATABASE, target)
    else:
        _into_server(config.database_url, staged / DATABASE, aside.name.replace("-", "_").lower())
        _move(staged / DATABASE, aside / f"restored-{DATABASE}")
    for folder in folders(config.data):
        if (folder / FOLDER).exists():
            _move(folder / FOLDER, aside / folder.relative_to(config.data) / FOLDER)
    for path in sorted(p for p in staged.rglob("*") if p.is_file()):
        target = config.data / path.relative_to(staged)
        # This machine's own settings and key stay; a new machine gets the backup's.
        _move(path, aside / f"of-backup-{path.name}" if target.exists() else target)
    shutil.rmtree(staged)


def _move(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.move(old, new)


def _into_server(url: str, copied: Path, aside: str) -> None:
    """Copy into PostgreSQL: old tables go into a schema of their own, in one transaction."""
    engine, source = open_engine(url), open_engine(f"sqlite:///{copied.resolve()}")
    try:
        with engine.begin() as conn, source.connect() as rows:
            if move_database.others(conn):
                raise BackupError(
                    "还有别的程序连着数据库，请先停止 / others are connected to the database"
                )
            if conn.dialect.has_table(conn, "alembic_version"):
                conn.execute(text(f"ALTER SCHEMA public RENAME TO {aside}"))
                conn.execute(text("CREATE SCHEMA public"))
            upgrade(conn)
            move_database.copy(rows, conn, lambda *_: None)
    except move_database.MovingError as error:
        raise BackupError(str(error)) from error
    finally:
        engine.dispose()
        source.dispose()


def _check(config: Config) -> list[tuple[str, Violation]]:
    engine = open_engine(config.database_url)
    try:
        with engine.connect() as conn:
            return [
                (hall, violation) for hall in hall_ids(conn) for violation in violations(hall, conn)
            ]
    finally:
        engine.dispose()
