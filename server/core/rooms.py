"""Rooms of the server: the list of its capabilities, and the modules that each of them brings.

A room is a folder of `server/`. It registers by modules with fixed names: `tables` (tables, columns
with staff numbers, order of times), `messages`, `integrity` (`problems(conn, hall_id)` yields what
is wrong in both languages), `workflow` (`WORKFLOWS`, tables of states and moves) and `register` (a
`server.capability.Capability`). They are imported here by name.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

ROOMS = (
    "time_clocks",
    "leave",
    "spot_checks",
    "queue.offline",
    "device_health",
    "queue",
    "attendance",
    "bulletins",
    "catalogue",
    "retroactive",
    "accounts",
    "alarms",
)
"""Folders below `server/`, in the order of their alarms and jobs; a new capability is added here.

Its error codes, settings and events are still added to the lists in core (docs/adr/0037).
"""


def modules(name: str) -> list[ModuleType]:
    """Return the module `name` of every room that has one; raises ImportError for a wrong room."""
    names = [f"server.{room}.{name}" for room in ROOMS]
    return [import_module(module) for module in names if find_spec(module) is not None]
