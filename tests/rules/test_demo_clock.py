"""Clock of the demo: whenever somebody starts it, its hall is open, and for another hour."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from server.catalogue.hours import hall_spans
from server.catalogue.reference import load
from server.core.clock import instant, local
from server.demo.command import clock_from

ZONE = "Asia/Shanghai"
CATALOGUE = load()
FRIDAY = date(2026, 12, 4)
QUARTERS = [timedelta(minutes=15 * n, seconds=-1) for n in range(1, 24 * 4 + 1)]


@pytest.mark.parametrize("day", [FRIDAY, FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=3)])
def test_the_demo_starts_with_an_hour_of_opening_hours(day: date) -> None:
    for quarter in QUARTERS:
        now = datetime.combine(day, time()) + quarter
        begun = local(clock_from(CATALOGUE, None, instant(now, ZONE)).now(), ZONE)
        spans = hall_spans(CATALOGUE, begun.date())
        left = [
            datetime.combine(begun.date(), span.closes) - begun.replace(tzinfo=None)
            for span in spans
            if span.opens <= begun.time() < span.closes
        ]
        assert left, f"closed at {begun}, started at {now}"
        assert left[0] > timedelta(minutes=59)
        assert begun.replace(tzinfo=None) >= now - timedelta(days=1)
        assert begun.date() >= day
