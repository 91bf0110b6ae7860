"""Seals each day's seed before the hall opens, and shows it when the hall has closed.

The seed never leaves this module before it is revealed: nobody is told it, no journal line and no
answer holds it or the times. In the database it lies masked with a key from the data folder, so
that a copy of the database alone does not tell the times; docs/security.md says what that buys.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from server.clock import Chance, instant
from server.domain.catalogue import Scope
from server.domain.hours import Span
from server.domain.inspection import draws
from server.domain.inspection.draws import Rules
from server.services.attendance.calendar import workdays
from server.services.bus import ChecksChanged
from server.services.context import SYSTEM, Context, note
from server.storage import checks
from server.storage.store import Tx

KEY_FILE = "check.key"
LOST = ""
"""What stands in the place of a seed that cannot be unmasked."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed day as the server itself knows it."""

    day: str
    seal: str
    rules: Rules
    seed: str
    """Hex; empty: lost."""
    times: tuple[int, ...]
    """Minutes of the day; never shown before they come."""

    def at(self, minute: int) -> int:
        """Milliseconds of a minute of that day."""
        midnight = datetime.combine(date.fromisoformat(self.day), time.min)
        return instant(midnight + timedelta(minutes=minute), self.rules.timezone)

    def closed(self, now: int) -> bool:
        """Whether the hall has closed on that day; on a rest day when the day is over."""
        return now >= self.at(24 * 60 if self.rules.closes is None else self.rules.closes)


def key_in(folder: Path, chance: Chance) -> bytes:
    """The data folder's key, made at the first call; readable by its owner only."""
    path = folder / KEY_FILE
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        made = fresh_seed(chance)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(made + "\n")
        return bytes.fromhex(made)


def fresh_seed(chance: Chance) -> str:
    """256 random bits, in hex."""
    return hashlib.sha256(chance.token(draws.SEED_BYTES).encode()).hexdigest()


def masked(key: bytes, day: str, seal: str, seed: str) -> str:
    """The seed with the key laid over it; the same again takes it off. Both in hex."""
    pad = hmac.new(key, f"{day} {seal}".encode(), hashlib.sha256).digest()
    return bytes(a ^ b for a, b in zip(bytes.fromhex(seed), pad, strict=True)).hex()


def opening(ctx: Context, day: date) -> list[Span]:
    """The hall's hours on `day`; none on a day of rest."""
    weekday = workdays(ctx).weekday(day)
    lines = (h for h in ctx.catalogue().hours if h.scope is Scope.HALL and weekday in h.weekdays)
    return sorted(Span(h.opens, h.closes) for h in lines)


def asked(ctx: Context) -> draws.Asked:
    """The settings in force."""
    found = ctx.settings()
    return draws.Asked(
        found.check_count,
        found.check_after_open_minutes,
        found.check_before_close_minutes,
        found.check_gap_minutes,
        found.check_start_minutes,
    )


def seal_day(ctx: Context, key: bytes) -> bool:
    """Seal today's seed unless it is sealed; True when it was done now."""
    now = ctx.clock.now()
    local = ctx.local(now)
    day, zone = local.date().isoformat(), ctx.settings().timezone
    minute = local.hour * 60 + local.minute
    rules = draws.rules_for(ctx.hall_id, zone, opening(ctx, local.date()), asked(ctx), minute)
    text, seed = draws.text_of(rules), fresh_seed(ctx.chance)
    sealed = draws.seal(bytes.fromhex(seed), text, day)

    def act(tx: Tx) -> bool:
        if checks.day(tx.conn, tx.hall_id, day) is not None:
            return False
        checks.add_day(tx, day, sealed, masked(key, day, sealed, seed), text)
        data = {"seal": sealed, "rules": text, "late": rules.late}
        note(tx, SYSTEM, "check.seal", day, data=data)
        tx.events.append(ChecksChanged(day))
        return True

    return ctx.write(act)


def opened(key: bytes, row: Any) -> Opened:
    """A row of `check_day` with its times; without any when the seed cannot be unmasked."""
    rules = draws.rules_of(row.rules)
    seed = row.seed if row.revealed_at is not None else masked(key, row.day, row.seal, row.seed)
    right = bool(seed) and draws.seal(bytes.fromhex(seed), row.rules, row.day) == row.seal
    if not right:
        return Opened(row.day, row.seal, rules, LOST, ())
    return Opened(row.day, row.seal, rules, seed, draws.draw(bytes.fromhex(seed), rules, row.day))


def reveal(tx: Tx, found: Opened) -> None:
    """Show the seed to everybody, in the books and in the journal; a lost one is said to be."""
    checks.reveal(tx, found.day, found.seed)
    if found.seed:
        times = [f"{minute // 60:02}:{minute % 60:02}" for minute in found.times]
        data = {"seed": found.seed, "seal": found.seal, "times": times}
        note(tx, SYSTEM, "check.reveal", found.day, data=data)
    else:
        note(tx, SYSTEM, "check.lost", found.day, data={"seal": found.seal})
    tx.events.append(ChecksChanged(found.day))
