"""Limit of slow work: few tasks at once, fair to users who start little."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import CommonCode, HallError
from server.core.fair_scheduler import Turns

SOON = 20.0


class Work:
    """Task that runs until released; records the names of begun tasks in order."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.most = 0
        self._now = 0
        self._change = threading.Condition()
        self._let: set[str] = set()

    def of(self, name: str) -> None:
        """Run the task called `name` until it is released."""
        with self._change:
            self.begun.append(name)
            self._now += 1
            self.most = max(self.most, self._now)
            self._change.notify_all()
            assert self._change.wait_for(lambda: name in self._let, SOON)
            self._now -= 1

    def let_go(self, *names: str) -> None:
        """Release these tasks."""
        with self._change:
            self._let.update(names)
            self._change.notify_all()

    def wait_begun(self, count: int) -> list[str]:
        """Return the begun tasks once there are `count`."""
        with self._change:
            assert self._change.wait_for(lambda: len(self.begun) >= count, SOON)
            return list(self.begun)


@contextmanager
def asking(turns: Turns, work: Work, *names: str) -> Iterator[list[threading.Thread]]:
    """Yield unstarted threads that each run a task, named `asker/n`."""
    threads = []
    for name in names:
        asker = name.partition("/")[0]
        threads.append(threading.Thread(target=turns.run, args=(asker, lambda n=name: work.of(n))))
    yield threads
    work.let_go(*names)
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive()


def test_a_user_waits_for_at_most_one_task_of_a_heavy_user() -> None:
    turns, work = Turns(places=1), Work()
    names = [f"guesser/{n}" for n in range(8)]
    with asking(turns, work, *names, "colleague/0") as threads:
        threads[0].start()
        work.wait_begun(1)
        for thread in threads[1:]:
            thread.start()
        while turns.waiting != 8:
            threading.Event().wait(0.001)
        work.let_go(names[0])
        second = work.wait_begun(2)[1]
        work.let_go(second)
        third = work.wait_begun(3)[2]
        assert "colleague/0" in (second, third)


def test_one_user_has_one_place_though_others_are_free() -> None:
    turns, work = Turns(places=2), Work()
    with asking(turns, work, "guesser/0", "guesser/1", "colleague/0") as threads:
        threads[0].start()
        work.wait_begun(1)
        threads[1].start()
        while turns.waiting != 1:
            threading.Event().wait(0.001)
        threads[2].start()
        assert work.wait_begun(2) == ["guesser/0", "colleague/0"]


def test_a_user_with_too_many_tasks_is_rejected_and_others_are_not() -> None:
    turns, work = Turns(places=1, longest=2), Work()
    with asking(turns, work, "guesser/0", "guesser/1", "guesser/2", "colleague/0") as threads:
        threads[0].start()
        work.wait_begun(1)
        for thread in threads[1:3]:
            thread.start()
        while turns.waiting != 2:
            threading.Event().wait(0.001)
        with pytest.raises(HallError) as refused:
            turns.run("guesser", lambda: None)
        assert refused.value.code is CommonCode.TOO_MANY
        threads[3].start()


def test_a_failing_task_releases_its_place() -> None:
    turns = Turns(places=1)
    with pytest.raises(ZeroDivisionError):
        turns.run("a", lambda: 1 / 0)
    assert turns.run("a", lambda: 7) == 7


@given(
    places=st.integers(1, 3),
    askers=st.lists(st.sampled_from("abc"), min_size=1, max_size=24),
)
def test_every_task_runs_and_never_more_than_the_places(places: int, askers: list[str]) -> None:
    turns = Turns(places, longest=24)
    lock, now, done = threading.Lock(), [0, 0], []

    def work(who: str) -> None:
        with lock:
            now[0] += 1
            now[1] = max(now)
        with lock:
            now[0] -= 1
            done.append(who)

    threads = [
        threading.Thread(target=turns.run, args=(who, lambda who=who: work(who))) for who in askers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert sorted(done) == sorted(askers)
    assert now[1] <= places
    assert turns.waiting == 0
