"""Steps of appointments: each has its actor and its line in the journal."""

from __future__ import annotations

from dataclasses import dataclass

from server.appointments import queries, workflow
from server.appointments.errors import AppointmentCode
from server.appointments.queries import StoredAppointment, StoredAppointmentStep
from server.appointments.rules import AppointmentMove, AppointmentState
from server.appointments.settings import AppointmentSettings
from server.core.actors import STAFF_KINDS, SYSTEM, Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.core.workflow import Attempt, Deadline, Moment
from server.hall.context import Context, JsonDict, write_journal


@dataclass(frozen=True, slots=True)
class Wish:
    """Step that somebody takes, with its reason."""

    move: AppointmentMove
    reason: str = ""
    words: str = ""


def require(tx: Tx, appointment_id: str) -> StoredAppointment:
    """Return an appointment; raises APPOINTMENT_UNKNOWN."""
    row = queries.get(tx.conn, tx.hall_id, appointment_id)
    if row is None:
        raise HallError(AppointmentCode.APPOINTMENT_UNKNOWN)
    return row


def attempt_of(
    ctx: Context,
    actor: Actor,
    row: StoredAppointment,
    now: int,
    *,
    end: int = 0,
    reason: str = "",
) -> Attempt[AppointmentState]:
    """Return a step as the actor attempts it; `end`: time until which it can be moved."""

    def holds(role: str) -> bool:
        if role == workflow.OFFICE:
            return actor.manages
        if role == workflow.HALL:
            return actor == SYSTEM
        if role == workflow.STAFF:
            return actor.kind in STAFF_KINDS
        return actor.kind not in STAFF_KINDS  # whoever is no staff came by the code

    deadlines: dict[str, Deadline] = {workflow.CHANGING: Moment(end, now)}
    return Attempt(
        state=AppointmentState(row.state),
        person=actor.name,
        holds=holds,
        given=(workflow.REASON,) if reason else (),
        deadlines=deadlines,
        facts={"hours": ctx.settings().of(AppointmentSettings).appointment_cancel_hours},
    )


def add_step(
    tx: Tx,
    actor: Actor,
    row: StoredAppointment,
    state: AppointmentState,
    wish: Wish,
    data: JsonDict | None = None,
) -> None:
    """Store a step with its line in the journal; `data` are added to the line."""
    earlier = queries.STEPS.of(tx.conn, tx.hall_id, [row.id])[row.id]
    step = StoredAppointmentStep(
        appointment=row.id,
        n=len(earlier) + 1,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        day=row.day,
        start=row.start,
        reason=wish.reason,
        words=wish.words,
        by_actor=actor.key,
    )
    queries.STEPS.add(tx, step)
    line: JsonDict = {
        "n_step": step.n,
        "state": step.state,
        "day": row.day,
        "start": row.start,
        "reason": wish.reason,
    }
    # Words stay out of the journal: an excuse may tell of an illness.
    write_journal(tx, actor, f"appointment.{wish.move}", row.id, data=line | (data or {}))
