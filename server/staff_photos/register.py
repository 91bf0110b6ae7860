"""Registration of staff photos."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from server.capability import Capability
from server.core.events import Event, HallChanged
from server.core.journal_line import Line
from server.staff_photos import actions, routes


def _changed(_conn: Connection, _line: Line) -> Event:
    return HallChanged(actions.CHANGED)


CAPABILITY = Capability(
    name="staff_photos",
    routes=(lambda parts: routes.add(parts.api),),
    jobs=(lambda hall: partial(actions.delete_removed, hall.ctx, hall.config.data),),
    journal_events={"staff_photo": _changed},
)
