"""Store for papers and photos, by hash in the data folder: type checked by content, not executable.

A file is written once and never changed. Read permission is decided by the case that the file
belongs to; this module only stores and loads.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PIL import Image, UnidentifiedImageError

from server.core import journal
from server.core.actors import Actor
from server.core.config import Config
from server.core.errors import CommonCode, HallError
from server.core.settings import FileSettings
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.leave import file_queries
from server.leave.errors import LeaveCode

FOLDER = "files"
PDF = "application/pdf"
READ = "file.read"
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png"}
NAME_LENGTH = 120


class FileHall(Protocol):
    """Interface of a hall that this store needs."""

    @property
    def config(self) -> Config: ...

    @property
    def ctx(self) -> Context: ...

    @property
    def offload(self) -> Callable[[Callable[[], Any]], Any]: ...


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Stored paper with its bytes."""

    id: str
    name: str
    media: str
    by: str
    data: bytes


def media_of(data: bytes) -> str:
    """Return the media type by content, whatever the name; raise FILE_TYPE for any other."""
    if data.startswith(b"%PDF-"):
        return PDF
    try:
        with Image.open(io.BytesIO(data)) as image:  # reads the head only
            media = PICTURES.get(image.format or "")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        media = None
    if media is None:
        raise HallError(LeaveCode.FILE_TYPE)
    return media


def store(hall: FileHall, actor: Actor, name: str, media: str, data: bytes) -> str:
    """Store a paper; return its id (the same for the same bytes). Safe to repeat.

    `media`: the required type; empty: any. Raises TOO_LARGE, FILE_TYPE.
    """
    ctx = hall.ctx
    if len(data) > ctx.settings().of(FileSettings).file_limit_kb * 1024:
        raise HallError(CommonCode.TOO_LARGE)
    detected: str = hall.offload(lambda: media_of(data))
    if media and media != detected:
        raise HallError(LeaveCode.FILE_TYPE, media=detected)
    file_id = hashlib.sha256(data).hexdigest()
    # Bytes first: a row then never refers to a missing file; bytes without a row are unreachable.
    hall.offload(lambda: _write(_path(hall.config, file_id), data))

    def act(tx: Tx) -> None:
        earlier = file_queries.get(tx.conn, tx.hall_id, file_id)
        if earlier is None or not earlier.size:  # its bytes were erased
            file_queries.add(tx, file_id, _plain(name), detected, len(data), actor.name)
            write_journal(
                tx, actor, "file.keep", file_id, data={"media": detected, "size": len(data)}
            )

    ctx.write(act)
    return file_id


def load(hall: FileHall, file_id: str) -> StoredFile:
    """Return a paper with its bytes; raise FILE_UNKNOWN."""
    row = hall.ctx.read(lambda c: file_queries.get(c, hall.ctx.hall_id, file_id))
    if row is None:
        raise HallError(LeaveCode.FILE_UNKNOWN)
    path = _path(hall.config, row.id)
    if not path.is_file():
        raise HallError(LeaveCode.FILE_UNKNOWN)
    data: bytes = hall.offload(path.read_bytes)
    return StoredFile(row.id, row.name, row.media, row.by_actor, data)


def read_by(hall: FileHall, actor: Actor, file_id: str, of: str) -> StoredFile:
    """Return a paper with its bytes to somebody who may see it; raise FILE_UNKNOWN.

    `of`: what it belongs to. The first reading of a day by anybody but its uploader is journalled;
    a page that shows a photo again adds no line.
    """
    paper, ctx = load(hall, file_id), hall.ctx
    if actor.name == paper.by:
        return paper
    lines = ctx.read_single(lambda c: journal.of_subject(c, ctx.hall_id, file_id))
    today = [line for line in lines if line["act"] == READ and ctx.day(line["at"]) == ctx.day()]
    if actor.name not in {line["actor"] for line in today}:
        ctx.write(lambda tx: write_journal(tx, actor, READ, file_id, data={"of": of}))
    return paper


def _path(config: Config, file_id: str) -> Path:
    return config.data / FOLDER / file_id[:2] / file_id


def _write(path: Path, data: bytes) -> None:
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with draft.open("wb") as file:
        draft.chmod(0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _plain(name: str) -> str:
    """Return a file's name for display: no folders, nothing that a header could misread."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in base if c.isprintable() and c not in '";\r\n')[:NAME_LENGTH]
