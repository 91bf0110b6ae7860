"""Quotas: most numbers of an item in a time slot, and when the next places open. Pure."""

from __future__ import annotations

from datetime import datetime

from server.catalogue.model import Catalogue
from server.core.settings import Settings
from server.queue import routing
from server.queue.quota_notation import Quota, parse


def quota_at(text: str, item: str, now: datetime) -> Quota | None:
    """Return the quota of an item that holds at a time, or None."""
    clock = now.time()
    return next((q for q in parse(text) if q.item == item and q.opens <= clock < q.closes), None)


def opens_again(
    catalogue: Catalogue, settings: Settings, text: str, quota: Quota, now: datetime
) -> datetime | None:
    """Return the time from which numbers of a used-up quota's item are given again, or None."""
    at = datetime.combine(now.date(), quota.closes)
    while (later := quota_at(text, quota.item, at)) is not None and later.most == 0:
        at = datetime.combine(at.date(), later.closes)
    return routing.numbers_from(catalogue, quota.item, at, settings)
