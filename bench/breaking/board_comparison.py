"""Board comparison: everybody rests in the middle of a service, and boards must match the database.

At the end of a run no ticket is called any more: a board that shows nothing would be right by
chance. While people work, the next message would repair a lost one before the comparison.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.breaking.evidence import called_at_windows
from bench.breaking.history import MAIN
from server.catalogue.reference import load

if TYPE_CHECKING:
    from bench.breaking.run import Scene

CALLED_WITHIN = 60.0
"""Maximum seconds to wait for a called ticket before the rest."""
STILL_SECONDS = 0.7
"""Seconds without an answered action after which everybody is at rest."""


def pause_everybody(scene: Scene, *, halfway: bool = True) -> None:
    """Stop everybody between two actions; `halfway`: clerks stop in the middle of a service."""
    scene.crowd.stop_mid_service = halfway
    scene.crowd.working.clear()
    last, last_change = -1, time.monotonic()
    while time.monotonic() - last_change < STILL_SECONDS:
        count = len(scene.crowd.acks)
        if count != last:
            last, last_change = count, time.monotonic()
        time.sleep(0.05)


def compare_boards(scene: Scene) -> int:
    """Let everybody rest and compare the boards; return the most calls on a board."""
    scene.crowd.held_windows.clear()
    scene.crowd.holding.set()
    end = time.monotonic() + CALLED_WITHIN
    while time.monotonic() < end:
        if scene.crowd.held_windows & {window for window, _ in called_at_windows(scene.url)}:
            break
        time.sleep(0.2)
    pause_everybody(scene)
    scene.crowd.holding.clear()
    counts = [0]
    zone_of = {window.code: window.zone for window in load().windows}
    for board in scene.boards:
        busy = called_at_windows(scene.url)
        mine = {b for b in busy if board.zone in (MAIN, zone_of[b[0]])}
        counts.append(len(mine))
        shown = board.shows(mine)
        # Somebody may have ended a service that began before the rest.
        scene.outcome.expect(
            shown == mine or busy != called_at_windows(scene.url),
            f"the board of {board.zone} ({board.trouble or 'never away'}) shows what is called: "
            f"too much {sorted(shown - mine)[:3]}, missing {sorted(mine - shown)[:3]}",
        )
        scene.outcome.expect(board.has_state, f"the board of {board.zone} was given a picture")
    scene.crowd.working.set()
    return max(counts)
