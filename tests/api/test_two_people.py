"""Two people edit the same thing: the later one is told, nothing silently wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from server.domain.errors import Code
from server.storage import readers
from server.wire.base import Edit
from support.halls import STAFF
from support.web import Browser, Web

Json = dict[str, Any]


@dataclass(frozen=True)
class Thing:
    """Something that two people edit: its address, what they saw, what either writes."""

    path: str
    seen: Json
    first: Json
    second: Json
    now: Callable[[Browser], object]


def account(_web: Web) -> Thing:
    def role(boss: Browser) -> object:
        rows = boss.get("/office/accounts").get_json()["accounts"]
        return next(row["role"] for row in rows if row["staff"] == STAFF["T1"])

    return Thing(
        f"/office/accounts/{STAFF['T1']}",
        {"role": "clerk", "disabled": False},
        {"role": "manager"},
        {"role": "administrator"},
        role,
    )


def reader(web: Web) -> Thing:
    body = {"serial": "CE1", "way": "push", "name": "东门"}
    assert web.administrator().post("/office/readers", body).status_code == 200
    return Thing(
        "/office/readers/CE1",
        {"name": "东门", "place": "", "networks": ""},
        {"name": "东门", "place": "一楼"},
        {"name": "东门", "place": "二楼"},
        lambda _boss: [
            row.place for row in web.small.ctx.read(lambda c: readers.every(c, "small"))
        ],
    )


@pytest.mark.parametrize("of", [account, reader])
def test_the_later_of_two_is_told(web: Web, of: Callable[[Web], Thing]) -> None:
    thing, boss, other = of(web), web.administrator(), web.administrator()
    assert boss.post(thing.path, {**thing.first, "seen": thing.seen}).status_code == 200
    kept = thing.now(boss)
    late = other.post(thing.path, {**thing.second, "seen": thing.seen})
    assert (late.status_code, late.get_json()["code"]) == (409, Code.CHANGED_MEANWHILE)
    assert thing.now(boss) == kept
    # A program of before says nothing of what it saw, and is taken as ever.
    assert other.post(thing.path, thing.second).status_code == 200
    assert thing.now(boss) != kept


def test_every_command_that_overwrites_can_say_what_was_seen(web: Web) -> None:
    named = {
        route.path
        for route in web.app.api.routes
        if route.body is not None and issubclass(route.body, Edit)
    }
    assert named >= {
        "/office/accounts/<staff>",
        "/office/readers/<serial>",
        "/office/bulletins/<bulletin>/words",
    }
