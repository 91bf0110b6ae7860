"""Quota of an item in a slot: counted, refused with the time of the next places, freed."""

from __future__ import annotations

import pytest

from server.core.errors import HallError
from server.core.problems import problem
from server.queue import calling
from server.queue.errors import QueueCode
from support.halls import SmallHall, at
from support.offline_kiosk import Kiosk
from support.web import Web


@pytest.fixture
def full(small: SmallHall) -> SmallHall:
    """Return the small hall at nine, when both numbers of the slot are given."""
    small.configure(item_quotas="tax-1 09:00-10:00 2")
    small.sign_in("T1")
    small.issue("tax-1")
    small.issue("tax-1")
    return small


def test_a_number_beyond_the_quota_is_refused_with_the_next_time(full: SmallHall) -> None:
    with pytest.raises(HallError) as caught:
        full.issue("tax-1")
    assert caught.value.code is QueueCode.QUOTA_FULL
    words = problem(caught.value)
    assert words.message_zh == (
        "该事项09:00至10:00的2个号已经取完。再次放号：3月2日（周一）10:00。"
    )
    assert "More from: Monday 2 March, 10:00." in words.message_en
    assert full.issue("tax-2").number == "A003", "another item has no quota"


def test_the_kiosks_page_says_it_before_the_press(full: SmallHall) -> None:
    page = Web(full).device("kiosk", "1").get("/items/tax-1/for/ordinary").get_json()
    assert (page["offer"], page["refusal"]["code"]) == (None, "quota_full")


def test_places_open_with_the_next_slot_and_by_a_cancellation(full: SmallHall) -> None:
    first = full.ticket("20260302-A001")
    calling.cancel(full.ctx, full.clerk("T1"), full.key(), first.id)
    assert full.issue("tax-1").number == "A003"
    full.clock.set(at(10))
    assert full.issue("tax-1").number == "A004"


def test_numbers_of_the_time_without_the_server_count_in_their_slot(small: SmallHall) -> None:
    small.configure(item_quotas="tax-1 09:00-10:00 2; tax-1 10:00-11:00 1")
    small.sign_in("T1")
    kiosk = Kiosk(small)
    paper = [kiosk.issue(when=at(9, minute)) for minute in (5, 10, 15)]
    small.clock.set(at(9, 30))
    small.issue("tax-1")
    assert [kiosk.import_ticket(ticket) for ticket in paper] == ["waiting"] * 3, "one too many"
    with pytest.raises(HallError) as caught:
        small.issue("tax-1")
    assert caught.value.code is QueueCode.QUOTA_FULL
    late = kiosk.issue(when=at(9, 59))
    small.clock.set(at(10, 5))
    assert kiosk.import_ticket(late) == "waiting"
    assert small.issue("tax-1").number == "A002", "the place of this slot is free"
    with pytest.raises(HallError):
        small.issue("tax-1")
