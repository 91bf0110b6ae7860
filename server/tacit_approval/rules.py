"""Approval by silence: schemes, the cases that they cover, and the moment at which silence counts.

Without a scheme silence is overdue and never consent. A scheme names its items, its basis and its
dates, and two people sign it. Silence counts from the close of business of the last day of the
limit (民法典 203), in the reading by which that day comes latest. Renewals: 行政许可法 50;
everything else needs a rule of the place, whose text the scheme quotes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from server.cases.hall_minutes import OpeningHours
from server.catalogue.model import Item


class SchemeKind(StrEnum):
    """Kind of a scheme."""

    RENEWAL = "renewal"
    """Renewal of a permit (行政许可法 50)."""
    DECISION = "decision"
    """A decision for which a rule of the place provides it."""


class SchemeLimit(StrEnum):
    """Limit whose end is waited for."""

    PROMISED = "promised"
    LEGAL = "legal"


class SchemeState(StrEnum):
    """State of a scheme."""

    PROPOSED = "proposed"
    """The first person has signed."""
    IN_FORCE = "in_force"
    """The second person has signed."""
    WITHDRAWN = "withdrawn"


class SchemeMove(StrEnum):
    """Move of a scheme."""

    PROPOSE = "propose"
    SIGN = "sign"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Scheme:
    """Scheme with the times in ms between which it was in force; `until` None: it still is."""

    id: str
    items: frozenset[str]
    limit: SchemeLimit
    first: date
    """First day on which a case may have been accepted."""
    last: date | None
    """Last such day; None: no end."""
    since: int
    until: int | None = None


def is_barred(item: Item) -> bool:
    """Return True for an item of which silence never decides: hazards, and rights of others."""
    return item.hazard or item.third_party


def end_of(last: date, hours: OpeningHours) -> datetime:
    """Return the close of business of a limit's last day; without hours the end of that day."""
    spans = hours.spans(last)
    if not spans:
        return datetime.combine(last, time()) + timedelta(days=1)
    return datetime.combine(last, spans[-1].closes)


def covering(
    schemes: Collection[Scheme],
    items: Sequence[Item],
    accepted: date,
    limit: SchemeLimit,
    end: int,
) -> Scheme | None:
    """Return the scheme by which silence on a case counts from `end` (ms) on; None without one.

    The scheme was in force at that moment: one that is signed later, or was withdrawn before, does
    not turn silence into consent. `items`: the item in each version that counts.
    """
    if any(map(is_barred, items)):
        return None
    return next(
        (
            scheme
            for scheme in sorted(schemes, key=lambda scheme: (scheme.since, scheme.id))
            if items[0].code in scheme.items
            and scheme.limit is limit
            and scheme.first <= accepted
            and (scheme.last is None or accepted <= scheme.last)
            and scheme.since <= end
            and (scheme.until is None or end < scheme.until)
        ),
        None,
    )
