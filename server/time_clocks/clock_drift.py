"""Clock of a time clock: its measurements, and the punch times that they make doubtful.

Pure rules over milliseconds (moments) and seconds (offsets, ahead of the server's time). A clock
that was off by w between a and b made punches that claim a+w … b+w: those are doubtful, no others.
A single absurd line is not used as a measurement: such lines occur and prove nothing about the
clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_OFFSET = 2_000_000_000
FAR_SECONDS = 86_400
"""Seconds ahead of its arrival (one day) beyond which a punch time is absurd."""
CONFIRM_MS = 120_000
"""Least milliseconds between two punches that confirm an unlikely offset.

The lines of a late upload arrive all at once; a slow clock is as slow two minutes later.
"""
MOST_SPANS = 48
"""Most wrong spans stored for a time clock; the oldest are dropped first."""


@dataclass(frozen=True, slots=True)
class WrongSpan:
    """Span in which the clock was `offset` seconds ahead, from `begins` to `ends`.

    True ms; `ends` None: it still is.
    """

    offset: int
    begins: int
    ends: int | None = None

    def claims(self, said_at: int, now: int, tolerance: int) -> bool:
        """Return True if the clock may have shown `said_at`; offsets are exact to `tolerance`."""
        slack, shift = tolerance * 1000, self.offset * 1000
        ends = now if self.ends is None else self.ends
        return self.begins + shift - slack <= said_at <= ends + shift + slack


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Offset (s) that one punch claimed at `at` (ms) and that no other has confirmed yet."""

    offset: int
    at: int


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """Known state of a clock: the last measurement and the spans in which it was wrong."""

    offset: int = 0
    measured_at: int | None = None
    wrong: tuple[WrongSpan, ...] = ()
    suspicion: Suspicion | None = None

    @property
    def is_off(self) -> bool:
        """True if the clock was wrong at the last measurement."""
        return bool(self.wrong) and self.wrong[-1].ends is None

    def after_measurement(self, offset: int, now: int, tolerance: int) -> ClockFacts:
        """Return the state after a measurement (s); up to `tolerance` seconds are no error.

        A clock measured as wrong may have been wrong since the measurement before.
        """
        offset = max(-MOST_OFFSET, min(MOST_OFFSET, offset))
        is_wrong = abs(offset) > tolerance
        if is_wrong and self.is_off and abs(self.wrong[-1].offset - offset) <= tolerance // 2:
            return ClockFacts(offset, now, self.wrong)
        spans = self._closed(now)
        if is_wrong:
            since = self.measured_at
            if since is None:
                since = self.suspicion.at if self.suspicion else now
            spans = (*spans, WrongSpan(offset, since))
        return ClockFacts(offset, now, spans[-MOST_SPANS:])

    def after_claim(self, offset: int, now: int, tolerance: int) -> ClockFacts:
        """Return the state after the offset (s) that a live punch claims.

        A slow clock and one a day or more ahead could be feigned by a single bad line or a late
        upload. Such an offset counts only once a second punch, some minutes later, confirms it.
        """
        likely = -tolerance <= offset <= FAR_SECONDS
        if likely or (self.is_off and abs(self.wrong[-1].offset - offset) <= tolerance):
            return self.after_measurement(offset, now, tolerance)
        before = self.suspicion
        if before is None or abs(before.offset - offset) > tolerance:
            return replace(self, suspicion=Suspicion(offset, now))
        if now - before.at < CONFIRM_MS:
            return self
        return self.after_measurement(offset, now, tolerance)

    def _closed(self, now: int) -> tuple[WrongSpan, ...]:
        if not self.is_off:
            return self.wrong
        return (*self.wrong[:-1], replace(self.wrong[-1], ends=now))

    def wrong_at(self, said_at: int, now: int, tolerance: int) -> bool:
        """Return True if a punch that claims this moment may have been made by the wrong clock."""
        if not self.is_off and abs(now - said_at) <= tolerance * 1000:
            # It arrives at the moment that it claims: the clock was right.
            return False
        return any(span.claims(said_at, now, tolerance) for span in self.wrong)
