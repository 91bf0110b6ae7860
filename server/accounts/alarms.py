"""Alarms of guessed codes and tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.accounts import wrong_code_queries
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.snapshot import Snapshot

THRESHOLDS = {"code": 20, "token": 100, "page": 200}
"""Wrong attempts within one to two hours that can happen without bad intent, by kind."""
WORDS = {
    "code": ("登记码", "enrolment codes"),
    "token": ("设备凭据", "devices' tokens"),
    "page": ("手机排队页面的网址", "addresses of tickets' pages"),
}


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes these alarms from a snapshot."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        rows = ctx.read(lambda c: wrong_code_queries.lately(c, ctx.hall_id, snapshot.now))
        return [
            _line(row.kind, row.total, row.address)
            for row in rows
            if row.total > THRESHOLDS.get(row.kind, 0)
        ]

    return current


def _line(kind: str, count: int, address: str) -> Alarm:
    zh, en = WORDS[kind]
    return Alarm(
        code="guessing",
        subject=kind,
        since=None,
        message_zh=f"近一两个小时有人试了 {count} 次错误的{zh}，"
        f"最近一次来自 {address}。请查明是谁。",
        message_en=f"{count} wrong {en} were tried in the last hour or two, "
        f"the last from {address}. Please find out who does it.",
    )
