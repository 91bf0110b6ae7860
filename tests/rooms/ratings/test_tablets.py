"""Tablets at windows: who serves there, the service that is asked about, and its rating."""

from __future__ import annotations

import pytest

from server.core.actors import ActorKind, Principal
from server.core.errors import HallError
from server.disclosure.views import briefs
from server.queue import snapshot
from server.ratings import queries
from server.ratings.messages import TabletState
from server.ratings.tablets import BEGUN_MS, Tablets
from support.halls import SmallHall
from support.web import Web


def state(hall: SmallHall, window: str = "T1") -> TabletState:
    """Return the state of a window's tablet."""
    tablets = Tablets(hall.hall)
    return snapshot.read_with(hall.ctx, lambda seen: tablets.state(seen, window))


def test_a_tablet_names_who_serves_and_asks_after_a_service(small: SmallHall) -> None:
    assert state(small).staff_name == ""
    small.sign_in("T1")
    small.issue("tax-1")
    small.issue("tax-1")
    name = state(small).staff_name
    assert name
    assert (state(small).ticket, state(small).until) == ("", 0)
    ticket = small.serve("T1")
    shown = state(small)
    assert (shown.ticket, shown.ticket_number) == (ticket.id, ticket.number)
    assert shown.staff_name == name
    assert shown.until == small.clock.now() + 20_000
    assert state(small, "T2").ticket == ""
    assert shown.guide is None
    small.call("T1")
    assert state(small).ticket == ""


def test_the_tablet_is_the_window_s_screen_while_a_number_is_there(small: SmallHall) -> None:
    small.sign_in("T1")
    assert state(small).guide is None
    small.issue("tax-1")
    assert state(small).guide is None  # it still waits
    small.call("T1")
    book = small.ctx.catalogue()
    shown = state(small)
    assert shown.guide is not None
    assert (shown.guide.name, shown.guide_version) == (book.item_by["tax-1"].name, book.version)
    assert shown.guide in briefs(book, small.ctx.local()).guides
    assert state(small, "T2").guide is None


def test_a_person_who_has_begun_may_go_on_for_minutes(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    ticket = small.serve("T1")
    small.clock.advance(seconds=20 + BEGUN_MS // 1000 - 1)
    assert state(small).ticket == ticket.id
    small.clock.advance(seconds=1)
    assert state(small).ticket == ""


def test_a_service_is_rated_once_on_the_tablet_of_its_window(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    ticket = small.serve("T1")
    web = Web(small)
    body = {"ticket": ticket.id, "level": 1, "aspects": ["attitude"]}
    other = web.device(ActorKind.TABLET, "T2")
    assert other.post("/tablet/rating", body).get_json()["code"] == "ticket_unknown"
    own = web.device(ActorKind.TABLET, "T1")
    assert own.post("/tablet/rating", body).status_code == 200
    assert own.post("/tablet/rating", body).get_json()["code"] == "rating_given"
    rows = small.ctx.read(lambda c: queries.of_ticket(c, small.ctx.hall_id, ticket.id))
    assert [(r.level, r.channel, r.device) for r in rows] == [(1, "tablet", "tablet-T1")]
    assert state(small).ticket == ""
    assert web.manager().post("/tablet/rating", body).status_code == 403


def test_only_the_tablet_of_a_window_reads_its_feed(small: SmallHall) -> None:
    tablets = Tablets(small.hall)
    assert tablets.allowed(Principal(ActorKind.TABLET, "T1"), "T1")
    assert not tablets.allowed(Principal(ActorKind.TABLET, "T2"), "T1")
    assert not tablets.allowed(Principal(ActorKind.KIOSK, "T1"), "T1")
    assert not tablets.allowed(None, "T1")
    with pytest.raises(HallError):
        tablets.allowed(None, "nowhere")
