"""Months and longer periods, as the records give them now and as they were released."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from server.assessment import queries
from server.assessment.frozen import (
    Contents,
    Json,
    Results,
    month_json,
    month_of,
    results_of,
    sheet_of,
)
from server.assessment.periods import Period, PeriodKind
from server.assessment.queries import ListedRelease
from server.assessment.ranking import added_up, result_of
from server.assessment.rules import (
    Month,
    Roster,
    RosterPerson,
    RosterUnit,
    RosterWindow,
    Score,
    fact_key,
    fold,
)
from server.assessment.sheets import Longer, Sheet
from server.assessment.unmeasured import without_records
from server.assessment.workflow import ReleaseState
from server.catalogue.model import Catalogue, Presence
from server.core.measured import MeasuredFact, Subject
from server.hall.context import Context
from server.hall.measure_request import MeasureRequest, measure_all
from server.hall.past_catalogue import catalogue_then

Scores = Mapping[Subject, tuple[Score, ...]]


@dataclass(frozen=True, slots=True)
class Released:
    """Released state of a period, its released amendments included."""

    row: ListedRelease
    results: Results
    digest: str
    amendment: int
    """Number of the newest released amendment; 0: as it was released first."""


def roster_of(catalogue: Catalogue) -> Roster:
    """Return everybody and everything that a hall assesses by its business data.

    People of the hall's own office are not assessed; windows of several units belong to none.
    """
    units = [unit for unit in catalogue.units if unit.presence is Presence.HALL]
    codes = {unit.code for unit in units}
    return Roster(
        tuple(
            RosterPerson(person.number, person.name, person.unit, person.chief)
            for person in catalogue.staff
            if person.unit in codes
        ),
        tuple(
            RosterWindow(
                window.code,
                f"{window.number}号窗口",
                window.units[0] if len(window.units) == 1 else "",
                tuple(p.number for p in catalogue.staff if window.code in p.windows and p.unit),
            )
            for window in catalogue.windows
        ),
        tuple(RosterUnit(unit.code, unit.name) for unit in units),
    )


def sheets_of(ctx: Context, conn: Connection, month: Period) -> tuple[Sheet, ...]:
    """Return the sheets by which a month is scored: those of its release, else those in force."""
    source = _released_source(conn, ctx.hall_id, month)
    if source is not None:
        return month_of(source).sheets
    rows = queries.sheets_in_force(conn, ctx.hall_id, month.id)
    return tuple(sheet_of(row.content) for row in rows)


def month_now(
    ctx: Context, conn: Connection, month: Period, sheets: tuple[Sheet, ...] | None = None
) -> Month:
    """Return all that the scores of a month follow from now; `sheets`: by these on trial."""
    catalogue = catalogue_then(ctx, conn, month.last)
    measured = measure_all(MeasureRequest(ctx, conn, catalogue, month.first, month.last))
    granted = queries.granted(conn, ctx.hall_id, month.id)
    chosen = sheets if sheets is not None else sheets_of(ctx, conn, month)
    roster, coverage = roster_of(catalogue), measured.coverage
    # Some facts about units, such as a guide's empty fields, are states and no records of a month.
    is_recorded = any(fact.staff or fact.window for fact in measured.facts)
    if not is_recorded and month.last < ctx.local().date():
        coverage += without_records(chosen, roster)
    cited = {line.measure for sheet in chosen for line in sheet.lines} | {"bad_rating"}
    return Month(
        month.id,
        chosen,
        roster,
        tuple(fact for fact in measured.facts if fact.measure in cited),
        coverage,
        tuple(f"{measure}:{ref}" for measure, ref in granted),
    )


def month_results(month: Month) -> Results:
    """Return the results of a month."""
    return {subject: tuple(map(result_of, own)) for subject, own in fold(month).items()}


def released_of(conn: Connection, hall_id: str, period: Period) -> Released | None:
    """Return the newest released state of a period, or None before its release."""
    row = queries.listed(conn, hall_id, period.id)
    if row is None or row.state != ReleaseState.RELEASED:
        return None
    amended = [
        entry
        for entry in queries.amendments(conn, hall_id, period.id)
        if entry.released_at is not None
    ]
    if not amended:
        return Released(row, results_of(row.results), row.digest, 0)
    newest = amended[-1]
    return Released(row, results_of(newest.results), newest.digest, newest.n)


def _released_source(conn: Connection, hall_id: str, period: Period) -> Json | None:
    """Return the newest released source of a period, or None."""
    released = released_of(conn, hall_id, period)
    if released is None:
        return None
    if released.amendment:
        amendment = queries.amendment(conn, hall_id, period.id, released.amendment)
        assert amendment is not None, "it was listed"
        source: Json = json.loads(amendment.frozen)
        return source
    row = queries.release(conn, hall_id, period.id)
    assert row is not None, "it was listed"
    first: Json = json.loads(row.frozen)
    return first


def released_month(conn: Connection, hall_id: str, month: Period) -> Month | None:
    """Return all that the newest released scores of a month follow from, or None."""
    source = _released_source(conn, hall_id, month)
    return None if source is None else month_of(source)


class FoldedMonths:
    """Scores of months that were folded before, while the month is the same."""

    MOST = 24

    def __init__(self) -> None:
        self._months: dict[str, tuple[Month, Scores]] = {}

    @classmethod
    def of(cls, ctx: Context) -> FoldedMonths:
        """Return those of a hall."""
        months = ctx.kept.setdefault(cls, cls())
        assert isinstance(months, cls)
        return months

    def scores(self, month: Month) -> Scores:
        """Return the scores of a month."""
        earlier = self._months.get(month.id)
        if earlier is not None and earlier[0] == month:
            return earlier[1]
        scores = fold(month)
        self._months.pop(month.id, None)
        while len(self._months) >= self.MOST:
            self._months.pop(next(iter(self._months)), None)
        self._months[month.id] = month, scores
        return scores


class PeriodReader:
    """Periods of one hall, each month read at most once."""

    def __init__(self, ctx: Context, conn: Connection) -> None:
        self._ctx = ctx
        self._conn = conn
        self._months: dict[str, Month] = {}
        self._released: dict[str, Month | None] = {}
        self._scores: dict[str, Scores] = {}

    @cached_property
    def today(self) -> str:
        """Today as ISO text."""
        return self._ctx.day()

    def months(self, period: Period) -> tuple[Period, ...]:
        """Return the months of a period that have begun and have a sheet."""
        return tuple(
            month
            for month in period.months
            if month.first.isoformat() <= self.today and self._has_sheet(month)
        )

    def _has_sheet(self, month: Period) -> bool:
        if queries.sheets_in_force(self._conn, self._ctx.hall_id, month.id):
            return True
        return released_of(self._conn, self._ctx.hall_id, month) is not None

    def month(self, month: Period, *, released: bool = False) -> Month:
        """Return a month as the records give it now, or as released if it is."""
        frozen = self._frozen(month) if released else None
        if frozen is not None:
            return frozen
        if month.id not in self._months:
            self._months[month.id] = month_now(self._ctx, self._conn, month)
        return self._months[month.id]

    def _frozen(self, month: Period) -> Month | None:
        if month.id not in self._released:
            self._released[month.id] = released_month(self._conn, self._ctx.hall_id, month)
        return self._released[month.id]

    def scores(self, month: Period, *, released: bool = False) -> Scores:
        """Return the scores of a month as the records give them now, or as released."""
        key = f"{month.id}/{released and self._frozen(month) is not None}"
        if key not in self._scores:
            folded = FoldedMonths.of(self._ctx)
            self._scores[key] = folded.scores(self.month(month, released=released))
        return self._scores[key]

    def contents(self, period: Period) -> Contents:
        """Return what a release of the period would fix now.

        A longer period adds up the released months, and those that are not released as they are.
        """
        if period.kind is PeriodKind.MONTH:
            month = self.month(period)
            scores = self.scores(period)
            results = {subject: tuple(map(result_of, own)) for subject, own in scores.items()}
            return Contents(period.id, month_json(month), results)
        months = self.months(period)
        parts = [self._month_contents(month) for month in months]
        source = {
            "months": [
                {"period": m.id, "digest": d} for m, (d, _) in zip(months, parts, strict=True)
            ]
        }
        subjects = [s for s in Subject if any(s in results for _, results in parts)]
        longer = self._longer(months)
        return Contents(
            period.id,
            source | {"longer": {s.value: longer.get(s, Longer.MEAN).value for s in subjects}},
            {
                subject: added_up(
                    [results.get(subject, ()) for _, results in parts],
                    longer.get(subject, Longer.MEAN),
                    is_year=period.kind is PeriodKind.YEAR,
                )
                for subject in subjects
            },
        )

    def results(self, period: Period) -> Results:
        """Return the results of a period as its contents have them."""
        return self.contents(period).results

    def _month_contents(self, month: Period) -> tuple[str, Results]:
        """Return digest and results of a month as they enter a longer period."""
        released = released_of(self._conn, self._ctx.hall_id, month)
        if released is not None:
            return released.digest, released.results
        contents = self.contents(month)
        return contents.digest, contents.results

    def _longer(self, months: tuple[Period, ...]) -> dict[Subject, Longer]:
        """Return how the months of each kind of subject add up: as the last month's sheets say."""
        if not months:
            return {}
        sheets = sheets_of(self._ctx, self._conn, months[-1])
        return {sheet.subject: sheet.longer for sheet in sheets}


def struck_facts(month: Month) -> list[MeasuredFact]:
    """Return the facts of a month that count nothing."""
    struck = frozenset(month.struck)
    return [fact for fact in month.facts if fact_key(fact) in struck]
