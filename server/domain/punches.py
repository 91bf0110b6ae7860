"""Punches as terminals tell them: when a time is believed, how far a reader has delivered.

Pure rules over milliseconds and wall-clock times. A punch is never changed or dropped here: what
cannot be believed gets a `doubt`, and stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.domain.reader_clocks import FAR_SECONDS, ClockFacts

FIRST_YEAR = 2010
"""A terminal that lost its battery starts again in 2000: nothing of ours is older than this."""
LAG_MS = 15_000
"""A punch made this long before a contact may still be on its way."""
SETTLE_MS = 45_000
"""A terminal that came back has delivered its backlog when it polls and sent none for so long;
longer than its pause after a failed upload (ErrorDelay)."""
GAP_MS = 90_000
"""No word for so long: the terminal was away and may have a backlog."""
BACKLOG_LINES = 20
"""A batch of more lines is no live punch but a backlog."""
LIVE_LINES = 2
STEADY_MS = 120_000
"""Only a terminal in steady contact for so long tells its clock by a punch."""


class Source(StrEnum):
    """How a punch came in."""

    PUSH = "push"
    PULL = "pull"
    FILE = "file"
    SHEET = "sheet"


class ReaderState(StrEnum):
    """What the hall makes of a reader."""

    ASKING = "asking"
    ADMITTED = "admitted"
    OUT = "out"
    RETIRED = "retired"


class Doubt(StrEnum):
    """Why the time of a punch is not believed."""

    NONE = ""
    RESET = "reset"
    """Before FIRST_YEAR: the clock started anew."""
    FUTURE = "future"
    """Later than the server's time."""
    OLD = "old"
    """Older than the hall takes punches for."""
    CLOCK_OFF = "clock_off"
    """Made while the reader's clock is known to have been wrong."""


@dataclass(frozen=True, slots=True)
class PunchLine:
    """One record of a terminal: `said` is its own wall clock, naive, to the second.

    in/out flag, way of verifying and work code are kept as told and not believed.
    """

    enrolment: str
    said: datetime
    in_out: str = ""
    verify: str = ""
    work_code: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not a punch, and the word for why."""

    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Belief:
    """The hall's figures for believing: seconds of tolerance, days of the oldest punch."""

    tolerance: int
    oldest_days: int


def doubt(line: PunchLine, said_at: int, now: int, clock: ClockFacts, belief: Belief) -> Doubt:
    """Why the time of this punch cannot be true; NONE when it can."""
    if line.said.year < FIRST_YEAR:
        return Doubt.RESET
    if said_at > now + belief.tolerance * 1000:
        return Doubt.FUTURE
    if said_at < now - belief.oldest_days * 86_400_000:
        return Doubt.OLD
    wrong = clock.wrong_at(said_at, now, belief.tolerance)
    return Doubt.CLOCK_OFF if wrong else Doubt.NONE


@dataclass(frozen=True, slots=True)
class Contact:
    """How steadily a reader has been heard of, and how far it has delivered; all ms."""

    heard_at: int | None = None
    steady_since: int | None = None
    """Since when there was no gap."""
    catching_since: int | None = None
    """It came back then and may still be delivering what it gathered."""
    fed_at: int | None = None
    """The last batch of punches, or a failure to take one."""
    heavy_at: int | None = None
    """The last batch that was not live (backlog, replay, re-reading)."""
    delivered_until: int | None = None
    recalled_until: int | None = None
    """Until then it may be sending again what the hall asked for: old punches, one by one."""
    unread: bool = False
    """It sent what nobody could read, and nobody has looked at it: that may be punches."""

    def heard(self, now: int) -> Contact:
        """Any word of the reader; after a gap it counts as catching up."""
        if self.heard_at is None or now - self.heard_at > GAP_MS or now < self.heard_at:
            return replace(self, heard_at=now, steady_since=now, catching_since=now)
        return replace(self, heard_at=now)

    def fed(self, now: int, lines: int, newest: int | None) -> Contact:
        """A batch came; `newest` is the latest moment it speaks of."""
        contact = replace(self.heard(now), fed_at=now)
        if lines > LIVE_LINES:
            contact = replace(contact, heavy_at=now)
        if lines > BACKLOG_LINES and contact.catching_since is None:
            contact = replace(contact, catching_since=now)
        if contact.catching_since is not None and newest is not None and newest <= now:
            # Terminals send in the order of their memory: up to its newest line all is here.
            contact = contact.delivered(newest)
        return contact

    def failed(self, now: int) -> Contact:
        """A batch could not be taken: the terminal keeps it and will come again."""
        contact = self.heard(now)
        return replace(contact, fed_at=now, catching_since=contact.catching_since or now)

    def polled(self, now: int) -> Contact:
        """It asked for commands: what it had to tell it has told, unless it is catching up."""
        contact = self.heard(now)
        if contact.catching_since is not None:
            busy = max(contact.catching_since, contact.fed_at or 0)
            if now - busy < SETTLE_MS:
                return contact
            contact = replace(contact, catching_since=None)
        return contact.delivered(now - LAG_MS)

    def recalled(self, until: int) -> Contact:
        """It was asked to send records again, and may be at it until then."""
        return replace(self, recalled_until=until)

    def left_unread(self) -> Contact:
        """It sent something that could not be read."""
        return replace(self, unread=True)

    def all_read(self) -> Contact:
        """Mark all of it as looked at."""
        return replace(self, unread=False)

    def delivered(self, until: int) -> Contact:
        """Move delivery on to `until`; never back, nor while something is unread."""
        if self.unread:
            return self
        if self.delivered_until is not None and self.delivered_until >= until:
            return self
        return replace(self, delivered_until=until)

    def offset_of(self, said_at: int, now: int, lines: int) -> int | None:
        """How far the clock is ahead (s) by a live punch; None when this one tells nothing.

        A live punch was made between the last contact and now, so the least error that explains
        what it claims is taken. A claim later than now is proof in any case, but for records that
        the hall asked for again: those were made whenever.
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


def is_absurd(said: datetime, said_at: int, now: int) -> bool:
    """Return True for a time that no clock of these days can mean: long before, or days ahead."""
    return said.year < FIRST_YEAR or said_at > now + FAR_SECONDS * 1000
