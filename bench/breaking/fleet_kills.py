"""kill -9 in a hall of several workers: one, several, their supervisor, all, Redis, an agent.

Boards hang on different workers. Now and then everybody rests and each board must show what the
database has: else a lost message would be healed by the next one before anybody looks.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.breaking.fleet import Fleet
from bench.breaking.history import MAIN
from bench.breaking.looking import look_at_boards
from bench.breaking.run import Breaks, Scene

ONE, SEVERAL, BORN = "kill worker", "kill several workers", "kill worker and its successor"
LEADER, WHOLE, BELL = "kill supervisor", "kill all processes", "kill Redis"
BELL_AND_ONE, BLINK = "kill worker without Redis", "Redis gone for a moment"
AGENT, AGENT_AND_ONE = "kill agent", "kill agent and worker"
PLAN = (
    ONE,
    ONE,
    ONE,
    SEVERAL,
    BORN,
    LEADER,
    WHOLE,
    BELL,
    BELL_AND_ONE,
    BLINK,
    AGENT,
    AGENT_AND_ONE,
)
BOARDS = (MAIN, "east", "west", MAIN, "east", "west")
MOST_ACTS = 12
LONGEST_PAUSE = 0.05
REST_EVERY = 5
"""Kills after which everybody rests and the boards are looked at."""
TRIES, BACK_SECONDS = 3, 6.0


def fleet_kills(count: int, told: Callable[[int], None] = lambda _done: None) -> Breaks:
    """So many kills, each after some acts and a random moment more."""

    def breaks(now: Scene) -> None:
        spread, calls = [], 0
        for number in range(count):
            now.crowd.wait_for(now.chance.randint(1, MOST_ACTS))
            time.sleep(now.chance.random() * LONGEST_PAUSE)
            spread.append(_spread_out(now))
            fleet_kill(now, now.chance.choice(PLAN))
            if not now.crowd.wrong.empty():
                return
            if (number + 1) % REST_EVERY == 0:
                calls += look_at_boards(now)
            told(number + 1)
        text = (
            f"{len(now.boards)} boards looked at {count // REST_EVERY} times, {calls} calls shown"
        )
        several = sum(workers > 1 for workers in spread)
        now.outcome.notes.append(f"{text}; on several workers before {several} of {count} kills")

    return breaks


def fleet_kill(now: Scene, what: str) -> None:
    """One kill, and whatever is needed to go on after it."""
    hall, crowd, chance = now.hall, now.crowd, now.chance
    assert isinstance(hall, Fleet)
    now.outcome.hit(what)
    there = sorted(hall.workers())
    one = [chance.choice(there)]
    agent = chance.choice(hall.agents)
    if what in (AGENT, AGENT_AND_ONE):
        hall.kill_agent(agent)
    if what in (BELL, BELL_AND_ONE, BLINK):
        hall.bell.kill()
    if what in (ONE, BELL_AND_ONE, AGENT_AND_ONE, BORN):
        hall.kill_workers(one)
    if what == BORN:
        time.sleep(chance.random() * 2)
        hall.kill_workers(set(hall.workers()) - set(there))
    if what == SEVERAL:
        hall.kill_workers(chance.sample(there, len(there) - 1))
    if what in (LEADER, WHOLE):
        crowd.up.clear()
        hall.kill() if what == WHOLE else hall.kill_supervisor()
        hall.start()
        crowd.up.set()
    if what in (BELL, BELL_AND_ONE):
        now.outcome.expect(crowd.wait_for(chance.randint(3, 10)), "acts go on without Redis")
    if what in (BELL, BELL_AND_ONE, BLINK):
        hall.bell.start()
    if what in (AGENT, AGENT_AND_ONE):
        hall.start_agent(agent)


def _spread_out(now: Scene) -> int:
    """After a start boards hang on the worker that was first: half of them dial anew."""
    for _ in range(TRIES):
        if _spread(now) > 1:
            break
        for board in now.boards[::2]:
            board.redial()
        end = time.monotonic() + BACK_SECONDS
        while time.monotonic() < end and not all(board.port() for board in now.boards):
            time.sleep(0.05)
    return _spread(now)


def _spread(now: Scene) -> int:
    """On how many workers the boards hang."""
    assert isinstance(now.hall, Fleet)
    held = {now.hall.worker_of(port) for board in now.boards if (port := board.port())}
    return len(held - {0})
