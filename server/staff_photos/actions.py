"""Acts on staff photos: one is shown, removed, and its picture deleted."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import HallError
from server.core.events import HallChanged
from server.core.store import Tx
from server.hall.composition import Hall
from server.hall.context import Context, write_journal
from server.leave import files
from server.staff_photos import queries
from server.staff_photos.errors import StaffPhotoCode
from server.staff_photos.portraits import portrait_of
from server.staff_photos.queries import StoredPhoto

JPEG = "image/jpeg"
CHANGED = "staff_photos"
"""Part of the hall that `HallChanged` names."""


def put(hall: Hall, actor: Actor, staff: str, content: bytes) -> StoredPhoto:
    """Show a photo of a person from now on, in place of an earlier one.

    Raises STAFF_UNKNOWN, PORTRAIT_INVALID.
    """
    ctx = hall.ctx
    if staff not in ctx.catalogue().staff_by:
        raise HallError(StaffPhotoCode.STAFF_UNKNOWN, number=staff)
    picture: bytes = hall.offload(lambda: portrait_of(content))
    file = files.store(hall, actor, f"{staff}.jpg", JPEG, picture)

    def act(tx: Tx) -> StoredPhoto:
        queries.remove(tx, staff)
        row = StoredPhoto(staff, file, tx.now, actor.key, None)
        queries.put(tx, row)
        write_journal(tx, actor, "staff_photo.put", staff, data={"file": file})
        tx.events.append(HallChanged(CHANGED))
        return row

    return ctx.write(act)


def remove(ctx: Context, actor: Actor, staff: str) -> None:
    """Stop showing the photo of a person; without one nothing happens."""
    ctx.write(lambda tx: remove_within(tx, actor, staff, "asked"))


def remove_within(tx: Tx, actor: Actor, staff: str, reason: str) -> None:
    """Stop showing the photo of a person in the running action."""
    if queries.remove(tx, staff):
        write_journal(tx, actor, "staff_photo.remove", staff, data={"reason": reason})
        tx.events.append(HallChanged(CHANGED))


def delete_removed(ctx: Context, folder: Path) -> int:
    """Delete the pictures of photos that are shown no more; return their number.

    Apart from the removal, so that a removal that is undone has lost no picture.
    """
    if not ctx.read_single(lambda c: queries.removed(c, ctx.hall_id)):
        return 0

    def act(tx: Tx) -> list[str]:
        rows = queries.removed(tx.conn, tx.hall_id)
        for row in rows:
            queries.delete_row(tx, row)
        return [row.file for row in rows]

    gone = ctx.write(act)

    def unused(conn: Connection) -> list[str]:
        return [file for file in gone if not queries.is_shown(conn, ctx.hall_id, file)]

    for file in ctx.read(unused):
        (folder / files.FOLDER / file[:2] / file).unlink(missing_ok=True)
    return len(gone)
