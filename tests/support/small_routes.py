"""Routes in the small hall, for tests of the routing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from server.catalogue.model import Catalogue, OpenLine
from server.core.errors import HallError
from server.core.settings import Settings
from server.queue import routing
from server.queue.routing import Route, WindowSession
from support.halls import MONDAY, catalogue

HALL = catalogue()
SETTINGS = Settings(early_ticket_minutes=20, break_ticket_minutes=10, last_ticket_minutes=15)
GENERAL = ("G1", "G2")
TAX = ("T1", "T2", *GENERAL)

TEN = datetime.combine(MONDAY, time(10))


def sessions(*windows: str, paused: Iterable[str] = ()) -> dict[str, WindowSession]:
    """Return sessions at windows, some of them paused."""
    return {code: WindowSession(code, f"clerk-{code}", code in paused) for code in windows}


def moment(hour: int, minute: int = 0, *, second: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute, second))


def route(
    item: str = "tax-1",
    now: datetime = TEN,
    staffed: dict[str, WindowSession] | None = None,
    hall: Catalogue = HALL,
) -> Route:
    """Return the route of an item; all windows are staffed unless the test says otherwise."""
    everybody = sessions(*(window.code for window in hall.windows))
    return routing.route(hall, item, now, everybody if staffed is None else staffed, SETTINGS)


def refusal(
    item: str = "tax-1",
    now: datetime = TEN,
    staffed: dict[str, WindowSession] | None = None,
    hall: Catalogue = HALL,
) -> tuple[str, dict[str, Any]]:
    """Return the case of a refused route and its data."""
    with pytest.raises(HallError) as caught:
        route(item, now, staffed, hall)
    return str(caught.value.code), caught.value.data


def with_hours(*lines: OpenLine) -> Catalogue:
    return replace(HALL, hours=(*HALL.hours, *lines))
