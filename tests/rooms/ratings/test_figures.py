"""Figures of ratings: the tables and the journal give the same digits, whatever the day was."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core import journal
from server.core.errors import HallError
from server.queue import calling, undo
from server.queue.tickets import Outcome
from server.ratings import actions
from server.ratings.actions import PHONE, Given
from server.ratings.figures import By, counts_by
from server.ratings.levels import Channel, Level
from server.ratings.rates import Counts
from server.ratings.replay import ReplayedRatings, replayed
from support.halls import MONDAY, SmallHall, at

WINDOWS = ("T1", "T2", "G1")


def day_of_ratings(hall: SmallHall, seed: int, people: int) -> None:
    """Let people be served at three windows; some rate, some ends are undone, the last one too."""
    chance = random.Random(seed)
    for _ in range(people):
        window = chance.choice(WINDOWS)
        hall.issue("tax-1")
        ticket = hall.serve(window).id
        if chance.random() < 0.6:
            channel = chance.choice([Channel.PHONE, Channel.PAD, Channel.KIOSK, Channel.STAFF])
            given = Given(chance.choice(list(Level)), channel)
            actions.rate(hall.ctx, PHONE, hall.key(), ticket, given)
        if chance.random() < 0.2:
            undo.undo(hall.ctx, hall.clerk(window), hall.key(), window)
            hall.clock.advance(seconds=1)
            calling.finish(hall.ctx, hall.clerk(window), hall.key(), window, Outcome.DONE, "")
    if people:
        undo.undo(hall.ctx, hall.clerk(window), hall.key(), window)


def from_journal(hall: SmallHall) -> ReplayedRatings:
    """Return what the journal says."""
    ctx = hall.ctx
    return ctx.read(
        lambda c: replayed(journal.line_of(row) for row in journal.lines(c, ctx.hall_id))
    )


def stored(hall: SmallHall, by: By) -> dict[str, Counts]:
    """Return the counts of the day by the tables."""
    ctx, day = hall.ctx, MONDAY.isoformat()
    return ctx.read(lambda c: counts_by(c, ctx.hall_id, day, day, by))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), people=st.integers(0, 12))
def test_the_journal_alone_gives_the_same_digits(seed: int, people: int, tmp_path: Path) -> None:
    file = tmp_path / f"{seed}-{people}.db"
    file.unlink(missing_ok=True)
    hall = SmallHall(f"sqlite:///{file}", tmp_path, at(9))
    try:
        hall.sign_in(*WINDOWS)
        day_of_ratings(hall, seed, people)
        journal_says, day = from_journal(hall), MONDAY.isoformat()
        assert journal_says.counts(day, day) == stored(hall, By.ALL)[""]
        by_window = stored(hall, By.WINDOW)
        for window in WINDOWS:
            counts = journal_says.counts(day, day, window)
            if counts.services:
                assert counts == by_window[window]
            else:
                assert window not in by_window
    finally:
        hall.close()


def test_both_databases_count_by_window_unit_person_and_month(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    for item, window, level in (("tax-1", "T1", 1), ("tax-1", "T1", 4), ("build-1", "S1", 2)):
        small.issue(item)
        ticket = small.serve(window).id
        actions.rate(small.ctx, PHONE, small.key(), ticket, Given(Level(level), Channel.PHONE))
    small.issue("tax-1")
    small.serve("T1")
    assert {key: (c.services, c.active, c.good) for key, c in stored(small, By.UNIT).items()} == {
        "tax": (3, 2, 1),
        "build": (1, 1, 1),
    }
    assert set(stored(small, By.WINDOW)) == {"T1", "S1"}
    assert set(stored(small, By.MONTH)) == {"2026-03"}
    total = stored(small, By.ALL)[""]
    assert (total.services, total.active, total.bad) == (4, 3, 1)
    ctx, day = small.ctx, MONDAY.isoformat()
    own = ctx.read(lambda c: counts_by(c, ctx.hall_id, day, day, By.ALL, small.clerk("S1").name))
    assert (own[""].services, own[""].good) == (1, 1)


def test_a_day_without_services_has_no_figures(small: SmallHall) -> None:
    assert stored(small, By.ALL) == {"": Counts(levels=dict.fromkeys(Level, 0))}
    assert stored(small, By.WINDOW) == {}
    with pytest.raises(HallError):
        actions.rate(small.ctx, PHONE, small.key(), "nothing", Given(Level(1), Channel.PHONE))
