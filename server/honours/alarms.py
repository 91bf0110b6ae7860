"""Alarm of honours: vetoes that wait for a second or third person."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.honours import queries

WAITING = "veto_waiting"
QUIET = frozenset({WAITING})


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarm of vetoes."""
    ctx = hall.ctx

    def current(_snapshot: Snapshot) -> list[Alarm]:
        count = ctx.read_single(lambda c: queries.waiting_vetoes(c, ctx.hall_id))
        if not count:
            return []
        return [
            Alarm(
                code=WAITING,
                subject="honours",
                message_zh=f"{count} 条一票否决待认定或裁定。",
                message_en=f"{count} vetoes wait for somebody's decision.",
                since=None,
            )
        ]

    return current
