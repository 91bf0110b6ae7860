"""Password tries: counted before the password is checked, so parallel tries gain nothing.

Wrong passwords lock their source. A browser in which the person signed in before is a source of its
own, so strangers who know a staff number only lock themselves out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from server.accounts import queries
from server.accounts.errors import AccountCode
from server.accounts.queries import Account, SignInSource
from server.accounts.settings import AccountSettings
from server.core.actors import SYSTEM
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal

BROWSER_DAYS = 90
"""Days after the last sign-in for which a browser counts as known."""
STRANGERS = 10
"""Multiple of `lock_after` wrong passwords that closes an account to unknown browsers."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Origin of a sign-in: the browser's secret of an earlier one, if any, and the address."""

    browser: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """Counted try. `locks`: the locks that stay unless the password is right."""

    staff: str
    source: str
    known_browser: bool
    locks: tuple[str, ...] = ()


NOWHERE = Origin()


def secret_hash(secret: str) -> str:
    """Return the hash that is stored of a session id, code or token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Tries:
    """Counter of tries for one hall's accounts."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def begin(self, staff: str, origin: Origin) -> Try | None:
        """Count a try; return None if there is no such account. Raises LOCKED_OUT.

        The last try locks at once, and a right password unlocks. So many parallel requests get no
        more tries than sequential ones, also if the server stops meanwhile.
        """
        ctx = self._ctx
        browser = secret_hash(origin.browser) if origin.browser else ""
        address = secret_hash(f"{staff} {origin.address}")

        def act(tx: Tx) -> Try | None:
            account = queries.account(tx.conn, tx.hall_id, staff)
            if account is None or account.disabled:
                return None
            is_known = bool(browser) and self._is_known(tx.conn, staff, browser)
            source = browser if is_known else address
            row = queries.source(tx.conn, tx.hall_id, staff, source)
            self._refuse_locked(tx.now, row, None if is_known else account)
            locks = self._count(tx, staff, source, row, of="browser" if is_known else "address")
            locks += () if is_known else self._count_stranger(tx, staff, account)
            return Try(staff, source, is_known, locks)

        return ctx.write(act)

    def record_failure(self, attempt: Try) -> None:
        """Write the locks set by a wrong password into the journal."""
        if attempt.locks:
            self._ctx.write(lambda tx: self._note_locks(tx, attempt))

    def _note_locks(self, tx: Tx, attempt: Try) -> None:
        minutes = self._ctx.settings().of(AccountSettings).lock_minutes
        for of in attempt.locks:
            data: JsonDict = {"minutes": minutes, "of": of}
            write_journal(tx, SYSTEM, "account.locked", attempt.staff, data=data)

    def reset(self, tx: Tx, attempt: Try) -> None:
        """Remove the locks that the tries set: the password was right."""
        queries.set_account(tx, attempt.staff, failed=0, locked_until=None)
        queries.put_source(tx, attempt.staff, attempt.source, failed=0, locked_until=None)

    def remember_browser(self, tx: Tx, staff: str, browser: str, before: str) -> None:
        """Mark a browser as known under a new hash instead of `before`, for all its accounts."""
        if before:
            queries.move_sources(tx, before, browser)
        known_until = tx.now + BROWSER_DAYS * 86_400_000
        queries.put_source(tx, staff, browser, failed=0, locked_until=None, known_until=known_until)

    def _is_known(self, conn: Connection, staff: str, browser: str) -> bool:
        row = queries.source(conn, self._ctx.hall_id, staff, browser)
        return row is not None and (row.known_until or 0) > self._ctx.clock.now()

    def _refuse_locked(self, now: int, *rows: SignInSource | Account | None) -> None:
        until = max((row.locked_until or 0 for row in rows if row is not None), default=0)
        if until > now:
            raise HallError(AccountCode.LOCKED_OUT, minutes=-(-(until - now) // 60_000))

    def _count(
        self, tx: Tx, staff: str, source: str, row: SignInSource | None, of: str
    ) -> tuple[str, ...]:
        settings = self._ctx.settings()
        failed = (row.failed if row is not None else 0) + 1
        if failed < settings.of(AccountSettings).lock_after:
            queries.put_source(tx, staff, source, failed=failed)
            return ()
        until = tx.now + settings.of(AccountSettings).lock_minutes * 60_000
        queries.put_source(tx, staff, source, failed=0, locked_until=until)
        return (of,)

    def _count_stranger(self, tx: Tx, staff: str, account: Account) -> tuple[str, ...]:
        settings = self._ctx.settings()
        if account.failed + 1 < settings.of(AccountSettings).lock_after * STRANGERS:
            queries.set_account(tx, staff, failed=account.failed + 1)
            return ()
        until = tx.now + settings.of(AccountSettings).lock_minutes * 60_000
        queries.set_account(tx, staff, failed=0, locked_until=until)
        return ("strangers",)
