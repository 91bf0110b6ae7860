"""Ratings at the kiosk, and the second one that is typed in while a person is called back."""

from __future__ import annotations

import pytest

from server.core.actors import Actor, ActorKind
from server.ratings import actions, queries, redress_actions
from server.ratings.actions import PHONE, Given
from server.ratings.levels import Channel, Level
from server.ratings.redress_actions import Wish
from server.ratings.redress_rules import CallResult, RedressMove
from support.halls import MANAGER, STAFF, SmallHall
from support.web import Web

OFFICE = Actor(ActorKind.MANAGER, MANAGER)


@pytest.fixture
def ticket(small: SmallHall) -> str:
    """Return the id of a service that was finished at T1."""
    small.sign_in("T1")
    small.issue("tax-1")
    return small.serve("T1").id


def test_a_slip_is_rated_at_the_kiosk_once(small: SmallHall, ticket: str) -> None:
    web = Web(small)
    kiosk = web.device(ActorKind.KIOSK, "1")
    number = ticket.partition("-")[2]
    body = {"slip": number.lower(), "level": 2, "aspects": ["skill"]}
    assert kiosk.post("/kiosk/ratings", body).status_code == 200
    rows = small.ctx.read(lambda c: queries.of_ticket(c, small.ctx.hall_id, ticket))
    assert [(r.level, r.channel, r.device) for r in rows] == [(2, "kiosk", "1")]
    by_code = {"slip": small.ticket(ticket).token, "level": 1}
    assert kiosk.post("/kiosk/ratings", by_code).get_json()["code"] == "rating_given"
    unknown = {"slip": "no-such-token-0", "level": 1}
    assert kiosk.post("/kiosk/ratings", unknown).get_json()["code"] == "ticket_unknown"
    assert web.browser().post("/kiosk/ratings", body).status_code == 401


def answered(small: SmallHall, ticket: str, name: str) -> str:
    """Rate a service badly, have the unit's part done by the office, and return the rating."""
    bad = Given(Level.DISSATISFIED, Channel.PHONE, name=name)
    rating = actions.rate(small.ctx, PHONE, small.key(), ticket, bad)
    result = CallResult.REACHED if name else CallResult.NO_CONTACT
    for wish in (
        Wish(RedressMove.CONTACT, result=result),
        Wish(RedressMove.START, "整改"),
        Wish(RedressMove.ANSWER, "已整改"),
    ):
        redress_actions.move(small.ctx, OFFICE, small.key(), rating, wish)
    return rating


def test_a_second_rating_is_typed_in_while_the_person_is_called(
    small: SmallHall, ticket: str
) -> None:
    rating = answered(small, ticket, "测试人")
    web = Web(small)
    manager = web.manager()
    assert manager.get(f"/redresses/{rating}").get_json()["rateable"] is True
    address = f"/redresses/{rating}/rating"
    assert web.person(STAFF["T1"]).post(address, {"level": 1}).status_code == 403
    assert manager.post(address, {"level": 2}).get_json()["rateable"] is False
    rows = small.ctx.read(lambda c: queries.of_ticket(c, small.ctx.hall_id, ticket))
    assert [(r.level, r.channel) for r in rows] == [(4, "phone"), (2, "call_back")]
    assert manager.post(address, {"level": 2}).get_json()["code"] == "rating_given"


def test_nobody_is_called_who_left_no_contact(small: SmallHall, ticket: str) -> None:
    rating = answered(small, ticket, "")
    manager = Web(small).manager()
    assert manager.get(f"/redresses/{rating}").get_json()["rateable"] is False
    refused = manager.post(f"/redresses/{rating}/rating", {"level": 2})
    assert refused.get_json()["code"] == "redress_result"
