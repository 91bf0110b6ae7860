"""Quota of an item in the present slot, counted from the stored numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from server.core.errors import HallError
from server.hall.context import Context
from server.queue import ticket_counts
from server.queue.errors import QueueCode
from server.queue.quota_rules import opens_again, quota_at
from server.queue.settings import NumberSettings


def require_place(ctx: Context, conn: Connection, item: str, at: int) -> None:
    """Raise QUOTA_FULL if all numbers of an item for the slot at a time (ms) are given."""
    settings, now = ctx.settings(), ctx.local(at)
    text = settings.of(NumberSettings).item_quotas
    quota = quota_at(text, item, now)
    if quota is None:
        return
    passed = now - datetime.combine(now.date(), quota.opens)
    since = at - round(passed.total_seconds() * 1000)
    if ticket_counts.issued_since(conn, ctx.hall_id, ctx.day(at), item, since) < quota.most:
        return
    later = opens_again(ctx.catalogue(), settings, text, quota, now)
    raise HallError(
        QueueCode.QUOTA_FULL,
        item=item,
        most=quota.most,
        opens=f"{quota.opens:%H:%M}",
        closes=f"{quota.closes:%H:%M}",
        next=later.isoformat(timespec="minutes") if later else None,
    )
