"""Assessment: sheets and marks of two people, releases, disputes and amendments."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import update

from server.assessment import (
    actions,
    dispute_actions,
    export,
    mark_actions,
    queries,
    sheet_actions,
    sheet_workbook,
    subject_views,
)
from server.assessment.errors import AssessmentCode
from server.assessment.figures import figures
from server.assessment.forms import sheet_from
from server.assessment.integrity import problems
from server.assessment.packs import packs
from server.assessment.periods import parse_period
from server.assessment.sheets import Line, LinePeriod, Part, Sheet
from server.assessment.standings import Standing, Subject, computed, released
from server.assessment.tables import score_release
from server.assessment.trial import trial
from server.assessment.workflow import MarkMove
from server.assessment_proof.judge import Judge
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, ErrorCode, HallError
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at

FIRST = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
CLERK = Actor(ActorKind.CLERK, STAFF["T1"])
MARCH, QUARTER, YEAR = parse_period("2026-03"), parse_period("2026-Q1"), parse_period("2026")
PEOPLE = Sheet(
    Subject.PERSON,
    "人员",
    (Part("service", "服务", Decimal(100)),),
    (
        Line("1", "service", "争吵", "mark_quarrel", Decimal(-3)),
        Line("2", "service", "表扬", "mark_praised", Decimal(2)),
    ),
)
APRIL = date(2026, 4, 1)


def refused(code: ErrorCode) -> pytest.RaisesExc[HallError]:
    return pytest.RaisesExc(HallError, check=lambda error: error.code is code)


@dataclass
class Office:
    """Small hall with its two managers, and what they do in these tests."""

    hall: SmallHall

    def sheet(self, sheet: Sheet = PEOPLE, since: str = "2026-03") -> str:
        """Write a sheet and put it in force; return its id."""
        ctx, key = self.hall.ctx, self.hall.key
        sheet_id = sheet_actions.draft(ctx, FIRST, key(), sheet, since)
        sheet_actions.start(ctx, SECOND, key(), sheet_id)
        return sheet_id

    def mark(self, kind: str = "quarrel", code: str = CLERK.name) -> str:
        """Propose a mark on the first Monday and confirm it; return its id."""
        wish = mark_actions.Wish(kind, Subject.PERSON, code, date(2026, 3, 2), 1, "记录在案")
        mark = mark_actions.propose(self.hall.ctx, FIRST, self.hall.key(), wish)
        mark_actions.decide(self.hall.ctx, SECOND, self.hall.key(), mark, MarkMove.CONFIRM)
        return mark

    def load(self, period: str) -> actions.Assessment:
        """Return a period as it stands."""
        ctx = self.hall.ctx
        return ctx.read(lambda c: actions.load(ctx, c, parse_period(period)))

    def release(self, period: str) -> None:
        """Check and release a period."""
        shown = self.load(period)
        ctx, seen = self.hall.ctx, shown.contents.digest
        actions.check(ctx, FIRST, self.hall.key(), shown, seen)
        actions.release(ctx, SECOND, self.hall.key(), shown, seen)

    def released(self, period: str) -> tuple[Standing, ...] | None:
        """Return the released standings of people."""
        ctx = self.hall.ctx
        return ctx.read(lambda c: released(ctx, c, Subject.PERSON, parse_period(period)))

    def wish(self, ref: str, code: str = CLERK.name) -> dispute_actions.Wish:
        """Return a dispute about a mark."""
        return dispute_actions.Wish(MARCH, Subject.PERSON, code, "mark_quarrel", ref, "情况不属实")


@pytest.fixture
def office(small: SmallHall) -> Office:
    """Return the small hall's office."""
    return Office(small)


def scores(standings: tuple[Standing, ...] | None) -> dict[str, Decimal]:
    return {standing.code: standing.score for standing in standings or ()}


def test_another_person_puts_a_sheet_in_force_and_another_withdraws_it(office: Office) -> None:
    ctx, key = office.hall.ctx, office.hall.key
    sheet = sheet_actions.draft(ctx, FIRST, key(), PEOPLE, "2026-03")
    with refused(AssessmentCode.SHEET_SECOND):
        sheet_actions.start(ctx, FIRST, key(), sheet)
    sheet_actions.start(ctx, SECOND, key(), sheet)
    with refused(AssessmentCode.SHEET_STATE):
        sheet_actions.edit(ctx, FIRST, key(), sheet, PEOPLE, "2026-03")
    with refused(AssessmentCode.SHEET_SECOND):
        sheet_actions.withdraw(ctx, SECOND, key(), sheet, "另有规定")
    with refused(AssessmentCode.WORDS):
        sheet_actions.withdraw(ctx, FIRST, key(), sheet, " ")
    twin = sheet_actions.draft(ctx, FIRST, key(), PEOPLE, "2026-03")
    with refused(AssessmentCode.SHEET_SINCE):
        sheet_actions.start(ctx, SECOND, key(), twin)
    sheet_actions.withdraw(ctx, FIRST, key(), sheet, "另有规定")
    sheet_actions.start(ctx, SECOND, key(), twin)


def test_sheet_is_not_overwritten_unseen_and_never_stored_wrong(office: Office) -> None:
    ctx, key = office.hall.ctx, office.hall.key
    sheet = sheet_actions.draft(ctx, FIRST, key(), PEOPLE, "2026-03")
    with refused(CommonCode.CHANGED_MEANWHILE):
        sheet_actions.edit(ctx, FIRST, key(), sheet, PEOPLE, "2026-04", seen="other")
    with refused(AssessmentCode.SHEET_WRONG):
        sheet_actions.draft(ctx, FIRST, key(), replace(PEOPLE, lines=()), "2026-03")
    with refused(CommonCode.INVALID):
        sheet_actions.draft(ctx, FIRST, key(), PEOPLE, "2026-Q1")


def test_trial_shows_who_gains_and_loses_line_by_line(office: Office) -> None:
    office.sheet()
    office.mark()
    ctx = office.hall.ctx
    harder = replace(PEOPLE, lines=(replace(PEOPLE.lines[0], points=Decimal(-10)),))
    draft = sheet_actions.draft(ctx, FIRST, office.hall.key(), harder, "2026-04")
    shown = ctx.read(lambda c: trial(ctx, c, draft, MARCH))
    first = shown.rows[0]
    assert (first.code, first.was, first.now, first.change) == (
        CLERK.name,
        "97.00",
        "90.00",
        "-7.00",
    )
    assert [(line.name, line.was, line.now) for line in first.lines] == [("争吵", "-3", "-10")]
    assert {row.change for row in shown.rows[1:]} == {"0.00"}


def test_mark_counts_once_another_person_confirmed_it(office: Office) -> None:
    office.sheet()
    ctx, key = office.hall.ctx, office.hall.key
    wish = mark_actions.Wish("quarrel", Subject.PERSON, CLERK.name, date(2026, 3, 2), 1, "争吵")
    mark = mark_actions.propose(ctx, FIRST, key(), wish)

    def now() -> Decimal:
        return scores(ctx.read(lambda c: computed(ctx, c, Subject.PERSON, MARCH)))[CLERK.name]

    assert now() == 100
    with refused(AssessmentCode.MARK_SECOND):
        mark_actions.decide(ctx, FIRST, key(), mark, MarkMove.CONFIRM)
    mark_actions.decide(ctx, SECOND, key(), mark, MarkMove.CONFIRM)
    assert now() == 97
    with refused(AssessmentCode.MARK_STATE):
        mark_actions.decide(ctx, SECOND, key(), mark, MarkMove.DISMISS, "重复")


@pytest.mark.parametrize(
    "wish",
    [
        mark_actions.Wish("quarrel", Subject.PERSON, "9999", date(2026, 3, 2), 1, "争吵"),
        mark_actions.Wish("quarrel", Subject.WINDOW, "X", date(2026, 3, 2), 1, "争吵"),
        mark_actions.Wish("quarrel", Subject.PERSON, CLERK.name, date(2026, 3, 9), 1, "争吵"),
    ],
)
def test_mark_needs_somebody_and_a_day_that_has_come(
    office: Office, wish: mark_actions.Wish
) -> None:
    with refused(AssessmentCode.MARK_ABOUT):
        mark_actions.propose(office.hall.ctx, FIRST, office.hall.key(), wish)


def test_release_needs_the_end_a_check_and_a_second_person(office: Office) -> None:
    ctx, key = office.hall.ctx, office.hall.key
    assert office.load("2026-03").obstacle == "no_sheet"
    office.sheet()
    assert office.load("2026-03").obstacle == "running"
    office.hall.clock.set(at(9, day=APRIL))
    assert office.load("2026-Q1").obstacle == "months"
    shown = office.load("2026-03")
    seen = shown.contents.digest
    with refused(AssessmentCode.PERIOD_STATE):
        actions.release(ctx, SECOND, key(), shown, seen)
    actions.check(ctx, FIRST, key(), shown, seen)
    with refused(AssessmentCode.PERIOD_SECOND):
        actions.release(ctx, FIRST, key(), shown, seen)
    office.mark()
    with refused(AssessmentCode.PERIOD_CHANGED):
        later = office.load("2026-03")
        actions.release(ctx, SECOND, key(), later, later.contents.digest)
    office.release("2026-03")
    assert scores(office.released("2026-03"))[CLERK.name] == 97
    with refused(AssessmentCode.PERIOD_STATE):
        actions.check(ctx, FIRST, key(), office.load("2026-03"), seen)
    with refused(AssessmentCode.SHEET_SINCE):
        office.sheet(since="2026-02")


def test_granted_dispute_is_amended_and_names_exactly_the_changed_totals(office: Office) -> None:
    ctx, key = office.hall.ctx, office.hall.key
    office.sheet()
    mark = office.mark()
    office.mark("praised", STAFF["T2"])
    office.hall.clock.set(at(9, day=APRIL))
    for period in ("2026-03", "2026-Q1"):
        office.release(period)
    before = scores(office.released("2026-Q1"))
    with refused(AssessmentCode.SUBJECT_UNKNOWN):
        stranger = Actor(ActorKind.CLERK, STAFF["S1"])
        dispute_actions.dispute(ctx, stranger, key(), office.wish(mark))
    with refused(AssessmentCode.DISPUTE_FACT):
        dispute_actions.dispute(ctx, CLERK, key(), office.wish("none"))
    dispute = dispute_actions.dispute(ctx, CLERK, key(), office.wish(mark))
    with refused(AssessmentCode.DISPUTE_STATE):
        dispute_actions.dispute(ctx, CLERK, key(), office.wish(mark))
    # Both managers made the mark: neither of them decides.
    with refused(AssessmentCode.DISPUTE_SECOND):
        dispute_actions.settle(ctx, FIRST, key(), dispute, granted=True, words="属实")
    third = Actor(ActorKind.MANAGER, "2002")
    dispute_actions.settle(ctx, third, key(), dispute, granted=True, words="查明不属实")
    shown = office.load("2026-03")
    assert [(c.code, c.was, c.now) for c in shown.changes] == [
        (CLERK.name, Decimal("97.00"), Decimal("100.00"))
    ]
    assert shown.changes[0].facts == ("－2026-03-02 记录在案（-3分）",)
    assert scores(office.released("2026-03"))[CLERK.name] == 97
    n = actions.amend(ctx, FIRST, key(), shown, "申诉成立")
    with refused(AssessmentCode.PERIOD_SECOND):
        actions.release_amendment(ctx, FIRST, key(), "2026-03", n)
    actions.release_amendment(ctx, SECOND, key(), "2026-03", n)
    assert scores(office.released("2026-03"))[CLERK.name] == 100
    # The quarter stands as released until it is amended as well.
    assert scores(office.released("2026-Q1")) == before
    assert [c.code for c in office.load("2026-Q1").changes] == [CLERK.name]
    with refused(AssessmentCode.PERIOD_STATE):
        actions.amend(ctx, FIRST, key(), office.load("2026-03"), "再次更正")
    book = json.loads(json.dumps(ctx.read(lambda c: export.exported(c, ctx.hall_id))))
    assert Judge(book, None).verdict().differences == ()
    book["releases"][0]["amendments"][0]["changes"][0]["now"] = "99.00"
    assert any(
        f"{CLERK.name}: changed 97.00 to 100.00, named 97.00 to 99.00" in words
        for words in Judge(book, None).verdict().differences
    )
    assert [*ctx.read(lambda c: [*problems(c, ctx.hall_id)])] == []


def test_points_are_disputed_within_the_days_after_the_release(office: Office) -> None:
    ctx = office.hall.ctx
    office.sheet()
    mark = office.mark()
    office.hall.clock.set(at(9, day=APRIL))
    office.release("2026-03")
    office.hall.clock.set(at(9, day=date(2026, 4, 20)))
    with refused(AssessmentCode.DISPUTE_OVER):
        dispute_actions.dispute(ctx, CLERK, office.hall.key(), office.wish(mark))


def test_check_of_the_books_finds_a_changed_release(office: Office) -> None:
    ctx = office.hall.ctx
    office.sheet()
    office.hall.clock.set(at(9, day=APRIL))
    office.release("2026-03")
    with pytest.raises(Exception, match="never changed"):
        ctx.write(lambda tx: tx.conn.execute(update(score_release).values(results="{}")))


def test_standings_of_a_year_are_the_mean_of_its_months(office: Office) -> None:
    ctx = office.hall.ctx
    office.sheet()
    office.mark()
    office.hall.clock.set(at(9, day=APRIL))
    year = ctx.read(lambda c: computed(ctx, c, Subject.PERSON, YEAR))
    # March with 97, and April so far with 100.
    assert scores(year)[CLERK.name] == Decimal("98.50")
    assert year[-1].code == CLERK.name
    assert ctx.read(lambda c: computed(ctx, c, Subject.UNIT, YEAR)) == ()
    assert office.released("2026") is None


def test_fault_that_counts_once_costs_the_year_alone(office: Office) -> None:
    ctx = office.hall.ctx
    once = Line("3", "service", "曝光", "mark_exposed", Decimal(-15), period=LinePeriod.YEAR)
    office.sheet(replace(PEOPLE, lines=(*PEOPLE.lines, once)), since="2026-02")
    office.mark("exposed")
    office.mark("quarrel")
    office.hall.clock.set(at(9, day=APRIL))
    for period in ("2026-02", "2026-03", "2026-Q1"):
        office.release(period)
    own = {
        period: scores(office.released(period))[CLERK.name]
        for period in ("2026-02", "2026-03", "2026-Q1")
    }
    assert own == {"2026-02": 100, "2026-03": 97, "2026-Q1": Decimal("98.50")}
    year = ctx.read(lambda c: computed(ctx, c, Subject.PERSON, YEAR))
    # April has no records yet: 100.
    assert scores(year)[CLERK.name] == Decimal("84.00")
    assert year[-1].code == CLERK.name
    shown = ctx.read(
        lambda c: subject_views.subject_score(ctx, c, FIRST, MARCH, Subject.PERSON, CLERK.name)
    )
    (month,) = shown.months
    assert (month.total, month.year_points) == ("97.00", "-15")
    assert [(line.code, line.points, len(line.charges)) for line in month.yearly] == [
        ("3", "-15", 1)
    ]
    assert [line.code for part in month.parts for line in part.lines] == ["1", "2"]
    assert [*ctx.read(lambda c: [*problems(c, ctx.hall_id)])] == []
    book = ctx.read(lambda c: export.exported(c, ctx.hall_id))
    assert Judge(json.loads(json.dumps(book)), None).verdict().differences == ()


@pytest.mark.parametrize(
    "line",
    [
        Line("3", "service", "迟到", "late", Decimal(-15), period=LinePeriod.YEAR),
        Line("3", "service", "表扬", "mark_praised", Decimal(15), period=LinePeriod.YEAR),
        Line(
            "3",
            "service",
            "曝光",
            "mark_exposed",
            Decimal(-15),
            per=Decimal(2),
            period=LinePeriod.YEAR,
        ),
    ],
)
def test_only_faults_that_people_establish_count_once_in_a_year(office: Office, line: Line) -> None:
    with refused(AssessmentCode.SHEET_WRONG):
        office.sheet(replace(PEOPLE, lines=(*PEOPLE.lines, line)))


def test_month_without_any_record_is_not_measured(office: Office) -> None:
    ctx = office.hall.ctx
    office.sheet(since="2026-02")
    office.mark()
    office.hall.clock.set(at(9, day=APRIL))
    february, march = (
        ctx.read(lambda c, p=period: computed(ctx, c, Subject.PERSON, parse_period(p)))  # type: ignore[misc]
        for period in ("2026-02", "2026-03")
    )
    ranges = {(s.score, s.rank_best, s.rank_worst, s.unmeasured) for s in february}
    assert ranges == {(Decimal("100.00"), 1, len(february), ("争吵",))}
    assert all(s.rank_best == s.rank_worst and not s.unmeasured for s in march)
    quarter = ctx.read(lambda c: computed(ctx, c, Subject.PERSON, QUARTER))
    assert all(s.rank_best < s.rank_worst for s in quarter)


def test_figures_of_charts_are_those_of_the_sheets(office: Office) -> None:
    ctx = office.hall.ctx
    office.sheet()
    office.mark()
    office.mark("praised", STAFF["T2"])
    office.hall.clock.set(at(9, day=APRIL))
    office.release("2026-03")
    own = ctx.read(lambda c: figures(ctx, c, MARCH, Subject.PERSON, CLERK.name))
    assert [(m.month, m.released, m.score, m.low, m.high) for m in own.months] == [
        ("2026-03", True, "97.00", "97.00", "97.00")
    ]
    assert [(part.name, part.points, part.left) for part in own.parts] == [("服务", "100", "97.00")]
    assert [(d.measure, d.points, d.facts) for d in own.deductions] == [("mark_quarrel", "3.00", 1)]
    everybody = ctx.read(lambda c: figures(ctx, c, YEAR, Subject.PERSON))
    # April has begun and shows without a release.
    assert [(m.month, m.released, m.low, m.high) for m in everybody.months] == [
        ("2026-03", True, "97.00", "102.00"),
        ("2026-04", False, "100.00", "100.00"),
    ]
    assert [(d.measure, d.points) for d in everybody.deductions] == [("mark_quarrel", "3.00")]
    with refused(AssessmentCode.SUBJECT_UNKNOWN):
        ctx.read(lambda c: figures(ctx, c, MARCH, Subject.PERSON, "none"))


@pytest.mark.parametrize("pack", sorted(packs()))
def test_sheet_survives_the_workbook(pack: str) -> None:
    stream = BytesIO()
    sheet_workbook.write(packs()[pack], "2026-03", stream)
    form = sheet_workbook.read(stream.getvalue())
    assert (sheet_from(form), form.since) == (packs()[pack], "2026-03")


def test_file_that_is_no_score_sheet_is_refused() -> None:
    with refused(AssessmentCode.SHEET_WRONG):
        sheet_workbook.read(b"no workbook")


def test_export_holds_all_that_released_totals_follow_from(office: Office) -> None:
    ctx = office.hall.ctx
    office.sheet()
    mark = office.mark()
    office.hall.clock.set(at(9, day=APRIL))
    office.release("2026-03")
    book = ctx.read(lambda c: export.exported(c, ctx.hall_id))
    (release,) = book["releases"]
    assert [fact["ref"] for fact in release["month"]["facts"]] == [mark]
    own = {row["code"]: row["score"]["value"] for row in release["results"]["person"]}
    assert own[CLERK.name] == "97.00"
    assert ctx.read(lambda c: queries.released_months(c, ctx.hall_id)) == ["2026-03"]
