"""Erasure of what a person left with an appointment, because the person asks for it."""

from __future__ import annotations

from server.appointments import queries
from server.appointments.errors import AppointmentCode
from server.appointments.rules import AppointmentState
from server.appointments.steps import require
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal

OPEN = frozenset({AppointmentState.BOOKED.value, AppointmentState.ARRIVED.value})


def erase_contact(ctx: Context, actor: Actor, key: str, appointment_id: str, reason: str) -> None:
    """Erase name, telephone and keys of an appointment that has ended; its steps stay.

    A missed one then bars nobody any more. One to come keeps them: cancel it first.

    Raises APPOINTMENT_UNKNOWN, APPOINTMENT_STATE, APPOINTMENT_REASON.
    """
    request: JsonDict = {
        "act": "appointment.erase",
        "appointment": appointment_id,
        "reason": reason,
    }

    def act(tx: Tx) -> JsonDict:
        if not reason:
            raise HallError(AppointmentCode.APPOINTMENT_REASON)
        row = require(tx, appointment_id)
        if row.state in OPEN:
            raise HallError(AppointmentCode.APPOINTMENT_STATE, state=row.state)
        queries.change(tx, row.id, name="", phone="", person_key="", source="")
        write_journal(tx, actor, "appointment.erase", row.id, why=reason)
        return {}

    ctx.command(actor, key, request, act)
