"""Registration of accounts."""

from __future__ import annotations

from sqlalchemy import Connection

from server.accounts import alarms, office_routes, routes
from server.capability import Capability
from server.core.events import Event, HallChanged
from server.core.journal_line import Line


def _account_changed(_conn: Connection, line: Line) -> Event:
    """Return the change of the line's account."""
    return HallChanged("accounts", {"name": line.subject, "kind": "agent"})


def _token_changed(_conn: Connection, line: Line) -> Event:
    """Return the change of a device's tokens."""
    return HallChanged("tokens", {"name": line.subject, "kind": "agent"})


CAPABILITY = Capability(
    name="accounts",
    in_branch=True,
    routes=(
        lambda parts: routes.add(parts.api, parts.build),
        lambda parts: office_routes.add(parts.api),
    ),
    alarms=(alarms.alarms,),
    journal_events={"account": _account_changed, "device": _token_changed},
)
