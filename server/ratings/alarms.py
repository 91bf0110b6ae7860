"""Alarms of ratings: redresses that are overdue or due today."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.core.due_days import DueWords, due_alarms, due_codes, due_counts
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.ratings.tables import redress

WORDS = DueWords(
    overdue=("条差评整改已逾期", "redresses of bad ratings are overdue"),
    due=("条差评整改今天到期", "redresses of bad ratings are due today"),
)
QUIET = frozenset(due_codes("redress"))


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of redresses."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        counts = ctx.read(lambda c: due_counts(c, redress, ctx.hall_id, snapshot.day))
        return due_alarms("redress", "redresses", WORDS, counts)

    return current
