"""Number leases, and the import of offline tickets.

Every number is imported once, every gap is explained, the queue is ordered by the time of issue.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.device_health import queries as device_health_queries
from server.integrity.checks import violations
from server.queue import (
    calling,
    issuing,
    number_counters,
    slip_printing,
    slip_queries,
    snapshot,
    ticket_queries,
    window_sessions,
)
from server.queue.business_day import keep_day
from server.queue.errors import QueueCode
from server.queue.issuing import IssuedTicket, IssueExtras
from server.queue.offline import lease_queries, lease_routes, number_leases
from server.queue.offline.lease_rules import OPEN_NUMBERS, TOP, between, next_block
from server.queue.offline.messages import GivenTicket
from server.queue.tickets import State
from support.halls import ALL_WINDOWS, SmallHall, at
from support.offline_kiosk import DAY, Kiosk


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
    small.sign_in(*[w for w in ALL_WINDOWS if w != "F1"])
    keep_day(small.ctx)
    yield small
    small.close()


def wrong(hall: SmallHall) -> list[str]:
    return [f.en for f in hall.ctx.read(lambda c: violations(hall.ctx.hall_id, c))]


def test_kiosks_lease_blocks_from_the_top_and_the_server_issues_below(both: SmallHall) -> None:
    hall = both
    first_kiosk, second_kiosk = Kiosk(hall), Kiosk(hall, "2", "b" * 32)
    assert (first_kiosk.block("A").first, first_kiosk.block("A").last) == (980, 999)
    assert (second_kiosk.block("A").first, second_kiosk.block("A").last) == (960, 979)
    assert {row.prefix for row in first_kiosk.blocks} == {"A", "B", "C", "D"}
    assert hall.issue("tax-1").number == "A001"
    # A repeated request leases nothing more.
    assert [row.id for row in number_leases.top_up(hall.ctx, "1")] == [
        row.id for row in first_kiosk.blocks
    ]
    lines = hall.ctx.read(
        lambda c: journal.of_subject(c, hall.ctx.hall_id, first_kiosk.block("A").id)
    )
    assert [line["act"] for line in lines] == ["lease.give"]
    assert wrong(hall) == []


def test_an_offline_ticket_is_imported_once_with_slip_and_journal(both: SmallHall) -> None:
    hall = both
    kiosk = Kiosk(hall)
    offline_ticket = kiosk.issue()
    hall.clock.advance(seconds=600)
    assert [kiosk.import_ticket(offline_ticket) for _ in range(3)] == ["waiting"] * 3
    ticket = hall.ticket(offline_ticket.id)
    assert (ticket.number, ticket.state, ticket.kiosk) == ("A980", State.WAITING, "1")
    assert (ticket.issued_at, ticket.waiting_since) == (offline_ticket.at, offline_ticket.at)
    slip_rows = hall.ctx.read(
        lambda c: slip_queries.of_ticket(c, hall.ctx.hall_id, offline_ticket.id)
    )
    assert [(s.id, s.state, s.device) for s in slip_rows] == [
        (offline_ticket.slip, "sent", "printer-1")
    ]
    slip_printing.settle_slip(hall.ctx, "kiosk", offline_ticket.slip, "printed", "")
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, offline_ticket.id))
    assert [line["act"] for line in lines] == ["ticket.issue", "slip.printed"]
    assert lines[0]["data"]["offline"]["given_at"] == offline_ticket.at
    # The server answers a repeat of the press with this number.
    assert hall.issue("tax-1", key=offline_ticket.key).number == "A980"
    assert wrong(hall) == []


def test_the_queue_is_ordered_by_the_time_of_issue(both: SmallHall) -> None:
    hall = both
    first_kiosk, second_kiosk = Kiosk(hall), Kiosk(hall, "2", "b" * 32)
    before = hall.issue("tax-1").id
    at_one, at_two = [], []
    for _ in range(4):
        hall.clock.advance(seconds=20)
        at_one.append(first_kiosk.issue())
        hall.clock.advance(seconds=20)
        at_two.append(second_kiosk.issue())
    hall.clock.advance(seconds=20)
    after = hall.issue("tax-1").id
    for kiosk, given_tickets in ((second_kiosk, at_two), (first_kiosk, at_one)):
        for ticket in given_tickets:
            kiosk.import_ticket(ticket)
    waiting = hall.ctx.read(
        lambda c: ticket_queries.in_states(c, hall.ctx.hall_id, [State.WAITING], DAY)
    )
    order = [g.id for pair in zip(at_one, at_two, strict=True) for g in pair]
    assert [t.id for t in waiting] == [before, *order, after]
    assert wrong(hall) == []


def test_a_press_with_two_numbers_keeps_the_printed_number_at_the_first_place(
    hall: SmallHall,
) -> None:
    kiosk = Kiosk(hall)
    first = hall.issue("tax-1", key="press")  # its answer never arrived
    hall.issue("tax-1")
    hall.clock.advance(seconds=5)
    offline_ticket = kiosk.issue(key="press")
    assert kiosk.import_ticket(offline_ticket) == "waiting"
    assert hall.ticket(first.id).state is State.CANCELLED
    assert hall.ticket(offline_ticket.id).ord == first.ord
    assert hall.call("T1").id == offline_ticket.id
    assert wrong(hall) == []


@pytest.mark.parametrize(("was", "state"), [("owed", "failed"), ("sent", "unknown")])
def test_the_slip_of_a_replaced_number_is_not_printed_and_not_reported(
    both: SmallHall, was: str, state: str
) -> None:
    hall, kiosk = both, Kiosk(both)
    printer = {"device": "printer-1", "kind": "printers", "driver": "", "serves": "1"}
    hall.ctx.write(lambda tx: device_health_queries.announce(tx, "kiosk", "", [printer]))
    first = hall.issue("tax-1", key="press")  # its answer never arrived
    [slip] = hall.ctx.read(lambda c: slip_queries.of_ticket(c, hall.ctx.hall_id, first.id))
    slip_printing.settle_slip(hall.ctx, "", slip.id, was, "")
    assert kiosk.import_ticket(kiosk.issue(key="press")) == "waiting"
    [slip] = hall.ctx.read(lambda c: slip_queries.of_ticket(c, hall.ctx.hall_id, first.id))
    assert (slip.state, slip.reason) == (state, "void")
    assert hall.ctx.read(lambda c: slip_queries.unprinted(c, hall.ctx.hall_id, 0)) == []
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, first.id))
    assert [line["act"] for line in lines] == ["ticket.issue", "ticket.cancel", f"slip.{state}"]
    slip_printing.settle_slip(hall.ctx, "kiosk", slip.id, "printed", "")  # it came out all the same
    [slip] = hall.ctx.read(lambda c: slip_queries.of_ticket(c, hall.ctx.hall_id, first.id))
    assert slip.state == "printed"


def test_a_second_number_of_a_called_person_is_void(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    first = hall.issue("tax-1", key="press")
    offline_ticket = kiosk.issue(key="press")
    hall.serve("T1")
    assert kiosk.import_ticket(offline_ticket) == "double"
    assert hall.ticket(first.id).state is State.FINISHED
    assert hall.ticket(offline_ticket.id).state is State.CANCELLED
    assert wrong(hall) == []


def test_a_number_of_a_closed_day_is_imported_and_expires(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    offline_ticket = kiosk.issue()
    hall.clock.advance(seconds=26 * 3600)
    keep_day(hall.ctx)
    assert kiosk.import_ticket(offline_ticket) == "expired"
    assert hall.ticket(offline_ticket.id).state is State.EXPIRED
    assert wrong(hall) == []


def test_a_lost_ledger_gets_a_new_block_and_its_numbers_stay_valid(hall: SmallHall) -> None:
    old = Kiosk(hall)
    offline_ticket = old.issue()
    fresh = Kiosk(hall, "1", "c" * 32)
    assert (fresh.block("A").first, fresh.block("A").last) == (960, 979)
    # A number that the old ledger issued is still valid when it is imported later.
    assert old.import_ticket(offline_ticket) == "waiting"
    assert fresh.import_ticket(fresh.issue(key="other")) == "waiting"
    assert wrong(hall) == []


def test_a_used_block_is_followed_by_another(hall: SmallHall) -> None:
    hall.configure(offline_numbers=4)
    kiosk = Kiosk(hall)
    for _ in range(3):
        kiosk.import_ticket(kiosk.issue())
    kiosk.blocks = number_leases.top_up(hall.ctx, "1")
    blocks = [(r.first, r.last, r.used) for r in kiosk.blocks if r.prefix == "A"]
    assert blocks == [(996, 999, 3), (992, 995, 0)]
    hall.configure(offline_numbers=0)
    assert number_leases.top_up(hall.ctx, "2") == []


def test_a_restored_database_recreates_the_lease_from_the_ticket(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    offline_ticket = kiosk.issue()
    unknown = offline_ticket.model_copy(
        update={"lease": "lease-20260302-A940", "id": "20260302-A940", "first": 940, "last": 959}
        | {"seq": 940, "key": "k9", "slip": "s9", "token": "t" * 22}
    )
    assert kiosk.import_ticket(unknown) == "waiting"
    row = hall.ctx.read(lambda c: lease_queries.get(c, hall.ctx.hall_id, "lease-20260302-A940"))
    assert row is not None
    assert (row.kiosk, row.used) == ("1", 1)
    assert wrong(hall) == []


def test_a_number_issued_elsewhere_is_a_conflict_and_no_ticket(hall: SmallHall) -> None:
    first_kiosk, second_kiosk = Kiosk(hall), Kiosk(hall, "2", "b" * 32)
    offline_ticket = first_kiosk.issue()
    stolen = offline_ticket.model_copy(update={"kiosk": "2", "slip": "s2", "key": "k2"})
    assert second_kiosk.import_ticket(stolen) == "conflict"
    assert (
        hall.ctx.read(lambda c: ticket_queries.get(c, hall.ctx.hall_id, offline_ticket.id)) is None
    )
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, offline_ticket.id))
    assert [line["act"] for line in lines] == ["ticket.conflict"]


def test_a_gap_in_a_lease_is_a_violation(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    kiosk.issue()
    kiosk.import_ticket(kiosk.issue())
    assert wrong(hall) == ["2026-03-02 kiosk 1, leased A980–A999: 1 came, with gaps"]


def test_an_item_that_has_vanished_waits_in_its_units_queue(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    unknown_item = kiosk.issue().model_copy(update={"item": "tax-9", "version": 99})
    assert kiosk.import_ticket(unknown_item) == "waiting"
    assert hall.call("T1").id == unknown_item.id
    assert hall.ticket(unknown_item.id).version == hall.ctx.catalogue().version


def test_the_server_never_gives_a_leased_number(hall: SmallHall) -> None:
    kiosk = Kiosk(hall)
    first = kiosk.block("A").first
    hall.configure(desk_numbers=0)

    def put(tx: Any) -> None:
        number_counters.move_on(tx, DAY, "A", first - 2)

    hall.ctx.write(put)
    assert hall.issue("tax-1").number == f"A{first - 1}"
    with pytest.raises(HallError) as error:
        hall.issue("tax-1")
    assert error.value.code is QueueCode.NUMBERS_EXHAUSTED


@given(st.one_of(st.none(), st.integers(1, TOP)), st.integers(0, TOP), st.integers(0, 120))
def test_blocks_never_overlap_issued_numbers(
    lowest: int | None, last_issued: int, size: int
) -> None:
    block = next_block(lowest, last_issued, size)
    if block is None:
        return
    assert block.last - block.first + 1 == size
    assert max(last_issued, OPEN_NUMBERS) < block.first <= block.last <= TOP
    assert lowest is None or block.last < lowest


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_seniority_between_two_tickets_lies_between_them(before: int, room: int) -> None:
    assert before <= between(before, before + room) < before + room
    assert between(None, before) < before


STEPS = st.lists(
    st.sampled_from(["issue", "give1", "give2", "hand1", "hand2", "again", "call", "lose1"]),
    max_size=24,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_any_interleaving_keeps_numbers_unique_and_explained(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """Keep numbers unique and explained under any interleaving.

    Online and offline issuing, imports in any order and twice, a lost ledger, calls.
    """
    folder = tmp_path_factory.mktemp("any")
    hall = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
    try:
        hall.sign_in("T1")
        kiosks = {"1": Kiosk(hall), "2": Kiosk(hall, "2", "b" * 32)}
        pending: dict[str, list[tuple[Kiosk, GivenTicket]]] = {"1": [], "2": []}
        done: list[tuple[Kiosk, GivenTicket]] = []
        numbers: list[str] = []
        for n, step in enumerate(steps):
            hall.clock.advance(seconds=1)
            kiosk = kiosks[step[-1]] if step[-1] in kiosks else kiosks["1"]
            if step == "issue":
                numbers.append(hall.issue("tax-1").number)
            elif step.startswith("give"):
                offline_ticket = kiosk.issue(key=f"press-{n}")
                numbers.append(f"{offline_ticket.prefix}{offline_ticket.seq:03d}")
                pending[kiosk.name].append((kiosk, offline_ticket))
            elif step.startswith("hand") and pending[kiosk.name]:
                owner_kiosk, offline_ticket = pending[kiosk.name].pop(0)
                assert owner_kiosk.import_ticket(offline_ticket) == "waiting"
                done.append((owner_kiosk, offline_ticket))
            elif step == "again" and done:
                assert done[0][0].import_ticket(done[0][1]) == "waiting"
            elif step == "lose1":
                kiosks["1"] = Kiosk(hall, "1", f"{n:032x}")
            elif step == "call":
                _call_somebody(hall)
        for pending_tickets in pending.values():
            for owner_kiosk, offline_ticket in pending_tickets:
                assert owner_kiosk.import_ticket(offline_ticket) == "waiting"
        of_day = hall.ctx.read(lambda c: ticket_queries.of_day(c, hall.ctx.hall_id, DAY))
        assert sorted(t.number for t in of_day) == sorted(numbers)
        assert len(set(numbers)) == len(numbers)
        by_time = sorted(of_day, key=lambda t: (t.issued_at, t.ord))
        assert [t.ord for t in by_time] == sorted(t.ord for t in of_day)
        assert wrong(hall) == []
    finally:
        hall.close()


def _call_somebody(hall: SmallHall) -> None:
    try:
        hall.serve("T1")
    except HallError as error:
        assert error.code is QueueCode.NOBODY_WAITING


def test_a_kiosk_cannot_cancel_a_ticket(hall: SmallHall) -> None:
    ticket = hall.issue("tax-1")
    with pytest.raises(HallError) as error:
        calling.cancel(hall.ctx, Actor(ActorKind.KIOSK, "1"), "k", ticket.id)
    assert error.value.code is CommonCode.FORBIDDEN


def test_the_office_sees_offline_numbers_and_conflicts(hall: SmallHall) -> None:
    first_kiosk, second_kiosk = Kiosk(hall), Kiosk(hall, "2", "b" * 32)
    begun = hall.clock.now()
    first_kiosk.import_ticket(first_kiosk.issue())
    hall.clock.advance(seconds=300)
    offline_ticket = first_kiosk.issue("build-1")
    first_kiosk.import_ticket(offline_ticket)
    second_kiosk.import_ticket(
        offline_ticket.model_copy(update={"kiosk": "2", "slip": "s2", "key": "k2", "id": "x-A1"})
    )
    day = hall.ctx.read(
        lambda c: lease_routes.day_of(c, hall.ctx.hall_id, DAY, hall.ctx.catalogue())
    )
    spells = [(s.kiosk, s.given, s.since, s.until, s.conflicts) for s in day.spells]
    assert spells == [
        ("1", 2, begun, begun + 300_000, 0),
        ("2", 1, offline_ticket.at, offline_ticket.at, 1),
    ]
    assert [b.used for b in day.leases if (b.kiosk, b.first) == ("1", "A980")] == [1]

    def alarms() -> set[str]:
        state = snapshot.take(hall.ctx)
        return {f"{a.code} {a.subject}" for a in lease_routes.alarms(hall.hall)(state)}

    assert alarms() == {"offline_conflict x-A1"}
    window_sessions.sign_out(hall.ctx, hall.clerk("S1"), hall.key(), "S1", force=True)
    assert alarms() == {"offline_conflict x-A1", f"offline_unserved {offline_ticket.id}"}


def test_the_errands_of_one_person_are_one_visit(both: SmallHall) -> None:
    hall, kiosk = both, Kiosk(both)
    first = hall.issue("tax-1")
    hall.clock.advance(seconds=60)
    second = kiosk.issue("build-1", companion=first.token)
    third = kiosk.issue("tax-2", companion=second.token)
    alone = kiosk.issue("tax-1", companion="of-another-kiosk")
    for ticket in (second, third, alone):
        assert kiosk.import_ticket(ticket) == kiosk.import_ticket(ticket) == "waiting"
    visits = [hall.ticket(ticket.id).visit for ticket in (first, second, third, alone)]
    assert visits == [first.id, first.id, first.id, ""]
    assert hall.call("T1").id == first.id
    with pytest.raises(HallError) as caught:
        hall.call("S1")
    assert caught.value.code is QueueCode.NOBODY_WAITING, "the person is at the other window"
    assert wrong(hall) == []


def press_again(hall: SmallHall, companion: str) -> IssuedTicket:
    """Press for another errand at the kiosk, or repeat that press."""
    return issuing.issue_with_data(
        hall.ctx,
        Actor(ActorKind.KIOSK, "1"),
        "press",
        item="tax-2",
        applicant="ordinary",
        kiosk="1",
        paper=True,
        extras=IssueExtras(companion=companion),
    )


def test_a_replaced_number_leaves_its_visit_to_the_one_on_paper(hall: SmallHall) -> None:
    kiosk, first = Kiosk(hall), hall.issue("tax-1")
    second = press_again(hall, first.token)  # its answer never arrived
    hall.clock.advance(seconds=5)
    paper = kiosk.issue("tax-2", key="press")
    assert kiosk.import_ticket(paper) == "waiting"
    assert hall.ticket(second.ticket_id).state is State.CANCELLED
    assert hall.ticket(paper.id).visit == first.id


def test_a_repeat_of_a_press_with_a_companion_gets_the_number_on_paper(hall: SmallHall) -> None:
    kiosk, first = Kiosk(hall), hall.issue("tax-1")
    paper = kiosk.issue("tax-2", key="press", companion=first.token)
    kiosk.import_ticket(paper)
    assert press_again(hall, first.token).ticket_id == paper.id
