"""Rooms of the house: the list of its capabilities, and the modules that each of them brings.

A room is a folder. It registers by modules with fixed names: `errors` (codes and their texts),
`settings`, `messages`, `tables` (tables, columns with staff numbers, order of times), `events`,
`workflow` (`WORKFLOWS`, tables of states and moves), `week_facts` (its part of a weekly report, see
`server.hall.week_request`), `integrity` (`problems(conn, hall_id)` yields what is wrong in both
languages) and `register` (a `server.capability.Capability`). They are imported here by name.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

ROOMS = (
    "server.core",
    "server.live",
    "server.time_clocks",
    "server.leave",
    "server.staff_photos",
    "server.spot_checks",
    "server.queue.offline",
    "server.device_health",
    "server.queue",
    "server.appointments",
    "server.remote_numbers",
    "server.walk_ins",
    "server.attendance",
    "server.ratings",
    "server.complaints",
    "server.one_time_notices",
    "server.cases",
    "server.fees",
    "server.call_backs",
    "server.assistance",
    "server.supervision",
    "server.tacit_approval",
    "server.joint_review",
    "server.issuing",
    "server.assessment",
    "server.honours",
    "server.bulletins",
    "server.reports",
    "server.catalogue",
    "server.disclosure",
    "server.retroactive",
    "server.accounts",
    "server.privacy",
    "server.alarms",
    "server.office",
    "server.branches",
    "kiosk",
    "counters",
    "display",
    "server.demo",
)
"""Packages, in the order of their alarms and jobs; a new capability is added here."""


@cache
def modules(name: str) -> tuple[ModuleType, ...]:
    """Return the module `name` of every room that has one; raises ImportError for a wrong room."""
    names = [f"{room}.{name}" for room in ROOMS]
    return tuple(import_module(module) for module in names if find_spec(module) is not None)
