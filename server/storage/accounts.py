"""Accounts, sessions, enrolment codes and device tokens. Secrets are kept as hashes only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from server.storage import schema
from server.storage.statement import once
from server.storage.store import Tx
from server.storage.tables_people import sign_in_source as _from

_a, _s, _e, _t = schema.account, schema.session, schema.enrolment, schema.device_token
_session = once(
    select(_s.c.staff, _s.c.expires_at, _a.c.role, _a.c.must_change, _a.c.disabled).where(
        _s.c.hall_id == bindparam("hall_id"),
        _s.c.id_hash == bindparam("id_hash"),
        _a.c.hall_id == _s.c.hall_id,
        _a.c.staff == _s.c.staff,
    )
)
_token = once(
    select(_t).where(
        _t.c.hall_id == bindparam("hall_id"), _t.c.token_hash == bindparam("token_hash")
    )
)


def account(conn: Connection, hall_id: str, staff: str) -> Row[Any] | None:
    """One account."""
    return conn.execute(select(_a).where(_a.c.hall_id == hall_id, _a.c.staff == staff)).first()


def accounts(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """All accounts by staff number."""
    return list(conn.execute(select(_a).where(_a.c.hall_id == hall_id).order_by(_a.c.staff)))


def add_account(tx: Tx, staff: str, password_hash: str, role: str, must_change: bool) -> None:
    """A new account."""
    tx.conn.execute(
        insert(_a).values(
            hall_id=tx.hall_id,
            staff=staff,
            password_hash=password_hash,
            role=role,
            must_change=int(must_change),
            changed_at=tx.now,
        )
    )


def set_account(tx: Tx, staff: str, **values: Any) -> None:
    """Change some fields of an account."""
    tx.conn.execute(
        update(_a)
        .where(_a.c.hall_id == tx.hall_id, _a.c.staff == staff)
        .values(**values, changed_at=tx.now)
    )


def source(conn: Connection, hall_id: str, staff: str, where: str) -> Row[Any] | None:
    """What is known of one source of a person's sign-ins."""
    return conn.execute(
        select(_from).where(
            _from.c.hall_id == hall_id, _from.c.staff == staff, _from.c.source == where
        )
    ).first()


def put_source(tx: Tx, staff: str, where: str, **values: Any) -> None:
    """Keep what happened at a source."""
    mine = (_from.c.hall_id == tx.hall_id, _from.c.staff == staff, _from.c.source == where)
    values["seen_at"] = tx.now
    if tx.conn.execute(update(_from).where(*mine).values(**values)).rowcount == 0:
        tx.conn.execute(
            insert(_from).values(hall_id=tx.hall_id, staff=staff, source=where, **values)
        )


def move_sources(tx: Tx, old: str, new: str) -> None:
    """A browser got a new secret: whoever it was known for, it still is."""
    mine = (_from.c.hall_id == tx.hall_id, _from.c.source == old)
    tx.conn.execute(update(_from).where(*mine).values(source=new))


def forget_sources(tx: Tx, before: int, staff: str = "") -> None:
    """Drop what was last seen before `before` and is not known any more; or all of a person's."""
    if staff:
        tx.conn.execute(delete(_from).where(_from.c.hall_id == tx.hall_id, _from.c.staff == staff))
        return
    old = (_from.c.seen_at < before, func.coalesce(_from.c.known_until, 0) < tx.now)
    tx.conn.execute(delete(_from).where(_from.c.hall_id == tx.hall_id, *old))


def locked_staff(conn: Connection, hall_id: str, now: int) -> frozenset[str]:
    """Whose password may not be tried from somewhere just now."""
    rows = conn.execute(
        select(_from.c.staff).where(_from.c.hall_id == hall_id, _from.c.locked_until > now)
    )
    return frozenset(row.staff for row in rows)


def open_session(tx: Tx, id_hash: str, staff: str, expires_at: int) -> None:
    """A signed-in browser."""
    tx.conn.execute(
        insert(_s).values(
            hall_id=tx.hall_id,
            id_hash=id_hash,
            staff=staff,
            created_at=tx.now,
            expires_at=expires_at,
        )
    )


def session(conn: Connection, hall_id: str, id_hash: str) -> Any | None:
    """staff, expires_at, role, must_change, disabled of a session."""
    return conn.execute(_session, {"hall_id": hall_id, "id_hash": id_hash}).first()


def end_session(tx: Tx, id_hash: str) -> None:
    """Sign one browser out."""
    tx.conn.execute(delete(_s).where(_s.c.hall_id == tx.hall_id, _s.c.id_hash == id_hash))


def end_sessions(tx: Tx, staff: str, keep: str = "") -> None:
    """Sign a person out everywhere but in the browser `keep`."""
    tx.conn.execute(
        delete(_s).where(_s.c.hall_id == tx.hall_id, _s.c.staff == staff, _s.c.id_hash != keep)
    )


def forget_sessions(tx: Tx) -> None:
    """Drop expired sessions."""
    tx.conn.execute(delete(_s).where(_s.c.hall_id == tx.hall_id, _s.c.expires_at < tx.now))


def add_enrolment(
    tx: Tx, code_hash: str, kind: str, name: str, by: str, expires_at: int, place: str
) -> None:
    """Add a one-time code; `place`: where an agent's devices may be."""
    tx.conn.execute(
        insert(_e).values(
            hall_id=tx.hall_id,
            code_hash=code_hash,
            kind=kind,
            name=name,
            by_actor=by,
            place=place,
            expires_at=expires_at,
        )
    )


def use_enrolment(tx: Tx, code_hash: str) -> Row[Any] | None:
    """Use up a code; None if unknown, used or expired. The update is what makes it one-time."""
    used = tx.conn.execute(
        update(_e)
        .where(
            _e.c.hall_id == tx.hall_id,
            _e.c.code_hash == code_hash,
            _e.c.used_at.is_(None),
            _e.c.expires_at >= tx.now,
        )
        .values(used_at=tx.now)
    )
    if used.rowcount != 1:
        return None
    return tx.conn.execute(
        select(_e).where(_e.c.hall_id == tx.hall_id, _e.c.code_hash == code_hash)
    ).first()


def add_token(
    tx: Tx,
    token_hash: str,
    kind: str,
    name: str,
    binds_until: int | None = None,
    binds_at: str = "",
) -> None:
    """Add a device's token; an agent's first hello until `binds_until` binds its devices."""
    tx.conn.execute(
        insert(_t).values(
            hall_id=tx.hall_id,
            token_hash=token_hash,
            kind=kind,
            name=name,
            created_at=tx.now,
            binds_until=binds_until,
            binds_at=binds_at,
        )
    )


def use_first_hello(tx: Tx, token_hash: str) -> str | None:
    """Return once for a token at which place it binds devices: at its first hello, in time.

    "" is any place; None: it binds nothing, any more.
    """
    mine = (_t.c.hall_id == tx.hall_id, _t.c.token_hash == token_hash)
    row = tx.conn.execute(select(_t.c.binds_until, _t.c.binds_at).where(*mine)).first()
    if row is None or row.binds_until is None:
        return None
    tx.conn.execute(update(_t).where(*mine).values(binds_until=None))
    return str(row.binds_at) if row.binds_until >= tx.now else None


def token(conn: Connection, hall_id: str, token_hash: str) -> Row[Any] | None:
    """The token's row, revoked or not."""
    return conn.execute(_token, {"hall_id": hall_id, "token_hash": token_hash}).first()


def tokens(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Every token by kind and name."""
    return list(
        conn.execute(select(_t).where(_t.c.hall_id == hall_id).order_by(_t.c.kind, _t.c.name))
    )


def revoke(tx: Tx, kind: str, name: str) -> int:
    """Revoke every token of a device; returns how many."""
    done = tx.conn.execute(
        update(_t)
        .where(
            _t.c.hall_id == tx.hall_id,
            _t.c.kind == kind,
            _t.c.name == name,
            _t.c.revoked_at.is_(None),
        )
        .values(revoked_at=tx.now)
    )
    return done.rowcount
