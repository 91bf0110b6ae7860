"""Records of stored papers. Their bytes are in the data folder, named by their hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert

from server.core.errors import HallError
from server.core.records import Records
from server.core.store import Tx
from server.leave.errors import LeaveCode
from server.leave.tables import kept_file


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """Record of a stored paper."""

    id: str
    name: str
    media: str
    size: int
    by_actor: str
    at: int


_files = Records(StoredPaper, kept_file)

_f = kept_file.c


def get(conn: Connection, hall_id: str, file_id: str) -> StoredPaper | None:
    """Return the record of a paper, or None."""
    return _files.first(conn, _files.select().where(_f.hall_id == hall_id, _f.id == file_id))


def require_all(tx: Tx, files: Iterable[str]) -> None:
    """Raise FILE_UNKNOWN unless every one of these papers is stored."""
    if any(get(tx.conn, tx.hall_id, file) is None for file in files):
        raise HallError(LeaveCode.FILE_UNKNOWN)


def among(conn: Connection, hall_id: str, ids: Sequence[str]) -> list[StoredPaper]:
    """Return the records of those of these papers that exist."""
    return _files.all(conn, _files.select().where(_f.hall_id == hall_id, _f.id.in_(ids)))


def add(tx: Tx, file_id: str, name: str, media: str, size: int, by: str) -> None:
    """Insert the record of a new paper, in place of that of an erased one with the same bytes."""
    tx.conn.execute(delete(kept_file).where(_f.hall_id == tx.hall_id, _f.id == file_id))
    tx.conn.execute(
        insert(kept_file).values(
            hall_id=tx.hall_id,
            id=file_id,
            name=name,
            media=media,
            size=size,
            by_actor=by,
            at=tx.now,
        )
    )
