"""Pause of all windows of the hall or a zone, and notices: begun and ended in one act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from display.board import MAIN, board
from kiosk import views
from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, ErrorCode, HallError
from server.queue import calling, hall_notices, snapshot, window_session_queries, window_sessions
from server.queue.business_day import keep_day
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts
from server.queue.messages import DelayView, PublishNotice
from server.queue.queue_views import notice_views
from server.queue.tickets import Outcome
from support.halls import MANAGER, MONDAY, SmallHall, at

OFFICE = Actor(ActorKind.MANAGER, MANAGER)
DRILL = PublishNotice(pauses=True, reason="drill", minutes=20)
Paused = dict[str, tuple[bool, str]]


def publish(small: SmallHall, order: PublishNotice = DRILL) -> str:
    return hall_notices.publish(small.ctx, OFFICE, small.key(), order)


def end(small: SmallHall, notice: str) -> None:
    hall_notices.end(small.ctx, OFFICE, small.key(), notice)


def paused(small: SmallHall) -> Paused:
    """Return by window if it is paused, and the reason of its pause to come."""
    rows = small.ctx.read(lambda c: window_session_queries.sessions(c, "small"))
    return {row.window: (row.paused_at is not None, row.pause_next) for row in rows}


def refusal(act: Callable[[], object]) -> ErrorCode:
    with pytest.raises(HallError) as caught:
        act()
    return caught.value.code


def test_one_act_pauses_every_window_and_ends_it(small: SmallHall) -> None:
    """A busy window pauses after its person; one that pauses by itself stays paused afterwards."""
    small.sign_in("T1", "T2", "S1")
    window_sessions.pause(small.ctx, small.clerk("T2"), small.key(), "T2", "rest", "")
    small.issue("build-1")
    small.call("S1")
    notice = publish(small)
    assert paused(small) == {"T1": (True, ""), "T2": (True, ""), "S1": (False, "hall")}
    calling.start(small.ctx, small.clerk("S1"), small.key(), "S1")
    calling.finish(small.ctx, small.clerk("S1"), small.key(), "S1", Outcome.DONE, "")
    small.sign_in("G1")
    assert paused(small) == dict.fromkeys(("T1", "T2", "S1", "G1"), (True, ""))
    end(small, notice)
    assert paused(small) == {
        "T1": (False, ""), "T2": (True, ""), "S1": (False, ""), "G1": (False, "")
    }  # fmt: skip
    assert refusal(lambda: end(small, notice)) is CommonCode.NOT_FOUND
    lines = small.ctx.read(lambda c: journal.of_subject(c, "small", notice))
    assert [line["act"] for line in lines] == ["hall_notice.begin", "hall_notice.end"]
    assert lines[0]["data"]["windows"] == ["S1", "T1"]


def test_a_clerk_cannot_end_the_pause_of_the_hall(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    small.call("T2")
    publish(small)
    for window, act in (
        ("T1", window_sessions.unpause),
        ("T2", window_sessions.drop_next_pause),
    ):
        with pytest.raises(HallError) as caught:
            act(small.ctx, small.clerk(window), small.key(), window)
        assert caught.value.code is QueueCode.HALL_PAUSED


def test_a_zone_pauses_alone_and_two_pauses_end_apart(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    zone = publish(small, PublishNotice(area="zone:west", pauses=True, text="漏水"))
    assert paused(small) == {"T1": (False, ""), "S1": (True, "")}
    hall = publish(small)
    end(small, hall)
    assert paused(small) == {"T1": (False, ""), "S1": (True, "")}
    assert [n.text for n in board(snapshot.take(small.ctx), "west").notices] == ["漏水"]
    assert board(snapshot.take(small.ctx), "east").notices == []
    assert [n.area_name for n in board(snapshot.take(small.ctx), MAIN).notices] == ["西厅"]
    end(small, zone)
    assert paused(small)["S1"] == (False, "")


def test_numbers_are_given_with_the_end_of_the_pause(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-2")
    small.call("T1")  # it pauses after this person
    publish(small)
    ticket = small.issue("tax-2")
    page = views.item_page_of(snapshot.take(small.ctx), Forecasts.of(small.ctx).current(), "tax-2")
    assert page.offer is not None
    assert page.offer.delay == DelayView(reason="hall", until=at(9, 20))
    assert (ticket.told_low or 0) >= 20


def test_a_notice_shows_until_its_end(small: SmallHall) -> None:
    small.sign_in("T1")
    publish(small, PublishNotice(pauses=False, text="请出示身份证", minutes=10))

    def texts() -> list[str]:
        seen = snapshot.take(small.ctx)
        return [n.text for n in notice_views(seen)]

    assert texts() == ["请出示身份证"]
    assert paused(small) == {"T1": (False, "")}
    small.clock.advance(seconds=601)
    assert texts() == []


def test_the_pause_ends_with_the_day(small: SmallHall) -> None:
    keep_day(small.ctx)
    publish(small)
    small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    keep_day(small.ctx)
    small.sign_in("T1")
    assert paused(small) == {"T1": (False, "")}


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (PublishNotice(area="zone:none", pauses=True, reason="drill"), CommonCode.INVALID),
        (PublishNotice(pauses=True), CommonCode.REASON_REQUIRED),
        (PublishNotice(pauses=False, reason="drill"), CommonCode.REASON_REQUIRED),
    ],
)
def test_a_notice_needs_an_area_and_words(
    small: SmallHall, order: PublishNotice, code: ErrorCode
) -> None:
    assert refusal(lambda: publish(small, order)) is code
