"""Shares, and what desks did without the server: one holder for each ticket, whatever comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from counters.views import share_card
from server.domain.shares import in_turn, owner
from server.domain.tickets import State
from server.services import calling, snapshot
from server.services.checks import violations
from server.services.shares import Shares
from server.storage import journal, tickets
from support.desks import act, hand_in, told
from support.halls import SmallHall, at


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[SmallHall]:
    """The hall on SQLite."""
    yield from opened(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path)


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """The hall on each database."""
    yield from opened(database_url, tmp_path)


def opened(url: str, folder: Path) -> Iterator[SmallHall]:
    found = SmallHall(url, folder, at(9))
    found.seat("T1", "T2", "G1")
    yield found
    found.close()


def shares(hall: SmallHall) -> dict[str, list[str]]:
    taken, parts = snapshot.take(hall.ctx), Shares(hall.ctx.hall_id)

    def query(conn: Connection) -> dict[str, list[str]]:
        return {
            code: [ticket.id for ticket in parts.of(conn, taken, window)]
            for code, window in taken.catalogue.window_by.items()
            if code in taken.posts
        }

    return hall.ctx.read(query)


def wrong(hall: SmallHall) -> list[str]:
    return [f.en for f in hall.ctx.read(lambda c: violations(hall.ctx.hall_id, c))]


def test_each_waiting_ticket_is_in_one_share_of_a_window_that_may_call_it(both: SmallHall) -> None:
    hall = both
    issued = [hall.issue("tax-1" if n % 2 else "tax-2").id for n in range(12)]
    issued += [hall.issue("social-1").id for _ in range(3)]
    found = shares(hall)
    assert sorted(one for mine in found.values() for one in mine) == sorted(issued)
    assert all(hall.ticket(one).item != "social-1" for code in ("T1", "T2") for one in found[code])
    assert all(hall.ticket(one).item != "tax-2" for one in found["G1"])  # no mandate for it
    card = share_card(snapshot.take(hall.ctx), hall.ticket(issued[0]))
    assert (card.id, card.number) == (issued[0], "A001")


def test_a_whole_service_is_replayed_with_its_own_times(both: SmallHall) -> None:
    hall = both
    ticket = hall.issue("tax-1").id
    hall.clock.advance(seconds=1800)
    begun = at(9, 5)
    acts = [
        act("call", ticket, begun),
        act("recall", ticket, begun + 20_000),
        act("start", ticket, begun + 30_000),
        act("finish", ticket, begun + 90_000, outcome="done"),
    ]
    assert hand_in(hall, "T1", acts, key="k") == [""] * 4
    kept = hall.ticket(ticket)
    assert (kept.state, kept.window, kept.call_count, kept.outcome) == (
        State.FINISHED,
        "T1",
        2,
        "done",
    )
    assert (kept.called_at, kept.serving_at, kept.ended_at) == (
        begun + 20_000,
        begun + 30_000,
        begun + 90_000,
    )
    calls = hall.ctx.read(lambda c: tickets.calls_of(c, hall.ctx.hall_id, ticket))
    assert [call["at"] for call in calls] == [begun, begun + 20_000]
    # The answer was lost and the page asks again: nothing is done twice.
    assert hand_in(hall, "T1", acts, key="k") == [""] * 4
    assert len(hall.ctx.read(lambda c: tickets.calls_of(c, hall.ctx.hall_id, ticket))) == 2
    assert wrong(hall) == []


def test_what_no_longer_fits_changes_nothing_and_is_on_record(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    other = hall.issue("tax-1").id
    calling.cancel(hall.ctx, hall.clerk("T2"), hall.key(), ticket)
    hall.clock.advance(seconds=60)
    now = hall.clock.now()
    acts = [act("call", ticket, now), act("start", ticket, now), act("call", other, now)]
    assert hand_in(hall, "T1", acts) == ["move_not_allowed", "act_put_aside", ""]
    assert hall.ticket(ticket).state is State.CANCELLED
    assert hall.ticket(other).state is State.CALLED
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, ticket))
    unfit = [line for line in lines if line["act"] == "counter.unfit"]
    assert [line["data"]["code"] for line in unfit] == ["move_not_allowed"]


def test_two_desks_that_called_one_person_leave_one_holder(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    now = hall.clock.now()
    assert hand_in(hall, "T1", [act("call", ticket, now)]) == [""]
    acts = [act("call", ticket, now), act("start", ticket, now)]
    assert hand_in(hall, "T2", acts) == ["move_not_allowed", "act_put_aside"]
    assert hall.ticket(ticket).window == "T1"
    assert wrong(hall) == []


def test_whom_the_desk_never_saw_goes_back_to_the_queue(hall: SmallHall) -> None:
    unseen = hall.issue("tax-1")
    seen = hall.issue("tax-1").id
    assert hall.call("T1").id == unseen.id  # done, but its answer never arrived
    now = hall.clock.now()
    assert hand_in(hall, "T1", [act("call", seen, now), act("start", seen, now)]) == ["", ""]
    back = hall.ticket(unseen.id)
    assert (back.state, back.window, back.ord) == (State.WAITING, "", unseen.ord)
    assert hall.call("T2").id == unseen.id
    assert wrong(hall) == []


def test_nobody_is_taken_from_a_window_where_somebody_else_sits(both: SmallHall) -> None:
    hall = both
    called = hall.issue("tax-1").id
    assert hall.call("T2").id == called
    found = told(hall, "T2", [act("start", "no-such", hall.clock.now())], clerk="T1")
    assert [one["code"] for one in found] == ["act_put_aside"]
    assert (hall.ticket(called).state, hall.ticket(called).window) == (State.CALLED, "T2")
    assert wrong(hall) == []


def test_who_was_called_at_a_spare_pc_meanwhile_stays(both: SmallHall) -> None:
    """The old PC comes back by itself while the clerk waits for the person at the new one."""
    hall = both
    offline = hall.issue("tax-1").id
    begun = hall.clock.now()
    hall.clock.advance(seconds=60)
    calling.cancel(hall.ctx, hall.clerk("T2"), hall.key(), offline)
    called = hall.issue("tax-1").id
    assert hall.call("T1").id == called
    assert hand_in(hall, "T1", [act("call", offline, begun)]) == ["move_not_allowed"]
    assert (hall.ticket(called).state, hall.ticket(called).window) == (State.CALLED, "T1")
    assert wrong(hall) == []


def test_the_journal_tells_what_was_handed_in_from_what_was_done_now(hall: SmallHall) -> None:
    unseen = hall.issue("tax-1").id
    seen = hall.issue("tax-1").id
    hall.call("T1")
    now = hall.clock.now()
    hand_in(hall, "T1", [act("call", seen, now), act("recall", seen, now)])

    def marks(ticket: str) -> dict[str, int | None]:
        lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, ticket))
        return {line["act"]: line["data"].get("offline_at") for line in lines}

    assert marks(unseen) == {"ticket.issue": None, "ticket.call": None, "ticket.transfer": now}
    assert marks(seen) == {"ticket.issue": None, "ticket.call": now, "ticket.recall": now}


def test_what_had_been_done_after_all_is_not_done_twice(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    hall.call("T1")
    calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")  # its answer never arrived
    now = hall.clock.now()
    acts = [act("start", ticket, now), act("finish", ticket, now, outcome="done")]
    assert hand_in(hall, "T1", acts, known=ticket) == ["", ""]
    assert hall.ticket(ticket).state is State.FINISHED


def test_somebody_who_is_not_at_the_window_any_more_changes_nothing(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1")
    now = hall.clock.now()
    found = told(hall, "T2", [act("call", ticket.id, now)], clerk="T1")
    assert [one["code"] for one in found] == ["window_taken"]
    assert hall.ticket(ticket.id).state is State.WAITING


def test_nobody_is_marked_as_missed_too_early(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    hall.clock.advance(seconds=600)
    then = at(9, 1)
    acts = [act("call", ticket, then), act("no_show", ticket, then + 1000)]
    assert hand_in(hall, "T1", acts) == ["", "no_show_too_early"]
    acts = [act("recall", ticket, then + 20_000), act("no_show", ticket, then + 30_000)]
    assert hand_in(hall, "T1", acts, known=ticket) == ["", ""]
    assert hall.ticket(ticket).state is State.MISSED


NAMES = st.text("ABC123", min_size=1, max_size=4)


@given(NAMES, st.sets(NAMES, min_size=1, max_size=6), NAMES)
def test_an_owner_changes_only_where_a_window_came_or_went(
    ticket: str, windows: set[str], other: str
) -> None:
    first = owner(ticket, windows)
    assert first in windows
    assert owner(ticket, windows | {other}) in {first, other}
    if len(windows) > 1:
        gone = next(w for w in sorted(windows) if w != first)
        assert owner(ticket, windows - {gone}) == first


class Person:
    def __init__(self, level: int, order: int) -> None:
        self.level, self.ord = level, order


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 99)), max_size=20), st.integers(1, 4))
def test_everybody_has_a_turn(people: list[tuple[int, int]], run: int) -> None:
    turns = in_turn([Person(*one) for one in people], run)
    assert sorted((p.level, p.ord) for p in turns) == sorted(people)
    row = 0
    for n, one in enumerate(turns):
        row = row + 1 if one.level else 0
        assert row <= run or all(later.level for later in turns[n:])
    ordinary = [p.ord for p in turns if p.level == 0]
    assert ordinary == sorted(ordinary)
