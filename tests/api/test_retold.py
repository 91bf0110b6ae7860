"""What bell and journal tell of a ticket's moves: each once, in whatever order they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.retold import MAX_LINES, MoveFilter
from server.services.bus import HallChanged, TicketMoved


def moved(line: int) -> TicketMoved:
    """A call that is this line of the journal."""
    return TicketMoved("t1", "A001", "token", "call", "q", "W01", 1, "1", line)


def test_a_move_is_told_once() -> None:
    retold = MoveFilter()
    assert retold.new_events([moved(1)]) == [moved(1)]
    assert retold.new_events([moved(1), moved(2)]) == [moved(2)]


def test_what_only_redraws_is_always_told() -> None:
    looked, unnamed = HallChanged("looked"), moved(0)
    retold = MoveFilter()
    for _ in range(2):
        assert retold.new_events([looked, unnamed]) == [looked, unnamed]


def test_what_comes_after_the_journal_was_told_comes_too_late() -> None:
    retold = MoveFilter()
    retold.settle(7)
    retold.settle(3)
    assert retold.new_events([moved(7), moved(8)]) == [moved(8)]


def test_it_forgets_the_oldest_first() -> None:
    retold = MoveFilter()
    retold.new_events(moved(line) for line in range(1, MAX_LINES + 2))
    assert retold.new_events([moved(1), moved(3)]) == [moved(1)]


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=40))
def test_each_move_goes_out_once_whoever_brings_it(steps: list[tuple[int, bool]]) -> None:
    """Brought by itself, or with everything before it by the journal."""
    retold, out = MoveFilter(), list[int]()
    for line, by_journal in steps:
        first = 1 if by_journal else line
        taken = retold.new_events(moved(n) for n in range(first, line + 1))
        out += [event.line for event in taken if isinstance(event, TicketMoved)]
        if by_journal:
            retold.settle(line)
    assert len(out) == len(set(out))
    assert {line for line, _ in steps} <= set(out)
