"""Alarms of electronic supervision: cases that are overdue or due today, by the promised clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.cases import list_queries
from server.cases.clocks import PROMISES
from server.cases.due_texts import minute_text
from server.core.due_days import DueWords, due_alarms, due_codes
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

WORDS = DueWords(
    overdue=("件办件已超承诺时限", "cases are past the promised day"),
    due=("件办件今天到承诺时限", "cases are due today by the promise"),
)
QUIET = frozenset(due_codes("case"))


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of cases."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        day, minute = snapshot.day, minute_text(ctx.local())
        counts = ctx.read(lambda c: list_queries.due_by_unit(c, ctx.hall_id, PROMISES, minute, day))
        overdue = sum(late for late, _due in counts.values())
        due = sum(today for _late, today in counts.values())
        return due_alarms("case", "cases", WORDS, (overdue, due))

    return current
