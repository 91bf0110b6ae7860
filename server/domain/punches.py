"""Punches as time clocks report them: doubtful times, and delivery progress of each time clock.

Pure rules over milliseconds and wall-clock times. A punch is never changed or dropped: one whose
time cannot be trusted is kept with a `doubt`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.domain.reader_clocks import FAR_SECONDS, ClockFacts

FIRST_YEAR = 2010
"""Earliest credible year; a time clock whose battery failed restarts in 2000."""
LAG_MS = 15_000
"""Milliseconds before a contact within which a punch may still be in transit."""
SETTLE_MS = 45_000
"""Milliseconds without a batch after which a time clock that returned has delivered its backlog.

Longer than the device's pause after a failed upload (ErrorDelay).
"""
GAP_MS = 90_000
"""Milliseconds without contact after which a time clock may have gathered a backlog."""
BACKLOG_LINES = 20
"""Most lines of a batch of live punches; a larger batch is a backlog."""
LIVE_LINES = 2
"""Most lines of a batch that can measure the clock."""
STEADY_MS = 120_000
"""Milliseconds of steady contact before a punch is used to measure the clock."""


class Source(StrEnum):
    """Channel by which a punch arrived."""

    PUSH = "push"
    PULL = "pull"
    FILE = "file"
    SHEET = "sheet"


class ReaderState(StrEnum):
    """Admission state of a time clock."""

    ASKING = "asking"
    ADMITTED = "admitted"
    OUT = "out"
    RETIRED = "retired"


class Doubt(StrEnum):
    """Reason why the time of a punch is doubtful."""

    NONE = ""
    RESET = "reset"
    """Before FIRST_YEAR: the clock was reset."""
    FUTURE = "future"
    """Later than the server's time."""
    OLD = "old"
    """Older than the oldest punch that the hall accepts."""
    CLOCK_OFF = "clock_off"
    """Made while the time clock's clock is known to have been wrong."""


@dataclass(frozen=True, slots=True)
class PunchLine:
    """One record of a time clock; `said` is the device's own wall clock, naive, to the second.

    In/out flag, verification method and work code are stored as sent and not trusted.
    """

    enrolment: str
    said: datetime
    in_out: str = ""
    verify: str = ""
    work_code: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """Line that is not a punch, and the reason code."""

    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Belief:
    """Settings for trusting a time: seconds of tolerance, most days of age of a punch."""

    tolerance: int
    oldest_days: int


def doubt(line: PunchLine, said_at: int, now: int, clock: ClockFacts, belief: Belief) -> Doubt:
    """Return the reason why the time of this punch is doubtful; NONE if it is trusted."""
    if line.said.year < FIRST_YEAR:
        return Doubt.RESET
    if said_at > now + belief.tolerance * 1000:
        return Doubt.FUTURE
    if said_at < now - belief.oldest_days * 86_400_000:
        return Doubt.OLD
    clock_was_wrong = clock.wrong_at(said_at, now, belief.tolerance)
    return Doubt.CLOCK_OFF if clock_was_wrong else Doubt.NONE


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact history of a time clock and its delivery progress; all times in ms."""

    heard_at: int | None = None
    steady_since: int | None = None
    """Start of the present contact without a gap."""
    catching_since: int | None = None
    """Time at which it returned; it may still be delivering its backlog. None: no backlog."""
    fed_at: int | None = None
    """Time of the last batch of punches, accepted or failed."""
    heavy_at: int | None = None
    """Time of the last batch that was not live (backlog, replay, re-reading)."""
    delivered_until: int | None = None
    recalled_until: int | None = None
    """Time until which it may resend old punches that the hall requested."""
    unread: bool = False
    """True while unreadable lines await review; they may be punches."""

    def heard(self, now: int) -> Contact:
        """Return the state after any message; after a gap the time clock counts as catching up."""
        if self.heard_at is None or now - self.heard_at > GAP_MS or now < self.heard_at:
            return replace(self, heard_at=now, steady_since=now, catching_since=now)
        return replace(self, heard_at=now)

    def fed(self, now: int, lines: int, newest: int | None) -> Contact:
        """Return the state after a batch of `lines`; `newest` is the latest punch time in it."""
        contact = replace(self.heard(now), fed_at=now)
        if lines > LIVE_LINES:
            contact = replace(contact, heavy_at=now)
        if lines > BACKLOG_LINES and contact.catching_since is None:
            contact = replace(contact, catching_since=now)
        if contact.catching_since is not None and newest is not None and newest <= now:
            # Time clocks send in storage order: everything up to the newest line has arrived.
            contact = contact.delivered(newest)
        return contact

    def failed(self, now: int) -> Contact:
        """Return the state after a batch that could not be stored; it will be sent again."""
        contact = self.heard(now)
        return replace(contact, fed_at=now, catching_since=contact.catching_since or now)

    def polled(self, now: int) -> Contact:
        """Return the state after a poll for commands.

        A poll means that all punches are delivered, unless the time clock is catching up.
        """
        contact = self.heard(now)
        if contact.catching_since is not None:
            busy = max(contact.catching_since, contact.fed_at or 0)
            if now - busy < SETTLE_MS:
                return contact
            contact = replace(contact, catching_since=None)
        return contact.delivered(now - LAG_MS)

    def recalled(self, until: int) -> Contact:
        """Return the state after a request for old records; resending may last until `until`."""
        return replace(self, recalled_until=until)

    def left_unread(self) -> Contact:
        """Return the state after lines that could not be read."""
        return replace(self, unread=True)

    def all_read(self) -> Contact:
        """Return the state after all unreadable lines were reviewed."""
        return replace(self, unread=False)

    def delivered(self, until: int) -> Contact:
        """Return the state with delivery advanced to `until`.

        Delivery never moves back, and stops while lines are unread.
        """
        if self.unread:
            return self
        if self.delivered_until is not None and self.delivered_until >= until:
            return self
        return replace(self, delivered_until=until)

    def offset_of(self, said_at: int, now: int, lines: int) -> int | None:
        """Return the seconds by which a live punch shows the clock ahead; None if it shows nothing.

        A live punch was made between the last contact and now, so the smallest error that explains
        its claimed time is used. A claim later than now always proves an error, except for resent
        records that the hall requested: those may be from any time.
        """
        if self.recalled_until is not None and now < self.recalled_until:
            return None
        if said_at > now:
            return (said_at - now + 500) // 1000
        steady = self.steady_since is not None and now - self.steady_since >= STEADY_MS
        light = self.heavy_at is None or now - self.heavy_at > STEADY_MS
        if not steady or not light or lines > LIVE_LINES or self.catching_since is not None:
            return None
        since = self.heard_at
        if since is None or not 0 <= now - since <= GAP_MS:
            return None
        return min(0, (said_at - since + 999) // 1000)


def is_absurd(claimed: datetime, said_at: int, now: int) -> bool:
    """Return True for a time that no running clock can mean: before FIRST_YEAR, or days ahead."""
    return claimed.year < FIRST_YEAR or said_at > now + FAR_SECONDS * 1000
