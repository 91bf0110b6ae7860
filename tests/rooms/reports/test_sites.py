"""Reports, bulletins and sheets of a hall in several buildings, on both databases."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.bulletins import columns as bulletin_columns
from server.bulletins.weekly_figures import figures
from server.cases import actions as cases
from server.cases.actions import Applicant, Opening
from server.cases.rules import CaseWay
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.core.weeks import week_of
from server.queue import calling, issuing
from server.queue.business_day import keep_day
from server.queue.tables import ticket
from server.queue.ticket_sites import building_column, building_of
from server.queue.tickets import Outcome
from server.reports import views
from server.reports.figures import Wish, report
from server.reports.messages import ReportTable, ReportView
from server.reports.periods import parse_period
from server.reports.rules import Grouping
from support.halls import MONDAY, STAFF, SmallHall, at, branches, catalogue, two_sites

WEEK, NEXT_MONDAY = "2026-W10", MONDAY + timedelta(days=7)
WINDOWS = {"T1": "tax-1", "T2": "tax-1", "S1": "build-1"}


def in_two_buildings(hall: SmallHall, book: Catalogue) -> SmallHall:
    """Move the hall into two buildings, each with a kiosk."""
    items = tuple(replace(item, materials=(), flow=()) for item in book.items)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=items), "two buildings")
    hall.configure(kiosk_sites="1 centre; 2 north")
    return hall


def take(hall: SmallHall, item: str, kiosk: str) -> None:
    """Take a number at a kiosk; nothing if its building does not serve the item."""
    who = Actor(ActorKind.KIOSK, kiosk)
    with contextlib.suppress(HallError):
        issuing.issue(
            hall.ctx, who, hall.key(), item=item, applicant="ordinary", kiosk=kiosk, paper=False
        )


def turn(hall: SmallHall, chance: random.Random, window: str) -> None:
    """Call somebody and finish, or send the person on to another window."""
    hall.call(window)
    clerk, end = hall.clerk(window), chance.random()
    calling.start(hall.ctx, clerk, hall.key(), window)
    hall.clock.advance(seconds=chance.randrange(1, 600))
    if end < 0.3:
        to = chance.choice(sorted({*WINDOWS} - {window}))
        calling.transfer_confirmed(hall.ctx, clerk, hall.key(), window, to, "")
    else:
        calling.finish(hall.ctx, clerk, hall.key(), window, Outcome.DONE, "")


def work(hall: SmallHall, seed: int, people: int) -> None:
    """Let people come to both buildings: served, sent to another window, or never called."""
    chance = random.Random(seed)
    hall.sign_in(*WINDOWS)
    for _ in range(people):
        take(hall, chance.choice(("tax-1", "build-1")), chance.choice("12"))
        hall.clock.advance(seconds=chance.randrange(1, 600))
        if chance.random() < 0.7:
            with contextlib.suppress(HallError):  # nobody waits for this window
                turn(hall, chance, chance.choice([*WINDOWS]))


def shown(hall: SmallHall, by: Grouping = Grouping.SITE, period: str = WEEK) -> ReportView:
    """Return a report as a page shows it."""
    wish = Wish(parse_period(period), by)
    figures_of = hall.ctx.read(lambda c: report(hall.ctx, c, wish))
    return views.view(figures_of, hall.clock.now())


def cells(table: ReportTable, *keys: str) -> dict[str, list[str]]:
    """Return the cells of these columns by row."""
    places = [[column.key for column in table.columns].index(key) for key in keys]
    return {row.key: [row.cells[place] for place in places] for row in table.rows}


@pytest.mark.parametrize("seed", range(4))
def test_the_database_groups_tickets_as_the_rule_does(small: SmallHall, seed: int) -> None:
    work(small, seed, 8)
    small.sign_in("G1")
    small.issue("social-1")  # before the second building; G1 never calls
    in_two_buildings(small, branches())
    work(small, seed + 100, 30)
    book = small.ctx.catalogue()
    columns = (ticket.c.window, ticket.c.lane, building_column(book))
    rows = small.ctx.read(lambda c: c.execute(select(*columns)).all())
    assert {building_of(book, window, lane) for window, lane, _ in rows} == {"centre", "north", ""}
    assert [(w, lane, building_of(book, w, lane)) for w, lane, _ in rows] == [*map(tuple, rows)]


@pytest.mark.parametrize(
    ("window", "lane", "building"),
    [
        ("T1", "tax-1/ordinary^north", "centre"),  # served at a window of the main building
        ("", "tax-1/ordinary^north", "north"),
        ("", "@T2/ordinary", "north"),
        ("gone", "tax-1/ordinary^north", "north"),
        ("", "tax-1/ordinary^gone", ""),
        ("", "tax-1/ordinary", ""),
    ],
)
def test_a_ticket_counts_where_it_was_served_else_where_it_waited(
    window: str, lane: str, building: str
) -> None:
    assert building_of(branches(), window, lane) == building
    assert building_of(catalogue(), window, lane) == ""


def test_a_week_by_building_adds_up_and_is_the_bulletins(small: SmallHall) -> None:
    in_two_buildings(small, branches())
    work(small, 5, 40)
    small.clock.set(at(23))
    keep_day(small.ctx)
    small.clock.set(at(8, day=NEXT_MONDAY))
    keys = ("name", "issued", "served", "missed", "expired", "wait_p50", "service")
    by_site = shown(small)
    service = cells(by_site.tables[0], *keys)
    assert [*service] == ["centre", "north"]
    assert [names[0] for names in service.values()] == ["中心楼", "城北楼"]
    facts = small.ctx.read(lambda c: figures(small.ctx, c, week_of(MONDAY)))
    (paper,) = (
        table
        for table in bulletin_columns.tables(small.ctx.catalogue(), facts)
        if table.key == "service_sites"
    )
    places = [[c.key for c in paper.columns].index(key) for key in ("site", *keys[1:])]
    assert {row.key: [row.cells[place] for place in places] for row in paper.rows} == service
    assert {row.link for row in paper.rows} == {f"/office#reports/{WEEK}/site"}
    assert by_site.tables[0].total.cells == shown(small, Grouping.WINDOW).tables[0].total.cells
    assert [table.key for table in by_site.tables] == ["service", "ratings", "cases", "days"]


def test_a_case_counts_in_the_building_of_the_window_or_of_the_clerk(small: SmallHall) -> None:
    in_two_buildings(small, branches())
    for window in ("T1", "T2", "T2"):
        opening = Opening("tax-1", Applicant("测试人"), CaseWay.RECEPTION)
        cases.open_case(small.ctx, Actor(ActorKind.CLERK, STAFF[window]), small.key(), opening)
    table = next(table for table in shown(small).tables if table.key == "cases")
    assert cells(table, "filed") == {"centre": ["1"], "north": ["2"]}


def test_a_hall_in_a_single_building_is_offered_no_grouping_by_building(small: SmallHall) -> None:
    work(small, 3, 10)
    view = shown(small)
    assert Grouping.SITE not in view.groupings
    assert [row.cells[:2] for row in view.tables[0].rows] == [["测试大厅", "10"]]
    facts = small.ctx.read(lambda c: figures(small.ctx, c, week_of(MONDAY)))
    keys = [table.key for table in bulletin_columns.tables(small.ctx.catalogue(), facts)]
    assert "service_sites" not in keys


def test_a_building_without_numbers_has_a_row_and_the_chief_the_grouping(small: SmallHall) -> None:
    in_two_buildings(small, two_sites())
    view = shown(small)
    assert Grouping.SITE in view.groupings
    assert cells(view.tables[0], "name", "issued") == {
        "centre": ["中心楼", "0"], "north": ["城北楼", "0"],
    }  # fmt: skip
    assert view.tables[0].notes[-1].startswith("叫过的号算在窗口所在的办公地点")
