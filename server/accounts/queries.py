"""Accounts, sign-in sources, sessions, enrolment codes and device tokens: queries.

Secrets are stored as hashes only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from server.accounts import tables
from server.accounts.tables import sign_in_source as _from
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx


@dataclass(frozen=True, slots=True)
class Account:
    """Account of a person, with its lock."""

    staff: str
    password_hash: str
    role: str
    must_change: int
    disabled: int
    failed: int
    locked_until: int | None
    changed_at: int


@dataclass(frozen=True, slots=True)
class SessionWithAccount:
    """Session of a browser, with the role and the state of its account."""

    staff: str
    expires_at: int
    role: str
    must_change: int
    disabled: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One-time code to enrol a device."""

    code_hash: str
    kind: str
    name: str
    by_actor: str
    place: str
    expires_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class DeviceToken:
    """Token of a device, revoked or not."""

    token_hash: str
    kind: str
    name: str
    created_at: int
    revoked_at: int | None
    binds_until: int | None
    binds_at: str


@dataclass(frozen=True, slots=True)
class SignInSource:
    """Browser or address from which a person signs in."""

    staff: str
    source: str
    failed: int
    locked_until: int | None
    known_until: int | None
    seen_at: int


_a, _s, _e, _t = tables.account, tables.session, tables.enrolment, tables.device_token
_accounts = Records(Account, _a)
_sessions = Records(
    SessionWithAccount, _s.c.staff, _s.c.expires_at, _a.c.role, _a.c.must_change, _a.c.disabled
)
_enrolments = Records(Enrolment, _e)
_tokens = Records(DeviceToken, _t)
_sources = Records(SignInSource, _from)
_session = precompiled(
    _sessions.select().where(
        _s.c.hall_id == bindparam("hall_id"),
        _s.c.id_hash == bindparam("id_hash"),
        _a.c.hall_id == _s.c.hall_id,
        _a.c.staff == _s.c.staff,
    )
)
_token = precompiled(
    _tokens.select().where(
        _t.c.hall_id == bindparam("hall_id"), _t.c.token_hash == bindparam("token_hash")
    )
)


def account(conn: Connection, hall_id: str, staff: str) -> Account | None:
    """Return the account of a staff number, or None."""
    return _accounts.first(
        conn, _accounts.select().where(_a.c.hall_id == hall_id, _a.c.staff == staff)
    )


def accounts(conn: Connection, hall_id: str) -> list[Account]:
    """Return all accounts by staff number."""
    return _accounts.all(
        conn, _accounts.select().where(_a.c.hall_id == hall_id).order_by(_a.c.staff)
    )


def add_account(tx: Tx, staff: str, password_hash: str, role: str, must_change: bool) -> None:
    """Insert a new account."""
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


def source(conn: Connection, hall_id: str, staff: str, address: str) -> SignInSource | None:
    """Return the sign-in source of a person at an address or browser, or None."""
    return _sources.first(
        conn,
        _sources.select().where(
            _from.c.hall_id == hall_id, _from.c.staff == staff, _from.c.source == address
        ),
    )


def put_source(tx: Tx, staff: str, address: str, **values: Any) -> None:
    """Insert or update the sign-in source of a person."""
    key = (_from.c.hall_id == tx.hall_id, _from.c.staff == staff, _from.c.source == address)
    values["seen_at"] = tx.now
    if tx.conn.execute(update(_from).where(*key).values(**values)).rowcount == 0:
        tx.conn.execute(
            insert(_from).values(hall_id=tx.hall_id, staff=staff, source=address, **values)
        )


def move_sources(tx: Tx, old: str, new: str) -> None:
    """Rename a source for every person after a browser has received a new secret."""
    key = (_from.c.hall_id == tx.hall_id, _from.c.source == old)
    tx.conn.execute(update(_from).where(*key).values(source=new))


def delete_sources(tx: Tx, before: int, staff: str = "") -> None:
    """Delete sources last used before `before` that are not trusted now; or all of `staff`."""
    if staff:
        tx.conn.execute(delete(_from).where(_from.c.hall_id == tx.hall_id, _from.c.staff == staff))
        return
    old = (_from.c.seen_at < before, func.coalesce(_from.c.known_until, 0) < tx.now)
    tx.conn.execute(delete(_from).where(_from.c.hall_id == tx.hall_id, *old))


def locked_staff(conn: Connection, hall_id: str, now: int) -> frozenset[str]:
    """Return the staff numbers that are locked at any source at `now`."""
    rows = conn.execute(
        select(_from.c.staff).where(_from.c.hall_id == hall_id, _from.c.locked_until > now)
    )
    return frozenset(row.staff for row in rows)


def open_session(tx: Tx, id_hash: str, staff: str, expires_at: int) -> None:
    """Insert the session of a browser that signed in."""
    tx.conn.execute(
        insert(_s).values(
            hall_id=tx.hall_id,
            id_hash=id_hash,
            staff=staff,
            created_at=tx.now,
            expires_at=expires_at,
        )
    )


def session(conn: Connection, hall_id: str, id_hash: str) -> SessionWithAccount | None:
    """Return a session with its account, or None."""
    return _sessions.first(conn, _session, {"hall_id": hall_id, "id_hash": id_hash})


def end_session(tx: Tx, id_hash: str) -> None:
    """Delete one browser's session."""
    tx.conn.execute(delete(_s).where(_s.c.hall_id == tx.hall_id, _s.c.id_hash == id_hash))


def end_sessions(tx: Tx, staff: str, keep: str = "") -> None:
    """Delete all sessions of a person except the one with id hash `keep`."""
    tx.conn.execute(
        delete(_s).where(_s.c.hall_id == tx.hall_id, _s.c.staff == staff, _s.c.id_hash != keep)
    )


def delete_expired_sessions(tx: Tx) -> None:
    """Delete expired sessions."""
    tx.conn.execute(delete(_s).where(_s.c.hall_id == tx.hall_id, _s.c.expires_at < tx.now))


def add_enrolment(
    tx: Tx, code_hash: str, kind: str, name: str, by: str, expires_at: int, place: str
) -> None:
    """Insert a one-time code; `place` limits where an agent's devices may be."""
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


def use_enrolment(tx: Tx, code_hash: str) -> Enrolment | None:
    """Use up a code and return it; None if it is unknown, used or expired.

    The conditional UPDATE makes the code one-time.
    """
    result = tx.conn.execute(
        update(_e)
        .where(
            _e.c.hall_id == tx.hall_id,
            _e.c.code_hash == code_hash,
            _e.c.used_at.is_(None),
            _e.c.expires_at >= tx.now,
        )
        .values(used_at=tx.now)
    )
    if result.rowcount != 1:
        return None
    return _enrolments.first(
        tx.conn, _enrolments.select().where(_e.c.hall_id == tx.hall_id, _e.c.code_hash == code_hash)
    )


def add_token(
    tx: Tx,
    token_hash: str,
    kind: str,
    name: str,
    binds_until: int | None = None,
    binds_at: str = "",
) -> None:
    """Insert a device's token; an agent's first hello until `binds_until` binds its devices."""
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
    """Use up a token's first hello and return the place at which it binds devices.

    "" means any place. None means that it binds nothing: the hello is not the first, or too
    late.
    """
    key = (_t.c.hall_id == tx.hall_id, _t.c.token_hash == token_hash)
    row = tx.conn.execute(select(_t.c.binds_until, _t.c.binds_at).where(*key)).first()
    if row is None or row.binds_until is None:
        return None
    tx.conn.execute(update(_t).where(*key).values(binds_until=None))
    return str(row.binds_at) if row.binds_until >= tx.now else None


def token(conn: Connection, hall_id: str, token_hash: str) -> DeviceToken | None:
    """Return a token, revoked or not; None if it is unknown."""
    return _tokens.first(conn, _token, {"hall_id": hall_id, "token_hash": token_hash})


def tokens(conn: Connection, hall_id: str) -> list[DeviceToken]:
    """Return every token by kind and name."""
    return _tokens.all(
        conn, _tokens.select().where(_t.c.hall_id == hall_id).order_by(_t.c.kind, _t.c.name)
    )


def revoke(tx: Tx, kind: str, name: str) -> int:
    """Revoke every token of a device; return their number."""
    result = tx.conn.execute(
        update(_t)
        .where(
            _t.c.hall_id == tx.hall_id,
            _t.c.kind == kind,
            _t.c.name == name,
            _t.c.revoked_at.is_(None),
        )
        .values(revoked_at=tx.now)
    )
    return result.rowcount
