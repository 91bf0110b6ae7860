"""Sheet of one subject in a period: each line opened to its facts and their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.assessment import queries
from server.assessment.dispute_actions import (
    dispute_until,
    fact_id,
    is_concerned,
    period_of_dispute,
)
from server.assessment.errors import AssessmentCode
from server.assessment.forms import plain
from server.assessment.line_words import line_words, line_words_en
from server.assessment.messages import (
    CarriedScore,
    MemberScore,
    MonthScore,
    ScoreCharge,
    ScoreChoice,
    ScoreLineView,
    ScorePartView,
    SubjectScore,
)
from server.assessment.months import PeriodReader, released_of, struck_facts
from server.assessment.periods import Period
from server.assessment.rules import (
    LineScore,
    Month,
    PartScore,
    Score,
)
from server.assessment.views import standing_rows, unit_name
from server.assessment.workflow import DisputeState
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.measured import MeasuredFact, Subject
from server.hall.context import Context
from server.hall.measure_request import measures


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reader of a month's sheet: what they may open and dispute."""

    catalogue: Catalogue
    actor: Actor
    disputes: Mapping[str, DisputeState]
    """States of the month's disputes by fact."""
    may_dispute: bool

    def charge(self, fact: MeasuredFact, points: str) -> ScoreCharge:
        """Return a fact as the reader sees it."""
        dispute = self.disputes.get(fact_id(fact.measure, fact.ref))
        return ScoreCharge(
            measure=fact.measure,
            ref=fact.ref,
            day=fact.day,
            points=points,
            words=fact.words,
            link=fact.link if self.actor.manages else "",
            staff_name=self._name(fact),
            dispute=dispute,
            may_dispute=self.may_dispute and dispute is None,
        )

    def _name(self, fact: MeasuredFact) -> str:
        """Return the name of whom a fact is about; colleagues at a window do not learn it."""
        person = self.catalogue.staff_by.get(fact.staff)
        leads = bool(fact.unit) and self.catalogue.unit_led_by(self.actor.name) == fact.unit
        if self.actor.manages or leads or fact.staff == self.actor.name:
            return person.name if person else fact.staff
        return ""


def subject_score(
    ctx: Context, conn: Connection, actor: Actor, period: Period, subject: Subject, code: str
) -> SubjectScore:
    """Return the sheet of a subject; raises SUBJECT_UNKNOWN, also for whoever may not see it."""
    catalogue = ctx.catalogue()
    if not actor.manages and not may_see(catalogue, actor, subject, code):
        raise HallError(AssessmentCode.SUBJECT_UNKNOWN)
    reader = PeriodReader(ctx, conn)
    months = [
        _month(ctx, conn, reader, actor, month, score)
        for month in reader.months(period)
        for score in reader.scores(month, released=True).get(subject, ())
        if score.code == code
    ]
    if not months:
        raise HallError(AssessmentCode.SUBJECT_UNKNOWN)
    released = released_of(conn, ctx.hall_id, period)
    results = released.results if released is not None else reader.results(period)
    rows = standing_rows(catalogue, subject, results.get(subject, ()))
    standing = next((row for row in rows if row.code == code), None)
    return SubjectScore(
        period=period.id,
        words=period.words,
        words_en=period.words_en,
        subject=subject,
        code=code,
        name=standing.name if standing else code,
        unit_name=standing.unit_name if standing else "",
        standing=standing,
        among=len(rows),
        months=months,
    )


def may_see(catalogue: Catalogue, actor: Actor, subject: Subject, code: str) -> bool:
    """Return True for oneself, one's window, and as chief representative for all of the unit."""
    return is_concerned(catalogue, actor, subject, code)


def choices(catalogue: Catalogue, actor: Actor) -> list[ScoreChoice]:
    """Return the subjects whose sheets a person may see, oneself first."""
    person = catalogue.staff_by.get(actor.name)
    if person is None or not person.unit:
        return []
    own = [ScoreChoice(subject=Subject.PERSON, code=person.number, name=person.name)]
    led = person.unit if person.chief else ""
    if led:
        name = unit_name(catalogue, led)
        own.append(ScoreChoice(subject=Subject.UNIT, code=led, name=name))
    windows = [
        window
        for window in catalogue.windows
        if window.code in person.windows or (led and led in window.units)
    ]
    own += [
        ScoreChoice(subject=Subject.WINDOW, code=w.code, name=f"{w.number}号窗口") for w in windows
    ]
    return own + [
        ScoreChoice(subject=Subject.PERSON, code=other.number, name=other.name)
        for other in catalogue.staff
        if led and other.unit == led and other.number != person.number
    ]


def all_choices(catalogue: Catalogue) -> list[ScoreChoice]:
    """Return every subject, for marks by hand."""
    return [
        *(
            ScoreChoice(subject=Subject.PERSON, code=s.number, name=s.name)
            for s in catalogue.staff
            if s.unit
        ),
        *(
            ScoreChoice(subject=Subject.WINDOW, code=w.code, name=f"{w.number}号窗口")
            for w in catalogue.windows
        ),
        *(ScoreChoice(subject=Subject.UNIT, code=u.code, name=u.name) for u in catalogue.units),
    ]


def _month(
    ctx: Context,
    conn: Connection,
    reader: PeriodReader,
    actor: Actor,
    month: Period,
    score: Score,
) -> MonthScore:
    catalogue, facts = ctx.catalogue(), reader.month(month, released=True)
    disputes = {
        row.fact: DisputeState(row.state)
        for row in queries.disputes_of(conn, ctx.hall_id, month.id)
    }
    open_now = is_concerned(catalogue, actor, score.subject, score.code)
    open_now = open_now and not period_of_dispute(ctx, conn, month).is_over()
    shown = _Reader(catalogue, actor, disputes, open_now)
    sheet = next(sheet for sheet in facts.sheets if sheet.subject is score.subject)
    until = dispute_until(ctx, conn, month)
    names = _names(facts)
    return MonthScore(
        month=month.id,
        words=month.words,
        words_en=month.words_en,
        released=released_of(conn, ctx.hall_id, month) is not None,
        dispute_until=until.isoformat() if until else "",
        base=plain(sheet.base),
        own=str(score.own.value),
        total=str(score.total.value),
        low=str(score.total.low),
        high=str(score.total.high),
        coefficient=plain(sheet.coefficient(score.code)),
        parts=[_part(shown, part) for part in score.parts],
        yearly=[_line(shown, line) for line in score.yearly],
        year_points=plain(score.year_points),
        carried=[
            CarriedScore(
                of_name=names.get((entry.subject, entry.code), entry.code),
                line=entry.line.name,
                charge=shown.charge(entry.fact, plain(entry.points)),
            )
            for entry in score.carried
        ],
        members=_members(reader, month, score, bool(sheet.people_share), bool(sheet.windows_share)),
        unmeasured=list(dict.fromkeys(score.unmeasured)),
        reasons=_reasons(facts, score),
        struck=[
            shown.charge(fact, "0")
            for fact in struck_facts(facts)
            if fact.code_of(score.subject) == score.code
        ],
    )


def _names(month: Month) -> dict[tuple[Subject, str], str]:
    roster = month.roster
    return {
        **{(Subject.PERSON, p.number): p.name for p in roster.people},
        **{(Subject.WINDOW, w.code): w.name for w in roster.windows},
        **{(Subject.UNIT, u.code): u.name for u in roster.units},
    }


def _reasons(month: Month, score: Score) -> list[str]:
    """Return why something of a subject could not be measured."""
    return list(
        dict.fromkeys(
            entry.words
            for entry in month.coverage
            if entry.missing and entry.words and entry.code_of(score.subject) == score.code
        )
    )


def _members(
    reader: PeriodReader, month: Period, score: Score, people: bool, windows: bool
) -> list[MemberScore]:
    scores = reader.scores(month, released=True)
    wanted: Sequence[tuple[Subject, Sequence[str]]] = (
        (Subject.PERSON, score.people if people else ()),
        (Subject.WINDOW, score.windows if windows else ()),
    )
    return [
        MemberScore(subject=subject, code=other.code, name=other.name, score=str(other.total.value))
        for subject, codes in wanted
        for other in scores.get(subject, ())
        if other.code in codes
    ]


def _part(reader: _Reader, part: PartScore) -> ScorePartView:
    return ScorePartView(
        name=part.part.name,
        points=plain(part.part.points),
        total=plain(part.total),
        bonus=plain(part.bonus),
        left_out=part.left_out,
        lines=[_line(reader, line) for line in part.lines],
    )


def _line(reader: _Reader, line: LineScore) -> ScoreLineView:
    return ScoreLineView(
        code=line.line.code,
        name=line.line.name,
        rule=line_words(line.line, measures().get(line.line.measure)),
        rule_en=line_words_en(line.line, measures().get(line.line.measure)),
        points=plain(line.points),
        is_measured=line.is_measured,
        charges=[reader.charge(charge.fact, plain(charge.points)) for charge in line.charges],
    )
