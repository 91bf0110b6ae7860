"""Assessment: sheets, the fold of a month, ranks, and periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.assessment.line_words import line_words, line_words_en
from server.assessment.periods import Period, PeriodKind, parse_period, period_of
from server.assessment.ranking import Result, Standing, added_up, ranked, result_of
from server.assessment.rules import (
    Bounded,
    Month,
    Roster,
    RosterPerson,
    RosterUnit,
    RosterWindow,
    Score,
    fold,
    rounded,
)
from server.assessment.sheet_problems import problems
from server.assessment.sheets import Line, LinePeriod, Longer, Part, Sheet
from server.core.measured import PERSON, POST, UNIT, Coverage, Measure, MeasuredFact, Subject

D = Decimal
MEASURES = {
    "late": Measure("late", "迟到", "Late", "次", PERSON),
    "empty": Measure("empty", "空岗", "Empty", "次", POST),
    "praise": Measure("praise", "表扬", "Praise", "次", POST),
    "bad_rating": Measure("bad_rating", "差评查实", "Bad rating", "件", POST),
}
PARTS = (
    Part("presence", "出勤", D(60)),
    Part("service", "服务", D(40), floor=None),
    Part("extra", "加分", D(0), cap=D(5)),
)
LATE = Line("1", "presence", "迟到", "late", D(-1), repeat_from=3, repeat_factor=D(2))
EMPTY = Line("2", "service", "空岗", "empty", D(-3), chief_share=D("0.5"))
PRAISE = Line("3", "extra", "表扬", "praise", D(2))
BAD = Line("4", "service", "差评", "bad_rating", D(-2))
PEOPLE = Sheet(Subject.PERSON, "人员", PARTS, (LATE, EMPTY, PRAISE, BAD))
WINDOWS = Sheet(Subject.WINDOW, "窗口", PARTS, (EMPTY, PRAISE, BAD))
UNITS = Sheet(
    Subject.UNIT,
    "单位",
    PARTS,
    (LATE, EMPTY),
    people_share=D("0.3"),
    windows_share=D("0.3"),
    coefficients=(("u2", D("1.05")),),
)
ROSTER = Roster(
    (
        RosterPerson("1", "甲", "u1", chief=True),
        RosterPerson("2", "乙", "u1"),
        RosterPerson("3", "丙", "u2"),
    ),
    (RosterWindow("W1", "1号窗口", "u1", ("1", "2")), RosterWindow("W2", "2号窗口", "u2", ("3",))),
    (RosterUnit("u1", "一局"), RosterUnit("u2", "二局")),
)
UNIT_OF = {"1": "u1", "2": "u1", "3": "u2"}
WINDOW_OF = {"1": "W1", "2": "W1", "3": "W2"}


def fact(measure: str, staff: str, ref: str, amount: str = "1") -> MeasuredFact:
    window = "" if measure == "late" else WINDOW_OF[staff]
    return MeasuredFact(
        measure, ref, "2026-10-09", D(amount), staff, window, UNIT_OF[staff], "", ""
    )


def month(facts: Sequence[MeasuredFact] = (), **parts: object) -> Month:
    values = {"sheets": (PEOPLE, WINDOWS, UNITS), "roster": ROSTER} | parts
    return Month("2026-10", facts=tuple(facts), **values)  # type: ignore[arg-type]


def totals(of: Month) -> dict[tuple[Subject, str], Decimal]:
    return {(s, score.code): score.total.value for s, own in fold(of).items() for score in own}


def score_of(of: Month, subject: Subject, code: str) -> Score:
    return next(score for score in fold(of)[subject] if score.code == code)


FACTS = st.lists(
    st.tuples(st.sampled_from(sorted(MEASURES)), st.sampled_from(["1", "2", "3"])), max_size=25
).map(lambda pairs: [fact(measure, staff, str(n)) for n, (measure, staff) in enumerate(pairs)])


def test_without_facts_everybody_has_the_base() -> None:
    assert set(totals(month()).values()) == {D("100.00"), D("105.00")}


def test_repeated_facts_cost_more_from_the_nth() -> None:
    score = score_of(month([fact("late", "2", str(n)) for n in range(4)]), Subject.PERSON, "2")
    charges = score.parts[0].lines[0].charges
    assert [charge.points for charge in charges] == [D(-1), D(-1), D(-2), D(-2)]
    assert score.total.value == D("94.00")


def test_floor_and_cap_of_a_part_hold_and_a_part_without_floor_goes_below_zero() -> None:
    many = [
        *(fact("late", "2", f"l{n}") for n in range(60)),
        *(fact("praise", "2", f"p{n}") for n in range(4)),
        *(fact("bad_rating", "2", f"b{n}") for n in range(25)),
    ]
    parts = score_of(month(many), Subject.PERSON, "2").parts
    assert [(part.total, part.bonus) for part in parts] == [(D(0), 0), (D(-10), 0), (D(0), D(5))]


def test_chief_representative_carries_the_share_of_others_deductions() -> None:
    marked = month([fact("empty", "2", "x")])
    chief = score_of(marked, Subject.PERSON, "1")
    # Half of the 3 points of the person, of the window, and of the unit.
    assert [entry.points for entry in chief.carried] == [D("-1.5")] * 3
    assert chief.total.value == D("95.50")
    own = score_of(month([fact("empty", "1", "x")]), Subject.PERSON, "1")
    assert own.carried == ()


def test_unit_joins_its_people_and_windows_by_weight_and_coefficient() -> None:
    score = score_of(month([fact("empty", "3", "x")]), Subject.UNIT, "u2")
    assert score.own.value == D("97.00")
    assert score.total.value == rounded(Fraction(97) * Fraction(105, 100))


def test_struck_fact_counts_nothing() -> None:
    struck = replace(month([fact("empty", "3", "x")]), struck=("empty:x",))
    assert totals(struck) == totals(month())


@given(FACTS, st.randoms())
@settings(max_examples=60, deadline=None)
def test_order_of_facts_makes_no_difference(facts: list[MeasuredFact], chance: object) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(month(shuffled)) == fold(month(facts))


@given(FACTS, st.sampled_from(sorted(MEASURES)), st.sampled_from(["1", "2", "3"]))
@settings(max_examples=60, deadline=None)
def test_one_fact_changes_exactly_the_totals_that_cite_it(
    facts: list[MeasuredFact], measure: str, staff: str
) -> None:
    new = fact(measure, staff, "new")
    before, after = fold(month(facts)), fold(month([*facts, new]))

    def cites(score: Score) -> bool:
        charged = [c.fact for part in score.parts for line in part.lines for c in line.charges]
        return new in [*charged, *(entry.fact for entry in score.carried)]

    citing = {
        (subject, score.code) for subject, own in after.items() for score in own if cites(score)
    }
    for subject, own in after.items():
        for was, now in zip(before[subject], own, strict=True):
            joined = {(Subject.PERSON, code) for code in now.people} | {
                (Subject.WINDOW, code) for code in now.windows
            }
            is_named = bool(({(subject, now.code)} | joined) & citing)
            assert is_named or was == now


@given(FACTS, st.data())
@settings(max_examples=60, deadline=None)
def test_missing_data_never_helps_beyond_its_stated_range(
    facts: list[MeasuredFact], data: st.DataObject
) -> None:
    """Hide some facts as unmeasured: the truth lies within what is stated without them."""
    hidden = {f.ref for f in facts if f.measure in ("late", "empty") and data.draw(st.booleans())}
    coverage = [
        Coverage((f.measure,), f.staff, f.window, f.unit, D(f.ref in hidden), D(1), "")
        for f in facts
    ]
    seen = month([f for f in facts if f.ref not in hidden], coverage=tuple(coverage))
    truth = totals(month(facts))
    ranges = {(s, each.code): each for s, own in fold(seen).items() for each in own}
    for key, value in truth.items():
        total = ranges[key].total
        assert total.low <= value <= total.high
        assert total.low <= total.value <= total.high
    for subject in Subject:
        true_ranks = {
            s.code: s.rank for s in ranked(subject, [*map(result_of, fold(month(facts))[subject])])
        }
        for standing in ranked(subject, [*map(result_of, fold(seen)[subject])]):
            assert standing.rank_best <= standing.rank <= standing.rank_worst
            assert standing.rank_best <= true_ranks[standing.code] <= standing.rank_worst


def test_part_that_could_not_be_measured_leaves_the_base() -> None:
    sheet = Sheet(Subject.PERSON, "人员", PARTS, (LATE, BAD))
    coverage = (Coverage(("late",), "2", "", "u1", D(8), D(8), "打卡机数据未到齐"),)
    score = score_of(
        month([fact("bad_rating", "2", "b")], sheets=(sheet,), coverage=coverage),
        Subject.PERSON,
        "2",
    )
    assert score.parts[0].left_out
    assert score.unmeasured == ("迟到",)
    # 38 of the 40 points that could be measured stand for the whole hundred.
    assert (score.total.value, score.total.low, score.total.high) == (D(95), D(84), D(98))


def test_ties_go_by_deductions_and_bad_ratings_and_then_to_both() -> None:
    plain = month()
    both = ranked(Subject.PERSON, [*map(result_of, fold(plain)[Subject.PERSON])])
    assert [standing.rank for standing in both] == [1, 1, 1]
    base = result_of(score_of(plain, Subject.PERSON, "2"))
    fewer = replace(base, code="a")
    more = replace(base, code="b", deductions=replace(base.deductions, value=D(2), low=D(2)))
    more = replace(more, deductions=replace(more.deductions, high=D(2)))
    rated = replace(base, code="c", bad_ratings=1)
    places = {s.code: s.rank for s in ranked(Subject.PERSON, [more, rated, fewer])}
    assert places == {"a": 1, "c": 2, "b": 3}


def test_longer_period_is_the_mean_of_the_months_in_which_somebody_was_assessed() -> None:
    first = [result_of(score_of(month([fact("late", "2", "x")]), Subject.PERSON, "2"))]
    second = [result_of(score_of(month(), Subject.PERSON, "2"))]
    (mean,) = added_up([first, second, []], Longer.MEAN)
    assert (mean.score.value, mean.deductions.value) == (D("99.50"), D("1.00"))
    (total,) = added_up([first, second], Longer.SUM)
    assert total.score.value == D("199.00")


def test_line_counts_whole_units_beyond_what_is_free() -> None:
    line = Line("1", "presence", "请假", "late", D(-1), per=D(1), free=D(2))
    assert [line.cost(D(n)) for n in ("1.5", "2.5", "3", "5.25")] == [0, 0, -1, -3]


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (replace(PEOPLE, lines=(replace(LATE, measure="none"),)), "计量 none 不存在"),
        (replace(WINDOWS, lines=(LATE,)), "不能用于这类考核对象"),
        (replace(PEOPLE, lines=(replace(LATE, part="none"),)), "考核项 none 不在表中"),
        (replace(PEOPLE, lines=(LATE, LATE)), "细则编码 1 重复"),
        (replace(PEOPLE, lines=(replace(PRAISE, chief_share=D(1)),)), "首席代表分担有误"),
        (replace(UNITS, people_share=D("0.8")), "所占比重有误"),
        (replace(PEOPLE, people_share=D("0.5")), "人员评分表不计入"),
        (replace(WINDOWS, coefficients=(("u1", D(1)),)), "只有单位的评分表"),
        (replace(UNITS, coefficients=(("u9", D(1)),)), "单位 u9 的系数有误"),
        (replace(PEOPLE, floor=D(120), cap=D(110)), "总分下限高于上限"),
        (replace(PEOPLE, name=" "), "评分表没有名称"),
        (replace(PEOPLE, bonus=D(-1)), "加分上限有误"),
        (replace(PEOPLE, lines=()), "1至120条细则"),
        (replace(PEOPLE, parts=(replace(PARTS[0], floor=D(70)), *PARTS[1:])), "最低分高于分值"),
        (replace(PEOPLE, parts=(replace(PARTS[0], cap=D(-1)), *PARTS[1:])), "加分上限有误"),
        (replace(PEOPLE, lines=(replace(LATE, points=D(0)),)), "分值有误"),
        (replace(PEOPLE, lines=(replace(LATE, repeat_factor=D("0.5")),)), "加倍规定有误"),
        (replace(PEOPLE, lines=(replace(LATE, per=D(0)),)), "免计数量有误"),
    ],
)
def test_problem_of_a_sheet_is_named(sheet: Sheet, words: str) -> None:
    assert [zh for zh, _ in problems(sheet, MEASURES, {"u1", "u2"}) if words in zh]
    assert [*problems(UNITS, MEASURES, {"u1", "u2"})] == []


@pytest.mark.parametrize(
    ("text", "first", "last", "words", "words_en"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026年2月", "February 2026"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第4季度", "quarter 4 of 2026"),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31), "2026年下半年", "half-year 2 of 2026"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年度", "year 2026"),
    ],
)
def test_period_has_its_days_and_words(
    text: str, first: date, last: date, words: str, words_en: str
) -> None:
    period = parse_period(text)
    assert (period.id, period.first, period.last) == (text, first, last)
    assert (period.words, period.words_en) == (words, words_en)
    assert period.before().after() == period
    assert period.months[-1].last == last


@pytest.mark.parametrize("text", ["2026-13", "2026-Q5", "2026-H0", "2026-1", "", "x", "0000"])
def test_malformed_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each part has its own message
        parse_period(text)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from(PeriodKind))
def test_period_of_a_day_contains_it(day: date, kind: PeriodKind) -> None:
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert parse_period(period.id) == period


def test_period_begins_on_its_first_day() -> None:
    with pytest.raises(ValueError, match="no quarter begins"):
        Period(PeriodKind.QUARTER, date(2026, 2, 1))


def result(
    code: str, score: str, low: str, high: str, *, bad: int = 0, deducted: str = "1"
) -> Result:
    """Return a result with its range; its deductions lie between 1 less and 2 more."""
    deductions = Bounded(D(deducted), D(deducted) - 1, D(deducted) + 2)
    bounded = Bounded(D(score), D(low), D(high))
    return Result(code, f"名{code}", f"u{code}", bounded, deductions, bad, (f"细则{code}",))


def test_result_of_a_month_has_every_field_of_its_score() -> None:
    sheet = replace(PEOPLE, lines=(LATE, BAD))
    coverage = (Coverage(("late",), "2", "", "u1", D(2), D(8), "打卡机数据未到齐"),) * 2
    score = score_of(
        month([fact("bad_rating", "2", "b")], sheets=(sheet,), coverage=coverage),
        Subject.PERSON,
        "2",
    )
    # Four slots may still turn out late: two cost 1 point and two cost 2.
    assert result_of(score) == Result(
        "2",
        "乙",
        "u1",
        Bounded(D("98.00"), D("92.00"), D("98.00")),
        Bounded(D("2.00"), D("2.00"), D("8.00")),
        1,
        ("迟到",),
    )


@pytest.mark.parametrize(
    ("longer", "score"),
    [
        (Longer.MEAN, Bounded(D("91.50"), D("85.50"), D("94.00"))),
        (Longer.SUM, Bounded(D("183.00"), D("171.00"), D("188.00"))),
    ],
)
def test_every_field_of_the_months_is_added_up(longer: Longer, score: Bounded) -> None:
    first = result("a", "90", "80", "92", bad=1, deducted="4")
    second = replace(
        result("a", "93", "91", "96", bad=2, deducted="3"),
        name="新名",
        unit="u9",
        unmeasured=("其他",),
    )
    assert added_up([[first], [second]], longer) == (
        Result(
            "a",
            "新名",
            "u9",
            score,
            Bounded(D("7.00"), D("5.00"), D("11.00")),
            3,
            ("细则a", "其他"),
        ),
    )


def test_ranks_of_scores_that_are_ranges() -> None:
    rows = [
        result("a", "95", "90", "96"),
        result("b", "91", "91", "91", bad=2),
        result("c", "80", "70", "89"),
        replace(result("d", "95", "95", "95"), deductions=Bounded(D(1), D(1), D(1))),
    ]
    standings = ranked(Subject.UNIT, rows)
    assert [(s.code, s.rank, s.rank_best, s.rank_worst) for s in standings] == [
        ("a", 1, 1, 3),
        ("d", 1, 1, 2),
        ("b", 3, 2, 3),
        ("c", 4, 4, 4),
    ]
    assert standings[2] == Standing(
        Subject.UNIT, "b", "名b", "ub", D(91), 3, 2, 3, D(1), 2, ("细则b",)
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [("2026-Q1", "quarter"), ("9998-H2", "half_year"), ("2026-12", "month"), ("0001", "year")],
)
def test_period_is_read_by_its_letter(text: str, kind: str) -> None:
    assert parse_period(text).kind == kind


@pytest.mark.parametrize("text", ["9999-01", "9999", "-1-01"])
def test_year_of_a_period_has_its_bounds(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each part has its own message
        parse_period(text)


def test_line_without_repetition_counts_everything_once() -> None:
    line = replace(LATE, repeat_from=0)
    assert [line.cost(D(n)) for n in (0, 1, 5)] == [0, -1, -5]
    assert [replace(PRAISE, points=D(p)).is_bonus for p in ("0.5", "1", "-1")] == [
        True,
        True,
        False,
    ]
    assert UNITS.own_share == D("0.4")


def test_rules_of_lines_read_in_both_languages() -> None:
    share = Measure("early_share", "提前办结率", "Early", "%", UNIT)
    late = Measure("late", "迟到", "Late", "次", PERSON)
    bonus = Line("1", "p", "提前", "early_share", D(1), D(10))
    assert (line_words(bonus, share), line_words_en(bonus, share)) == (
        "每10%加1分",
        "each 10% earns 1",
    )
    strict = Line("2", "p", "迟到", "late", D("-1.5"), D(1), D(2), 5, D(2), D("0.5"))
    assert line_words(strict, late) == "超过2次的，每次扣1.5分，第5次起按2倍，首席代表分担50%"
    assert line_words_en(strict, late) == (
        "beyond 2, each costs 1.5, 2 times from number 5 on,"
        " 50% of it carried by the chief representative"
    )
    once = Line("3", "p", "曝光", "late", D(-15), period=LinePeriod.YEAR)
    assert line_words(once, late) == "每次扣15分，从年度得分中扣一次"
    assert line_words_en(once, None) == "each costs 15, once in the year's total"
