"""kill -9 of server, agents or both at random moments, also in the middle of a start."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.breaking.looking import look_at_boards
from bench.breaking.run import Breaks, Scene

SERVER, AGENT, BOTH, BIRTH = "kill server", "kill agent", "kill both", "kill while starting"
PLAN = (SERVER, AGENT, BOTH, SERVER, BIRTH)
MOST_ACTS = 6
LOOK_EVERY = 25
"""Kills after which everybody rests and the boards are looked at."""
LONGEST_PAUSE = 0.05


def kills(count: int, told: Callable[[int], None] = lambda _done: None) -> Breaks:
    """So many kills, each after some acts and a random moment more."""

    def breaks(now: Scene) -> None:
        calls = 0
        for number in range(count):
            now.crowd.wait_for(now.chance.randint(1, MOST_ACTS))
            time.sleep(now.chance.random() * LONGEST_PAUSE)
            kill(now, now.chance.choice(PLAN))
            if not now.crowd.wrong.empty():
                return
            if (number + 1) % LOOK_EVERY == 0:
                calls += look_at_boards(now)
            told(number + 1)
        now.outcome.notes.append(f"boards looked at in between: {calls} calls shown")

    return breaks


def kill(now: Scene, what: str) -> None:
    """One kill and the start after it."""
    hall, crowd = now.hall, now.crowd
    now.outcome.hit(what)
    agent = now.chance.choice(hall.agents)
    if what in (AGENT, BOTH):
        hall.kill_agent(agent)
    if what != AGENT:
        crowd.up.clear()
        hall.kill()
        if what == BIRTH:
            hall.bear()
            time.sleep(now.chance.random() * 0.4)
            hall.kill()
        hall.start()
        crowd.up.set()
    if what in (AGENT, BOTH):
        hall.start_agent(agent)
