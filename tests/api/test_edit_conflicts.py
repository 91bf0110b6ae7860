"""Concurrent edits by two people: the later one gets a conflict, no edit is lost silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from server.catalogue.actions import import_catalogue
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.messages import Edit
from server.core.settings import Settings
from server.queue.settings import NumberSettings
from server.time_clocks import queries as time_clocks_queries
from support.halls import ADMINISTRATOR, MANAGER, STAFF
from support.web import Browser, Web

Json = dict[str, Any]


@dataclass(frozen=True)
class Thing:
    """Thing that two people edit: its address, what they saw, what each writes."""

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
            row.place for row in web.small.ctx.read(lambda c: time_clocks_queries.every(c, "small"))
        ],
    )


def setting(_web: Web) -> Thing:
    return Thing(
        "/office/settings",
        {"priority_run": Settings().of(NumberSettings).priority_run},
        {"values": {"priority_run": Settings().of(NumberSettings).priority_run + 1}},
        {"values": {"priority_run": 1}},
        lambda boss: boss.get("/office/settings").get_json()["values"]["priority_run"],
    )


def calendar(web: Web) -> Thing:
    calendar_view = web.manager().get("/office/calendar/2027").get_json()
    return Thing(
        "/office/calendar",
        {"imported_at": calendar_view["imported_at"]},
        {"year": 2027, "text": "2027-01-01 休 元旦"},
        {"year": 2027, "text": "2027-01-04 休 调休"},
        lambda boss: len(boss.get("/office/calendar/2027").get_json()["days"][0]["note"]),
    )


@pytest.mark.parametrize("of", [account, reader, setting])
def test_the_later_of_two_edits_is_a_conflict(web: Web, of: Callable[[Web], Thing]) -> None:
    thing, boss, other = of(web), web.administrator(), web.administrator()
    assert boss.post(thing.path, {**thing.first, "seen": thing.seen}).status_code == 200
    stored = thing.now(boss)
    late = other.post(thing.path, {**thing.second, "seen": thing.seen})
    assert (late.status_code, late.get_json()["code"]) == (409, CommonCode.CHANGED_MEANWHILE)
    assert thing.now(boss) == stored
    # A client of an older version does not send what it saw; its edit is accepted.
    assert other.post(thing.path, thing.second).status_code == 200
    assert thing.now(boss) != stored


def test_the_later_of_two_calendar_imports_is_a_conflict(web: Web) -> None:
    boss, thing = web.manager(), calendar(web)
    assert boss.post(thing.path, {**thing.first, "seen": thing.seen}, key=None).status_code == 200
    late = web.manager().post(thing.path, {**thing.second, "seen": thing.seen}, key=None)
    assert late.get_json()["code"] == CommonCode.CHANGED_MEANWHILE
    [day] = boss.get("/office/calendar/2027").get_json()["days"]
    assert day["day"] == "2027-01-01"


def test_an_import_does_not_overwrite_another_persons_workbook(web: Web) -> None:
    ctx = web.small.ctx
    editor, other = (Actor(ActorKind.ADMINISTRATOR, name) for name in (ADMINISTRATOR, MANAGER))
    book = ctx.catalogue()
    books = [replace(book, hall_name=name) for name in ("甲", "乙", "丙")]
    import_catalogue(ctx, editor, books[0], "")
    import_catalogue(ctx, editor, books[1], "")  # the editor's own file again: no conflict
    with pytest.raises(HallError) as refused:
        import_catalogue(ctx, other, books[2], "")
    assert refused.value.code is CommonCode.CHANGED_MEANWHILE
    assert ctx.catalogue().hall_name == "乙"
    import_catalogue(ctx, other, replace(ctx.catalogue(), hall_name="丙"), "")
    assert ctx.catalogue().hall_name == "丙"


def test_every_command_that_overwrites_can_send_what_was_seen(web: Web) -> None:
    edit_paths = {
        route.path
        for route in web.app.api.routes
        if route.body is not None and issubclass(route.body, Edit)
    }
    assert edit_paths >= {
        "/office/accounts/<staff>",
        "/office/readers/<serial>",
        "/office/bulletins/<bulletin>/words",
        "/office/settings",
        "/office/calendar",
    }
