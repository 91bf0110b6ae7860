"""Reports on both databases: their figures are the bulletin's, their totals the sums of rows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.bulletins import columns as bulletin_columns
from server.bulletins.weekly_figures import figures
from server.cases import actions as cases
from server.cases.actions import Applicant, Opening
from server.cases.actions import Wish as Step
from server.cases.rules import CaseMove, CaseOutcome, CaseWay, SuspensionBasis
from server.catalogue.actions import import_catalogue
from server.complaints import actions as complaints
from server.complaints.actions import Filed
from server.complaints.rules import About, Kind, Way
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.core.weeks import week_of
from server.queue import calling
from server.queue.business_day import keep_day
from server.queue.tickets import Outcome
from server.ratings import actions as ratings
from server.ratings.actions import PHONE, Given
from server.ratings.levels import Channel, Level
from server.reports import views
from server.reports.figures import Report, Wish, report
from server.reports.messages import ReportTable, ReportView
from server.reports.periods import parse_period
from server.reports.rules import Grouping, total
from support.halls import MONDAY, STAFF, SmallHall, at, catalogue
from support.web import Web

WEEK, NEXT_MONDAY = "2026-W10", MONDAY + timedelta(days=7)
CHIEF = STAFF["T2"]
CLERK = Actor(ActorKind.CLERK, STAFF["T1"])
WINDOWS = {"T1": "tax-1", "S1": "build-1", "G1": "tax-1"}


def with_chief(hall: SmallHall) -> SmallHall:
    """Let the clerk of T2 lead the tax unit."""
    book = catalogue()
    staff = tuple(replace(s, chief=s.number == CHIEF) for s in book.staff)
    items = tuple(replace(i, materials=(), flow=()) for i in book.items)
    import_catalogue(hall.ctx, SYSTEM, replace(book, staff=staff, items=items), "test")
    return hall


def work(hall: SmallHall, seed: int, people: int) -> None:
    """Let people come: served and rated, missed, or waiting to the end of the day."""
    chance = random.Random(seed)
    hall.sign_in(*WINDOWS)
    for _ in range(people):
        window = chance.choice([*WINDOWS])
        hall.issue(chance.choice(("tax-1", "build-1")))
        hall.clock.advance(seconds=chance.randrange(1, 900))
        turn = chance.random()
        if turn < 0.2:
            continue
        try:
            ticket = hall.call_and_miss(window) if turn < 0.35 else hall.call(window)
        except HallError:  # nobody whom this window serves
            continue
        if turn < 0.35:
            continue
        calling.start(hall.ctx, hall.clerk(window), hall.key(), window)
        hall.clock.advance(seconds=chance.randrange(1, 600))
        calling.finish(hall.ctx, hall.clerk(window), hall.key(), window, Outcome.DONE, "")
        if turn > 0.6:
            channel = chance.choice((Channel.PHONE, Channel.STAFF))
            given = Given(chance.choice(list(Level)), channel)
            ratings.rate(hall.ctx, PHONE, hall.key(), ticket.id, given)


def week_of_everything(hall: SmallHall, seed: int = 7) -> None:
    """Make a week with numbers on two days, cases, and a complaint; end on the next Monday."""
    with_chief(hall)
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        hall.clock.set(at(8, 30, day=day))
        keep_day(hall.ctx)
        work(hall, seed + day.day, 14)
        hall.clock.set(at(23, day=day))
        keep_day(hall.ctx)
    hall.clock.set(at(9, day=MONDAY + timedelta(days=2)))
    decided, still_open = opened(hall, "tax-1"), opened(hall, "build-1")
    for case, move in (
        (decided, CaseMove.ACCEPT),
        (still_open, CaseMove.ACCEPT),
        (decided, CaseMove.DECIDE),
    ):
        step(hall, case, move)
    wish = Filed(Kind.ON_SPOT, Way.PHONE, About.UNIT, "tax", ("waiting",))
    complaints.file(hall.ctx, PHONE, hall.key(), wish)
    hall.clock.set(at(8, day=NEXT_MONDAY))


def opened(hall: SmallHall, item: str) -> str:
    """Open a case without a ticket and return its id."""
    opening = Opening(item, Applicant("测试人"), CaseWay.RECEPTION)
    return cases.open_case(hall.ctx, CLERK, hall.key(), opening)


def step(hall: SmallHall, case: str, move: CaseMove) -> None:
    """Take a step of a case."""
    wish = Step(move, "意见", CaseOutcome.GRANTED, SuspensionBasis.TEST, 2)
    cases.move(hall.ctx, CLERK, hall.key(), case, wish)


def made(hall: SmallHall, by: Grouping, period: str = WEEK, unit: str = "") -> Report:
    """Return the figures of a report."""
    wish = Wish(parse_period(period), by, unit)
    return hall.ctx.read(lambda c: report(hall.ctx, c, wish))


def shown(hall: SmallHall, by: Grouping, period: str = WEEK, unit: str = "") -> ReportView:
    """Return a report as a page shows it."""
    return views.view(made(hall, by, period, unit), hall.clock.now())


def table(view: ReportView, key: str) -> ReportTable:
    """Return one table of a report."""
    return next(table for table in view.tables if table.key == key)


def cells(table: ReportTable, *keys: str) -> dict[str, list[str]]:
    """Return the cells of these columns by row."""
    places = [[column.key for column in table.columns].index(key) for key in keys]
    return {row.key: [row.cells[place] for place in places] for row in table.rows}


SERVICE = ("name", "issued", "served", "missed", "expired", "wait_p50", "service")


def bulletin_rows(hall: SmallHall, key: str, *keys: str) -> dict[str, list[str]]:
    """Return the cells of the bulletin's table on the week, by row."""
    facts = hall.ctx.read(lambda c: figures(hall.ctx, c, week_of(MONDAY)))
    every = bulletin_columns.tables(hall.ctx.catalogue(), facts)
    chosen = next(table for table in every if table.key == key)
    places = [[column.key for column in chosen.columns].index(name) for name in keys]
    return {row.key: [row.cells[place] for place in places] for row in chosen.rows}


def test_a_week_by_unit_and_window_has_the_figures_of_the_bulletin(small: SmallHall) -> None:
    week_of_everything(small)
    units = shown(small, Grouping.UNIT)
    service = bulletin_rows(small, "service_units", "unit", *SERVICE[1:])
    assert any(row[2] != "0" for row in service.values())
    assert cells(table(units, "service"), *SERVICE) == service
    handled = ("accepted", "decided", "on_time", "on_time_rate", "early", "early_rate", "overdue")
    assert cells(table(units, "cases"), *handled) == bulletin_rows(small, "case_units", *handled)
    answers = ("received", "answered", "in_time", "in_time_rate", "proven")
    assert cells(table(units, "complaints"), *answers) == bulletin_rows(
        small, "complaint_units", *answers
    )
    windows = cells(table(shown(small, Grouping.WINDOW), "service"), *SERVICE)
    assert [windows.pop("")[0]] == ["没有到窗口的号"]
    assert windows == bulletin_rows(small, "service_windows", "window", *SERVICE[1:])


def test_the_total_of_a_week_is_what_the_bulletin_says(small: SmallHall) -> None:
    week_of_everything(small)
    facts = small.ctx.read(lambda c: figures(small.ctx, c, week_of(MONDAY))).facts
    view = shown(small, Grouping.ITEM)
    total_of = dict(zip(SERVICE[1:], totals(table(view, "service"), *SERVICE[1:]), strict=True))
    assert total_of["issued"] == facts["issued"].value
    assert total_of["served"] == facts["served"].value
    assert total_of["missed"] == facts["no_show"].value
    assert f"{total_of['wait_p50']}分钟" == facts["wait_p50"].value
    assert f"{total_of['service']}分钟" == facts["service_mean"].value
    assert totals(table(view, "ratings"), "rated", "active_rate", "good_rate", "bad") == [
        facts[name].value for name in ("rated", "rated_rate", "rated_good_rate", "rated_bad")
    ]
    assert totals(table(view, "cases"), "filed", "decided", "overdue") == [
        facts[name].value for name in ("cases_filed", "cases_decided", "cases_overdue")
    ]


def totals(table: ReportTable, *keys: str) -> list[str]:
    """Return the cells of these columns in the total row."""
    names = [column.key for column in table.columns]
    return [table.total.cells[names.index(key)] for key in keys]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), people=st.integers(0, 25))
def test_every_grouping_and_the_days_add_up_to_the_same(
    seed: int, people: int, tmp_path: Path
) -> None:
    file = tmp_path / f"{seed}-{people}.db"
    file.unlink(missing_ok=True)
    hall = SmallHall(f"sqlite:///{file}", tmp_path, at(8, 30))
    try:
        work(hall, seed, people)
        groupings = [made(hall, by) for by in Grouping]
        first = groupings[0]
        assert first.all.tickets.issued == people
        for figures_by in groupings:
            lines = figures_by.lines.values()
            assert total(line.tickets for line in lines) == first.all.tickets
            assert sum(line.ratings.services for line in lines) == first.all.tickets.served
            assert sum(line.ratings.active for line in lines) == first.all.ratings.active
            assert sum(line.ratings.good for line in lines) == first.all.ratings.good
            assert figures_by.all.wait_median == first.all.wait_median
            days = total(line.tickets for line in figures_by.days.values())
            assert replace(first.all.tickets, aimed=0, over=0) == days
    finally:
        hall.close()


def test_cases_by_unit_item_and_person_add_up_to_the_same(small: SmallHall) -> None:
    week_of_everything(small)
    for by in (Grouping.UNIT, Grouping.ITEM, Grouping.PERSON):
        figures_by = made(small, by)
        lines = [line.cases for line in figures_by.lines.values()]
        assert sum(line.accepted for line in lines) == figures_by.all.cases.accepted == 2
        assert sum(line.decided for line in lines) == figures_by.all.cases.decided == 1
    people = table(shown(small, Grouping.PERSON), "cases")
    assert cells(people, "accepted", "decided") == {CLERK.name: ["2", "1"]}
    for view in (shown(small, by) for by in Grouping):
        decided = next(figure for figure in view.main if figure.key == "decided")
        assert (decided.value, decided.earlier) == ("1", "0")
    assert [t.key for t in shown(small, Grouping.WINDOW).tables] == ["service", "ratings", "days"]


def test_a_correction_of_a_past_day_is_in_the_report_and_in_the_bulletin(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    ticket = small.serve("T1")
    small.clock.set(at(8, day=NEXT_MONDAY))
    web = Web(small)
    office = web.manager()
    wish = {"outcome": "done", "item": "build-1", "reason": "选错事项"}
    change = office.post(f"/tickets/{ticket.id}/correct", wish).get_json()["data"]["change"]
    assert cells(table(shown(small, Grouping.ITEM), "service"), "served") == {"tax-1": ["1"]}
    web.administrator().post(f"/office/past-changes/{change}/confirm")
    view = shown(small, Grouping.ITEM)
    assert cells(table(view, "service"), "served") == {"build-1": ["1"]}
    assert cells(table(shown(small, Grouping.UNIT), "service"), *SERVICE) == bulletin_rows(
        small, "service_units", "unit", *SERVICE[1:]
    )


def test_a_running_period_ends_now_and_compares_with_as_many_days(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.serve("T1")
    small.clock.set(at(9, day=NEXT_MONDAY))
    keep_day(small.ctx)
    small.sign_in("T1")
    for _ in range(2):
        small.issue("tax-1")
        small.serve("T1")
    view = shown(small, Grouping.UNIT, "2026-W11")
    assert (view.running, view.after, view.earlier_first, view.earlier_last) == (
        True, "", "2026-03-02", "2026-03-02",
    )  # fmt: skip
    assert view.before == WEEK
    assert view.periods.month == "2026-03"
    served = next(figure for figure in view.main if figure.key == "served")
    assert (served.value, served.earlier, served.change) == ("2", "1", "+1")
    assert cells(table(view, "service"), "served", "earlier", "change")["tax"] == ["2", "1", "+1"]
    assert [row.key for row in table(view, "days").rows] == ["2026-03-09"]
    after = shown(small, Grouping.UNIT, WEEK)
    assert (after.running, after.after) == (False, "2026-W11")


def test_waits_beyond_the_target_of_the_unit_are_counted(small: SmallHall) -> None:
    small.sign_in("T1")
    for minutes in (15, 16):
        small.issue("tax-1")
        small.clock.advance(seconds=60 * minutes)
        small.serve("T1")
    assert cells(table(shown(small, Grouping.UNIT), "service"), "over")["tax"] == ["1/2"]
    assert cells(table(shown(small, Grouping.UNIT), "service"), "wait_mean")["tax"] == ["15.5"]


def rows_of(content: bytes, sheet: str) -> list[list[Any]]:
    """Return the values of a sheet."""
    page = openpyxl.load_workbook(BytesIO(content))[sheet]
    return [[cell.value for cell in row] for row in page.iter_rows()]


@pytest.mark.parametrize("by", [grouping.value for grouping in Grouping])
def test_the_workbook_and_the_paper_have_the_rows_of_the_page(small: SmallHall, by: str) -> None:
    week_of_everything(small)
    manager = Web(small).manager()
    page = manager.get(f"/office/reports/{WEEK}/{by}").get_json()
    book = manager.get(f"/office/reports/{WEEK}/{by}/report.xlsx")
    assert f"report-{WEEK}-{by}.xlsx" in book.headers["Content-Disposition"]
    service = page["tables"][0]
    sheet = rows_of(book.data, "服务情况")
    assert sheet[0] == [column["zh"] for column in service["columns"]]
    kinds = [column["kind"] for column in service["columns"]]
    every = [*service["rows"], service["total"]]
    assert [list(map(_text, row, kinds)) for row in sheet[1:]] == [row["cells"] for row in every]
    words = [row[0] for row in rows_of(book.data, "说明")]
    assert words[:2] == ["测试大厅周报", "期间：2026年第10周（2026年3月2日至2026年3月8日）"]
    assert words[3] == "制表时间：2026-03-09 08:00"
    assert set(service["notes"]) <= set(words)
    paper = manager.get(f"/office/reports/{WEEK}/{by}/report.pdf")
    assert paper.data.startswith(b"%PDF")


def _text(value: object, kind: str) -> str:
    """Return a cell of a workbook as the page shows it."""
    if kind == "minutes" and value != "—":
        return f"{value:.1f}"
    return "" if value is None else str(value)


def test_managers_see_all_a_chief_the_own_unit_and_clerks_nothing(small: SmallHall) -> None:
    week_of_everything(small)
    web = Web(small)
    assert web.manager().get(f"/office/reports/{WEEK}/person").status_code == 200
    chief, clerk = web.person(CHIEF), web.person(STAFF["T1"])
    for path in (f"/office/reports/{WEEK}/unit", f"/office/reports/{WEEK}/unit/report.xlsx"):
        assert chief.get(path).status_code == clerk.get(path).status_code == 403
    own = chief.get(f"/my/reports/{WEEK}/unit").get_json()
    assert own["unit_name"] == "单位tax"
    assert [[row["key"] for row in table["rows"]] for table in own["tables"][:3]] == [["tax"]] * 3
    whole = cells(table(shown(small, Grouping.UNIT), "service"), *SERVICE)
    assert cells(table(shown(small, Grouping.UNIT, unit="tax"), "service"), *SERVICE) == {
        "tax": whole["tax"]
    }
    assert chief.get(f"/my/reports/{WEEK}/window/report.pdf").status_code == 200
    assert chief.get(f"/my/reports/{WEEK}/person").get_json()["code"] == "forbidden"
    assert clerk.get(f"/my/reports/{WEEK}/unit").get_json()["code"] == "forbidden"


def test_a_chief_sees_ratings_a_day_later(small: SmallHall) -> None:
    with_chief(small).sign_in("T1")
    small.issue("tax-1")
    ticket = small.serve("T1")
    given = Given(Level.SATISFIED, Channel.PHONE)
    ratings.rate(small.ctx, PHONE, small.key(), ticket.id, given)

    def rated(unit: str) -> list[str]:
        return totals(table(shown(small, Grouping.WINDOW, unit=unit), "ratings"), "rated")

    assert (rated(""), rated("tax")) == (["1"], ["0"])
    assert "评价到昨日为止。" in table(shown(small, Grouping.ITEM, unit="tax"), "ratings").notes
    small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    assert rated("tax") == ["1"]


@pytest.mark.parametrize(
    ("path", "field"),
    [("2026-W11/unit", "period"), ("2026-04/unit", "period"), ("1999-12/unit", "period"),
     ("heute/unit", "period"), (f"{WEEK}/clerk", "by")],
)  # fmt: skip
def test_nothing_in_the_future_and_no_other_words(small: SmallHall, path: str, field: str) -> None:
    answer = Web(small).manager().get(f"/office/reports/{path}").get_json()
    assert (answer["code"], answer["data"]["field"]) == ("invalid", field)


def test_the_running_period_is_asked_for_by_its_kind(small: SmallHall) -> None:
    manager = Web(small).manager()
    periods = [
        manager.get(f"/office/reports/{kind}/unit").get_json()["period"]
        for kind in ("day", "week", "month")
    ]
    assert periods == ["2026-03-02", WEEK, "2026-03"]
