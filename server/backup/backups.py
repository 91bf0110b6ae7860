"""Backup: the whole database and the data folder's papers in one file, verified by reading back.

`make` may run beside a serving hall. The database is stored as a SQLite file whichever database the
hall uses, so every backup can be checked and restored anywhere, without tools of the database
server. A backup counts as good only after it was read back: sizes, SHA-256 of every part, the
database's own check, and each hall's journal up to the number and hash in the manifest. `check.key`
is left out unless requested (docs/security.md).
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import create_engine, make_url

from server.backup import move_database
from server.core.config import FILE, Config
from server.core.data_folder import parts as folders
from server.core.engine import is_sqlite, migrate, newest, open_engine, revision
from server.core.folder_key import KEY_FILE
from server.core.last_backup import NOTE
from server.leave.files import FOLDER

DATABASE, MANIFEST = "hall.db", "manifest.json"
FORMAT = 1
CHUNK = 1 << 20


class BackupError(Exception):
    """Failure to make, read or restore a backup; the message is in both languages."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Contents of a backup. `halls`: id to number and hash of the last journal line."""

    format: int
    made_at: int
    """ms since 1970, UTC."""
    schema: str
    database: str
    """Kind of the source database: sqlite or postgresql."""
    halls: dict[str, tuple[int, str]]
    parts: dict[str, tuple[int, str]]
    """Name to size in bytes and SHA-256 (hex)."""


@dataclass(frozen=True, slots=True)
class BackupResult:
    """Finished backup."""

    path: Path
    size: int
    manifest: Manifest
    removed: list[Path]


def make(
    config: Config, into: Path, now: int, *, with_check_key: bool = False, keep: int = 0
) -> BackupResult:
    """Write a backup of `config`'s hall into a folder, read it back, remove all but `keep`.

    Raises BackupError; only a finished, verified backup is left in the folder.
    """
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = datetime.fromtimestamp(now / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    path = into / f"hall-{stamp}.tar.gz"
    if path.exists():
        raise BackupError(f"{path}: 已经存在 / is there already")
    with tempfile.TemporaryDirectory(dir=into, prefix=".making-") as work:
        copied = Path(work) / DATABASE
        schema = _copy_database(config.database_url, copied)
        parts = dict(_parts(config.data, copied, with_check_key=with_check_key))
        kind = "sqlite" if is_sqlite(config.database_url) else "postgresql"
        manifest = Manifest(
            FORMAT,
            now,
            schema,
            kind,
            heads_of(copied),
            {name: _size_and_hash(part) for name, part in parts.items()},
        )
        half = Path(work) / path.name
        _write(half, manifest, parts)
        if unpack(half, Path(work) / "read") != manifest:
            raise BackupError(f"{half}: 读回的内容不一致 / not what was written")
        half.rename(path)
    _sync_folder(into)
    _record_backup(config.data, path, manifest)
    return BackupResult(path, path.stat().st_size, manifest, _delete_older(into, keep, path))


def _copy_database(url: str, target: Path) -> str:
    """Copy the database to one SQLite file; return its schema's revision."""
    target.touch(mode=0o600)
    if is_sqlite(url):
        source = Path(str(make_url(url).database))
        if not source.exists():
            raise BackupError(f"{source}: 没有数据库 / there is no database")
        with (
            contextlib.closing(sqlite3.connect(source, timeout=30)) as old,
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            # In one step: a copy in steps restarts at every commit of a busy hall.
            old.backup(new, pages=-1)
            new.execute("PRAGMA journal_mode=DELETE")
    else:
        _copy_from_server(url, target)
    engine = open_engine(f"sqlite:///{target.resolve()}")
    schema_revision = revision(engine)
    engine.dispose()
    _settle(target)
    return schema_revision or ""


def _copy_from_server(url: str, target: Path) -> None:
    server = create_engine(url, isolation_level="REPEATABLE READ")
    into = open_engine(f"sqlite:///{target.resolve()}")
    try:
        if revision(server) != newest():
            text = f"数据库版本 / schema {revision(server)}, 需要 / wanted {newest()}: hall migrate"
            raise BackupError(text)
        migrate(into)
        with server.connect() as source, into.begin() as conn:
            move_database.copy(source, conn, lambda *_: None)
    except move_database.MovingError as error:
        raise BackupError(str(error)) from error
    finally:
        server.dispose()
        into.dispose()


def _settle(path: Path) -> None:
    """Merge the write-ahead log into the one file and run SQLite's own check."""
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode=DELETE")
        result = base.execute("PRAGMA quick_check").fetchall()
    if result != [("ok",)]:
        raise BackupError(f"{path.name}: {result[0][0]}")


def heads_of(path: Path) -> dict[str, tuple[int, str]]:
    """Return the last journal line of every hall in a SQLite file of any revision."""
    query = (
        "SELECT hall_id, max(seq), hash FROM journal GROUP BY hall_id"  # SQLite: hash of that row
    )
    with contextlib.closing(sqlite3.connect(path)) as base:
        return {row[0]: (row[1], row[2]) for row in base.execute(query)}


def _parts(data: Path, database: Path, *, with_check_key: bool) -> Iterator[tuple[str, Path]]:
    yield DATABASE, database
    if (data / FILE).is_file():
        yield FILE, data / FILE
    for folder in folders(data):
        own = folder.relative_to(data)
        if with_check_key and (folder / KEY_FILE).is_file():
            yield (own / KEY_FILE).as_posix(), folder / KEY_FILE
        # After the database: a paper is written before the row that names it.
        for path in sorted((folder / FOLDER).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(data).as_posix(), path


def _size_and_hash(path: Path) -> tuple[int, str]:
    with path.open("rb") as stream:
        return path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def _write(path: Path, manifest: Manifest, parts: dict[str, Path]) -> None:
    manifest_text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as raw:
        with (
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|") as tar,
        ):
            tar.addfile(_tar_info(MANIFEST, len(manifest_text)), io.BytesIO(manifest_text))
            for name, part in parts.items():
                with part.open("rb") as stream:
                    tar.addfile(_tar_info(name, manifest.parts[name][0]), stream)
        raw.flush()
        os.fsync(raw.fileno())


def _tar_info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def unpack(path: Path, into: Path) -> Manifest:
    """Unpack a backup into a new folder and verify it against its manifest.

    Raises BackupError for a file that is not a backup, is damaged, or differs from its manifest.
    """
    into.mkdir(mode=0o700)
    try:
        with tarfile.open(path, "r|gz") as tar:
            manifest = _unpack(tar, into)
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path}: 不是完好的备份 / not a sound backup: {error}") from error
    halls = heads_of(into / DATABASE)
    if halls != manifest.halls:
        raise BackupError(f"{path}: 操作日志与清单不符 / the journal is not the manifest's")
    return manifest


def _unpack(tar: tarfile.TarFile, into: Path) -> Manifest:
    first = tar.next()
    stream = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
    if stream is None:
        raise BackupError("没有清单 / there is no manifest")
    manifest = _manifest(json.load(stream))
    missing = dict(manifest.parts)
    while (member := tar.next()) is not None:
        stream = tar.extractfile(member) if member.isreg() else None
        expected = missing.pop(member.name, None)
        target = (into / member.name).resolve()
        if stream is None or expected is None or not target.is_relative_to(into.resolve()):
            raise BackupError(f"{member.name}: 清单里没有 / not in the manifest")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _write_part(stream, target) != expected:
            raise BackupError(f"{member.name}: 内容已损坏 / damaged")
    if missing or DATABASE not in manifest.parts:
        raise BackupError(f"缺少 / missing: {', '.join(sorted(missing))}")
    return manifest


def _manifest(values: dict[str, Any]) -> Manifest:
    if values["format"] != FORMAT:
        raise BackupError(f"不认识的备份格式 / unknown format {values['format']}")
    pairs = {
        name: {key: (int(a), str(b)) for key, (a, b) in values[name].items()}
        for name in ("halls", "parts")
    }
    return Manifest(
        FORMAT,
        int(values["made_at"]),
        str(values["schema"]),
        str(values["database"]),
        pairs["halls"],
        pairs["parts"],
    )


def _write_part(stream: IO[bytes], place: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    return size, digest.hexdigest()


def _delete_older(folder: Path, keep: int, newest_one: Path) -> list[Path]:
    """Delete older backups so that `keep` are left; 0 keeps all. Return the deleted ones."""
    if keep < 1:
        return []
    backups = sorted(p for p in folder.glob("hall-*.tar.gz") if p != newest_one)
    old = backups[: max(0, len(backups) - (keep - 1))]
    for path in old:
        path.unlink()
    return old


def _record_backup(data: Path, path: Path, manifest: Manifest) -> None:
    """Record the backup in the data folder, and in each hall's own folder if there are several.

    A hall reads only its own folder: on other machines it may be the only shared part of the data
    folder.
    """
    record = {"at": manifest.made_at, "file": str(path.resolve()), "halls": manifest.halls}
    whole_folder, *hall_folders = folders(data)
    for folder in (
        whole_folder,
        *(hall_folder for hall_folder in hall_folders if hall_folder.name in manifest.halls),
    ):
        half = folder / f".{NOTE}"
        half.write_text(json.dumps(record, ensure_ascii=False))
        half.chmod(0o600)
        half.replace(folder / NOTE)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
