"""Full state of a feed without watchers: as fresh as one with watchers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.app import App, build
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.leave import actions as leave_actions
from server.live.feeds import Feed
from server.queue import snapshot
from support.halls import SmallHall, at
from support.leave_halls import actor, leave_request
from support.sheets import CLERK, deliver_punches, with_clock_and_rule
from support.web import Web

KEYS = {
    "attendance": "",
    "board": "main",
    "checks": "",
    "counter": "T1",
    "kiosk": "1",
    "my": CLERK,
    "office": "",
    "readers": "",
    "tablet": "T1",
    "windows": "",
}


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    """Yield the small hall at nine, with a time clock and a rule."""
    hall = SmallHall(sqlite_url, tmp_path, at(9))
    yield with_clock_and_rule(hall, delivered=at(9))
    hall.close()


def surface(app: App, name: str) -> Feed:
    return app.feeds._surfaces[name]


def picture(app: App, name: str) -> str:
    state = snapshot.take(app.hall.ctx)
    return surface(app, name).build(state, KEYS[name]).model_dump_json()


def happen(small: SmallHall) -> None:
    """Make one change of every kind, all within a minute."""
    deliver_punches(small, "08:20")
    small.sign_in("T1")
    small.issue("tax-1")
    small.call("T1")
    leave_actions.request(
        small.ctx, actor(CLERK), small.key(), leave_request("03-03T08:30", "03-03T17:30")
    )
    book = small.ctx.catalogue()
    import_catalogue(small.ctx, SYSTEM, replace(book, hall_name="改名大厅"), "renamed")


def test_every_surface_is_in_this_test(small: SmallHall) -> None:
    names = set(build(small.hall).feeds._surfaces) - {"ticket", "simulators"}
    assert set(KEYS) == names


@pytest.mark.parametrize("name", KEYS)
def test_a_page_opened_later_in_the_minute_shows_the_changes(small: SmallHall, name: str) -> None:
    app = Web(small).app
    before = picture(app, name)
    happen(small)
    # An app without any cache shows what is stored.
    fresh = picture(build(small.hall), name)
    assert picture(app, name) == fresh
    assert fresh != before or name == "checks"  # none is due: it must only not be stale


def test_hits_of_every_feed_is_a_function_without_state(small: SmallHall) -> None:
    """Require that `hits` of every feed is a plain function.

    It is called for watched rooms only; an object with state behind it would miss events.
    """
    for name, feed in build(small.hall).feeds._surfaces.items():
        assert inspect.isfunction(feed.affected_keys), name


def test_a_punch_is_shown_on_a_page_opened_in_the_same_minute(small: SmallHall) -> None:
    app = Web(small).app
    assert '"08:20"' not in picture(app, "attendance")
    deliver_punches(small, "08:20")
    assert '"08:20"' in picture(app, "attendance")
