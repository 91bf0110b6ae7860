"""Moves of an appointment."""

from __future__ import annotations

from server.appointments.errors import AppointmentCode
from server.appointments.rules import AppointmentMove, AppointmentState
from server.core.workflow import Given, Role, Row, Within, Workflow

PERSON, STAFF, OFFICE, HALL = "person", "staff", "office", "hall"
"""Roles: whoever has the code, anybody of the staff, a manager, the hall itself."""
REASON = "reason"
CHANGING = "changing"
"""Period until which an appointment can be moved."""
_BOOKED, _ARRIVED = AppointmentState.BOOKED, AppointmentState.ARRIVED
_MISSED = AppointmentState.MISSED
_ANYBODY = (Role(AppointmentCode.APPOINTMENT_UNKNOWN, (PERSON, STAFF)),)
_OFFICE = (Role(AppointmentCode.APPOINTMENT_UNKNOWN, (OFFICE,)),)
_DECIDED = (Role(AppointmentCode.APPOINTMENT_UNKNOWN, (OFFICE, HALL)),)
_REASON = (Given(AppointmentCode.APPOINTMENT_REASON, REASON),)
APPOINTMENT = Workflow(
    "appointment",
    AppointmentCode.APPOINTMENT_STATE,
    (
        Row(AppointmentMove.BOOK, frozenset[AppointmentState](), (_BOOKED,), _ANYBODY),
        Row(
            AppointmentMove.CHANGE,
            frozenset({_BOOKED}),
            (),
            _ANYBODY,
            (Within(AppointmentCode.APPOINTMENT_LATE, CHANGING, facts=("hours",)),),
        ),
        Row(
            AppointmentMove.CANCEL,
            frozenset({_BOOKED}),
            (AppointmentState.CANCELLED, AppointmentState.LATE_CANCELLED),
            _ANYBODY,
        ),
        Row(
            AppointmentMove.HALL_CANCEL,
            frozenset({_BOOKED}),
            (AppointmentState.HALL_CANCELLED,),
            _OFFICE,
            _REASON,
        ),
        Row(AppointmentMove.ARRIVE, frozenset({_BOOKED}), (_ARRIVED,), _ANYBODY),
        Row(AppointmentMove.SERVE, frozenset({_ARRIVED}), (AppointmentState.SERVED,)),
        Row(AppointmentMove.MISS, frozenset({_BOOKED}), (_MISSED,), _DECIDED, _REASON),
        Row(AppointmentMove.EXCUSE, frozenset({_MISSED}), (), _OFFICE, _REASON),
    ),
)
WORKFLOWS = (APPOINTMENT,)
