"""Integrity check of appointments: seats, steps and sums, against each other and the journal.

Every appointment that stands has exactly one seat, that of its day, plan and time; a cancelled one
has none, and no seat belongs to two. Its steps have no gap and lead to its state, each with its
line in the journal. The seats that the journal alone gives are those of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from server.appointments import queries
from server.appointments.queries import StoredAppointment, StoredAppointmentStep, StoredSeat
from server.appointments.replay import ACTS, seats_of
from server.appointments.rules import SEATED, AppointmentState
from server.core import journal
from server.core.step_chains import Problem, chain_problems

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"


def problems(conn: Connection, hall_id: str) -> Iterator[Problem]:
    """Yield every violation, in both languages."""
    rows = queries.of_days(conn, hall_id, FIRST_DAY, LAST_DAY)
    seats = queries.seats_of_days(conn, hall_id, FIRST_DAY, LAST_DAY)
    steps = queries.steps_of(conn, hall_id, rows)
    lines = list(journal.of_acts(conn, hall_id, ACTS))
    written = Counter((line.subject, line.act, int(line.data["n_step"])) for line in lines)
    booked: dict[str, list[StoredSeat]] = {row.id: [] for row in rows}
    for seat in seats:
        if not seat.appointment:
            continue
        if seat.appointment not in booked:
            yield (
                f"{seat.day} {seat.start} 的席位没有对应的预约",
                f"a seat of {seat.day} {seat.start} belongs to no appointment",
            )
        booked.setdefault(seat.appointment, []).append(seat)
    for row in rows:
        yield from _appointment(row, booked[row.id], steps[row.id], written)
    stored = Counter((s.day, s.plan, s.start) for s in seats if s.appointment)
    if seats_of(lines) != stored:
        yield (
            "预约席位合计与流水重算不一致",
            "the booked seats differ from those that the journal gives",
        )


def _appointment(
    row: StoredAppointment,
    seats: Sequence[StoredSeat],
    steps: Sequence[StoredAppointmentStep],
    written: Counter[tuple[str, str, int]],
) -> Iterator[Problem]:
    name = f"预约 {row.code} ", f"appointment {row.code}"
    yield from chain_problems(name, row.state, steps)
    places = [(seat.day, seat.plan, seat.start) for seat in seats]
    expected = [(row.day, row.plan, row.start)] if row.state in SEATED else []
    if places != expected:
        yield f"{name[0]}的席位与状态不符", f"the seats of {name[1]} do not fit its state"
    if bool(row.ticket) is not (row.state in (AppointmentState.ARRIVED, AppointmentState.SERVED)):
        yield f"{name[0]}的号码与状态不符", f"the ticket of {name[1]} does not fit its state"
    for step in steps:
        if written[row.id, f"appointment.{step.move}", step.n] != 1:
            yield (
                f"{name[0]}第 {step.n} 步与流水不一致",
                f"step {step.n} of {name[1]} differs from the journal",
            )
