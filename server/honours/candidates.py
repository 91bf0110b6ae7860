"""Candidates for a quarter's flag: the released ranking of windows, and who is barred and why.

Evidence is read from the records on every request, so a complaint that is proven later, or a
finding that is withdrawn, is in the next reading.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from server.assessment.standings import Period, Standing, Subject, released
from server.complaints import queries as complaint_queries
from server.complaints.queries import StoredComplaint
from server.complaints.rules import ComplaintState, Outcome
from server.core.errors import HallError
from server.hall.context import Context, JsonDict
from server.honours import queries
from server.honours.dated_settings import settings_on
from server.honours.errors import HonourCode
from server.honours.rules import BarKind, Candidate, Limits, bars
from server.ratings.redress_rules import RedressState
from server.spot_checks import finding_queries
from server.spot_checks.finding_rules import STANDING as STANDING_FINDINGS
from server.spot_checks.marks import Kind as FindingKind

UNCONFIRMED = frozenset(
    {RedressState.OPEN, RedressState.CONTACTED, RedressState.APPEALED, RedressState.GRANTED}
)
"""States of a redress in which its rating is not confirmed, or was taken back."""
PROVEN = (Outcome.PROVEN, Outcome.PARTLY)
ANSWERED = (ComplaintState.ANSWERED, ComplaintState.CLOSED)
Evidence = dict[str, dict[BarKind, list[str]]]
"""Ids of what speaks against each window, by kind."""


@dataclass(frozen=True, slots=True)
class RankedWindow:
    """Window of a quarter's ranking, with each reason that bars it and the ids of its evidence."""

    standing: Standing
    bars: Mapping[BarKind, list[str]] = field(default_factory=dict)
    served: int = 0
    """Numbers that the window served in the quarter."""

    @property
    def candidate(self) -> Candidate:
        """Window as the rules see it."""
        entry = self.standing
        return Candidate(entry.code, entry.rank, entry.rank_worst, bool(self.bars), self.served)

    @property
    def basis(self) -> JsonDict:
        """Ranking as a decision stores it."""
        entry = self.standing
        return {
            "window": entry.code,
            "name": entry.name,
            "rank": entry.rank,
            "score": str(entry.score),
            "served": self.served,
            "bars": {kind.value: ids for kind, ids in self.bars.items()},
        }


def ranked(ctx: Context, conn: Connection, quarter: Period) -> list[RankedWindow] | None:
    """Return the windows of a quarter in the order of the released ranking; None before it.

    Those that share a rank come in the order of the numbers that they served.
    """
    standings = released(ctx, conn, Subject.WINDOW, quarter)
    if standings is None:
        return None
    rules = settings_on(ctx, conn, quarter.last)
    limits = Limits(rules.flag_bar_complaints, rules.flag_bar_ratings, rules.flag_bar_findings)
    evidence = evidence_of(conn, ctx.hall_id, quarter)
    served = queries.served_counts(
        conn, ctx.hall_id, quarter.first.isoformat(), quarter.last.isoformat()
    )
    windows = [
        RankedWindow(
            standing, bars(evidence.get(standing.code, {}), limits), served.get(standing.code, 0)
        )
        for standing in standings
    ]
    return sorted(windows, key=lambda entry: (entry.standing.rank, -entry.served))


def chosen(ranking: list[RankedWindow] | None, window: str) -> RankedWindow:
    """Return the window of a ranking that may get the flag.

    Raises FLAG_UNRELEASED, FLAG_CANDIDATE, FLAG_BARRED.
    """
    if ranking is None:
        raise HallError(HonourCode.FLAG_UNRELEASED)
    choice = next((entry for entry in ranking if entry.standing.code == window), None)
    if choice is None:
        raise HallError(HonourCode.FLAG_CANDIDATE)
    if choice.bars:
        raise HallError(HonourCode.FLAG_BARRED, window=choice.standing.name)
    return choice


def evidence_of(conn: Connection, hall_id: str, quarter: Period) -> Evidence:
    """Return what speaks against each window in a quarter, whatever the limits are."""
    span = quarter.first.isoformat(), quarter.last.isoformat()
    evidence: Evidence = defaultdict(lambda: defaultdict(list))
    for veto in queries.for_rules(queries.vetoes(conn, hall_id)):
        for window in veto.windows:
            if veto.strikes(quarter.id, window):
                evidence[window][BarKind.VETO].append(veto.id)
    for complaint in complaint_queries.of_days(conn, hall_id, *span):
        if is_at_fault(complaint):
            for window in _windows_of(conn, hall_id, complaint):
                evidence[window][BarKind.COMPLAINT].append(complaint.number)
    for window, rating in queries.bad_ratings(conn, hall_id, *span, UNCONFIRMED):
        evidence[window][BarKind.RATING].append(rating)
    for finding in finding_queries.of_days(conn, hall_id, *span):
        # A proven complaint is a finding as well; it counts once.
        counts = finding.state in STANDING_FINDINGS and finding.kind != FindingKind.COMPLAINT
        if counts and finding.window:
            evidence[finding.window][BarKind.FINDING].append(finding.id)
    return evidence


def is_at_fault(row: StoredComplaint) -> bool:
    """Return True if a complaint was answered as proven, wholly or in part."""
    return row.state in ANSWERED and row.outcome in PROVEN


def _windows_of(conn: Connection, hall_id: str, row: StoredComplaint) -> set[str]:
    """Return the windows that a complaint counts against.

    One about a person counts where the person served on that day; one about a whole unit against
    no single window.
    """
    if row.window or not row.staff:
        return {row.window} - {""}
    return queries.served_windows(conn, hall_id, [row.staff], row.day, row.day)[row.staff]


def basis_text(ranking: list[RankedWindow]) -> str:
    """Return a ranking as a decision stores it."""
    return json.dumps([entry.basis for entry in ranking], ensure_ascii=False)
