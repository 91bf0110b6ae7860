"""Seats of appointments from the journal alone, to prove those of the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from server.appointments.rules import SEATED, AppointmentMove
from server.core.journal_line import Line

PREFIX = "appointment."
ACTS = frozenset(f"{PREFIX}{move}" for move in AppointmentMove)
SEATED_STATES = frozenset(state.value for state in SEATED)
Place = tuple[str, str, str]
"""Day, plan and start."""


def seats_of(lines: Iterable[Line]) -> Counter[Place]:
    """Return the number of booked seats of each slot after the lines of a journal."""
    places: dict[str, Place] = {}
    for line in lines:
        data = line.data
        if data["state"] not in SEATED_STATES:
            places.pop(line.subject, None)
        elif "plan" in data:  # booked, or moved to another time
            places[line.subject] = str(data["day"]), str(data["plan"]), str(data["start"])
    return Counter(places.values())
