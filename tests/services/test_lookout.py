"""What one worker did is told by another: by the bell, by the journal, and by neither twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from server.config import Config
from server.hall import open_hall
from server.lookout import MARK_SECONDS, MARKS, MOST_LINES, JournalFollower
from server.services import calling
from server.services.bus import Event, TicketMoved, WindowChanged
from server.services.context import SYSTEM, Context, write_journal
from server.services.replaying import QUIET
from server.wire.commands import OfflineAct
from support.desks import hand_in
from support.halls import SmallHall


class Bell:
    """A bell that is rung and heard by hand."""

    def __init__(self) -> None:
        self.whole: float | None = 0.0
        self.rung: list[Event] = []

    def publish(self, _hall: str, events: Sequence[Event]) -> None:
        """Keep what another would hear."""
        self.rung += events

    def subscribe(self, _hall: str) -> None:
        """Nobody else is there."""

    def complete_since(self) -> float | None:
        """As the test says."""
        return self.whole


class Unsteady:
    """A hall whose database is away now and then."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.fails = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def read(self, query: Any) -> Any:
        """Ask, if it can be asked."""
        if self.fails:
            raise OSError("away")
        return self._ctx.read(query)


class Other:
    """Another worker of the small hall, and what it tells its screens."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.bell = Bell()
        self.now = 0.0
        self.told: list[Event] = []
        self.lookout = JournalFollower(ctx, self.bell, lambda: self.now)
        ctx.bus.subscribe(self.told.append)

    def look_after(self, seconds: float) -> list[tuple[str, str, int]]:
        """What a look then tells of tickets."""
        self.now += seconds
        self.told.clear()
        self.lookout.replay()
        return self.moves()

    def moves(self) -> list[tuple[str, str, int]]:
        """What was told of tickets."""
        moved = [event for event in self.told if isinstance(event, TicketMoved)]
        return [(event.number, event.move, event.calls) for event in moved]

    def lose(self) -> None:
        """From now on the bell may have missed something before now."""
        self.bell.whole = self.now


@pytest.fixture
def other(small: SmallHall, tmp_path: Path, database_url: str) -> Iterator[Other]:
    """A second worker; the small hall's own is the one that acts."""
    small.seat("T1")
    hall = open_hall(
        Config(data=tmp_path, hall_id="small", database=database_url), clock=small.clock
    )
    yield Other(hall.ctx)
    hall.ctx.store.close()


@pytest.fixture
def bell(small: SmallHall) -> Bell:
    """The acting worker's own bell."""
    found = Bell()
    JournalFollower(small.ctx, found, lambda: 0.0)
    return found


def called_and_found(small: SmallHall, other: Other) -> str:
    """A number that is called, which a look without a bell has found."""
    other.bell.whole = None
    number = small.issue("tax-1").number
    small.call("T1")
    assert other.look_after(1) == [(number, "call", 1)]
    return number


def test_while_the_bell_is_whole_nobody_looks(small: SmallHall, other: Other) -> None:
    small.issue("tax-1")
    small.call("T1")
    assert other.look_after(MARK_SECONDS) == []


def test_without_a_bell_the_journal_tells_the_last_move(small: SmallHall, other: Other) -> None:
    number = called_and_found(small, other)
    assert WindowChanged("T1") not in other.told
    assert other.look_after(1) == []
    calling.recall(small.ctx, small.clerk("T1"), small.key(), "T1")
    assert other.look_after(1) == [(number, "recall", 2)]


def test_what_became_of_a_slip_afterwards_does_not_hide_the_call(
    small: SmallHall, other: Other
) -> None:
    other.bell.whole = None
    ticket = small.issue("tax-1")
    small.call("T1")
    small.ctx.write(lambda tx: write_journal(tx, SYSTEM, "slip.printed", ticket.id))
    assert other.look_after(1) == [(ticket.number, "call", 1)]


def test_what_the_bell_told_a_look_does_not(small: SmallHall, other: Other, bell: Bell) -> None:
    number = small.issue("tax-1").number
    small.call("T1")
    other.lookout.deliver(bell.rung)
    assert (number, "call", 1) in other.moves()
    other.lose()
    assert other.look_after(1) == []


def test_what_a_look_told_a_bell_that_is_back_does_not(
    small: SmallHall, other: Other, bell: Bell
) -> None:
    called_and_found(small, other)
    other.told.clear()
    other.lookout.deliver([event for event in bell.rung if event != bell.rung[0]])
    assert other.moves() == []


@pytest.mark.parametrize("marks", range(MARKS))
def test_a_call_whose_worker_died_before_ringing_is_told_when_it_is_there_again(
    small: SmallHall, other: Other, marks: int
) -> None:
    number = small.issue("tax-1").number
    other.look_after(MARK_SECONDS)
    small.call("T1")
    for _ in range(marks):
        assert other.look_after(MARK_SECONDS) == []
    other.now += 1
    other.lose()
    assert other.look_after(0) == [(number, "call", 1)]
    assert other.look_after(1) == []


def test_a_call_that_is_over_is_not_announced(small: SmallHall, other: Other) -> None:
    other.look_after(MARK_SECONDS)
    number = small.issue("tax-1").number
    small.serve("T1")
    other.now += 1
    other.lose()
    assert other.look_after(0) == [(number, "finish", 1)]


def test_a_second_first_call_is_told_as_well(small: SmallHall, other: Other) -> None:
    """Calls are counted anew after a return: number, move and count are the same twice."""
    other.bell.whole = None
    ticket = small.issue("tax-1")
    small.seat("T2")
    small.missed("T1")
    other.look_after(1)
    calling.return_to_queue(small.ctx, small.clerk("T1"), small.key(), ticket.id)
    small.call("T2")
    assert other.look_after(1) == [(ticket.number, "call", 1)]


def test_an_act_of_ones_own_that_a_look_has_found_is_not_told_again(
    small: SmallHall, other: Other, bell: Bell
) -> None:
    """Between a commit and its telling a look can have its turn."""
    called_and_found(small, other)
    other.told.clear()
    other.ctx.bus.publish(bell.rung)
    assert other.moves() == []
    assert other.bell.rung == bell.rung


def test_a_call_that_is_handed_in_is_shown_and_not_announced(
    small: SmallHall, other: Other
) -> None:
    other.bell.whole = None
    ticket = small.issue("tax-1")
    other.look_after(1)
    act = OfflineAct(ticket=ticket.id, kind="call", at=small.clock.now())
    assert hand_in(small, "T1", [act]) == [""]
    assert other.look_after(1) == [(ticket.number, QUIET, 1)]


def test_what_could_not_be_read_is_told_by_the_next_look(small: SmallHall, other: Other) -> None:
    ctx = Unsteady(other.ctx)
    bell = Bell()
    bell.whole = None
    lookout = JournalFollower(cast("Context", ctx), bell, lambda: 1.0)
    number = small.issue("tax-1").number
    ctx.fails = True
    with pytest.raises(OSError, match="away"):
        lookout.replay()
    ctx.fails = False
    other.told.clear()
    assert lookout.replay()
    assert other.moves() == [(number, "issue", 0)]


def test_of_a_long_silence_the_newest_is_told(small: SmallHall, other: Other) -> None:
    other.bell.whole = None
    small.issue("tax-1")
    small.ctx.write(
        lambda tx: [write_journal(tx, SYSTEM, "test.nothing", "") for _ in range(MOST_LINES)]
    )
    number = small.issue("tax-1").number
    assert other.look_after(1) == [(number, "issue", 0)]
