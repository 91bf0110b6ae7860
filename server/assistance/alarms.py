"""Alarms of assistance: questions that are late, and jobs whose helper left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.assistance import queries
from server.assistance.tables import first_ask
from server.core.due_days import DueWords, due_alarms, due_codes, due_counts
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

WORDS = DueWords(
    overdue=("条首问记录已逾期", "first-asked questions are overdue"),
    due=("条首问记录今天到期", "first-asked questions are due today"),
)
LEFT = "helper_left"
QUIET = frozenset({*due_codes("first_ask"), LEFT})


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of questions and jobs."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        counts = ctx.read(lambda c: due_counts(c, first_ask, ctx.hall_id, snapshot.day))
        left = ctx.read(lambda c: queries.count_left(c, ctx.hall_id))
        return [*due_alarms("first_ask", "assistance", WORDS, counts), *_left(left)]

    return current


def _left(number: int) -> list[Alarm]:
    if not number:
        return []
    words = f"{number} 项帮办代办的帮办代办人已离开，须转交"
    english = f"{number} jobs of helpers who left have to be handed on"
    return [
        Alarm(code=LEFT, subject="assistance", since=None, message_zh=words, message_en=english)
    ]
