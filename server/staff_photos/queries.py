"""Staff photos: queries."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, and_, delete, insert, select, update

from server.core.records import Records
from server.core.store import Tx
from server.leave.tables import kept_file
from server.staff_photos.tables import staff_photo


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """Photo of a person as stored; `removed_at` None: it is shown."""

    staff: str
    file: str
    at: int
    by_actor: str
    removed_at: int | None


_photos = Records(StoredPhoto, staff_photo)
_p, _f = staff_photo.c, kept_file.c


def every(conn: Connection, hall_id: str) -> list[StoredPhoto]:
    """Return the photos that are shown, by staff number."""
    query = _photos.select().where(_p.hall_id == hall_id, _p.removed_at.is_(None))
    return _photos.all(conn, query.order_by(_p.staff))


def of_staff(conn: Connection, hall_id: str, staff: str) -> StoredPhoto | None:
    """Return the photo of a person that is shown, or None."""
    query = _photos.select().where(
        _p.hall_id == hall_id, _p.staff == staff, _p.removed_at.is_(None)
    )
    return _photos.first(conn, query)


def is_shown(conn: Connection, hall_id: str, file: str) -> bool:
    """Return True if a file is a photo that is shown."""
    query = select(_p.staff).where(_p.hall_id == hall_id, _p.file == file, _p.removed_at.is_(None))
    return conn.execute(query.limit(1)).first() is not None


def removed(conn: Connection, hall_id: str) -> list[StoredPhoto]:
    """Return the photos whose picture is still to be deleted."""
    query = _photos.select().where(_p.hall_id == hall_id, _p.removed_at.is_not(None))
    return _photos.all(conn, query.order_by(_p.staff, _p.file))


def put(tx: Tx, row: StoredPhoto) -> None:
    """Insert a photo, in place of a removed one with the same picture."""
    same = and_(_p.hall_id == tx.hall_id, _p.staff == row.staff, _p.file == row.file)
    tx.conn.execute(delete(staff_photo).where(same))
    tx.conn.execute(insert(staff_photo).values(hall_id=tx.hall_id, **asdict(row)))


def remove(tx: Tx, staff: str) -> bool:
    """Stop showing the photo of a person; False if there was none."""
    result = tx.conn.execute(
        update(staff_photo)
        .where(_p.hall_id == tx.hall_id, _p.staff == staff, _p.removed_at.is_(None))
        .values(removed_at=tx.now)
    )
    return bool(result.rowcount)


def delete_row(tx: Tx, row: StoredPhoto) -> None:
    """Delete a removed photo; of its file only the hash stays, unless another person shows it."""
    tx.conn.execute(
        delete(staff_photo).where(
            _p.hall_id == tx.hall_id, _p.staff == row.staff, _p.file == row.file
        )
    )
    if not is_shown(tx.conn, tx.hall_id, row.file):
        tx.conn.execute(
            update(kept_file)
            .where(_f.hall_id == tx.hall_id, _f.id == row.file)
            .values(name="", size=0)
        )
