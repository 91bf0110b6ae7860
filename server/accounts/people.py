"""Accounts, sign-in sessions and enrolled devices.

Passwords are argon2id hashes; hashing takes tens of milliseconds and is handed to `offload` so that
it never runs on the event loop. Session ids, codes and tokens are stored as SHA-256 only. There is
no default password: a first one is random, shown once, and must be changed.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from server.accounts import passwords, queries
from server.accounts.errors import AccountCode
from server.accounts.password_tries import NOWHERE, Origin, Tries, Try, secret_hash
from server.accounts.queries import Account, Enrolment
from server.accounts.settings import AccountSettings
from server.accounts.wrong_codes import Guesses, Rest
from server.catalogue.named_codes import Named, require_known
from server.core.actors import MAIN_BOARD, SYSTEM, Actor, ActorKind, Principal, Role
from server.core.edit_conflicts import NOT_SHOWN, require_unchanged
from server.core.errors import CommonCode, HallError
from server.core.events import HallChanged
from server.core.fair_scheduler import Turns
from server.core.offload import Offloaded
from server.core.store import Tx
from server.hall import barred_people
from server.hall.context import Context, JsonDict, write_journal

T = TypeVar("T")
CODE_MINUTES = 30


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Secrets for a browser: of its session, and of the browser itself for the next sign-in."""

    session: str
    browser: str


def csrf_of(secret: str) -> str:
    """Return the CSRF token that belongs to a session or device cookie."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


HASHER = PasswordHasher()


@cache
def _nobody_hash(hasher: PasswordHasher) -> str:
    """Return the hash to verify if the staff number is unknown: the answer takes equally long."""
    return hasher.hash("nobody")


class People:
    """Sign-in, passwords and enrolment of one hall."""

    def __init__(
        self,
        ctx: Context,
        offload: Offloaded,
        hasher: PasswordHasher | None = None,
        rest: Rest = time.sleep,
    ) -> None:
        self._ctx = ctx
        self._offload = offload
        self._hasher = hasher or HASHER
        self._tries, self._turns = Tries(ctx), Turns()
        self.guesses = Guesses(ctx, rest)
        self._nobody = _nobody_hash(self._hasher)

    def _verify(self, stored_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def login(self, staff: str, password: str, origin: Origin = NOWHERE) -> SignedIn:
        """Sign in; return the session id for the cookie, and a new secret of this browser.

        Raises LOGIN_FAILED (unknown, wrong or disabled: not distinguished), LOCKED_OUT, or
        TOO_MANY.
        """
        ctx = self._ctx
        attempt = self._tries.begin(staff, origin)
        row = ctx.read(lambda c: queries.account(c, ctx.hall_id, staff))
        stored_hash = row.password_hash if row is not None else self._nobody
        is_right = self._hashed(attempt, origin, lambda: self._verify(stored_hash, password))
        if attempt is None or not is_right:
            if attempt is not None:
                self._tries.record_failure(attempt)
            raise HallError(AccountCode.LOGIN_FAILED)
        counted_attempt = attempt
        secrets = SignedIn(ctx.tokens.token(32), ctx.tokens.token(32))
        ctx.write(lambda tx: self._signed_in(tx, counted_attempt, secrets, origin))
        return secrets

    def _signed_in(self, tx: Tx, attempt: Try, secrets: SignedIn, origin: Origin) -> None:
        before = secret_hash(origin.browser) if origin.browser else ""
        self._tries.reset(tx, attempt)
        self._tries.remember_browser(tx, attempt.staff, secret_hash(secrets.browser), before)
        expires = tx.now + self._ctx.settings().of(AccountSettings).session_hours * 3_600_000
        queries.open_session(tx, secret_hash(secrets.session), attempt.staff, expires)
        write_journal(tx, Actor(ActorKind.CLERK, attempt.staff), "account.login", attempt.staff)

    def logout(self, secret: str) -> None:
        """End a session."""
        principal = self.session(secret)

        def act(tx: Tx) -> None:
            queries.end_session(tx, secret_hash(secret))
            if principal is not None:
                tx.events.append(HallChanged("sessions", {"name": principal.name}))

        self._ctx.write(act)

    def session(self, secret: str) -> Principal | None:
        """Return the principal signed in with a session id, or None."""
        ctx = self._ctx
        row = ctx.read_single(lambda c: queries.session(c, ctx.hall_id, secret_hash(secret)))
        if row is None or row.disabled or row.expires_at < ctx.clock.now():
            return None
        return Principal(ActorKind(row.role), row.staff, row.role, bool(row.must_change))

    def change_password(
        self, staff: str, current: str, new: str, session: str, origin: Origin = NOWHERE
    ) -> None:
        """Change one's own password; `session` stays, every other session of the person ends.

        Raises LOGIN_FAILED when `current` is wrong, which counts as at a sign-in: LOCKED_OUT,
        TOO_MANY. Raises PASSWORD_WEAK for a weak new one.
        """
        ctx = self._ctx
        attempt = self._tries.begin(staff, origin)
        row = ctx.read(lambda c: queries.account(c, ctx.hall_id, staff))
        if attempt is None or row is None:
            raise HallError(AccountCode.LOGIN_FAILED)
        if not self._hashed(attempt, origin, lambda: self._verify(row.password_hash, current)):
            self._tries.record_failure(attempt)
            raise HallError(AccountCode.LOGIN_FAILED)
        ctx.write(lambda tx: self._tries.reset(tx, attempt))
        self._check_strength(staff, new, current)
        new_hash = self._hashed(attempt, origin, lambda: self._hasher.hash(new))

        def act(tx: Tx) -> None:
            queries.set_account(tx, staff, password_hash=new_hash, must_change=0)
            queries.end_sessions(tx, staff, keep=secret_hash(session))
            write_journal(tx, Actor(ActorKind(row.role), staff), "account.password", staff)
            tx.events.append(HallChanged("sessions", {"name": staff}))

        ctx.write(act)

    def _hashed(self, attempt: Try | None, origin: Origin, work: Callable[[], T]) -> T:
        """Hash in a native thread at the turn of the person's browser, or of the address."""
        is_known = attempt is not None and attempt.known_browser
        asker = f"browser {origin.browser}" if is_known else f"address {origin.address}"
        result: T = self._turns.run(asker, lambda: self._offload(work))
        return result

    def _check_strength(self, staff: str, new: str, current: str) -> None:
        least = self._ctx.settings().of(AccountSettings).password_min
        if len(new) < least or new == current or staff in new or len(set(new)) < 5:
            raise HallError(AccountCode.PASSWORD_WEAK, least=least)
        words = passwords.words_of(self._ctx.catalogue(), self._ctx.hall_id, staff)
        if self._offload(lambda: passwords.is_common(new, words)):
            raise HallError(AccountCode.PASSWORD_COMMON)

    def add_account(self, actor: Actor, staff: str, role: Role, password: str | None = None) -> str:
        """Create an account; return its one-time password (or the given demo password).

        Raises ACCOUNT_UNKNOWN for a person not on the staff list, ACCOUNT_EXISTS.
        """
        ctx = self._ctx
        if actor != SYSTEM and staff not in ctx.catalogue().staff_by:
            raise HallError(AccountCode.ACCOUNT_UNKNOWN, staff=staff)
        first = password or ctx.tokens.token(9)
        password_hash = str(self._offload(lambda: self._hasher.hash(first)))

        def act(tx: Tx) -> None:
            if queries.account(tx.conn, tx.hall_id, staff) is not None:
                raise HallError(AccountCode.ACCOUNT_EXISTS, staff=staff)
            queries.add_account(tx, staff, password_hash, role.value, must_change=password is None)
            write_journal(tx, actor, "account.add", staff, data={"role": role.value})
            tx.events.append(HallChanged("accounts", {"name": staff}))

        ctx.write(act)
        return first

    def add_demo_accounts(self, roles: dict[str, Role], password: str) -> None:
        """Create accounts that share one password, for the demo; existing ones stay unchanged."""
        password_hash = str(self._offload(lambda: self._hasher.hash(password)))

        def act(tx: Tx) -> None:
            for staff, role in roles.items():
                if queries.account(tx.conn, tx.hall_id, staff) is None:
                    queries.add_account(tx, staff, password_hash, role.value, must_change=False)
                    write_journal(tx, SYSTEM, "account.add", staff, data={"role": role.value})

        self._ctx.write(act)

    def reset_password(self, actor: Actor, staff: str) -> str:
        """Set and return a new one-time password; end the person's sessions.

        Raises ACCOUNT_UNKNOWN.
        """
        ctx = self._ctx
        first = ctx.tokens.token(9)
        password_hash = str(self._offload(lambda: self._hasher.hash(first)))

        def act(tx: Tx) -> None:
            self._require_account(tx, staff)
            queries.set_account(
                tx, staff, password_hash=password_hash, must_change=1, failed=0, locked_until=None
            )
            queries.end_sessions(tx, staff)
            queries.delete_sources(tx, tx.now, staff)
            write_journal(tx, actor, "account.reset", staff)
            tx.events.append(HallChanged("accounts", {"name": staff}))

        ctx.write(act)
        return first

    def change_account(
        self,
        actor: Actor,
        staff: str,
        role: Role | None,
        disabled: bool | None,
        seen: Mapping[str, object] = NOT_SHOWN,
    ) -> None:
        """Change role or disable. One cannot disable or demote oneself (FORBIDDEN).

        The window session of a disabled person ends in the same action. `seen`: role and disabled
        as they were shown; raises CHANGED_MEANWHILE.
        """
        if staff == actor.name:
            raise HallError(CommonCode.FORBIDDEN)

        def act(tx: Tx) -> None:
            row = self._require_account(tx, staff)
            require_unchanged(seen, {"role": row.role, "disabled": bool(row.disabled)})
            values: JsonDict = {}
            if role is not None:
                values["role"] = role.value
            if disabled is not None:
                values["disabled"] = int(disabled)
            if values:
                queries.set_account(tx, staff, **values)
                queries.end_sessions(tx, staff)
                if disabled:
                    barred_people.end_work(self._ctx, tx, actor, staff, "account_disabled")
                write_journal(tx, actor, "account.change", staff, data=values)
                tx.events.append(HallChanged("accounts", {"name": staff}))

        self._ctx.write(act)

    def _require_account(self, tx: Tx, staff: str) -> Account:
        row = queries.account(tx.conn, tx.hall_id, staff)
        if row is None:
            raise HallError(AccountCode.ACCOUNT_UNKNOWN, staff=staff)
        return row

    def make_code(self, actor: Actor, kind: str, name: str, place: str = "") -> str:
        """Return a new one-time code (8 digits, valid for CODE_MINUTES) to enrol a device by name.

        `place`: the kiosk, window or zone, or the place of a time clock, where its devices may be;
        "": any. Raises NOT_IN_WORKBOOK for the board of a zone that the workbook does not have.
        """
        if kind == ActorKind.BOARD and name != MAIN_BOARD:
            require_known(self._ctx.catalogue(), Named.ZONE, (name,))
        code = self._ctx.tokens.digits(8)

        def act(tx: Tx) -> None:
            expires = tx.now + CODE_MINUTES * 60_000
            queries.add_enrolment(tx, secret_hash(code), kind, name, actor.key, expires, place)
            data = {"kind": kind} | ({"place": place} if place else {})
            write_journal(tx, actor, "device.code", name, data=data)

        self._ctx.write(act)
        return code

    def enrol(self, code: str, kind: str, name: str, address: str = "") -> str:
        """Exchange a code for a token; older tokens of the device end.

        Raises ENROL_CODE, TOO_MANY when too many tries of this address wait.
        """
        return self.guesses.throttled(address, lambda: self._enrolled(code, kind, name))

    def _enrolled(self, code: str, kind: str, name: str) -> str:
        token = self._ctx.tokens.token(32)

        def act(tx: Tx) -> None:
            row = queries.use_enrolment(tx, secret_hash(code))
            if row is None or row.kind != kind or row.name != name:
                raise HallError(AccountCode.ENROL_CODE)
            self._add_token(tx, token, kind, name, row)

        self._ctx.write(act)
        return token

    def grant(self, kind: str, name: str) -> str:
        """Return a token without a code: only for the demo and agents started by this server."""
        token = self._ctx.tokens.token(32)

        def act(tx: Tx) -> None:
            until = tx.now + CODE_MINUTES * 60_000
            queries.add_token(tx, secret_hash(token), kind, name, _binds(kind, until))
            write_journal(tx, SYSTEM, "device.enrol", name, data={"kind": kind})

        self._ctx.write(act)
        return token

    def _add_token(self, tx: Tx, token: str, kind: str, name: str, code: Enrolment) -> None:
        until = _binds(kind, code.expires_at)
        queries.revoke(tx, kind, name)
        queries.add_token(tx, secret_hash(token), kind, name, until, code.place)
        write_journal(tx, Actor(ActorKind(kind), name), "device.enrol", name, data={"kind": kind})
        tx.events.append(HallChanged("tokens", {"kind": kind, "name": name}))

    def device(self, token: str) -> Principal | None:
        """Return the holder of a device token, or None; raise TOKEN_REVOKED for a withdrawn one."""
        ctx = self._ctx
        row = ctx.read_single(lambda c: queries.token(c, ctx.hall_id, secret_hash(token)))
        if row is None:
            return None
        if row.revoked_at is not None:
            raise HallError(CommonCode.TOKEN_REVOKED)
        return Principal(ActorKind(row.kind), row.name)

    def revoke(self, actor: Actor, kind: str, name: str) -> None:
        """Withdraw a device's tokens. Raises DEVICE_UNKNOWN."""

        def act(tx: Tx) -> None:
            if not queries.revoke(tx, kind, name):
                raise HallError(CommonCode.DEVICE_UNKNOWN, name=name)
            write_journal(tx, actor, "device.revoke", name, data={"kind": kind})
            tx.events.append(HallChanged("tokens", {"kind": kind, "name": name}))

        self._ctx.write(act)


def _binds(kind: str, until: int) -> int | None:
    """Return the time until which a first hello binds devices, for agents; otherwise None."""
    return until if kind == ActorKind.AGENT.value else None
