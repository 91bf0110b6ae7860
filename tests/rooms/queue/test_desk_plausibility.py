"""Desk actions without the server, checked against what the server recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.integrity.checks import violations
from server.queue import calling
from server.queue.errors import QueueCode
from server.queue.offline import desk_connections, desk_decisions, desk_queries
from server.queue.offline.desk_connections import SKEW_MS, UNNOTICED_MS, ShareSeals
from server.queue.offline.desk_queries import ConnectedTime
from server.queue.offline.errors import OfflineCode
from server.queue.tickets import State
from support.desk_actions import SEALS, act, import_actions, import_codes, share
from support.halls import MANAGER, STAFF, SmallHall, at

OFFICE = Actor(ActorKind.MANAGER, MANAGER)


@pytest.fixture
def hall(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the hall on each database at nine, with T1, T2 and G1 staffed."""
    small = SmallHall(database_url, tmp_path, at(9))
    small.sign_in("T1", "T2", "G1")
    yield small
    small.close()


def reasons(hall: SmallHall) -> list[str]:
    return [
        row.reason for row in hall.ctx.read(lambda c: desk_queries.quarantined(c, hall.ctx.hall_id))
    ]


def line(hall: SmallHall, begun: int, ended: int | None, name: str = "line") -> None:
    """Record a page connection of T1's clerk from `begun` to `ended`."""

    def write(tx: object) -> None:
        desk_queries.open_line(tx.at(begun), name, "T1", STAFF["T1"], "w")  # type: ignore[attr-defined]
        if ended is not None:
            desk_queries.close_line(tx.at(ended), name)  # type: ignore[attr-defined]

    hall.ctx.write(write)


def service(ticket: str, begun: int) -> list:  # type: ignore[type-arg]
    return [
        act("call", ticket, begun),
        act("start", ticket, begun + 10_000),
        act("finish", ticket, begun + 60_000, outcome="done"),
    ]


@pytest.mark.parametrize(
    ("reason", "when", "shares"),
    [
        ("other_day", 0, None),
        ("out_of_order", at(8, 30), None),
        ("in_the_future", at(9, 45), None),
        ("not_shared", at(9, 10), []),
        ("not_shared", at(9, 10), "forged"),
        ("not_shared", at(9, 10), "another window's"),
        ("not_shared", at(9, 10), "another person's"),
    ],
)
def test_actions_that_contradict_the_server_are_quarantined_together(
    hall: SmallHall,
    reason: str,
    when: int,
    shares: list | str | None,  # type: ignore[type-arg]
) -> None:
    ticket = hall.issue("tax-1").id
    hall.clock.advance(seconds=1800)
    before = hall.ticket(ticket)
    by_name = {
        "forged": [share("T1", [ticket]).model_copy(update={"seal": "0" * 64})],
        "another window's": [share("T2", [ticket])],
        "another person's": [share("T1", [ticket], STAFF["T2"])],
    }
    shares_sent = by_name[shares] if isinstance(shares, str) else shares
    results = import_actions(hall, "T1", service(ticket, when), shares=shares_sent)
    assert [result["code"] for result in results] == ["act_put_aside"] * 3
    assert hall.ticket(ticket) == before
    [row] = hall.ctx.read(lambda c: desk_queries.quarantined(c, hall.ctx.hall_id))
    assert (row.reason, row.staff, row.window) == (reason, STAFF["T1"], "T1")
    assert [result["at"] for result in json.loads(row.said)] == [when, when + 10_000, when + 60_000]
    assert json.loads(row.known)["state"] == "waiting"
    assert hall.ctx.read(lambda c: violations("small", c)) == []


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (at(9, 5), "act_put_aside"),
        (at(9, 12), ""),
        (at(9, 23), "act_put_aside"),
    ],
)
def test_an_action_while_the_desk_was_connected_is_quarantined(
    hall: SmallHall, when: int, code: str
) -> None:
    ticket = hall.issue("tax-1").id
    hall.clock.advance(seconds=1800)
    line(hall, at(9, 1), at(9, 10))
    line(hall, at(9, 20), None, "again")
    assert [result["code"] for result in import_actions(hall, "T1", service(ticket, when))] == [
        code
    ] * 3
    assert reasons(hall) == (["was_connected"] if code else [])


def test_a_killed_server_counts_as_away_since_its_last_sign_of_life(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    line(hall, at(9, 1), None)
    hall.ctx.write(lambda tx: desk_queries.record_worker(tx.at(at(9, 10)), "w"))
    hall.clock.advance(seconds=1800)
    acts = service(ticket, at(9, 15))
    assert {result["code"] for result in import_actions(hall, "T1", acts)} == {"act_put_aside"}
    hall.ctx.write(lambda tx: desk_queries.close_lines(tx, "w"))  # as the next start does
    assert {result["code"] for result in import_actions(hall, "T1", acts)} == {""}


def test_times_that_run_backwards_are_quarantined(hall: SmallHall) -> None:
    first, second = hall.issue("tax-1").id, hall.issue("tax-1").id
    hall.clock.advance(seconds=1800)
    acts = [*service(first, at(9, 10)), *service(second, at(9, 5))]
    shares_sent = [share("T1", [first, second])]
    codes = [result["code"] for result in import_actions(hall, "T1", acts, shares=shares_sent)]
    assert codes == [""] * 3 + ["act_put_aside"] * 3
    assert reasons(hall) == ["out_of_order"]


def test_a_desk_calls_its_share_in_order(hall: SmallHall) -> None:
    first, second = hall.issue("tax-1").id, hall.issue("tax-1").id
    hall.clock.advance(seconds=60)
    shares_sent = [share("T1", [first, second])]
    now = hall.clock.now()
    [result] = import_actions(hall, "T1", [act("call", second, now)], shares=shares_sent)
    assert result["code"] == "act_put_aside"
    calling.cancel(hall.ctx, hall.clerk("T2"), hall.key(), first)  # cancelled meanwhile
    [result] = import_actions(hall, "T1", [act("call", second, now)], shares=shares_sent)
    assert result["code"] == ""


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=5),
    st.integers(0, 2 * 10**6),
)
def test_connected_means_inside_a_connection_without_its_uncertain_ends(
    spans: list[tuple[int, int]], when: int
) -> None:
    lines = [ConnectedTime(begun, begun + long) for begun, long in spans]
    inside = any(begun + SKEW_MS < when < begun + long - UNNOTICED_MS for begun, long in spans)
    assert desk_connections.was_connected(lines, when, 10**9) is inside


@given(st.lists(st.text("AB1", min_size=1, max_size=3), max_size=4), st.text("AB\n1", max_size=3))
def test_a_seal_is_of_one_window_person_and_order(tickets: list[str], other: str) -> None:
    seal = SEALS.seal("T1", "1001", tickets)
    assert SEALS.fits(seal, "T1", "1001", tickets) is bool(tickets)
    assert not SEALS.fits(seal, "T2", "1001", tickets)
    assert not SEALS.fits(seal, "T1", "1002", tickets)
    assert not SEALS.fits(seal, "T1", "1001", [*tickets, other])
    assert not ShareSeals(b"another").fits(seal, "T1", "1001", tickets)


def put_aside(hall: SmallHall) -> tuple[str, str]:
    """Import a service without a desk share; return the quarantine row's id and the ticket."""
    ticket = hall.issue("tax-1").id
    hall.clock.advance(seconds=1800)
    import_actions(hall, "T1", service(ticket, at(9, 10)), shares=[])
    [row] = hall.ctx.read(lambda c: desk_queries.quarantined(c, hall.ctx.hall_id))
    return row.id, ticket


def test_the_office_accepts_a_quarantined_service(hall: SmallHall) -> None:
    number, ticket = put_aside(hall)
    desk_decisions.settle(hall.ctx, OFFICE, "k", number, True, "看过监控")
    desk_decisions.settle(hall.ctx, OFFICE, "k", number, True, "看过监控")  # a repeat
    ticket_row = hall.ticket(ticket)
    assert (ticket_row.state, ticket_row.serving_at, ticket_row.ended_at) == (
        State.FINISHED,
        at(9, 10) + 10_000,
        at(9, 11),
    )
    assert reasons(hall) == []
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, ticket))
    settled = [result for result in lines if result["act"] == "counter.settle"]
    assert [(result["actor"], result["why"]) for result in settled] == [(MANAGER, "看过监控")]
    assert hall.ctx.read(lambda c: violations("small", c)) == []


def test_the_office_dismisses_a_quarantined_service_and_the_ticket_stays(hall: SmallHall) -> None:
    number, ticket = put_aside(hall)
    desk_decisions.settle(hall.ctx, OFFICE, "k", number, False, "当时有网")
    assert hall.ticket(ticket).state is State.WAITING
    with pytest.raises(HallError) as refused:
        desk_decisions.settle(hall.ctx, OFFICE, "k2", number, True, "x")
    assert refused.value.code is OfflineCode.ACTS_SETTLED


def test_nobody_decides_about_own_actions(hall: SmallHall) -> None:
    number, ticket = put_aside(hall)
    own_actor = Actor(ActorKind.MANAGER, STAFF["T1"])
    with pytest.raises(HallError) as refused:
        desk_decisions.settle(hall.ctx, own_actor, "k", number, True, "x")
    assert refused.value.code is CommonCode.OWN_CASE
    assert hall.ticket(ticket).state is State.WAITING


def test_an_impossible_service_is_accepted_in_no_part(hall: SmallHall) -> None:
    number, ticket = put_aside(hall)
    calling.cancel(hall.ctx, hall.clerk("T2"), hall.key(), ticket)
    with pytest.raises(HallError) as refused:
        desk_decisions.settle(hall.ctx, OFFICE, "k", number, True, "x")
    assert refused.value.code is QueueCode.MOVE_NOT_ALLOWED
    assert hall.ticket(ticket).state is State.CANCELLED
    assert reasons(hall) == ["not_shared"]
    with pytest.raises(HallError) as unknown:
        desk_decisions.settle(hall.ctx, OFFICE, "k2", "no-such", True, "x")
    assert unknown.value.code is OfflineCode.ACTS_UNKNOWN


def test_an_action_on_a_ticket_called_elsewhere_meanwhile_is_quarantined(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1").id
    assert hall.call("T2").id == ticket
    hall.clock.advance(seconds=60)
    now = hall.clock.now()
    assert import_codes(hall, "T1", [act("call", ticket, now)]) == ["move_not_allowed"]
    [row] = hall.ctx.read(lambda c: desk_queries.quarantined(c, hall.ctx.hall_id))
    assert (row.reason, json.loads(row.known)["window"]) == ("unfit", "T2")
