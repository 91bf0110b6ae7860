"""Red flag window and one-vote veto: whose honours stand, where the flag is, who is barred.

There is one flag. The newest decided quarter says at which window it stands; a standing veto that
strikes this window in this quarter takes it to the office, and a withdrawn one brings it back.
All of it follows from the decisions and the vetoes, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

OFFICE = ""
"""Place of the flag while no window has it."""


class FlagState(StrEnum):
    """State of a quarter's decision on the flag."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    REJECTED = "rejected"
    REVOKING = "revoking"
    """One person wants the decision revoked; it stands until another agrees."""
    REVOKED = "revoked"


class FlagMove(StrEnum):
    """Move of a quarter's decision on the flag."""

    PROPOSE = "propose"
    DECIDE = "decide"
    REJECT = "reject"
    ASK_REVOKE = "ask_revoke"
    REVOKE = "revoke"
    UPHOLD = "uphold"


class Cause(StrEnum):
    """Cause of a walk of the flag."""

    AWARD = "award"
    REVOKED = "revoked"
    VETO = "veto"
    VETO_WITHDRAWN = "veto_withdrawn"


AWARDED = frozenset({FlagState.DECIDED, FlagState.REVOKING})
"""States in which a quarter's flag is decided."""


class VetoState(StrEnum):
    """State of a veto."""

    PROPOSED = "proposed"
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


class VetoMove(StrEnum):
    """Move of a veto."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"


STANDING = frozenset({VetoState.CONFIRMED, VetoState.DISPUTED, VetoState.UPHELD})
"""States in which a veto takes honours away; a dispute alone gives none back."""


class VetoKind(StrEnum):
    """Ground of a veto."""

    SANCTION = "sanction"
    """A sanction of the Party or the administration (党纪政务处分)."""
    BRIBERY = "bribery"
    """Taking gifts, or making difficulties to get some (吃拿卡要)."""
    FEES = "fees"
    """Unlawful fees (违规收费)."""
    FALSE_FIGURES = "false_figures"
    QUARREL = "quarrel"
    """A quarrel or fight with a person served."""
    EXPOSED = "exposed"
    """Criticised in public (媒体曝光、上级通报)."""
    REPEATED = "repeated"
    """People who do badly again and again (多次考核靠后)."""


class BarKind(StrEnum):
    """Reason why a window cannot get a quarter's flag."""

    VETO = "veto"
    COMPLAINT = "complaint"
    RATING = "rating"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class Award:
    """Decided flag of a quarter, such as 2026-Q3."""

    quarter: str
    window: str


@dataclass(frozen=True, slots=True)
class Veto:
    """Veto with what it strikes while it stands: windows, unit, person, in which quarters."""

    id: str
    state: VetoState
    windows: frozenset[str]
    first: str
    last: str
    staff: str = ""
    unit: str = ""
    """Unit that loses the year's honours as well; empty: the rule spares it."""

    @property
    def stands(self) -> bool:
        """True while it takes honours away."""
        return self.state in STANDING

    def strikes(self, quarter: str, window: str) -> bool:
        """Return True if it takes a quarter's flag from a window."""
        return self.stands and self.first <= quarter <= self.last and window in self.windows


def standing_awards(awards: Iterable[Award], vetoes: Sequence[Veto]) -> dict[str, str]:
    """Return the windows whose flag stands, by quarter: decided, and struck by no veto."""
    return {
        award.quarter: award.window
        for award in awards
        if not any(veto.strikes(award.quarter, award.window) for veto in vetoes)
    }


def flag_at(awards: Iterable[Award], vetoes: Sequence[Veto]) -> Award:
    """Return where the flag is: the newest decided quarter, and its window or OFFICE."""
    newest = max(awards, key=lambda award: award.quarter, default=Award("", OFFICE))
    if any(veto.strikes(newest.quarter, newest.window) for veto in vetoes):
        return Award(newest.quarter, OFFICE)
    return newest


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers from which a window is barred; 0: such a thing bars nobody."""

    complaints: int
    ratings: int
    findings: int

    def of(self, kind: BarKind) -> int:
        """Return the number from which a kind bars; a veto always does."""
        numbers = {
            BarKind.COMPLAINT: self.complaints,
            BarKind.RATING: self.ratings,
            BarKind.FINDING: self.findings,
        }
        return numbers.get(kind, 1)


def bars(evidence: Mapping[BarKind, Sequence[str]], limits: Limits) -> dict[BarKind, list[str]]:
    """Return the reasons that bar a window, each with the ids of its evidence."""
    return {
        kind: sorted(evidence[kind])
        for kind in BarKind
        if 0 < limits.of(kind) <= len(evidence.get(kind, ()))
    }


@dataclass(frozen=True, slots=True)
class Candidate:
    """Window in the ranking of a quarter."""

    window: str
    rank: int
    rank_worst: int
    """Worst rank if everything unmeasured cost all that it can."""
    is_barred: bool = False
    served: int = 0
    """Numbers that it served in the quarter: of windows with one rank, more come first."""

    def is_before(self, other: Candidate) -> bool:
        """Return True if it comes before another one, whatever the unmeasured turns out to be."""
        if self.rank_worst == other.rank:
            return self.served > other.served
        return self.rank_worst < other.rank


def needs_reason(choice: Candidate, ranking: Iterable[Candidate]) -> bool:
    """Return True if somebody has to write why this window is chosen.

    It is not first among those that are not barred, or only as long as nothing unmeasured counts.
    Of windows that share the first rank the one that served more is first; if they served as many,
    lots are drawn, and the words say so.
    """
    others = [e for e in ranking if e.window != choice.window and not e.is_barred]
    return not all(choice.is_before(other) for other in others)


def after_quarters(quarter: str, number: int) -> str:
    """Return the quarter `number` quarters after one: 1 after 2026-Q4 is 2027-Q1."""
    year, _, place = quarter.partition("-Q")
    years, rest = divmod(int(place) - 1 + number, 4)
    return f"{int(year) + years}-Q{rest + 1}"
