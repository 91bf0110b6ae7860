"""Events of appointments."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class AppointmentMoved(Event):
    """Event: an appointment was booked or took a step."""

    appointment: str
    day: str
    state: str


@dataclass(frozen=True, slots=True)
class AppointmentsChanged(Event):
    """Event: a plan or a closure changed."""


@dataclass(frozen=True, slots=True)
class MissJudged(Event):
    """Event: the office decided that somebody missed an appointment, or excused it."""

    appointment: str
    day: str
