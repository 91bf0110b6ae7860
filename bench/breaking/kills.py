"""Fault: kill -9 of server, agents or both at random moments, also in the middle of a start."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.breaking.board_comparison import compare_boards
from bench.breaking.run import Injection, Scene

SERVER, AGENT, BOTH, STARTING = "kill server", "kill agent", "kill both", "kill while starting"
PLAN = (SERVER, AGENT, BOTH, SERVER, STARTING)
MOST_ACTS = 6
LOOK_EVERY = 25
"""Number of kills after which everybody rests and the boards are compared."""
LONGEST_PAUSE = 0.05


def kill_faults(count: int, show_progress: Callable[[int], None] = lambda _done: None) -> Injection:
    """Return a fault of `count` kills, each after some actions and a random pause."""

    def inject(scene: Scene) -> None:
        calls = 0
        for number in range(count):
            scene.crowd.wait_for(scene.chance.randint(1, MOST_ACTS))
            time.sleep(scene.chance.random() * LONGEST_PAUSE)
            kill(scene, scene.chance.choice(PLAN))
            if not scene.crowd.errors.empty():
                return
            if (number + 1) % LOOK_EVERY == 0:
                calls += compare_boards(scene)
            show_progress(number + 1)
        scene.outcome.notes.append(f"boards looked at in between: {calls} calls shown")

    return inject


def kill(scene: Scene, kind: str) -> None:
    """Run one kill and the start after it."""
    hall, crowd = scene.hall, scene.crowd
    scene.outcome.count_fault(kind)
    agent = scene.chance.choice(hall.agents)
    if kind in (AGENT, BOTH):
        hall.kill_agent(agent)
    if kind != AGENT:
        crowd.server_up.clear()
        hall.kill()
        if kind == STARTING:
            hall.begin_start()
            time.sleep(scene.chance.random() * 0.4)
            hall.kill()
        hall.start()
        crowd.server_up.set()
    if kind in (AGENT, BOTH):
        hall.start_agent(agent)
