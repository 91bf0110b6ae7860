"""Events between workers: delivered by the worker bus or by replay of the journal, only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from server.capability import journal_readers
from server.core.actors import SYSTEM
from server.core.config import Config
from server.core.events import Event
from server.hall.context import Context, write_journal
from server.hall.opening import open_hall
from server.queue import calling
from server.queue.events import TicketMoved, WindowChanged
from server.queue.offline.import_desk_acts import QUIET
from server.queue.offline.messages import OfflineAct
from server.runtime.journal_follower import MARK_SECONDS, MARKS, MOST_LINES, JournalFollower
from support.desk_actions import import_codes
from support.halls import SmallHall


class WorkerBusDouble:
    """Worker bus that the test publishes and delivers by hand."""

    def __init__(self) -> None:
        self.whole: float | None = 0.0
        self.published: list[Event] = []

    def publish(self, _hall: str, events: Sequence[Event]) -> None:
        """Record the published events."""
        self.published += events

    def subscribe(self, _hall: str) -> None:
        """Do nothing: there is no other worker."""

    def complete_since(self) -> float | None:
        """Return what the test has set."""
        return self.whole


class Unsteady:
    """Hall context whose database can fail."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.fails = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def read(self, query: Any) -> Any:
        """Run the query. Raises OSError while `fails` is set."""
        if self.fails:
            raise OSError("away")
        return self._ctx.read(query)


class Other:
    """Another worker of the small hall, with the events that it delivers to its pages."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.bus = WorkerBusDouble()
        self.now = 0.0
        self.told: list[Event] = []
        self.follower = JournalFollower(ctx, self.bus, journal_readers(), lambda: self.now)
        ctx.bus.subscribe(self.told.append)

    def look_after(self, seconds: float) -> list[tuple[str, str, int]]:
        """Return the ticket moves that a replay delivers after these seconds."""
        self.now += seconds
        self.told.clear()
        self.follower.replay()
        return self.moves()

    def moves(self) -> list[tuple[str, str, int]]:
        """Return the delivered ticket moves."""
        moved = [event for event in self.told if isinstance(event, TicketMoved)]
        return [(event.number, event.move, event.calls) for event in moved]

    def lose(self) -> None:
        """Mark everything before now as possibly missed by the bus."""
        self.bus.whole = self.now


@pytest.fixture
def other(small: SmallHall, tmp_path: Path, database_url: str) -> Iterator[Other]:
    """Yield a second worker; the small hall's own is the one that acts."""
    small.sign_in("T1")
    hall = open_hall(
        Config(data=tmp_path, hall_id="small", database=database_url), clock=small.clock
    )
    yield Other(hall.ctx)
    hall.ctx.store.close()


@pytest.fixture
def bus(small: SmallHall) -> WorkerBusDouble:
    """Return the worker bus of the acting worker."""
    worker_bus = WorkerBusDouble()
    JournalFollower(small.ctx, worker_bus, journal_readers(), lambda: 0.0)
    return worker_bus


def called_and_replayed(small: SmallHall, other: Other) -> str:
    """Call a ticket that a replay without a bus delivers; return its number."""
    other.bus.whole = None
    number = small.issue("tax-1").number
    small.call("T1")
    assert other.look_after(1) == [(number, "call", 1)]
    return number


def test_nothing_is_replayed_while_the_bus_is_complete(small: SmallHall, other: Other) -> None:
    small.issue("tax-1")
    small.call("T1")
    assert other.look_after(MARK_SECONDS) == []


def test_without_a_bus_the_last_move_is_replayed_from_the_journal(
    small: SmallHall, other: Other
) -> None:
    number = called_and_replayed(small, other)
    assert WindowChanged("T1") not in other.told
    assert other.look_after(1) == []
    calling.recall(small.ctx, small.clerk("T1"), small.key(), "T1")
    assert other.look_after(1) == [(number, "recall", 2)]


def test_a_later_slip_outcome_does_not_hide_the_call(small: SmallHall, other: Other) -> None:
    other.bus.whole = None
    ticket = small.issue("tax-1")
    small.call("T1")
    small.ctx.write(lambda tx: write_journal(tx, SYSTEM, "slip.printed", ticket.id))
    assert other.look_after(1) == [(ticket.number, "call", 1)]


def test_a_move_received_by_the_bus_is_not_replayed(
    small: SmallHall, other: Other, bus: WorkerBusDouble
) -> None:
    number = small.issue("tax-1").number
    small.call("T1")
    other.follower.deliver(bus.published)
    assert (number, "call", 1) in other.moves()
    other.lose()
    assert other.look_after(1) == []


def test_a_replayed_move_is_not_delivered_again_by_the_bus(
    small: SmallHall, other: Other, bus: WorkerBusDouble
) -> None:
    called_and_replayed(small, other)
    other.told.clear()
    other.follower.deliver([event for event in bus.published if event != bus.published[0]])
    assert other.moves() == []


@pytest.mark.parametrize("marks", range(MARKS))
def test_a_call_of_a_worker_that_died_before_publishing_is_replayed(
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


def test_a_finished_call_is_not_announced(small: SmallHall, other: Other) -> None:
    other.look_after(MARK_SECONDS)
    number = small.issue("tax-1").number
    small.serve("T1")
    other.now += 1
    other.lose()
    assert other.look_after(0) == [(number, "finish", 1)]


def test_a_first_call_after_a_return_is_delivered(small: SmallHall, other: Other) -> None:
    """Deliver a first call that follows a return.

    Calls are counted from one again after a return: number, move and count are the same twice.
    """
    other.bus.whole = None
    ticket = small.issue("tax-1")
    small.sign_in("T2")
    small.call_and_miss("T1")
    other.look_after(1)
    calling.return_to_queue(small.ctx, small.clerk("T1"), small.key(), ticket.id)
    small.call("T2")
    assert other.look_after(1) == [(ticket.number, "call", 1)]


def test_an_own_action_that_was_replayed_is_not_delivered_again(
    small: SmallHall, other: Other, bus: WorkerBusDouble
) -> None:
    """Deliver an own action once.

    A replay can run between a commit and its publication.
    """
    called_and_replayed(small, other)
    other.told.clear()
    other.ctx.bus.publish(bus.published)
    assert other.moves() == []
    assert other.bus.published == bus.published


def test_an_imported_call_is_shown_and_not_announced(small: SmallHall, other: Other) -> None:
    other.bus.whole = None
    ticket = small.issue("tax-1")
    other.look_after(1)
    act = OfflineAct(ticket=ticket.id, kind="call", at=small.clock.now())
    assert import_codes(small, "T1", [act]) == [""]
    assert other.look_after(1) == [(ticket.number, QUIET, 1)]


def test_moves_that_could_not_be_read_are_replayed_next_time(
    small: SmallHall, other: Other
) -> None:
    ctx = Unsteady(other.ctx)
    bus = WorkerBusDouble()
    bus.whole = None
    follower = JournalFollower(cast("Context", ctx), bus, journal_readers(), lambda: 1.0)
    number = small.issue("tax-1").number
    ctx.fails = True
    with pytest.raises(OSError, match="away"):
        follower.replay()
    ctx.fails = False
    other.told.clear()
    assert follower.replay()
    assert other.moves() == [(number, "issue", 0)]


def test_after_a_long_silence_only_the_newest_moves_are_replayed(
    small: SmallHall, other: Other
) -> None:
    other.bus.whole = None
    small.issue("tax-1")
    small.ctx.write(
        lambda tx: [write_journal(tx, SYSTEM, "test.nothing", "") for _ in range(MOST_LINES)]
    )
    number = small.issue("tax-1").number
    assert other.look_after(1) == [(number, "issue", 0)]
