"""Times at which a desk's page was connected, and seals of the shares it was given."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from server.clock import Chance
from server.services.context import Context
from server.services.inspection.sealing import key_in
from server.storage import desks

UNNOTICED_MS = 30_000
"""A cut is noticed after two missed pings (10 and 15 s) at the latest."""
SKEW_MS = 5_000
"""So much a page's idea of the server's time may be off."""


def opened(ctx: Context, line: str, window: str, staff: str, worker: str) -> None:
    """Write down that a desk's page has connected."""
    ctx.write(lambda tx: desks.open_line(tx, line, window, staff, worker))


def closed(ctx: Context, line: str) -> None:
    """Write down that it is connected no more."""
    ctx.write(lambda tx: desks.close_line(tx, line))


def connected(lines: Iterable[Any], at: int, now: int) -> bool:
    """Return True if a page was surely connected at an instant (ms).

    The end of each line may have been cut off already, its beginning may be the page's own clock.
    """
    return any(
        line.opened_at + SKEW_MS < at < (line.closed_at or now) - UNNOTICED_MS for line in lines
    )


def of(conn: Connection, hall_id: str, staff: str, window: str, since: int) -> Sequence[Any]:
    """Return a person's lines at a window that did not end before `since` (ms)."""
    return desks.lines_of(conn, hall_id, staff, window, since)


@dataclass(frozen=True, slots=True)
class ShareSeals:
    """Proves later that the server gave a desk its share: whom it calls while alone."""

    key: bytes

    @classmethod
    def in_folder(cls, folder: Path, chance: Chance) -> ShareSeals:
        """Take the key from the data folder's own."""
        secret = key_in(folder, chance)
        return cls(hmac.new(secret, b"shares of desks", hashlib.sha256).digest())

    def seal(self, window: str, staff: str, tickets: Sequence[str]) -> str:
        """Return the seal of a share, in its order; "" of an empty one."""
        if not tickets:
            return ""
        said = "\n".join((window, staff, *tickets))
        return hmac.new(self.key, said.encode(), hashlib.sha256).hexdigest()

    def fits(self, seal: str, window: str, staff: str, tickets: Sequence[str]) -> bool:
        """Return True if this seal was given for this share."""
        wanted = self.seal(window, staff, tickets)
        return bool(wanted) and hmac.compare_digest(wanted.encode(), seal.encode())
