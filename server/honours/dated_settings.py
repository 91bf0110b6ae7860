"""Settings of honours as they were in force at the end of a day."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from server.core import setting_queries
from server.core.clock import instant
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.honours.settings import HonourSettings


def settings_on(ctx: Context, conn: Connection, day: date) -> HonourSettings:
    """Return the settings in force at the end of a day; a later change does not reach back."""
    zone = ctx.settings().of(GeneralSettings).timezone
    end = instant(datetime.combine(day + timedelta(days=1), time()), zone)
    names = [entry.name for entry in fields(HonourSettings)]
    rows = setting_queries.history(conn, ctx.hall_id, names)
    values: dict[str, Any] = {name: value for since, name, value in rows if since < end}
    return replace(HonourSettings(), **values)
