"""Alarms of ratings: redresses that are overdue or due today."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.ratings import redress_queries

WORDS = {
    "redress_overdue": ("条差评整改已逾期", "redresses of bad ratings are overdue"),
    "redress_due": ("条差评整改今天到期", "redresses of bad ratings are due today"),
}
QUIET = frozenset(WORDS)


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of redresses."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        counts = ctx.read(lambda c: redress_queries.due_counts(c, ctx.hall_id, snapshot.day))
        return [
            Alarm(
                code=code,
                subject="redresses",
                since=None,
                message_zh=f"{number} {WORDS[code][0]}",
                message_en=f"{number} {WORDS[code][1]}",
            )
            for code, number in zip(WORDS, counts, strict=True)
            if number
        ]

    return current
