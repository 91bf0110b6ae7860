"""Ticket moves from the worker bus and from the journal: each is delivered once, in any order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.core.events import HallChanged
from server.queue.events import TicketMoved
from server.runtime.move_filter import MAX_LINES, MoveFilter


def moved(line: int) -> TicketMoved:
    """Return a call with this journal line."""
    return TicketMoved("t1", "A001", "token", "call", "q", "W01", 1, "1", line)


def test_a_move_is_delivered_once() -> None:
    retold = MoveFilter()
    assert retold.new_events([moved(1)]) == [moved(1)]
    assert retold.new_events([moved(1), moved(2)]) == [moved(2)]


def test_events_that_only_refresh_are_always_delivered() -> None:
    looked, unnamed = HallChanged("looked"), moved(0)
    retold = MoveFilter()
    for _ in range(2):
        assert retold.new_events([looked, unnamed]) == [looked, unnamed]


def test_a_move_before_the_replayed_line_is_dropped() -> None:
    retold = MoveFilter()
    retold.settle(7)
    retold.settle(3)
    assert retold.new_events([moved(7), moved(8)]) == [moved(8)]


def test_the_oldest_lines_are_dropped_first() -> None:
    retold = MoveFilter()
    retold.new_events(moved(line) for line in range(1, MAX_LINES + 2))
    assert retold.new_events([moved(1), moved(3)]) == [moved(1)]


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=40))
def test_each_move_goes_out_once_whoever_brings_it(steps: list[tuple[int, bool]]) -> None:
    """Deliver each move once.

    A move comes by itself, or from the journal together with everything before it.
    """
    retold, out = MoveFilter(), list[int]()
    for line, by_journal in steps:
        first = 1 if by_journal else line
        new_events = retold.new_events(moved(n) for n in range(first, line + 1))
        out += [event.line for event in new_events if isinstance(event, TicketMoved)]
        if by_journal:
            retold.settle(line)
    assert len(out) == len(set(out))
    assert {line for line, _ in steps} <= set(out)
