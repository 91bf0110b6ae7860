"""Draw commitment: seals each day's seed before the hall opens, reveals it after closing.

The seed never leaves this module before it is revealed: no journal line and no response contains
the seed or the times. In the database it is masked with a key from the data folder, so that a copy
of the database alone does not reveal the times; docs/security.md states the limits of that.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from server.catalogue.hours import Span
from server.catalogue.model import Scope
from server.core.actors import SYSTEM
from server.core.clock import instant
from server.core.folder_key import fresh_seed
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.hall.context import Context, write_journal
from server.spot_checks import draw_proof, queries
from server.spot_checks.draw_proof import Rules
from server.spot_checks.events import ChecksChanged
from server.spot_checks.queries import DrawCommitment
from server.spot_checks.settings import SpotCheckSettings

LOST = ""
"""Placeholder of a seed that cannot be unmasked."""


@dataclass(frozen=True, slots=True)
class SealedDay:
    """Sealed day with its unmasked seed and times, for the server's own use."""

    day: str
    seal: str
    rules: Rules
    seed: str
    """Hex; empty: lost."""
    times: tuple[int, ...]
    """Minutes of the day; never shown before they arrive."""

    def at(self, minute: int) -> int:
        """Return the milliseconds of a minute of that day."""
        midnight = datetime.combine(date.fromisoformat(self.day), time.min)
        return instant(midnight + timedelta(minutes=minute), self.rules.timezone)

    def closed(self, now: int) -> bool:
        """Return True if the hall has closed on that day; on a rest day, if the day is over."""
        return now >= self.at(24 * 60 if self.rules.closes is None else self.rules.closes)


def mask(key: bytes, day: str, seal: str, seed: str) -> str:
    """Return the seed XORed with a pad of the key; applied again, it unmasks. Both in hex."""
    pad = hmac.new(key, f"{day} {seal}".encode(), hashlib.sha256).digest()
    return bytes(a ^ b for a, b in zip(bytes.fromhex(seed), pad, strict=True)).hex()


def opening(ctx: Context, day: date) -> list[Span]:
    """Return the hall's opening spans on `day`; none on a rest day."""
    weekday = ctx.workdays().weekday(day)
    lines = (h for h in ctx.catalogue().hours if h.scope is Scope.HALL and weekday in h.weekdays)
    return sorted(Span(h.opens, h.closes) for h in lines)


def draw_settings(ctx: Context) -> draw_proof.DrawSettings:
    """Return the draw settings in force."""
    settings = ctx.settings()
    return draw_proof.DrawSettings(
        settings.of(SpotCheckSettings).check_count,
        settings.of(SpotCheckSettings).check_after_open_minutes,
        settings.of(SpotCheckSettings).check_before_close_minutes,
        settings.of(SpotCheckSettings).check_gap_minutes,
        settings.of(SpotCheckSettings).check_start_minutes,
    )


def seal_day(ctx: Context, key: bytes) -> bool:
    """Seal today's seed unless it is sealed; return True if it was sealed now."""
    now = ctx.clock.now()
    local = ctx.local(now)
    day, zone = local.date().isoformat(), ctx.settings().of(GeneralSettings).timezone
    minute = local.hour * 60 + local.minute
    rules = draw_proof.rules_for(
        ctx.hall_id, zone, opening(ctx, local.date()), draw_settings(ctx), minute
    )
    text, seed = draw_proof.text_of(rules), fresh_seed(ctx.tokens)
    commitment = draw_proof.seal(bytes.fromhex(seed), text, day)

    def act(tx: Tx) -> bool:
        if queries.day(tx.conn, tx.hall_id, day) is not None:
            return False
        queries.add_day(tx, day, commitment, mask(key, day, commitment, seed), text)
        data = {"seal": commitment, "rules": text, "late": rules.late}
        write_journal(tx, SYSTEM, "check.seal", day, data=data)
        tx.events.append(ChecksChanged(day))
        return True

    return ctx.write(act)


def unseal(key: bytes, row: DrawCommitment) -> SealedDay:
    """Return a row of `check_day` with its times; without times if the seed cannot be unmasked."""
    rules = draw_proof.rules_of(row.rules)
    seed = row.seed if row.revealed_at is not None else mask(key, row.day, row.seal, row.seed)
    matches = bool(seed) and draw_proof.seal(bytes.fromhex(seed), row.rules, row.day) == row.seal
    if not matches:
        return SealedDay(row.day, row.seal, rules, LOST, ())
    return SealedDay(
        row.day, row.seal, rules, seed, draw_proof.draw(bytes.fromhex(seed), rules, row.day)
    )


def reveal(tx: Tx, sealed_day: SealedDay) -> None:
    """Publish the seed in the records and the journal; record a lost seed as lost."""
    queries.reveal(tx, sealed_day.day, sealed_day.seed)
    if sealed_day.seed:
        times = [f"{minute // 60:02}:{minute % 60:02}" for minute in sealed_day.times]
        data = {"seed": sealed_day.seed, "seal": sealed_day.seal, "times": times}
        write_journal(tx, SYSTEM, "check.reveal", sealed_day.day, data=data)
    else:
        write_journal(tx, SYSTEM, "check.lost", sealed_day.day, data={"seal": sealed_day.seal})
    tx.events.append(ChecksChanged(sealed_day.day))
