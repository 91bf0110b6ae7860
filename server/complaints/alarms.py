"""Alarms of complaints: those that are overdue or due today."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.complaints import queries
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

WORDS = {
    "complaint_overdue": ("条投诉建议已逾期", "complaints are overdue"),
    "complaint_due": ("条投诉建议今天到期", "complaints are due today"),
}
QUIET = frozenset(WORDS)


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of complaints."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        counts = ctx.read(lambda c: queries.due_counts(c, ctx.hall_id, snapshot.day))
        return [
            Alarm(
                code=code,
                subject="complaints",
                since=None,
                message_zh=f"{number} {WORDS[code][0]}",
                message_en=f"{number} {WORDS[code][1]}",
            )
            for code, number in zip(WORDS, counts, strict=True)
            if number
        ]

    return current
