"""Alarms of assistance: questions that were not taken or answered in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.assistance.tables import first_ask
from server.core.due_days import DueWords, due_alarms, due_codes, due_counts
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

WORDS = DueWords(
    overdue=("条首问记录已逾期", "first-asked questions are overdue"),
    due=("条首问记录今天到期", "first-asked questions are due today"),
)
QUIET = frozenset(due_codes("first_ask"))


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of questions."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        counts = ctx.read(lambda c: due_counts(c, first_ask, ctx.hall_id, snapshot.day))
        return due_alarms("first_ask", "assistance", WORDS, counts)

    return current
