"""Alarm of a broken promise: appointments cost people without one more than was published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot
from server.walk_ins import queries
from server.walk_ins.views import is_kept, price_day

BROKEN = "walk_in_bound"
SHOWN_DAYS = 3
"""Days for which a broken promise is shown; the office's page keeps it for good."""


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of broken promises."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        first = (date.fromisoformat(snapshot.day) - timedelta(days=SHOWN_DAYS)).isoformat()
        rows = ctx.read(lambda c: queries.prices(c, ctx.hall_id, first, snapshot.day))
        days = [price_day(row) for row in rows if not is_kept(row)]
        return [
            Alarm(
                code=BROKEN,
                subject=day.day,
                message_zh=(
                    f"{day.day} 因预约，现场取号者多等了 {day.p95} 分钟（95%），"
                    f"超过公布的 {day.bound} 分钟：请减少预约名额"
                ),
                message_en=(
                    f"On {day.day} appointments cost people without one {day.p95} min (95 %), more "
                    f"than the published {day.bound} min: give fewer seats"
                ),
                since=row.at,
            )
            for day, row in zip(days, [r for r in rows if not is_kept(r)], strict=True)
        ]

    return current
