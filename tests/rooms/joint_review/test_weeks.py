"""Joint review of a week: tables and journal give the same digits; the bulletin shows them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core import journal
from server.core.errors import HallError
from server.core.groups import Group, added
from server.core.weeks import week_of
from server.joint_review import meetings, queries, views
from server.joint_review.figures import joint_by
from server.joint_review.integrity import problems
from server.joint_review.meetings import MeetingOrder, UnitPresence
from server.joint_review.replay import ACTS, replayed
from server.joint_review.rules import MeetingKind, MeetingMove, Opinion, PartMove
from server.joint_review.week_counts import JointCounts
from support.halls import MONDAY, SmallHall, at
from support.joint_hall import ASKED, LEAD, accepted, answer, furnish, sent, step
from support.web import Web

WEEK = "2026-W10"
DAY = 86_400


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with joint review."""
    furnish(small)
    return small


def meet(hall: SmallHall, case: str, *absent: str) -> None:
    """Hold a meeting of fire and building today, with these units absent."""
    today = hall.ctx.local().date()
    order = MeetingOrder(MeetingKind.MEETING, today, "14:00", "三楼会议室", ("build", "fire"))
    meeting = meetings.call(hall.ctx, LEAD, hall.key(), case, order)
    came = [UnitPresence(unit, unit not in absent) for unit in ("build", "fire")]
    meetings.move(hall.ctx, LEAD, hall.key(), meeting, MeetingMove.RECORD, came)


def story(hall: SmallHall) -> str:
    """Ask three units on Monday: one answers in time, one late, one never; one is absent."""
    case = accepted(hall)
    ids = sent(hall, case)
    answer(hall, "social", ids["social"])
    meet(hall, case, "fire")
    hall.clock.set(at(9, day=date(2026, 3, 6)))
    answer(hall, "build", ids["build"])
    return case


def test_the_bulletin_shows_parts_and_absences_by_unit(hall: SmallHall) -> None:
    story(hall)
    hall.clock.set(at(9, day=date(2026, 3, 10)))
    manager = Web(hall).manager()
    manager.post("/office/bulletins", {"week": WEEK})
    shown = manager.get(f"/bulletins/{WEEK}").get_json()
    table = next(t for t in shown["tables"] if t["key"] == "joint_units")
    assert (table["section"], table["personal"]) == ("cases", False)
    assert "按期答复率＝" in table["note"]
    assert [(row["cells"], row["link"]) for row in table["rows"]] == [
        (
            ["单位social", "1", "1", "1", "1/1", "0", "0", "0"],
            f"/office#joint-reviews/{WEEK}/social",
        ),
        (["单位build", "1", "1", "0", "0/1", "0", "1", "0"], f"/office#joint-reviews/{WEEK}/build"),
        (["单位fire", "1", "0", "0", "0/1", "1", "1", "1"], f"/office#joint-reviews/{WEEK}/fire"),
    ]
    values = {fact["name"]: fact["value"] for fact in shown["facts"]}
    assert (values["joint_sent"], values["joint_overdue"], values["joint_absent"]) == (
        "3",
        "1",
        "1",
    )


def test_a_week_without_joint_review_has_no_table(hall: SmallHall) -> None:
    accepted(hall)
    hall.clock.advance(seconds=8 * DAY)
    manager = Web(hall).manager()
    manager.post("/office/bulletins", {"week": WEEK})
    shown = manager.get(f"/bulletins/{WEEK}").get_json()
    assert "joint_units" not in {table["key"] for table in shown["tables"]}


def test_the_evidence_is_the_cases_of_the_figures(hall: SmallHall) -> None:
    case = story(hall)
    hall.clock.set(at(9, day=date(2026, 3, 16)))
    later = accepted(hall)
    sent(hall, later, "fire")

    def listed(monday: date) -> list[str]:
        week = week_of(monday)
        rows = hall.ctx.read(lambda c: views.wall(hall.ctx, c, week)).rows
        return [row.case for row in rows]

    assert listed(MONDAY - timedelta(days=7)) == []
    assert listed(MONDAY) == [case]
    assert listed(MONDAY + timedelta(days=14)) == [case, later], "one part is open still"
    manager = Web(hall).manager()
    assert manager.get("/office/joint-reviews?week=2026-W60").get_json()["code"] == "invalid"


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False))
def test_random_acts_give_the_same_counts_from_tables_and_journal(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random
) -> None:
    folder: Path = tmp_path_factory.mktemp("hall")
    hall = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
    furnish(hall)
    parts: list[tuple[str, str]] = []
    cases: list[str] = []
    moves = list(PartMove)
    for _ in range(40):
        hall.clock.advance(seconds=chance.choice((0, DAY // 2, DAY)))
        if not cases or chance.random() < 0.15:
            cases.append(accepted(hall))
            parts += sent(hall, cases[-1], words="允许").items()
        elif chance.random() < 0.15:
            absent = chance.sample(("build", "fire"), chance.randrange(3))
            meet(hall, chance.choice(cases), *absent)
        else:
            unit, part = chance.choice(parts)
            wish = {
                "opinion": chance.choice(list(Opinion)),
                "words": "理由",
                "body": "市示例局",
                "number": "7",
            }
            try:
                step(hall, chance.choice((unit, "tax")), part, chance.choice(moves), **wish)
            except HallError as refused:
                assert refused.code.startswith("joint_")
    _agree(hall, chance)
    hall.close()


def _agree(hall: SmallHall, chance: random.Random) -> None:
    """Compare the counts of a random span of days, and look for violations."""
    hall_id, calendar = hall.ctx.hall_id, hall.ctx.workdays().statutory()
    first = MONDAY + timedelta(days=chance.randrange(10))
    span = first.isoformat(), (first + timedelta(days=chance.randrange(10))).isoformat()
    replay = hall.ctx.read(lambda c: replayed(journal.of_acts(c, hall_id, ACTS)))
    by_group = {
        group: hall.ctx.read(lambda c, group=group: joint_by(hall.ctx, c, *span, group))  # type: ignore[misc]
        for group in (Group.UNIT, Group.ITEM, Group.PERSON)
    }
    units = by_group[Group.UNIT]
    for unit in (*ASKED, "tax"):
        counts = units.get(unit, JointCounts())
        assert counts == replay.counts(calendar, *span, unit)
        alone = hall.ctx.read(lambda c, unit=unit: joint_by(hall.ctx, c, *span, Group.ITEM, unit))  # type: ignore[misc]
        assert added(JointCounts(), alone.values()) == counts
    total = added(JointCounts(), units.values())
    assert added(JointCounts(), by_group[Group.ITEM].values()) == total
    stated = added(JointCounts(), by_group[Group.PERSON].values())
    assert stated == replace(total, overdue=0, meetings=0, absent=0)
    assert hall.ctx.read(lambda c: list(problems(c, hall_id))) == []
    notices = hall.ctx.read(lambda c: queries.every_notice(c, hall_id))
    assert len({row.case for row in notices}) == len(notices)
