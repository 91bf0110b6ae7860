"""Retroactive changes on both databases: stored, withdrawn, executed once confirmed, void."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from server.core.actors import SYSTEM, Actor, ActorKind, Role
from server.core.errors import CommonCode, HallError
from server.hall.replays import replays
from server.integrity import checks
from server.retroactive import actions as retroactive_actions
from server.retroactive import queries as stored
from server.retroactive.second_person import may_confirm
from server.retroactive.value_changes import ValueChange, ValueKey, moves
from server.time_clocks import actions as time_clocks_actions
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, STAFF, SmallHall, at
from support.sheets import deliver_punches, with_clock_and_rule

ROOT = Path(__file__).resolve().parents[3]
FRIDAY = MONDAY - timedelta(days=3)
BOSS = Actor(ActorKind.MANAGER, MANAGER, why="编号登记错了")
ADMIN = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)


def staffed(small: SmallHall) -> SmallHall:
    """Create two people who may confirm; the clerk of T1 was late on Friday."""
    for staff, role in ((MANAGER, Role.MANAGER), (ADMINISTRATOR, Role.ADMINISTRATOR)):
        small.hall.people.add_account(SYSTEM, staff, role, "only-for-this-test")
    with_clock_and_rule(small, delivered=at(9))
    deliver_punches(small, "08:50", day=FRIDAY)
    return small


def link(small: SmallHall, key: str = "") -> HallError:
    """Request to assign Friday's finger to another person; return the error."""
    since, other = FRIDAY.isoformat(), STAFF["T2"]
    with pytest.raises(HallError) as refused:
        time_clocks_actions.link(small.ctx, BOSS, key or small.key(), "7", other, since)
    return refused.value


def test_a_change_is_stored_once_and_executed_when_confirmed(small: SmallHall) -> None:
    staffed(small)
    first = link(small, "same")
    assert first.code is CommonCode.PAST_ASKED
    assert link(small, "same").data == first.data
    assert link(small).data["change"] == first.data["change"]
    change = first.data["change"]
    moves = small.ctx.read(lambda c: stored.moves(c, "small", change))
    spot = ValueKey(FRIDAY.isoformat(), STAFF["T1"], "am_in")
    assert ValueChange(spot, "late 20", "missing") in moves
    retroactive_actions.confirm(small.ctx, ADMIN, small.key(), change)
    row = small.ctx.read(lambda c: stored.get(c, "small", change))
    assert row is not None
    assert (row.state, row.decided_by) == ("confirmed", ADMIN.key)
    assert small.ctx.read(lambda c: checks.violations("small", c)) == []


def test_a_change_that_no_longer_fits_is_void_and_nothing_of_it_stays(small: SmallHall) -> None:
    staffed(small)
    change = link(small).data["change"]
    deliver_punches(small, "08:10", day=FRIDAY)
    with pytest.raises(HallError, match="past_stale"):
        retroactive_actions.confirm(small.ctx, ADMIN, small.key(), change)
    row = small.ctx.read(lambda c: stored.get(c, "small", change))
    assert row is not None
    assert row.state == "stale"
    assert link(small).data["change"] != change


def test_who_may_confirm() -> None:
    people = {"2001", "2002", "3001"}
    assert may_confirm("2002", "2001", ["1001"], people)
    assert not may_confirm("2001", "2001", ["1001"], people)
    assert not may_confirm("2002", "2001", ["2002"], people)
    assert not may_confirm("9999", "2001", [], people)
    # The days of all these people move: one of the others confirms.
    assert may_confirm("2002", "2001", sorted(people), people)


def test_equal_values_move_nothing() -> None:
    spot = ValueKey("2026-03-02", "1001", "am_in")
    assert moves({spot: "late 5"}, {spot: "late 5"}) == []
    assert moves({}, {spot: "late 5"}) == [ValueChange(spot, "", "late 5")]


def test_every_replay_is_of_an_act_that_commands_name() -> None:
    """A name that no command stores would leave its act without a second person: PAST_CLOSED."""
    stored = re.compile(r'"act": "([a-z_.]+)"')
    texts = (path.read_text() for path in (ROOT / "server").rglob("*.py"))
    assert set(replays()) <= {name for text in texts for name in stored.findall(text)}
