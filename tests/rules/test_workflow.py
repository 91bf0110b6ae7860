"""Workflows: no history of moves leaves the table, and no condition of the table is passed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.workflow import (
    After,
    Apart,
    Attempt,
    Given,
    Moment,
    Requirement,
    Role,
    Row,
    Within,
    Workflow,
    WorkingDays,
)
from server.core.working_days import Workdays
from server.spot_checks.errors import SpotCheckCode
from support.workflow_text import workflows

PEOPLE = ("1001", "1002", "1003")
TABLES = {workflow.name: workflow for workflow in workflows()}
Step = tuple[Any, Any, Any]


def steps_of(table: Workflow[Any, Any]) -> set[Step]:
    """Return every (state, move, next state) that the rows of a table name."""
    steps: set[Step] = set()
    for row in table.rows:
        for source in row.sources or (None,):
            steps |= {(source, row.move, target) for target in row.targets or (source,)}
    return steps


def names(table: Workflow[Any, Any], kind: type[Requirement], attribute: str) -> list[str]:
    """Return the names that requirements of a kind use."""
    used_names: set[str] = set()
    for row in table.rows:
        for requirement in (*row.first, *row.requires):
            if isinstance(requirement, kind):
                value = getattr(requirement, attribute)
                used_names |= {value} if isinstance(value, str) else set(value)
    return sorted(used_names)


def some_of(draw: st.DrawFn, choices: Sequence[str]) -> set[str]:
    """Return any of the names, drawn as one number: a set costs a draw for each member."""
    bits = draw(st.integers(0, 2 ** len(choices) - 1))
    return {name for place, name in enumerate(choices) if bits >> place & 1}


@st.composite
def attempts(draw: st.DrawFn, table: Workflow[Any, Any], state: Any) -> Attempt[Any]:
    """Return an attempt by anybody, with anything, at any time."""
    roles = some_of(draw, names(table, Role, "roles"))
    parts = sorted({*names(table, Apart, "parts"), "editor"})
    deadlines = names(table, Within, "deadline")
    did = some_of(draw, [f"{part} {person}" for part in parts for person in PEOPLE])
    return Attempt(
        state=state,
        person=draw(st.sampled_from(PEOPLE)),
        holds=roles.__contains__,
        earlier={part: {who for who in PEOPLE if f"{part} {who}" in did} for part in parts},
        given=some_of(draw, names(table, Given, "name")),
        deadlines={name: Moment(1, draw(st.integers(0, 2))) for name in deadlines},
    )


def unmet(row: Row[Any, Any], attempt: Attempt[Any]) -> list[ErrorCode]:
    """Return the codes of the conditions that an attempt does not meet, in order."""
    return [r.code for r in (*row.first, *row.requires) if not r.is_met(attempt)]


@pytest.mark.parametrize("name", sorted(TABLES))
@settings(max_examples=40)
@given(data=st.data())
def test_no_history_leaves_the_table(name: str, data: st.DataObject) -> None:
    table = TABLES[name]
    steps, state = steps_of(table), None
    for _ in range(data.draw(st.integers(1, 12))):
        row = data.draw(st.sampled_from(table.rows))
        attempt = data.draw(attempts(table, state))
        target = data.draw(st.sampled_from(row.targets)) if len(row.targets) > 1 else None
        try:
            after = table.after(row.move, attempt, target)
        except HallError as error:
            here = table.row(row.move, state)
            codes = [table.wrong_state] if here is None else []
            assert error.code in [*codes, *unmet(here or row, attempt)]
            assert not table.allows(row.move, attempt)
            continue
        assert (state, row.move, after) in steps
        present = table.row(row.move, state)
        assert present is not None
        assert unmet(present, attempt) == []
        state = after


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_state_can_be_reached_and_a_final_one_is_never_left(name: str) -> None:
    table = TABLES[name]
    steps, reached = steps_of(table), {None}
    for _ in table.states:
        reached |= {after for before, _move, after in steps if before in reached}
    assert reached - {None} == table.states
    for before, _move, after in steps:
        assert before not in table.final or after == before


class State(StrEnum):
    """State of an example."""

    OPEN = "open"
    DONE = "done"


class Move(StrEnum):
    """Move of an example."""

    START = "start"
    END = "end"


START: Row[State, Move] = Row(Move.START, frozenset(), (State.OPEN,))
END: Row[State, Move] = Row(
    Move.END,
    frozenset({State.OPEN}),
    (State.DONE,),
    first=(Role(CommonCode.NOT_FOUND, ("clerk",)),),
    requires=(
        Apart(CommonCode.OWN_CASE, ("requester",), facts=("state",), data={"field": "x"}),
        Within(SpotCheckCode.DISPUTE_OVER, "period"),
        Given(CommonCode.INVALID, "words"),
    ),
)
EXAMPLE = Workflow("example", SpotCheckCode.FINDING_STATE, (START, END))


def an_attempt(**change: Any) -> Attempt[State]:
    """Return an attempt that meets every condition, except for the changes."""
    fields: dict[str, Any] = {
        "state": State.OPEN,
        "person": "1002",
        "holds": lambda role: role == "clerk",
        "earlier": {"requester": ("1001",)},
        "given": ("words",),
        "deadlines": {"period": Moment(5, 4)},
    }
    return Attempt(**fields | change)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"holds": lambda _role: False, "state": State.DONE}, CommonCode.NOT_FOUND),
        ({"state": State.DONE, "person": "1001"}, SpotCheckCode.FINDING_STATE),
        ({"state": None}, SpotCheckCode.FINDING_STATE),
        ({"person": "1001", "given": ()}, CommonCode.OWN_CASE),
        ({"deadlines": {"period": Moment(5, 5)}, "given": ()}, SpotCheckCode.DISPUTE_OVER),
        ({"deadlines": {"period": Moment(None, 0)}}, SpotCheckCode.DISPUTE_OVER),
        ({"given": ()}, CommonCode.INVALID),
    ],
)
def test_the_first_unmet_condition_is_the_error(change: dict[str, Any], code: ErrorCode) -> None:
    assert EXAMPLE.after(Move.END, an_attempt()) is State.DONE
    with pytest.raises(HallError) as caught:
        EXAMPLE.after(Move.END, an_attempt(**change))
    assert caught.value.code is code
    if code is CommonCode.OWN_CASE:
        assert caught.value.data == {"state": State.OPEN, "field": "x"}


def test_a_term_counts_working_days() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert not WorkingDays(friday, 1, monday, Workdays()).is_over()
    assert WorkingDays(friday, 1, date(2026, 3, 10), Workdays()).is_over()
    assert not WorkingDays(date.max, 1, monday, Workdays()).is_over()


def test_a_table_in_which_every_state_can_be_left() -> None:
    back: Row[State, Move] = Row(Move.START, frozenset({State.DONE}), (State.OPEN,))
    table = Workflow("round", SpotCheckCode.FINDING_STATE, (START, END, back))
    assert table.final == frozenset()


def test_a_table_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="two rows"):
        Workflow("born twice", SpotCheckCode.FINDING_STATE, (START, START, END))
    with pytest.raises(ValueError, match="two rows"):
        Workflow("twice", SpotCheckCode.FINDING_STATE, (START, END, END))
    with pytest.raises(ValueError, match="no move leads to"):
        Workflow("astray", SpotCheckCode.FINDING_STATE, (END,))
    with pytest.raises(ValueError, match="does not lead to"):
        EXAMPLE.after(Move.END, an_attempt(), State.OPEN)


def test_a_period_ends_at_its_moment_and_a_term_after_its_last_day() -> None:
    assert [Moment(5, now).is_over() for now in (4, 5, 6)] == [False, True, True]
    assert Moment(None, 4).is_over()
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert not WorkingDays(friday, 0, friday, Workdays()).is_over()
    assert WorkingDays(friday, 0, monday, Workdays()).is_over()
    assert not WorkingDays(monday, 0, friday, Workdays()).is_over()


def test_an_attempt_brings_nothing_unless_it_says_so() -> None:
    plain: Attempt[State] = Attempt(State.OPEN)
    assert not Role(CommonCode.NOT_FOUND, ("clerk",)).is_met(plain)
    assert not Given(CommonCode.INVALID, "words").is_met(plain)
    assert Apart(CommonCode.OWN_CASE, ("requester",)).is_met(plain)
    assert not After(CommonCode.INVALID, "editor").is_met(plain)
    assert After(CommonCode.INVALID, "editor").is_met(an_attempt(earlier={"editor": ("1",)}))
    assert not After(CommonCode.INVALID, "editor").is_met(an_attempt(earlier={"editor": ()}))


def test_one_of_several_roles_is_enough_and_one_part_too_many() -> None:
    role = Role(CommonCode.NOT_FOUND, ("chief", "clerk"))
    assert role.is_met(an_attempt())
    apart = Apart(CommonCode.OWN_CASE, ("subject", "requester"))
    assert not apart.is_met(an_attempt(person="1001"))
    assert apart.is_met(an_attempt(person="1002"))


def test_an_error_has_the_facts_that_it_names() -> None:
    requirement = Given(
        CommonCode.INVALID, "words", facts=("days", "state", "gone"), data={"field": "words"}
    )
    error = requirement.error(an_attempt(facts={"days": 3, "rung": "chief"}))
    assert (error.code, error.data) == (
        CommonCode.INVALID,
        {"days": 3, "state": State.OPEN, "field": "words"},
    )


def test_a_requirement_has_a_kind() -> None:
    with pytest.raises(TypeError, match="is_met"):
        Requirement(CommonCode.INVALID)  # type: ignore[abstract]


def test_a_wrong_state_is_named() -> None:
    for state, name in ((State.DONE, "done"), (None, "")):
        error = EXAMPLE.error(Move.END, an_attempt(state=state))
        assert error is not None
        assert error.code is SpotCheckCode.FINDING_STATE
        assert error.data == {"state": name}
    assert EXAMPLE.error(Move.START, an_attempt(state=State.OPEN)) is not None


def test_a_state_without_a_target_stays_and_of_several_one_is_chosen() -> None:
    stays: Row[State, Move] = Row(Move.START, frozenset({State.OPEN}))
    either: Row[State, Move] = Row(Move.END, frozenset({State.OPEN}), (State.OPEN, State.DONE))
    table = Workflow(
        "either",
        SpotCheckCode.FINDING_STATE,
        (Row(Move.START, frozenset(), (State.OPEN,)), stays, either),
    )
    assert table.after(Move.START, an_attempt(state=None)) is State.OPEN
    assert table.after(Move.START, an_attempt()) is State.OPEN
    assert table.after(Move.END, an_attempt(), State.DONE) is State.DONE
    assert table.after(Move.END, an_attempt(), State.OPEN) is State.OPEN
    assert table.after(Move.END, an_attempt()) is State.OPEN
    assert table.states == {State.OPEN, State.DONE}
    assert table.final == {State.DONE}
    assert EXAMPLE.after(Move.END, an_attempt(), State.DONE) is State.DONE


def test_the_row_of_a_move_depends_on_the_state() -> None:
    assert EXAMPLE.row(Move.START, None) is START
    assert EXAMPLE.row(Move.END, State.OPEN) is END
    assert EXAMPLE.row(Move.START, State.OPEN) is None
    assert EXAMPLE.row(Move.END, None) is None
    assert EXAMPLE.row(Move.END, State.DONE) is None


def test_an_attempt_is_allowed_if_every_condition_is_met() -> None:
    assert EXAMPLE.allows(Move.END, an_attempt()) is True
    assert EXAMPLE.allows(Move.END, an_attempt(given=())) is False
