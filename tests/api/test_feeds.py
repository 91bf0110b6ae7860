"""Live feeds: no event is missed, and a page that cannot be admitted gets the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.event import Event as Flag
from pydantic import BaseModel
from sqlalchemy import text

from server.core.clock import SetClock
from server.live.feeds import Feed
from server.queue.snapshot import QueueSnapshot, with_queue
from support.halls import SmallHall, at
from support.web import Browser, Web

PATIENCE = 20.0
NEVER = 3600.0


class Striking(SetClock):
    """Clock that runs an action the next time it is read."""

    strike: Callable[[], None] | None = None

    def now(self) -> int:
        strike, self.strike = self.strike, None
        if strike is not None:
            strike()
        return super().now()


class Picture(BaseModel):
    """State of the test's feed: the windows with a session."""

    windows: list[str]


class Hall(Web):
    """The small hall with a feed that everyone may watch."""

    def __init__(self, small: SmallHall, clock: Striking) -> None:
        super().__init__(small)
        self.clock = clock
        self.seen: dict[str, list[list[str]]] = {}
        self.awaited: Callable[[], bool] = lambda: False
        self.came = Flag()
        anybody, everything = (lambda *_asked: True), (lambda _event: {"*"})
        self.app.feeds.add(Feed("probe", with_queue(self._picture), anybody, everything, 0.0))

    def _picture(self, state: QueueSnapshot, key: str) -> Picture:
        windows = sorted(state.sessions)
        self.seen.setdefault(key, []).append(windows)
        if self.awaited():
            self.came.set()
        return Picture(windows=windows)

    def watch(self, key: str, browser: Browser | None = None, surface: str = "probe") -> bool:
        """Open a page; return True if it was admitted."""
        line: Any = self.app.socketio.test_client(
            self.app.flask,
            namespace="/live",
            auth={"surface": surface, "key": key},
            flask_test_client=(browser or self.browser()).client,
        )
        return bool(line.is_connected("/live"))

    def rename(self, table: str, name: str) -> None:
        """Rename a table, to take it out of the database or to put it back."""
        change = text(f"ALTER TABLE {table} RENAME TO {name}")
        self.small.ctx.write(lambda tx: tx.conn.execute(change))


@pytest.fixture
def hall(sqlite_url: str, tmp_path: Path) -> Iterator[Hall]:
    """Yield the small hall; its feeds are pushed, and computed anew only after a change."""
    clock = Striking(at(9))
    small = SmallHall(sqlite_url, tmp_path, at(9), clock=clock)
    made = Hall(small, clock)
    pushing = gevent.spawn(made.app.feeds.run, NEVER)
    yield made
    pushing.kill()
    small.close()


def test_events_during_a_read_are_in_the_next_state(hall: Hall) -> None:
    hall.small.sign_in("T1")
    assert hall.watch("x")
    hall.awaited = lambda: hall.seen["x"][-1] == ["T1", "T2"]
    hall.clock.strike = lambda: hall.small.sign_in("T2")
    hall.app.feeds.rebuild("probe")
    assert hall.came.wait(PATIENCE)
    assert hall.seen["x"] == [["T1"], ["T1"], ["T1", "T2"]]


@pytest.mark.parametrize("table", ["session", "journal"])
def test_a_page_is_told_to_retry_while_the_database_is_unavailable(hall: Hall, table: str) -> None:
    manager = hall.manager()
    hall.rename(table, "away")
    assert not hall.watch("", manager, "office")
    hall.rename("away", table)
    assert hall.watch("", manager, "office")


def test_no_state_is_computed_for_a_rejected_page(hall: Hall) -> None:
    assert hall.watch("inside")
    hall.rename("journal", "away")
    assert not hall.watch("outside")
    hall.rename("away", "journal")
    hall.awaited = lambda: len(hall.seen["inside"]) == 2
    hall.app.feeds.rebuild("probe")
    assert hall.came.wait(PATIENCE)
    assert hall.watch("later")
    assert "outside" not in hall.seen
