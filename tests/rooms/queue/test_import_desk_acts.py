"""Desk shares, and the import of desk actions: one holder for each ticket in any order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from counters.views import share_card
from server.core import journal
from server.integrity.checks import violations as violations_of
from server.queue import call_queries, calling, snapshot
from server.queue.offline.desk_shares import Shares
from server.queue.offline.share_rules import in_turn, owner
from server.queue.tickets import State
from support.desk_actions import act, import_actions, import_codes
from support.halls import SmallHall, at


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the hall on SQLite."""
    yield from opened(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path)


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the hall on each database."""
    yield from opened(database_url, tmp_path)


def opened(url: str, folder: Path) -> Iterator[SmallHall]:
    small = SmallHall(url, folder, at(9))
    small.sign_in("T1", "T2", "G1")
    yield small
    small.close()


def shares(hall: SmallHall) -> dict[str, list[str]]:
    state, parts = snapshot.take(hall.ctx), Shares(hall.ctx.hall_id)

    def query(conn: Connection) -> dict[str, list[str]]:
        return {
            code: [ticket.id for ticket in parts.of(conn, state, window)]
            for code, window in state.catalogue.window_by.items()
            if code in state.sessions
        }

    return hall.ctx.read(query)


def violations(hall: SmallHall) -> list[str]:
    return [f.en for f in hall.ctx.read(lambda c: violations_of(hall.ctx.hall_id, c))]


def test_each_waiting_ticket_is_in_one_share_of_a_window_that_may_call_it(both: SmallHall) -> None:
    hall = both
    issued = [hall.issue("tax-1" if n % 2 else "tax-2").id for n in range(12)]
    issued += [hall.issue("social-1").id for _ in range(3)]
    by_window = shares(hall)
    assert sorted(
        ticket_id for ticket_ids in by_window.values() for ticket_id in ticket_ids
    ) == sorted(issued)
    assert all(
        hall.ticket(ticket_id).item != "social-1"
        for code in ("T1", "T2")
        for ticket_id in by_window[code]
    )
    assert all(
        hall.ticket(ticket_id).item != "tax-2" for ticket_id in by_window["G1"]
    )  # no mandate for it
    card = share_card(snapshot.take(hall.ctx), hall.ticket(issued[0]))
    assert (card.id, card.number) == (issued[0], "A001")


def test_a_service_is_imported_with_its_own_times(both: SmallHall) -> None:
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
    assert import_codes(hall, "T1", acts, key="k") == [""] * 4
    stored = hall.ticket(ticket)
    assert (stored.state, stored.window, stored.call_count, stored.outcome) == (
        State.FINISHED,
        "T1",
        2,
        "done",
    )
    assert (stored.called_at, stored.serving_at, stored.ended_at) == (
        begun + 20_000,
        begun + 30_000,
        begun + 90_000,
    )
    calls = hall.ctx.read(lambda c: call_queries.calls_of(c, hall.ctx.hall_id, ticket))
    assert [call.at for call in calls] == [begun, begun + 20_000]
    # The answer was lost and the page repeats the request: nothing is done twice.
    assert import_codes(hall, "T1", acts, key="k") == [""] * 4
    assert len(hall.ctx.read(lambda c: call_queries.calls_of(c, hall.ctx.hall_id, ticket))) == 2
    assert violations(hall) == []


def test_an_action_that_no_longer_fits_changes_nothing_and_is_recorded(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    other = hall.issue("tax-1").id
    calling.cancel(hall.ctx, hall.clerk("T2"), hall.key(), ticket)
    hall.clock.advance(seconds=60)
    now = hall.clock.now()
    acts = [act("call", ticket, now), act("start", ticket, now), act("call", other, now)]
    assert import_codes(hall, "T1", acts) == ["move_not_allowed", "act_put_aside", ""]
    assert hall.ticket(ticket).state is State.CANCELLED
    assert hall.ticket(other).state is State.CALLED
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, ticket))
    unfit = [line for line in lines if line["act"] == "counter.unfit"]
    assert [line["data"]["code"] for line in unfit] == ["move_not_allowed"]


def test_a_ticket_called_at_two_desks_has_one_holder(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    now = hall.clock.now()
    assert import_codes(hall, "T1", [act("call", ticket, now)]) == [""]
    acts = [act("call", ticket, now), act("start", ticket, now)]
    assert import_codes(hall, "T2", acts) == ["move_not_allowed", "act_put_aside"]
    assert hall.ticket(ticket).window == "T1"
    assert violations(hall) == []


def test_a_ticket_that_the_desk_never_received_returns_to_the_queue(hall: SmallHall) -> None:
    unseen = hall.issue("tax-1")
    seen = hall.issue("tax-1").id
    assert hall.call("T1").id == unseen.id  # done, but its answer never arrived
    now = hall.clock.now()
    assert import_codes(hall, "T1", [act("call", seen, now), act("start", seen, now)]) == ["", ""]
    back = hall.ticket(unseen.id)
    assert (back.state, back.window, back.ord) == (State.WAITING, "", unseen.ord)
    assert hall.call("T2").id == unseen.id
    assert violations(hall) == []


def test_actions_do_not_touch_a_window_where_another_person_is_signed_in(both: SmallHall) -> None:
    hall = both
    called = hall.issue("tax-1").id
    assert hall.call("T2").id == called
    results = import_actions(hall, "T2", [act("start", "no-such", hall.clock.now())], clerk="T1")
    assert [result["code"] for result in results] == ["act_put_aside"]
    assert (hall.ticket(called).state, hall.ticket(called).window) == (State.CALLED, "T2")
    assert violations(hall) == []


def test_a_ticket_called_meanwhile_at_a_spare_pc_stays(both: SmallHall) -> None:
    """Keep the person called at a spare PC.

    The old PC comes back by itself while the clerk waits for the person at the new one.
    """
    hall = both
    offline = hall.issue("tax-1").id
    begun = hall.clock.now()
    hall.clock.advance(seconds=60)
    calling.cancel(hall.ctx, hall.clerk("T2"), hall.key(), offline)
    called = hall.issue("tax-1").id
    assert hall.call("T1").id == called
    assert import_codes(hall, "T1", [act("call", offline, begun)]) == ["move_not_allowed"]
    assert (hall.ticket(called).state, hall.ticket(called).window) == (State.CALLED, "T1")
    assert violations(hall) == []


def test_the_journal_marks_imported_actions(hall: SmallHall) -> None:
    unseen = hall.issue("tax-1").id
    seen = hall.issue("tax-1").id
    hall.call("T1")
    now = hall.clock.now()
    import_codes(hall, "T1", [act("call", seen, now), act("recall", seen, now)])

    def marks(ticket: str) -> dict[str, int | None]:
        lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, ticket))
        return {line["act"]: line["data"].get("offline_at") for line in lines}

    assert marks(unseen) == {"ticket.issue": None, "ticket.call": None, "ticket.transfer": now}
    assert marks(seen) == {"ticket.issue": None, "ticket.call": now, "ticket.recall": now}


def test_an_action_already_done_is_not_done_twice(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    hall.call("T1")
    calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")  # its answer never arrived
    now = hall.clock.now()
    acts = [act("start", ticket, now), act("finish", ticket, now, outcome="done")]
    assert import_codes(hall, "T1", acts, current=ticket) == ["", ""]
    assert hall.ticket(ticket).state is State.FINISHED


def test_actions_of_a_person_no_longer_at_the_window_change_nothing(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1")
    now = hall.clock.now()
    results = import_actions(hall, "T2", [act("call", ticket.id, now)], clerk="T1")
    assert [result["code"] for result in results] == ["window_taken"]
    assert hall.ticket(ticket.id).state is State.WAITING


def test_nobody_is_marked_as_missed_too_early(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    hall.clock.advance(seconds=600)
    then = at(9, 1)
    acts = [act("call", ticket, then), act("no_show", ticket, then + 1000)]
    assert import_codes(hall, "T1", acts) == ["", "no_show_too_early"]
    acts = [act("recall", ticket, then + 20_000), act("no_show", ticket, then + 30_000)]
    assert import_codes(hall, "T1", acts, current=ticket) == ["", ""]
    assert hall.ticket(ticket).state is State.MISSED


NAMES = st.text("ABC123", min_size=1, max_size=4)


@given(NAMES, st.sets(NAMES, min_size=1, max_size=6), NAMES)
def test_a_share_changes_only_where_a_window_is_added_or_removed(
    ticket: str, windows: set[str], other: str
) -> None:
    first = owner(ticket, windows)
    assert first in windows
    assert owner(ticket, windows | {other}) in {first, other}
    if len(windows) > 1:
        removed = next(w for w in sorted(windows) if w != first)
        assert owner(ticket, windows - {removed}) == first


class Person:
    def __init__(self, level: int, order: int) -> None:
        self.level, self.ord = level, order


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 99)), max_size=20), st.integers(1, 4))
def test_ordinary_tickets_get_their_turn_between_priority_runs(
    people: list[tuple[int, int]], run: int
) -> None:
    turns = in_turn([Person(*person) for person in people], run)
    assert sorted((p.level, p.ord) for p in turns) == sorted(people)
    row = 0
    for n, person in enumerate(turns):
        row = row + 1 if person.level else 0
        assert row <= run or all(later.level for later in turns[n:])
    ordinary = [p.ord for p in turns if p.level == 0]
    assert ordinary == sorted(ordinary)
