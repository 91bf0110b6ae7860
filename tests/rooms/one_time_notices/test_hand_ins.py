"""Hand-ins and one-time notices on both databases: facts, numbers, matters, and breaches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from server.catalogue.actions import import_catalogue
from server.catalogue.model import Material
from server.core.actors import SYSTEM
from server.core.errors import HallError
from server.core.store import Tx
from server.integrity.checks import violations
from server.one_time_notices import actions, queries, views
from server.one_time_notices.actions import HandInOrder, MarkedMaterial, Recorded
from server.one_time_notices.errors import NoticeCode
from server.one_time_notices.messages import NoticeView
from server.one_time_notices.rules import Look, MaterialFault
from server.one_time_notices.tables import one_time_notice, one_time_notice_line
from server.queue import calling
from server.queue.errors import QueueCode
from server.queue.tickets import Outcome
from server.spot_checks import finding_queries
from server.spot_checks.finding_queries import StoredFinding
from server.spot_checks.tables import finding
from support.halls import STAFF, SmallHall

MATERIALS = (
    Material("申请表", "原件1份"),
    Material("身份证", "原件"),
    Material("授权委托书", "原件1份", required=False),
)
OK = Look()
MISSING = Look(frozenset({MaterialFault.MISSING}))
UNCLEAR = Look(frozenset({MaterialFault.UNCLEAR}))
NOT_NEEDED = Look(needed=False)
FORM, CARD, PROXY = 0, 1, 2


@pytest.fixture(autouse=True)
def three_materials(small: SmallHall) -> None:
    """Give the item tax-1 three materials."""
    publish(small, MATERIALS)
    small.sign_in("T1")


def publish(small: SmallHall, materials: tuple[Material, ...], fee: str = "不收费") -> None:
    """Publish a new version of the item tax-1."""
    book = small.ctx.catalogue()
    items = tuple(
        replace(item, materials=materials, fee=fee) if item.code == "tax-1" else item
        for item in book.items
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items), "test")


def begin(small: SmallHall) -> str:
    """Issue a ticket and begin its service at T1; return its id."""
    small.issue("tax-1")
    ticket = small.call("T1")
    calling.start(small.ctx, small.clerk("T1"), small.key(), "T1")
    return ticket.id


def end(small: SmallHall) -> None:
    """End the service at T1 and wait an hour."""
    clerk = small.clerk("T1")
    calling.finish(small.ctx, clerk, small.key(), "T1", Outcome.NOTICE_GIVEN, "")
    small.clock.advance(seconds=3600)


def hand_in(small: SmallHall, ticket: str, *looks: Look, earlier: str = "") -> Recorded:
    """Record a hand-in at T1, its notice on A4: the small hall has no printer."""
    marks = tuple(MarkedMaterial(place, look) for place, look in enumerate(looks))
    order = HandInOrder(ticket, "tax-1", marks, earlier, on_slip=False)
    return actions.record(small.ctx, small.clerk("T1"), small.key(), order)


def code_of(small: SmallHall, order: HandInOrder) -> str:
    """Return the error code of a hand-in that is refused."""
    with pytest.raises(HallError) as refused:
        actions.record(small.ctx, small.clerk("T1"), small.key(), order)
    return refused.value.code


def view_of(small: SmallHall, number: str) -> NoticeView:
    return small.ctx.read(lambda c: views.notice_view(small.ctx, c, number))


def findings(small: SmallHall) -> list[StoredFinding]:
    return small.ctx.read(
        lambda c: finding_queries.of_days(c, small.ctx.hall_id, "2026-01-01", "2026-12-31")
    )


def test_a_notice_names_every_fault_that_was_recorded(small: SmallHall) -> None:
    recorded = hand_in(small, begin(small), MISSING, UNCLEAR, NOT_NEEDED)
    view = view_of(small, recorded.notice)
    assert [(line.material, line.faults) for line in view.lines] == [
        ("申请表", [MaterialFault.MISSING]),
        ("身份证", [MaterialFault.UNCLEAR]),
    ]
    assert view.lines[0].form == "原件1份"
    assert (view.in_order, view.n, view.corrected_by) == ([], 1, "")
    assert (view.window, view.still_published, view.changes) == (1, True, [])
    assert small.ctx.read(lambda c: list(violations("small", c))) == []


def test_complete_materials_are_recorded_without_a_notice(small: SmallHall) -> None:
    recorded = hand_in(small, begin(small), OK, OK, OK)
    assert (recorded.notice, recorded.slip) == ("", "")
    row = small.ctx.read(lambda c: queries.get(c, small.ctx.hall_id, recorded.hand_in))
    assert row is not None
    assert (row.matter, row.n, row.staff) == (row.id, 1, STAFF["T1"])


def test_the_number_of_the_paper_joins_the_matter_on_another_day(small: SmallHall) -> None:
    first = hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)
    end(small)
    small.clock.advance(seconds=86_400)
    small.sign_in("T1")
    ticket = begin(small)
    matter = small.ctx.read(
        lambda c: views.matter_view(small.ctx, c, small.ticket(ticket), first.notice)
    )
    assert (matter.hand_ins, matter.notice, matter.correctable) == (1, first.notice, False)
    assert [m.faults for m in matter.materials] == [[MaterialFault.MISSING], [], []]
    later = hand_in(small, ticket, OK, UNCLEAR, NOT_NEEDED, earlier=first.notice)
    assert view_of(small, later.notice).n == 2
    [proposed] = findings(small)
    assert (proposed.kind, proposed.state, proposed.staff) == (
        "not_told_once",
        "proposed",
        STAFF["T1"],
    )
    assert "身份证（不清晰）" in proposed.facts


def test_without_the_number_another_day_is_a_new_matter(small: SmallHall) -> None:
    hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)
    end(small)
    later = hand_in(small, begin(small), OK, UNCLEAR, NOT_NEEDED)
    assert view_of(small, later.notice).n == 1
    assert findings(small) == []


def test_a_later_hand_in_of_the_same_number_is_of_the_same_matter(small: SmallHall) -> None:
    ticket = begin(small)
    first = hand_in(small, ticket, MISSING, OK, NOT_NEEDED)
    small.clock.advance(seconds=301)
    later = hand_in(small, ticket, OK, UNCLEAR, NOT_NEEDED)
    assert view_of(small, later.notice).n == 2
    assert view_of(small, first.notice).corrected_by == ""
    assert len(findings(small)) == 1


def test_a_notice_can_be_corrected_while_the_person_is_there(small: SmallHall) -> None:
    ticket = begin(small)
    first = hand_in(small, ticket, MISSING, OK, NOT_NEEDED)
    small.clock.advance(seconds=299)
    later = hand_in(small, ticket, MISSING, UNCLEAR, NOT_NEEDED)
    assert view_of(small, first.notice).corrected_by == later.notice
    assert findings(small) == []
    listed = small.ctx.read(lambda c: queries.numbers_of_ticket(c, small.ctx.hall_id, ticket))
    assert listed == [later.notice]
    small.configure(notice_correct_minutes=0)
    hand_in(small, ticket, Look(frozenset({MaterialFault.WRONG_FORM})), UNCLEAR, NOT_NEEDED)
    assert findings(small) == []  # the form came after the first notice


def test_what_the_hall_published_in_between_excuses(small: SmallHall) -> None:
    first = hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)
    end(small)
    publish(small, (MATERIALS[0], Material("身份证", "原件和复印件各1份"), MATERIALS[2]))
    later = hand_in(small, begin(small), OK, UNCLEAR, NOT_NEEDED, earlier=first.notice)
    assert view_of(small, later.notice).n == 2
    assert findings(small) == []
    [change] = view_of(small, first.notice).changes
    assert (change.name, change.then, change.now) == ("身份证：形式", "原件", "原件和复印件各1份")


def test_a_change_of_the_fee_is_shown_and_excuses_nothing(small: SmallHall) -> None:
    first = hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)
    end(small)
    publish(small, MATERIALS, fee="10元")
    hand_in(small, begin(small), OK, UNCLEAR, NOT_NEEDED, earlier=first.notice)
    assert [change.name for change in view_of(small, first.notice).changes] == ["收费"]
    assert len(findings(small)) == 1


def test_a_notice_of_an_item_that_is_gone_can_still_be_read(small: SmallHall) -> None:
    first = hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)
    end(small)
    book = small.ctx.catalogue()
    items = tuple(item for item in book.items if item.code != "tax-1")
    mandates = tuple(
        replace(m, items=tuple(i for i in m.items if i != "tax-1")) for m in book.mandates
    )
    hall = replace(book, items=items, mandates=mandates)
    import_catalogue(small.ctx, SYSTEM, hall, "test")
    view = view_of(small, first.notice)
    assert (view.item_name, view.still_published) == ("事项tax-1", False)


def test_hand_ins_that_do_not_fit_are_refused_and_leave_nothing(small: SmallHall) -> None:
    ticket = begin(small)
    whole = tuple(MarkedMaterial(place) for place in range(3))
    good = HandInOrder(ticket, "tax-1", whole, on_slip=False)

    def with_look(place: int, look: Look) -> HandInOrder:
        marks = tuple(replace(m, look=look) if m.place == place else m for m in whole)
        return replace(good, marks=marks)

    both = Look(frozenset({MaterialFault.MISSING, MaterialFault.UNCLEAR}))
    expired = Look(frozenset({MaterialFault.EXPIRED}))
    unfit = {
        NoticeCode.HAND_IN_MATERIALS: [
            replace(good, marks=whole[:2]),
            replace(good, marks=(*whole, MarkedMaterial(2))),
            with_look(CARD, both),
            with_look(CARD, NOT_NEEDED),
            with_look(PROXY, replace(MISSING, needed=False)),
        ],
        NoticeCode.HAND_IN_EXPIRY: [
            with_look(CARD, replace(expired, valid_until=day))
            for day in ("", "2026-03-02", "2026-02-30")
        ],
        NoticeCode.HAND_IN_TICKET: [replace(good, item="tax-2")],
        NoticeCode.NOTICE_UNKNOWN: [replace(good, earlier="0000000000000000")],
        QueueCode.TICKET_UNKNOWN: [replace(good, ticket="20260302-Z999")],
        QueueCode.NO_PRINTER: [replace(with_look(CARD, MISSING), on_slip=True)],
    }
    for code, orders in unfit.items():
        assert [code_of(small, order) for order in orders] == [code] * len(orders)
    assert small.ctx.read(lambda c: queries.every_matter(c, small.ctx.hall_id)) == {}
    end(small)
    assert code_of(small, good) is NoticeCode.HAND_IN_TICKET


def test_a_notice_of_another_item_is_refused(small: SmallHall) -> None:
    first = hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)
    end(small)
    small.issue("tax-2")
    ticket = small.call("T1").id
    calling.start(small.ctx, small.clerk("T1"), small.key(), "T1")
    order = HandInOrder(ticket, "tax-2", (MarkedMaterial(0),), first.notice)
    assert code_of(small, order) is NoticeCode.NOTICE_ITEM


def test_the_same_press_twice_gives_one_notice(small: SmallHall) -> None:
    marks = (MarkedMaterial(0, MISSING), MarkedMaterial(1), MarkedMaterial(2))
    order = HandInOrder(begin(small), "tax-1", marks, on_slip=False)
    first = actions.record(small.ctx, small.clerk("T1"), "one-key", order)
    assert actions.record(small.ctx, small.clerk("T1"), "one-key", order) == first
    assert len(small.ctx.read(lambda c: queries.every_matter(c, small.ctx.hall_id))) == 1


def test_the_check_of_the_books_finds_a_breach_that_was_not_proposed(small: SmallHall) -> None:
    first = hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)
    end(small)
    hand_in(small, begin(small), OK, UNCLEAR, NOT_NEEDED, earlier=first.notice)
    assert small.ctx.read(lambda c: list(violations("small", c))) == []
    small.ctx.write(lambda tx: tx.conn.execute(delete(finding)))
    words = [violation.en for violation in small.ctx.read(lambda c: violations("small", c))]
    assert any("no finding was proposed" in text for text in words)


def test_nobody_changes_or_deletes_a_notice(small: SmallHall) -> None:
    hand_in(small, begin(small), MISSING, OK, NOT_NEEDED)

    def falsify(tx: Tx) -> None:
        tx.conn.execute(update(one_time_notice_line).values(fault="unclear"))

    def drop(tx: Tx) -> None:
        tx.conn.execute(delete(one_time_notice))

    for act in (falsify, drop):
        with pytest.raises(DatabaseError):
            small.ctx.write(act)
