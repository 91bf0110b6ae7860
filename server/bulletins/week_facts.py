"""Figures of a week that the bulletin's own settings give."""

from __future__ import annotations

from server.bulletins.settings import BulletinSettings
from server.core.weeks import Fact
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 3


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the working days within which findings are to be put right."""
    days = request.ctx.settings().of(BulletinSettings).rectify_days
    return WeekFacts({"rectify_days": Fact(str(days), "/office#settings")})
