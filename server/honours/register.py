"""Registration of honours."""

from __future__ import annotations

from sqlalchemy import Connection

from server.capability import Capability
from server.core.journal_line import Line
from server.honours import alarms, routes
from server.honours.events import FlagMoved


def _flag_moved(_conn: Connection, line: Line) -> FlagMoved | None:
    """Return the event of a walk of the flag; None for other lines on it."""
    if line.act != "flag.move":
        return None
    return FlagMoved(str(line.data["from"]), line.window)


CAPABILITY = Capability(
    name="honours",
    routes=(lambda parts: routes.add(parts.api),),
    alarms=(alarms.alarms,),
    quiet_alarms=alarms.QUIET,
    journal_events={"flag": _flag_moved},
)
"""Honours: the red flag window, vetoes, and what the year's end needs."""
