"""Clock of a time clock: its measurements, and which claimed moments are doubtful for them.

Pure rules over milliseconds (moments) and seconds (offsets, ahead of the server's time). A clock
that was off by w between a and b made punches that claim a+w … b+w: those are doubtful, no others.
It refuses to measure by a single absurd line: such lines occur and say nothing of the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_OFFSET = 2_000_000_000
FAR_SECONDS = 86_400
"""A punch that claims more than a day ahead of its arrival is absurd by itself."""
CONFIRM_MS = 120_000
"""Two punches that agree on an unlikely offset must have come so far apart: what an upload brings
late comes all at once, a slow clock is as slow two minutes later."""
MOST_SPANS = 48
"""Wrong spans kept of a reader; the oldest go first."""


@dataclass(frozen=True, slots=True)
class WrongSpan:
    """The clock was `offset` seconds ahead from `begins` to `ends` (true ms; None: it still is)."""

    offset: int
    begins: int
    ends: int | None = None

    def claims(self, said_at: int, now: int, tolerance: int) -> bool:
        """Return True if the clock may have claimed this; offsets are true to `tolerance`."""
        slack, shift = tolerance * 1000, self.offset * 1000
        ends = now if self.ends is None else self.ends
        return self.begins + shift - slack <= said_at <= ends + shift + slack


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An offset (s) that one punch claimed at `at` (ms), and no other has confirmed yet."""

    offset: int
    at: int


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """All that is known of a reader's clock: the last measurement and when it was wrong."""

    offset: int = 0
    measured_at: int | None = None
    wrong: tuple[WrongSpan, ...] = ()
    suspicion: Suspicion | None = None

    @property
    def is_off(self) -> bool:
        """True while the last measurement found it wrong."""
        return bool(self.wrong) and self.wrong[-1].ends is None

    def measured(self, offset: int, now: int, tolerance: int) -> ClockFacts:
        """Take a measurement (s); `tolerance` seconds are no error.

        A clock found wrong may have been so since the measurement before.
        """
        offset = max(-MOST_OFFSET, min(MOST_OFFSET, offset))
        wrong = abs(offset) > tolerance
        if wrong and self.is_off and abs(self.wrong[-1].offset - offset) <= tolerance // 2:
            return ClockFacts(offset, now, self.wrong)
        spans = self._closed(now)
        if wrong:
            since = self.measured_at
            if since is None:
                since = self.suspicion.at if self.suspicion else now
            spans = (*spans, WrongSpan(offset, since))
        return ClockFacts(offset, now, spans[-MOST_SPANS:])

    def claimed(self, offset: int, now: int, tolerance: int) -> ClockFacts:
        """Take the offset (s) that a live punch claims.

        One that a single line or a late upload may feign counts once a second punch, some minutes
        apart, agrees: a slow clock, and a day or more ahead.
        """
        likely = -tolerance <= offset <= FAR_SECONDS
        if likely or (self.is_off and abs(self.wrong[-1].offset - offset) <= tolerance):
            return self.measured(offset, now, tolerance)
        before = self.suspicion
        if before is None or abs(before.offset - offset) > tolerance:
            return replace(self, suspicion=Suspicion(offset, now))
        if now - before.at < CONFIRM_MS:
            return self
        return self.measured(offset, now, tolerance)

    def _closed(self, now: int) -> tuple[WrongSpan, ...]:
        if not self.is_off:
            return self.wrong
        return (*self.wrong[:-1], replace(self.wrong[-1], ends=now))

    def wrong_at(self, said_at: int, now: int, tolerance: int) -> bool:
        """Return True if a punch that claims this moment may have been made by the wrong clock."""
        if not self.is_off and abs(now - said_at) <= tolerance * 1000:
            # It arrives at the very moment it claims: the right clock made it.
            return False
        return any(span.claims(said_at, now, tolerance) for span in self.wrong)
