"""Lists that two people fix: the allowance of a month, and the units of a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from server.assessment.periods import parse_period
from server.assessment.standings import Subject
from server.core.errors import HallError
from server.honours import list_actions, papers, year_views
from server.honours.errors import HonourCode
from server.honours.integrity import problems
from server.honours.messages import AllowancePage
from server.honours.tables import honour_list
from support.assessed_office import FIRST, SECOND, AssessedOffice
from support.halls import MONDAY, SmallHall, at
from support.sheets import CLERK, GOOD, deliver_punches, with_clock_and_rule

MARCH, YEAR = parse_period("2026-03"), parse_period("2026")


def page(hall: SmallHall) -> AllowancePage:
    return hall.ctx.read(lambda c: year_views.allowance_page(hall.ctx, c, FIRST, MARCH))


def amount(hall: SmallHall) -> int:
    return next(row.amount for row in page(hall).people if row.number == CLERK)


def draft(hall: SmallHall, seen: str, words: str = "") -> int:
    ctx = hall.ctx
    current = ctx.read(lambda c: year_views.current_allowance(ctx, c, MARCH))
    return list_actions.draft(ctx, FIRST, hall.key(), current, seen, words)


def release(hall: SmallHall, n: int) -> str:
    ctx = hall.ctx
    current = ctx.read(lambda c: year_views.current_allowance(ctx, c, MARCH))
    return list_actions.release(ctx, SECOND, hall.key(), current, n)


def violations(hall: SmallHall) -> list[str]:
    return hall.ctx.read(lambda c: [en for _zh, en in problems(c, hall.ctx.hall_id)])


def refused(code: HonourCode) -> pytest.RaisesExc[HallError]:
    return pytest.RaisesExc(HallError, check=lambda error: error.code is code)


def test_an_allowance_that_two_people_fixed_changes_by_an_amendment_that_names_the_row(
    small: SmallHall,
) -> None:
    small.clock.set(at(8, day=MONDAY))
    hall = with_clock_and_rule(small, delivered=at(23, day=date(2026, 3, 31)))
    for n in range(2):
        day = MONDAY + timedelta(days=n)
        hall.clock.set(at(20, day=day))
        deliver_punches(hall, *(GOOD if n else ("08:45", *GOOD[1:])), day=day)
    with refused(HonourCode.LIST_STATE):
        draft(hall, page(hall).paper.seen)
    hall.clock.set(at(9, day=date(2026, 4, 1)))
    assert "草稿" in papers.list_words(page(hall).paper)
    n = draft(hall, page(hall).paper.seen)
    assert draft(hall, page(hall).paper.seen) == n == 1
    digest = release(hall, n)
    first = page(hall)
    assert ([v.digest for v in first.paper.versions], first.paper.changes) == ([digest], [])
    assert digest[:16] in papers.list_words(first.paper)
    before = amount(hall)
    with refused(HonourCode.LIST_STATE):
        draft(hall, first.paper.seen, "没有变化")
    # A punch that comes late changes the records, and not what was fixed.
    deliver_punches(hall, "08:20", day=MONDAY)
    shown = page(hall)
    assert amount(hall) == before
    assert [change.key for change in shown.paper.changes] == [CLERK]
    with refused(HonourCode.LIST_WORDS):
        draft(hall, shown.paper.seen)
    release(hall, draft(hall, shown.paper.seen, "补传打卡记录"))
    later = page(hall).paper
    assert [[change.key for change in v.changes] for v in later.versions] == [[], [CLERK]]
    assert later.versions[1].changes[0].was != later.versions[1].changes[0].now
    assert (later.changes, violations(hall)) == ([], [])
    values = update(honour_list).values(content="{}")
    with pytest.raises(DatabaseError, match="never changed"):
        hall.ctx.write(lambda tx: tx.conn.execute(values))


def test_a_year_is_shown_so_far_and_fixed_once_it_is_released(small: SmallHall) -> None:
    office, ctx = AssessedOffice(small), small.ctx
    assert ctx.read(lambda c: year_views.year_page(ctx, c, FIRST, YEAR)).units == []
    office.start(Subject.UNIT)
    office.settle_march()
    shown = ctx.read(lambda c: year_views.year_page(ctx, c, FIRST, YEAR))
    assert (shown.released, shown.until, shown.paper.obstacle) == (
        False,
        "2026-04-01",
        "unreleased",
    )
    assert shown.units
    small.clock.set(at(9, day=date(2027, 1, 4)))
    office.release(*(f"2026-{n:02}" for n in (2, *range(4, 13))), "2026")
    current, is_released = ctx.read(lambda c: year_views.current_year(ctx, c, YEAR))
    assert is_released
    list_actions.draft(ctx, FIRST, small.key(), current, current.digest, "")
    moved = replace(current, content={**current.content, "units": []})
    with refused(HonourCode.LIST_CHANGED):
        list_actions.release(ctx, SECOND, small.key(), moved, 1)
    list_actions.release(ctx, SECOND, small.key(), current, 1)
    shown = ctx.read(lambda c: year_views.year_page(ctx, c, FIRST, YEAR))
    assert (shown.released, shown.until, len(shown.paper.versions)) == (True, "", 1)
    assert violations(small) == []
