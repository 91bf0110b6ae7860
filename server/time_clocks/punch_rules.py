"""Punches as time clocks report them: doubtful times, and delivery progress of each time clock.

Pure rules over milliseconds and wall-clock times. A punch is never changed or dropped: one whose
time cannot be trusted is kept with a `doubt`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.time_clocks.clock_drift import FAR_SECONDS, ClockFacts

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


class TimeDoubt(StrEnum):
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
    claimed_at: datetime
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
class TimeTolerance:
    """Settings for trusting a time: seconds of tolerance, most days of age of a punch."""

    tolerance: int
    oldest_days: int


def doubt(
    line: PunchLine, said_at: int, now: int, clock: ClockFacts, belief: TimeTolerance
) -> TimeDoubt:
    """Return the reason why the time of this punch is doubtful; NONE if it is trusted."""
    if line.claimed_at.year < FIRST_YEAR:
        return TimeDoubt.RESET
    if said_at > now + belief.tolerance * 1000:
        return TimeDoubt.FUTURE
    if said_at < now - belief.oldest_days * 86_400_000:
        return TimeDoubt.OLD
    clock_was_wrong = clock.wrong_at(said_at, now, belief.tolerance)
    return TimeDoubt.CLOCK_OFF if clock_was_wrong else TimeDoubt.NONE


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """Contact history of a time clock and its delivery progress; all times in ms."""

    last_contact_at: int | None = None
    steady_since: int | None = None
    """Start of the present contact without a gap."""
    backlog_since: int | None = None
    """Time at which it returned; it may still be delivering its backlog. None: no backlog."""
    last_batch_at: int | None = None
    """Time of the last batch of punches, accepted or failed."""
    last_backlog_at: int | None = None
    """Time of the last batch that was not live (backlog, replay, re-reading)."""
    delivered_until: int | None = None
    recalled_until: int | None = None
    """Time until which it may resend old punches that the hall requested."""
    has_quarantined: bool = False
    """True while unreadable lines await review; they may be punches."""

    def after_contact(self, now: int) -> DeliveryState:
        """Return the state after any message; after a gap the time clock counts as catching up."""
        if (
            self.last_contact_at is None
            or now - self.last_contact_at > GAP_MS
            or now < self.last_contact_at
        ):
            return replace(self, last_contact_at=now, steady_since=now, backlog_since=now)
        return replace(self, last_contact_at=now)

    def after_batch(self, now: int, lines: int, newest: int | None) -> DeliveryState:
        """Return the state after a batch of `lines`; `newest` is the latest punch time in it."""
        contact = replace(self.after_contact(now), last_batch_at=now)
        if lines > LIVE_LINES:
            contact = replace(contact, last_backlog_at=now)
        if lines > BACKLOG_LINES and contact.backlog_since is None:
            contact = replace(contact, backlog_since=now)
        if contact.backlog_since is not None and newest is not None and newest <= now:
            # Time clocks send in storage order: everything up to the newest line has arrived.
            contact = contact.delivered(newest)
        return contact

    def after_failed_batch(self, now: int) -> DeliveryState:
        """Return the state after a batch that could not be stored; it will be sent again."""
        contact = self.after_contact(now)
        return replace(contact, last_batch_at=now, backlog_since=contact.backlog_since or now)

    def after_poll(self, now: int) -> DeliveryState:
        """Return the state after a poll for commands.

        A poll means that all punches are delivered, unless the time clock is catching up.
        """
        contact = self.after_contact(now)
        if contact.backlog_since is not None:
            busy = max(contact.backlog_since, contact.last_batch_at or 0)
            if now - busy < SETTLE_MS:
                return contact
            contact = replace(contact, backlog_since=None)
        return contact.delivered(now - LAG_MS)

    def after_recall(self, until: int) -> DeliveryState:
        """Return the state after a request for old records; resending may last until `until`."""
        return replace(self, recalled_until=until)

    def after_quarantine(self) -> DeliveryState:
        """Return the state after lines that could not be read."""
        return replace(self, has_quarantined=True)

    def after_review(self) -> DeliveryState:
        """Return the state after all unreadable lines were reviewed."""
        return replace(self, has_quarantined=False)

    def delivered(self, until: int) -> DeliveryState:
        """Return the state with delivery advanced to `until`.

        Delivery never moves back, and stops while lines are unread.
        """
        if self.has_quarantined:
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
        light = self.last_backlog_at is None or now - self.last_backlog_at > STEADY_MS
        if not steady or not light or lines > LIVE_LINES or self.backlog_since is not None:
            return None
        since = self.last_contact_at
        if since is None or not 0 <= now - since <= GAP_MS:
            return None
        return min(0, (said_at - since + 999) // 1000)


def is_absurd(claimed: datetime, said_at: int, now: int) -> bool:
    """Return True for a time that no running clock can mean: before FIRST_YEAR, or days ahead."""
    return claimed.year < FIRST_YEAR or said_at > now + FAR_SECONDS * 1000
