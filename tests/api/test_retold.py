"""What bell and journal tell of a ticket's moves: each once, in whatever order they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.retold import LATE_SECONDS, REMEMBERED, Retold
from server.services.bus import HallChanged, TicketMoved


def moved(ticket: int, calls: int = 1) -> TicketMoved:
    """The call of a ticket."""
    return TicketMoved(f"t{ticket}", f"A{ticket:03}", "token", "call", "q", "W01", calls, "1")


def of(event: TicketMoved) -> tuple[str, str, int]:
    """The move as the journal names it."""
    return event.ticket, event.move, event.calls


def test_what_the_bell_told_the_journal_does_not_tell_again() -> None:
    retold = Retold()
    retold.tell(moved(1))
    assert not retold.find(of(moved(1)))
    assert retold.find(of(moved(1, calls=2)))


def test_what_the_journal_told_a_bell_that_is_back_does_not_tell_again() -> None:
    retold = Retold()
    assert retold.find(of(moved(1)))
    looked = HallChanged("looked")
    assert retold.fresh([moved(1), moved(2), looked]) == [moved(2), looked]


def test_a_bell_brings_each_move_once_so_the_second_is_a_move_of_its_own() -> None:
    retold = Retold()
    retold.find(of(moved(1)))
    assert retold.fresh([moved(1)]) == []
    assert retold.fresh([moved(1)]) == [moved(1)]


def test_so_late_it_is_not_the_same() -> None:
    now = [0.0]
    retold = Retold(lambda: now[0])
    retold.find(of(moved(1)))
    now[0] = LATE_SECONDS
    assert retold.fresh([moved(1)]) == [moved(1)]


def test_it_forgets_the_oldest_first() -> None:
    retold = Retold()
    for ticket in range(REMEMBERED + 1):
        retold.find(of(moved(ticket)))
    assert retold.fresh([moved(0), moved(1)]) == [moved(0)]
    for ticket in range(REMEMBERED + 1):
        retold.tell(moved(ticket))
    assert retold.find(of(moved(0)))
    assert not retold.find(of(moved(1)))


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=40, unique=True))
def test_each_move_goes_out_once_whoever_brings_it_first(steps: list[tuple[int, bool]]) -> None:
    retold, out = Retold(), list[TicketMoved]()
    for ticket, by_bell in steps:
        event = moved(ticket)
        if retold.fresh([event]) if by_bell else retold.find(of(event)):
            retold.tell(event)
            out.append(event)
    assert sorted(event.ticket for event in out) == sorted({f"t{ticket}" for ticket, _ in steps})
