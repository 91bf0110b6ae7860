"""Everybody rests in the middle of a service, and every board must show what the database has.

At the end of a run nobody is called any more: a board that shows nothing would be right by chance.
And while people work, the next message would heal a lost one before anybody looked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.breaking.evidence import busy_at
from bench.breaking.history import MAIN
from server.reference import load

if TYPE_CHECKING:
    from bench.breaking.run import Scene

CALLED_WITHIN = 60.0
"""Kiosks go on until somebody is called, but not longer."""
STILL_SECONDS = 0.7
"""Nobody was answered for so long: everybody has come to rest."""


def rest(now: Scene, *, halfway: bool = True) -> None:
    """Everybody stops between two acts; `halfway`: clerks in the middle of a service."""
    now.crowd.halfway = halfway
    now.crowd.working.clear()
    last, since = -1, time.monotonic()
    while time.monotonic() - since < STILL_SECONDS:
        count = len(now.crowd.acks)
        if count != last:
            last, since = count, time.monotonic()
        time.sleep(0.05)


def look_at_boards(now: Scene) -> int:
    """Everybody rests; how many calls the board with most of them came to show."""
    now.crowd.caught.clear()
    now.crowd.catching.set()
    end = time.monotonic() + CALLED_WITHIN
    while time.monotonic() < end:
        if now.crowd.caught & {window for window, _ in busy_at(now.url)}:
            break
        time.sleep(0.2)
    rest(now)
    now.crowd.catching.clear()
    looked = [0]
    zone_of = {window.code: window.zone for window in load().windows}
    for board in now.boards:
        busy = busy_at(now.url)
        mine = {b for b in busy if board.zone in (MAIN, zone_of[b[0]])}
        looked.append(len(mine))
        shown = board.shows(mine)
        # Somebody may have ended what was begun before the rest.
        now.outcome.expect(
            shown == mine or busy != busy_at(now.url),
            f"the board of {board.zone} ({board.trouble or 'never away'}) shows what is called: "
            f"too much {sorted(shown - mine)[:3]}, missing {sorted(mine - shown)[:3]}",
        )
        now.outcome.expect(board.drawn, f"the board of {board.zone} was given a picture")
    now.crowd.working.set()
    return max(looked)
