"""Complaints of a week: the tables and the journal give the same digits; the bulletin says them."""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.complaints import actions, queries
from server.complaints.actions import PHONE, Filed, Wish
from server.complaints.integrity import problems
from server.complaints.replay import ACTS, replayed
from server.complaints.rules import About, ComplaintMove, Kind, Outcome, Way
from server.complaints.week_counts import WeekCounts, week_counts
from server.complaints.week_facts import steps_by_unit
from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.core.weeks import Week, week_of
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, SmallHall, at
from support.web import Web

DAY = 86_400
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
WEEK = "2026-W10"


def file(hall: SmallHall, subject: str = "tax", kind: Kind = Kind.ON_SPOT) -> str:
    """Store a complaint about a unit and return its id."""
    wish = Filed(kind, Way.PHONE, About.UNIT, subject, ("waiting",))
    number = actions.file(hall.ctx, PHONE, hall.key(), wish)
    row = hall.ctx.read(lambda c: queries.by_number(c, hall.ctx.hall_id, number))
    assert row is not None
    return row.id


def take(hall: SmallHall, complaint: str, move: ComplaintMove, outcome: str = "") -> None:
    """Take a step; whoever granted time requested by the office is the administrator."""
    actor = SECOND if move in (ComplaintMove.GRANT_TIME, ComplaintMove.DENY_TIME) else OFFICE
    wish = Wish(move, "情况说明", Outcome(outcome) if outcome else None)
    actions.move(hall.ctx, actor, hall.key(), complaint, wish)


def weeks_of_complaints(hall: SmallHall, seed: int, days: int) -> None:
    """Let complaints come in, and let most of them take the steps that they may take."""
    chance = random.Random(seed)
    moves = [move for move in ComplaintMove if move is not ComplaintMove.RECEIVE]
    ids: list[str] = []
    for _ in range(days):
        if chance.random() < 0.6:
            subject = chance.choice(["tax", "build", ""])
            ids.append(file(hall, subject, Kind.ON_SPOT if subject else Kind.OPINION))
        for complaint in ids:
            if chance.random() < 0.4:
                outcome = chance.choice(list(Outcome)).value
                with contextlib.suppress(HallError):
                    take(hall, complaint, chance.choice(moves), outcome)
        hall.clock.advance(seconds=DAY)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), days=st.integers(0, 24))
def test_the_journal_alone_gives_the_same_digits(seed: int, days: int, tmp_path: Path) -> None:
    file_of_hall = tmp_path / f"{seed}-{days}.db"
    file_of_hall.unlink(missing_ok=True)
    hall = SmallHall(f"sqlite:///{file_of_hall}", tmp_path, at(9))
    try:
        weeks_of_complaints(hall, seed, days)
        ctx = hall.ctx
        replay = ctx.read(lambda c: replayed(journal.of_acts(c, ctx.hall_id, ACTS), ctx.day))
        for later in range(5):
            week = week_of(MONDAY + timedelta(days=7 * later))
            span = week.first.isoformat(), week.last.isoformat()
            by_unit = ctx.read(lambda c, s=span: steps_by_unit(c, ctx.hall_id, *s))  # type: ignore[misc]
            every = [steps for unit in by_unit.values() for steps in unit]
            assert replay.counts(*span) == week_counts(every, *span)
            for unit in ("tax", "build", ""):
                assert replay.counts(*span, unit) == week_counts(by_unit.get(unit, []), *span)
        assert ctx.read(lambda c: list(problems(c, ctx.hall_id))) == []
    finally:
        hall.close()


def test_both_databases_find_the_complaints_of_a_week(small: SmallHall) -> None:
    ended = file(small)
    take(small, ended, ComplaintMove.REFUSE)
    still_open = file(small)
    small.clock.advance(seconds=7 * DAY)
    take(small, still_open, ComplaintMove.HAND_ON)
    later = file(small, "build")

    def ids(week: Week) -> set[str]:
        span = week.first.isoformat(), week.last.isoformat()
        rows = small.ctx.read(lambda c: queries.of_week(c, small.ctx.hall_id, *span))
        return {row.id for row in rows}

    week = week_of(MONDAY)
    assert ids(week.before()) == set()
    assert ids(week) == {ended, still_open}
    assert ids(week_of(MONDAY + timedelta(days=7))) == {still_open, later}
    assert ids(week_of(MONDAY + timedelta(days=14))) == {later}


def bulletin(small: SmallHall) -> dict:  # type: ignore[type-arg]
    """Return the bulletin on the first week, drafted after it."""
    manager = Web(small).manager()
    manager.post("/office/bulletins", {"week": WEEK})
    shown: dict[str, object] = manager.get(f"/bulletins/{WEEK}").get_json()
    return shown


def test_the_bulletin_says_what_came_in_and_what_is_owed(small: SmallHall) -> None:
    owed, answered = file(small), file(small, "build")
    for complaint in (owed, answered):
        take(small, complaint, ComplaintMove.ACCEPT)
    take(small, answered, ComplaintMove.ANSWER, "proven")
    small.configure(complaint_answer_days=1)
    hurried = file(small)
    take(small, hurried, ComplaintMove.ACCEPT)
    small.clock.advance(seconds=8 * DAY)
    shown = bulletin(small)
    section = next(s for s in shown["sections"] if s["name"] == "complaints")
    assert section["title"].endswith("、投诉建议情况")
    text = "".join(piece["text"] for piece in section["pieces"])
    assert text == (
        "收到投诉建议3件，不予受理0件，转办0件；答复1件，其中按期1件，按期答复率1/2，"
        "属实或部分属实1件。截至本期末未结束3件，其中逾期1件。"
    )
    assert {piece["link"] for piece in section["pieces"]} - {""} == {f"/office#complaints/{WEEK}"}
    table = next(t for t in shown["tables"] if t["key"] == "complaint_units")
    assert (table["section"], table["personal"]) == ("complaints", False)
    assert "按期答复率＝" in table["note"]
    assert [(row["cells"], row["link"]) for row in table["rows"]] == [
        (
            ["单位tax", "2", "0", "0", "0", "0", "0/1", "0", "2", "1"],
            f"/office#complaints/{WEEK}/tax",
        ),
        (
            ["单位build", "1", "0", "0", "1", "1", "1/1", "1", "1", "0"],
            f"/office#complaints/{WEEK}/build",
        ),
    ]


def test_the_evidence_is_the_complaints_of_the_figures(small: SmallHall) -> None:
    first = file(small)
    small.clock.advance(seconds=7 * DAY)
    second = file(small)
    manager = Web(small).manager()

    def listed(week: str) -> list[str]:
        answer = manager.get(f"/office/complaints?week={week}").get_json()
        return sorted(row["id"] for row in answer["complaints"])

    assert listed(WEEK) == [first]
    assert listed("2026-W11") == sorted([first, second])
    assert manager.get("/office/complaints?week=2026-W60").get_json()["code"] == "invalid"


def test_a_week_without_complaints_has_no_table_and_no_rate(small: SmallHall) -> None:
    file(small)
    small.clock.advance(seconds=7 * DAY)
    shown = bulletin(small)
    values = {fact["name"]: fact["value"] for fact in shown["facts"]}
    assert (values["complaints_received"], values["complaints_in_time_rate"]) == ("1", "—")
    assert week_counts([], "2026-03-02", "2026-03-08") == WeekCounts()
    assert "complaint_units" in {table["key"] for table in shown["tables"]}
