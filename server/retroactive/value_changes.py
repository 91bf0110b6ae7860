"""Retroactive changes: days that are over, differences between two readings.

A reading maps a `ValueKey` to a short text such as `late 35`; a missing key has no value. A change
is the list of keys whose texts differ. This module reads no storage and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

HALVES = "absent"
"""Slot code of a key that counts the half-days without presence."""
FINDING = "finding:"
"""Prefix of a slot code that stands for a finding of a spot check."""
TICKET = "ticket:"
"""Prefix of a slot code that stands for the outcome and item of a ticket."""
APPOINTMENT = "appointment:"
"""Prefix of a slot code that stands for the state of an appointment."""
STANDS, PROPOSED, NOT_UPHELD = "stands", "proposed", "fallen"


class State(StrEnum):
    """State of a retroactive change."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STALE = "stale"


@dataclass(frozen=True, slots=True, order=True)
class ValueKey:
    """One value of one person's past day: a slot, the half-days absent, a finding or a ticket."""

    day: str
    staff: str
    slot: str


Reading = Mapping[ValueKey, str]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """Key with its value before and after a change; empty: no value."""

    key: ValueKey
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class AffectedDays:
    """Past days that an action may change, and the people whose days they are."""

    days: tuple[date, ...]
    staff: frozenset[str] | None
    """Staff numbers; None: everybody."""
    tickets: frozenset[str] = frozenset()
    """Tickets whose outcome and item it may change."""
    appointments: frozenset[str] = frozenset()
    """Appointments whose state it may change."""

    def runs(self) -> list[tuple[date, date]]:
        """Return the days as consecutive stretches (first, last)."""
        stretches: list[tuple[date, date]] = []
        for day in self.days:
            if stretches and day - stretches[-1][1] == timedelta(days=1):
                stretches[-1] = stretches[-1][0], day
            else:
                stretches.append((day, day))
        return stretches


@dataclass(frozen=True, slots=True)
class EventScope:
    """Days whose values one event may change."""

    days: tuple[str, ...]
    staff: tuple[str, ...]
    since: str = ""
    until: str = ""
    tickets: tuple[str, ...] = ()
    """Tickets of these days; they have values without any shift rule."""
    appointments: tuple[str, ...] = ()
    """Appointments of these days, likewise."""


def reach(touched: Iterable[EventScope], today: date, oldest: date) -> AffectedDays | None:
    """Return the days before `today` that the events may change; None if there are none.

    `oldest`: the first day that can have a value; bounds events without a first day.
    """
    days: set[date] = set()
    staff: set[str] | None = set()
    tickets: set[str] = set()
    appointments: set[str] = set()
    for event in touched:
        event_days = set(_days(event, today, oldest))
        if not event_days:
            continue
        days |= event_days
        tickets |= set(event.tickets)
        appointments |= set(event.appointments)
        staff = staff | set(event.staff) if staff is not None and event.staff else None
    if not days:
        return None
    people = None if staff is None else frozenset(staff)
    subjects = frozenset(tickets), frozenset(appointments)
    return AffectedDays(tuple(sorted(days)), people, *subjects)


def _days(event: EventScope, today: date, oldest: date) -> Iterable[date]:
    if event.days:
        first = date.min if event.tickets or event.appointments else oldest
        return (d for d in map(date.fromisoformat, event.days) if first <= d < today)
    first = max(oldest, date.fromisoformat(event.since)) if event.since else oldest
    last = today - timedelta(days=1)
    if event.until:
        last = min(last, date.fromisoformat(event.until))
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def moves(before: Reading, after: Reading) -> list[ValueChange]:
    """Return the changed values, by day and person."""
    keys = sorted({*before, *after})
    return [
        ValueChange(key, before.get(key, ""), after.get(key, ""))
        for key in keys
        if before.get(key, "") != after.get(key, "")
    ]


def tickets_of(moved: Iterable[ValueChange]) -> frozenset[str]:
    """Return the tickets whose outcome or item a change moves."""
    return _of_slots(moved, TICKET)


def appointments_of(moved: Iterable[ValueChange]) -> frozenset[str]:
    """Return the appointments whose state a change moves."""
    return _of_slots(moved, APPOINTMENT)


def _of_slots(moved: Iterable[ValueChange], prefix: str) -> frozenset[str]:
    slots = (move.key.slot for move in moved)
    return frozenset(slot.removeprefix(prefix) for slot in slots if slot.startswith(prefix))


def subjects(moved: Iterable[ValueChange]) -> list[str]:
    """Return the staff numbers of everybody whose days a change affects."""
    return sorted({move.key.staff for move in moved if move.key.staff})
