"""Assessment: the second computation gets every total of the first, and says where it does not."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import assessment_proof
from server.assessment.frozen import Json
from server.assessment.months import month_results
from server.assessment.packs import packs
from server.assessment.ranking import added_up, ranked
from server.assessment.rules import Month, Roster, RosterPerson, RosterUnit, RosterWindow
from server.assessment.sheets import Line, LinePeriod, Longer, Part, Sheet
from server.assessment_proof.judge import JournalLine, Judge
from server.core.measured import Coverage, MeasuredFact, Subject
from support.assessment_file import as_file

D = Decimal
MEASURES = ("late", "empty", "bad_rating", "praise")
PEOPLE = (
    RosterPerson("1", "甲", "u1", chief=True),
    RosterPerson("2", "乙", "u1"),
    RosterPerson("3", "丙", "u2", chief=True),
    RosterPerson("4", "丁", "u2", chief=True),
    RosterPerson("5", "戊", ""),
)
WINDOWS = (
    RosterWindow("W1", "1号窗口", "u1", ("1", "2")),
    RosterWindow("W2", "2号窗口", "u2", ("3",)),
    RosterWindow("W3", "3号窗口", "", ("2", "4")),
    RosterWindow("W4", "4号窗口", "u2"),
)
ROSTER = Roster(PEOPLE, WINDOWS, (RosterUnit("u1", "一局"), RosterUnit("u2", "二局")))
UNIT_OF = {person.number: person.unit for person in PEOPLE}
BOUNDS = ("value", "low", "high")


def one_of(*values: str) -> st.SearchStrategy[Decimal]:
    """Return a strategy for one of these decimals."""
    return st.sampled_from([D(value) for value in values])


def or_none(*values: str) -> st.SearchStrategy[Decimal | None]:
    """Return a strategy for one of these decimals, or no bound."""
    return st.none() | one_of(*values)


@st.composite
def sheets(draw: st.DrawFn, subject: Subject, measures: tuple[str, ...] = MEASURES) -> Sheet:
    """Return a sheet of two or three parts with lines of these measures."""
    parts = tuple(
        Part(f"p{n}", f"部分{n}", draw(one_of("0", "30", "50.5")), draw(or_none("0", "5")), cap)
        for n, cap in enumerate(draw(st.lists(or_none("2", "3.5"), min_size=2, max_size=3)))
    )
    lines = []
    for n in range(draw(st.integers(0, 6))):
        points = draw(one_of("-1", "-2.5", "-7", "1.5"))
        if draw(st.integers(0, 5)) == 0:
            part = draw(st.sampled_from(parts)).code
            measure = draw(st.sampled_from(measures))
            once = Line(str(n), part, f"细则{n}", measure, D(-15), period=LinePeriod.YEAR)
            lines.append(once)
            continue
        lines.append(
            Line(
                str(n),
                draw(st.sampled_from(parts)).code,
                f"细则{n}",
                draw(st.sampled_from(measures)),
                points,
                draw(one_of("1", "2", "0.5", "3")),
                draw(one_of("0", "1")),
                draw(st.sampled_from((0, 2, 3))),
                draw(one_of("1", "2", "0.5")),
                draw(one_of("0", "0.5", "1")) if points < 0 else D(0),
            )
        )
    of_people = D(0) if subject is Subject.PERSON else draw(one_of("0", "0.3", "0.5"))
    of_windows = draw(one_of("0", "0.3", "0.5")) if subject is Subject.UNIT else D(0)
    return Sheet(
        subject,
        "评分表",
        parts,
        tuple(lines),
        bonus=draw(or_none("0", "4")),
        floor=draw(or_none("0", "20")),
        cap=draw(or_none("100", "110")),
        people_share=of_people,
        windows_share=of_windows,
        coefficients=draw(st.sampled_from(((), (("u2", D("1.05")),), (("u1", D("0.333")),)))),
    )


@st.composite
def facts(draw: st.DrawFn, measures: tuple[str, ...], ref: str) -> MeasuredFact:
    """Return a fact of a person, of a window, or of a unit alone."""
    staff = draw(st.sampled_from(("", *UNIT_OF)))
    unit = UNIT_OF[staff] if staff else draw(st.sampled_from(("", "u1", "u2")))
    window = draw(st.sampled_from(("", "W1", "W2", "W3")))
    day = f"2026-10-{draw(st.integers(10, 12))}"
    measure, amount = draw(st.sampled_from(measures)), draw(one_of("1", "2", "0.5", "7.25"))
    return MeasuredFact(measure, ref, day, amount, staff, window, unit, "", "")


@st.composite
def gaps(draw: st.DrawFn, measures: tuple[str, ...]) -> Coverage:
    """Return a gap of one subject."""
    staff, window, unit = draw(
        st.sampled_from((("1", "", ""), ("2", "", ""), ("", "W1", ""), ("", "", "u1")))
    )
    possible = draw(one_of("2", "4"))
    named = tuple(draw(st.sets(st.sampled_from(measures), min_size=1, max_size=3)))
    missing = draw(st.sampled_from((possible, D(1))))
    return Coverage(named, staff, window, unit, missing, possible, "")


@st.composite
def months(
    draw: st.DrawFn,
    chosen: tuple[Sheet, ...] | None = None,
    measures: tuple[str, ...] = MEASURES,
) -> Month:
    """Return a month by random sheets for some kinds of subjects, or by those chosen."""
    by_kind = [sheets(subject, measures) for subject in Subject if draw(st.booleans())]
    own = tuple(draw(sheet) for sheet in by_kind) if chosen is None else chosen
    number = draw(st.integers(0, 24))
    happened = tuple(draw(facts(measures, f"f{n}")) for n in range(number))
    struck = draw(st.sets(st.sampled_from(happened), max_size=3)) if happened else set()
    return Month(
        "2026-10",
        own,
        ROSTER,
        happened,
        tuple(draw(st.lists(gaps(measures), max_size=4))),
        tuple(sorted(f"{fact.measure}:{fact.ref}" for fact in struck)),
    )


@settings(max_examples=60)
@given(months())
def test_both_computations_agree_on_any_month(month: Month) -> None:
    verdict = Judge(as_file(month), None).verdict()
    assert verdict.differences == ()
    assert verdict.totals == sum(map(len, month_results(month).values()))


WHOLE_GAPS = st.lists(
    st.sampled_from((("1", "", ""), ("2", "", ""), ("", "W1", ""), ("", "", "u1"))), unique=True
).map(lambda all_of: tuple(Coverage(MEASURES, *who, D(4), D(4), "") for who in all_of))


@settings(max_examples=100)
@given(months(), WHOLE_GAPS, st.sampled_from(Longer))
def test_score_deductions_and_rank_lie_within_their_ranges(
    month: Month, gaps_of: tuple[Coverage, ...], longer: Longer
) -> None:
    """A part of which nothing was measured may have facts all the same."""
    own = month_results(replace(month, coverage=gaps_of or month.coverage))
    results = {**own, **{s: added_up([rows, rows], longer) for s, rows in own.items()}}
    for subject, rows in (*own.items(), *results.items()):
        for row in rows:
            for bounds in (row.score, row.deductions):
                assert bounds.low <= bounds.value <= bounds.high
        for standing in ranked(subject, rows):
            assert standing.rank_best <= standing.rank <= standing.rank_worst


@settings(max_examples=20)
@given(st.lists(months(), min_size=1, max_size=3), st.sampled_from(Longer))
def test_both_computations_agree_on_a_year(of_year: list[Month], longer: Longer) -> None:
    named = [replace(month, id=f"2026-{n:02}") for n, month in enumerate(of_year, 1)]
    book = as_file(*named, year=longer)
    assert Judge(book, None).verdict().differences == ()
    year = book["releases"][-1]["results"]
    for entry in (entry for entries in year.values() for entry in entries):
        if "year" in entry:
            entry["year"] = "-1"
            differences = Judge(book, None).verdict().differences
            assert any(words.startswith("2026 ") and "year -1.00" in words for words in differences)
            return


@settings(max_examples=30)
@given(months())
def test_what_counts_once_in_a_year_changes_no_month(month: Month) -> None:
    plain = tuple(
        replace(sheet, lines=tuple(line for line in sheet.lines if not line.is_yearly))
        for sheet in month.sheets
    )
    own = {
        subject: tuple(replace(result, year=D(0)) for result in results)
        for subject, results in month_results(month).items()
    }
    assert own == month_results(replace(month, sheets=plain))


@pytest.mark.parametrize("pack", packs())
@settings(max_examples=15)
@given(st.data())
def test_both_computations_agree_on_every_pack(pack: str, data: st.DataObject) -> None:
    sheet = packs()[pack]
    measures = tuple(dict.fromkeys((*(line.measure for line in sheet.lines), "bad_rating")))
    month = data.draw(months((sheet,), measures))
    verdict = Judge(as_file(month), None).verdict()
    assert verdict.differences == ()
    assert verdict.totals == sum(map(len, month_results(month).values()))


SHEET = Sheet(
    Subject.PERSON,
    "人员",
    (Part("service", "服务", D(100)),),
    (Line("1", "service", "迟到", "late", D(-1)),),
)
LATE = MeasuredFact("late", "f1", "2026-10-09", D(1), "2", "", "u1", "", "")
PLAIN = Month("2026-10", (SHEET,), ROSTER, (LATE,))


def person(book: Json, number: str = "2") -> Json:
    """Return a person's result in the export."""
    results: list[Json] = book["releases"][0]["results"]["person"]
    return next(entry for entry in results if entry["code"] == number)


def test_a_total_that_does_not_follow_is_named_with_its_lines() -> None:
    book = as_file(PLAIN)
    person(book)["score"]["value"] = "99.50"
    differences = Judge(book, None).verdict().differences
    assert "score value 99.50 instead of 99.00; lines: 1 -1.00 from 1 facts" in differences[0]
    assert differences[1] == "2026-10: total digest does not fit the contents"


def test_a_fact_that_was_left_out_is_noticed_even_if_the_totals_fit() -> None:
    book = as_file(PLAIN)
    book["releases"][0]["month"]["facts"] = []
    person(book)["score"] = dict.fromkeys(BOUNDS, "100.00")
    person(book)["deductions"] = dict.fromkeys(BOUNDS, "0.00")
    assert Judge(book, None).verdict().differences == (
        "2026-10: total digest does not fit the contents",
        "2026-10: facts digest does not fit the contents",
    )


def test_who_is_not_on_the_roster_is_noticed() -> None:
    book = as_file(PLAIN)
    book["releases"][0]["results"]["person"].pop()
    assert any("by the roster" in words for words in Judge(book, None).verdict().differences)


def test_another_format_is_not_judged() -> None:
    assert Judge(as_file(PLAIN) | {"format": "x"}, None).verdict().differences == (
        "unknown format 'x'",
    )


def lines_of(book: Json) -> list[JournalLine]:
    """Return what the journal says of the one release."""
    release = book["releases"][0]
    data = {"digest": release["digest"]}
    stated = data | {
        "sheets": release["sheets_digest"],
        "facts": release["facts_digest"],
        "checked_by": "1001",
    }
    return [
        JournalLine("score_release.check", "1001", "2026-10", data),
        JournalLine("score_release.release", "1002", "2026-10", stated),
    ]


def test_a_release_stands_in_the_journal() -> None:
    book = as_file(PLAIN)
    assert Judge(book, lines_of(book)).verdict().differences == ()
    other = as_file(replace(PLAIN, facts=()))
    assert Judge(other, lines_of(book)).verdict().differences == (
        "2026-10: the journal has another release",
        "2026-10: the journal has no check of these totals",
    )
    unknown = [
        *lines_of(book),
        JournalLine("score_release.release_amendment", "1002", "2026-10", {"n": 1, "digest": "d"}),
    ]
    assert Judge(book, unknown).verdict().differences == (
        "2026-10: the journal has other amendments",
    )


def test_a_release_of_the_journal_that_the_file_lacks_is_noticed() -> None:
    book = as_file(PLAIN)
    lines = lines_of(book)
    book["releases"] = []
    assert Judge(book, lines).verdict().differences == ("2026-10: released, but not in the file",)


def test_the_second_computation_uses_nothing_but_the_standard_library() -> None:
    own = Path(assessment_proof.__file__).parent
    imported = {
        name
        for file in own.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        if not name.startswith(assessment_proof.__name__)
    }
    assert "fractions" in imported
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
