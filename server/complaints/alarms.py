"""Alarms of complaints: those that are overdue or due today."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.complaints.tables import complaint
from server.core.due_days import DueWords, due_alarms, due_codes, due_counts
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

WORDS = DueWords(
    overdue=("条投诉建议已逾期", "complaints are overdue"),
    due=("条投诉建议今天到期", "complaints are due today"),
)
QUIET = frozenset(due_codes("complaint"))


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of complaints."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        counts = ctx.read(lambda c: due_counts(c, complaint, ctx.hall_id, snapshot.day))
        return due_alarms("complaint", "complaints", WORDS, counts)

    return current
