"""Tries of a password: counted before the password is looked at, so many at once are not more.

Wrong passwords lock the source that they came from. A browser in which the person signed in before
is a source of its own, so strangers who know a staff number lock themselves out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from server.domain.errors import Code, HallError
from server.services.context import SYSTEM, Context, JsonDict, note
from server.storage import accounts
from server.storage.store import Tx

BROWSER_DAYS = 90
"""A browser is known for so long after the last sign-in."""
STRANGERS = 10
"""So many times `lock_after` wrong passwords from anywhere close an account to unknown browsers."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Origin of a sign-in: the browser's secret of an earlier one, if any, and the address."""

    browser: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One try that was counted. `locks`: what it closes unless the password is right."""

    staff: str
    source: str
    known: bool
    locks: tuple[str, ...] = ()


NOWHERE = Origin()


def secret_hash(secret: str) -> str:
    """Return the hash that is kept of a session id, code or token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Tries:
    """Counts tries of one hall's accounts."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def begin(self, staff: str, origin: Origin) -> Try | None:
        """Count a try; None for nobody who has an account. Raises LOCKED_OUT.

        The last try that is left locks at once, and a right password opens again: whoever asks many
        times at once gets no more tries than one after another, also if the server stops meanwhile.
        """
        ctx = self._ctx
        browser = secret_hash(origin.browser) if origin.browser else ""
        address = secret_hash(f"{staff} {origin.address}")

        def act(tx: Tx) -> Try | None:
            account = accounts.account(tx.conn, tx.hall_id, staff)
            if account is None or account.disabled:
                return None
            known = bool(browser) and self._is_known(tx.conn, staff, browser)
            where = browser if known else address
            row = accounts.source(tx.conn, tx.hall_id, staff, where)
            self._refuse_locked(tx.now, row, None if known else account)
            locks = self._count(tx, staff, where, row, of="browser" if known else "address")
            locks += () if known else self._count_stranger(tx, staff, account)
            return Try(staff, where, known, locks)

        return ctx.write(act)

    def failed(self, tried: Try) -> None:
        """Write into the journal what a wrong password closed."""
        if tried.locks:
            self._ctx.write(lambda tx: self._told(tx, tried))

    def _told(self, tx: Tx, tried: Try) -> None:
        minutes = self._ctx.settings().lock_minutes
        for of in tried.locks:
            data: JsonDict = {"minutes": minutes, "of": of}
            note(tx, SYSTEM, "account.locked", tried.staff, data=data)

    def forgive(self, tx: Tx, tried: Try) -> None:
        """Open what the tries closed: the password was right."""
        accounts.set_account(tx, tried.staff, failed=0, locked_until=None)
        accounts.put_source(tx, tried.staff, tried.source, failed=0, locked_until=None)

    def known_from_now(self, tx: Tx, staff: str, browser: str, before: str) -> None:
        """Know a browser by a new hash instead of `before`, for everybody it was known for."""
        if before:
            accounts.move_sources(tx, before, browser)
        known = tx.now + BROWSER_DAYS * 86_400_000
        accounts.put_source(tx, staff, browser, failed=0, locked_until=None, known_until=known)

    def _is_known(self, conn: Connection, staff: str, browser: str) -> bool:
        row = accounts.source(conn, self._ctx.hall_id, staff, browser)
        return row is not None and (row.known_until or 0) > self._ctx.clock.now()

    def _refuse_locked(self, now: int, *rows: Row[Any] | None) -> None:
        until = max((row.locked_until or 0 for row in rows if row is not None), default=0)
        if until > now:
            raise HallError(Code.LOCKED_OUT, minutes=-(-(until - now) // 60_000))

    def _count(
        self, tx: Tx, staff: str, where: str, row: Row[Any] | None, of: str
    ) -> tuple[str, ...]:
        settings = self._ctx.settings()
        failed = (row.failed if row is not None else 0) + 1
        if failed < settings.lock_after:
            accounts.put_source(tx, staff, where, failed=failed)
            return ()
        until = tx.now + settings.lock_minutes * 60_000
        accounts.put_source(tx, staff, where, failed=0, locked_until=until)
        return (of,)

    def _count_stranger(self, tx: Tx, staff: str, account: Row[Any]) -> tuple[str, ...]:
        settings = self._ctx.settings()
        if account.failed + 1 < settings.lock_after * STRANGERS:
            accounts.set_account(tx, staff, failed=account.failed + 1)
            return ()
        until = tx.now + settings.lock_minutes * 60_000
        accounts.set_account(tx, staff, failed=0, locked_until=until)
        return ("strangers",)
