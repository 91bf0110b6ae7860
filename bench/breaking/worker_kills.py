"""Fault: kill -9 in a hall of several workers: one, several, supervisor, all, Redis, an agent.

The boards are connected to different workers. From time to time everybody rests and each board must
show the database's calls: otherwise the next message would repair a lost one unnoticed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.breaking.board_comparison import compare_boards
from bench.breaking.history import MAIN
from bench.breaking.run import Injection, Scene
from bench.breaking.worker_hall import Fleet

ONE, SEVERAL, SUCCESSOR = "kill worker", "kill several workers", "kill worker and its successor"
SUPERVISOR, WHOLE, REDIS = "kill supervisor", "kill all processes", "kill Redis"
REDIS_AND_ONE, BLINK = "kill worker without Redis", "Redis gone for a moment"
AGENT, AGENT_AND_ONE = "kill agent", "kill agent and worker"
PLAN = (
    ONE,
    ONE,
    ONE,
    SEVERAL,
    SUCCESSOR,
    SUPERVISOR,
    WHOLE,
    REDIS,
    REDIS_AND_ONE,
    BLINK,
    AGENT,
    AGENT_AND_ONE,
)
BOARDS = (MAIN, "east", "west", MAIN, "east", "west")
MOST_ACTS = 12
LONGEST_PAUSE = 0.05
REST_EVERY = 5
"""Number of kills after which everybody rests and the boards are compared."""
TRIES, BACK_SECONDS = 3, 6.0


def fleet_kills(count: int, show_progress: Callable[[int], None] = lambda _done: None) -> Injection:
    """Return a fault of `count` kills, each after some actions and a random pause."""

    def inject(scene: Scene) -> None:
        spread, calls = [], 0
        for number in range(count):
            scene.crowd.wait_for(scene.chance.randint(1, MOST_ACTS))
            time.sleep(scene.chance.random() * LONGEST_PAUSE)
            spread.append(_spread_out(scene))
            fleet_kill(scene, scene.chance.choice(PLAN))
            if not scene.crowd.errors.empty():
                return
            if (number + 1) % REST_EVERY == 0:
                calls += compare_boards(scene)
            show_progress(number + 1)
        text = (
            f"{len(scene.boards)} boards looked at {count // REST_EVERY} times, {calls} calls shown"
        )
        several = sum(workers > 1 for workers in spread)
        scene.outcome.notes.append(f"{text}; on several workers before {several} of {count} kills")

    return inject


def fleet_kill(scene: Scene, kind: str) -> None:
    """Run one kill, and the starts that are needed after it."""
    hall, crowd, chance = scene.hall, scene.crowd, scene.chance
    assert isinstance(hall, Fleet)
    scene.outcome.count_fault(kind)
    alive = sorted(hall.workers())
    victim = [chance.choice(alive)]
    agent = chance.choice(hall.agents)
    if kind in (AGENT, AGENT_AND_ONE):
        hall.kill_agent(agent)
    if kind in (REDIS, REDIS_AND_ONE, BLINK):
        hall.bus.kill()
    if kind in (ONE, REDIS_AND_ONE, AGENT_AND_ONE, SUCCESSOR):
        hall.kill_workers(victim)
    if kind == SUCCESSOR:
        time.sleep(chance.random() * 2)
        hall.kill_workers(set(hall.workers()) - set(alive))
    if kind == SEVERAL:
        hall.kill_workers(chance.sample(alive, len(alive) - 1))
    if kind in (SUPERVISOR, WHOLE):
        crowd.server_up.clear()
        hall.kill() if kind == WHOLE else hall.kill_supervisor()
        hall.start()
        crowd.server_up.set()
    if kind in (REDIS, REDIS_AND_ONE):
        scene.outcome.expect(crowd.wait_for(chance.randint(3, 10)), "acts go on without Redis")
    if kind in (REDIS, REDIS_AND_ONE, BLINK):
        hall.bus.start()
    if kind in (AGENT, AGENT_AND_ONE):
        hall.start_agent(agent)


def _spread_out(scene: Scene) -> int:
    """Reconnect half of the boards until they use several workers; return the number of workers.

    After a start all boards are connected to the worker that was first.
    """
    for _ in range(TRIES):
        if _spread(scene) > 1:
            break
        for board in scene.boards[::2]:
            board.reconnect()
        end = time.monotonic() + BACK_SECONDS
        while time.monotonic() < end and not all(board.port() for board in scene.boards):
            time.sleep(0.05)
    return _spread(scene)


def _spread(scene: Scene) -> int:
    """Return the number of workers that the boards are connected to."""
    assert isinstance(scene.hall, Fleet)
    workers = {scene.hall.worker_of(port) for board in scene.boards if (port := board.port())}
    return len(workers - {0})
