"""Connection times of a desk's page, and seals of the desk shares sent to it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from server.core.clock import TokenSource
from server.core.folder_key import key_in
from server.hall.context import Context
from server.queue.offline import desk_queries
from server.queue.offline.desk_queries import ConnectedTime

UNNOTICED_MS = 30_000
"""Most milliseconds until a broken connection is detected: two missed pings (10 and 15 s)."""
SKEW_MS = 5_000
"""Milliseconds by which a page's estimate of the server's time may be off."""


def record_connect(ctx: Context, line: str, window: str, staff: str, worker: str) -> None:
    """Record that a desk's page has connected."""
    ctx.write(lambda tx: desk_queries.open_line(tx, line, window, staff, worker))


def record_disconnect(ctx: Context, line: str) -> None:
    """Record that a desk's page has disconnected."""
    ctx.write(lambda tx: desk_queries.close_line(tx, line))


def record_worker(ctx: Context, worker: str) -> None:
    """Record that a worker is running; connections that it leaves open ended at that time."""
    ctx.write(lambda tx: desk_queries.record_worker(tx, worker))


def release_worker(ctx: Context, worker: str) -> None:
    """End the connections of a worker that is not running, or has just started again."""
    ctx.write(lambda tx: desk_queries.close_lines(tx, worker))


def was_connected(lines: Iterable[ConnectedTime], at: int, now: int) -> bool:
    """Return True if a page was certainly connected at an instant (ms).

    The end of each connection may have been broken already, and its beginning is subject to the
    page's own clock.
    """
    return any(
        line.opened_at + SKEW_MS
        < at
        < (now if line.closed_at is None else line.closed_at) - UNNOTICED_MS
        for line in lines
    )


def connections_of(
    conn: Connection, hall_id: str, staff: str, window: str, since: int
) -> list[ConnectedTime]:
    """Return a person's connections at a window that did not end before `since` (ms)."""
    return desk_queries.lines_of(conn, hall_id, staff, window, since)


@dataclass(frozen=True, slots=True)
class ShareSeals:
    """Seals that prove later that the server sent a desk its share."""

    key: bytes

    @classmethod
    def in_folder(cls, folder: Path, chance: TokenSource) -> ShareSeals:
        """Derive the key from the data folder's key."""
        secret = key_in(folder, chance)
        return cls(hmac.new(secret, b"shares of desks", hashlib.sha256).digest())

    def seal(self, window: str, staff: str, tickets: Sequence[str]) -> str:
        """Return the seal of a share, in its order; "" for an empty one."""
        if not tickets:
            return ""
        message = "\n".join((window, staff, *tickets))
        return hmac.new(self.key, message.encode(), hashlib.sha256).hexdigest()

    def fits(self, seal: str, window: str, staff: str, tickets: Sequence[str]) -> bool:
        """Return True if the seal matches this share."""
        expected = self.seal(window, staff, tickets)
        return bool(expected) and hmac.compare_digest(expected.encode(), seal.encode())
