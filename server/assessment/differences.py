"""Differences between released and present scores: each total that changed, and by which facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from server.assessment.frozen import Results
from server.assessment.ranking import Result
from server.assessment.rules import Month, Score, fact_key, fold
from server.core.measured import MeasuredFact, Subject


@dataclass(frozen=True, slots=True)
class Change:
    """Total that differs from the released one, with the facts that make the difference."""

    subject: Subject
    code: str
    name: str
    was: Decimal | None
    """None: it was not assessed."""
    now: Decimal | None
    facts: tuple[str, ...] = ()
    """Facts in words that came (＋), went (－) or changed (±); none: it follows from others."""


def changes(
    released: Results, today: Results, before: Month | None = None, now: Month | None = None
) -> tuple[Change, ...]:
    """Return the totals that differ, in the order of the results.

    `before` and `now`: the months from which they follow; None for a longer period.
    """
    facts = _facts_by_subject(before, now) if before is not None and now is not None else {}
    return tuple(
        change
        for subject in Subject
        for change in _of_subject(
            subject, _by_code(released.get(subject, ())), _by_code(today.get(subject, ())), facts
        )
    )


def _by_code(results: Iterable[Result]) -> dict[str, Result]:
    return {result.code: result for result in results}


def _of_subject(
    subject: Subject,
    was: Mapping[str, Result],
    now: Mapping[str, Result],
    facts: Mapping[tuple[Subject, str], tuple[str, ...]],
) -> Iterable[Change]:
    for code in [*was, *(code for code in now if code not in was)]:
        before, after = was.get(code), now.get(code)
        if before == after:
            continue
        named = after or before
        assert named is not None, "one of them exists"
        yield Change(
            subject,
            code,
            named.name,
            None if before is None else before.score.value,
            None if after is None else after.score.value,
            facts.get((subject, code), ()),
        )


def _facts_by_subject(before: Month, now: Month) -> dict[tuple[Subject, str], tuple[str, ...]]:
    """Return by subject the facts that only one of the months has, in words."""
    was, became = _charged(before), _charged(now)
    return {
        key: tuple(_differing(was.get(key, {}), became.get(key, {}))) for key in {**was, **became}
    }


def _differing(
    was: Mapping[str, tuple[MeasuredFact, Decimal]], now: Mapping[str, tuple[MeasuredFact, Decimal]]
) -> Iterable[str]:
    for key in sorted({*was, *now}):
        old, new = was.get(key), now.get(key)
        if old is None and new is not None:
            yield f"＋{new[0].day} {new[0].words}（{new[1]}分）"
        elif new is None and old is not None:
            yield f"－{old[0].day} {old[0].words}（{old[1]}分）"
        elif old is not None and new is not None and old[1] != new[1]:
            yield f"±{new[0].day} {new[0].words}（{old[1]}分改为{new[1]}分）"


def _charged(
    month: Month,
) -> dict[tuple[Subject, str], dict[str, tuple[MeasuredFact, Decimal]]]:
    """Return by subject the facts that cost or earn it points, with the points of each."""
    charged: dict[tuple[Subject, str], dict[str, tuple[MeasuredFact, Decimal]]] = {}
    for subject, scores in fold(month).items():
        for score in scores:
            charged[subject, score.code] = dict(_charges(score))
    return charged


def _charges(score: Score) -> Iterable[tuple[str, tuple[MeasuredFact, Decimal]]]:
    for line in score.lines:
        for charge in line.charges:
            key = f"{line.line.code}/{fact_key(charge.fact)}"
            yield key, (charge.fact, charge.points)
    for entry in score.carried:
        key = f"{entry.subject}/{entry.code}/{entry.line.code}/{fact_key(entry.fact)}"
        yield key, (entry.fact, entry.points)
