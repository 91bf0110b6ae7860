"""Evidence of a day's marks: all punches, leave and corrections; and the list of exceptions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from server.attendance import views
from server.attendance.day_sheet import DaySheet
from server.attendance.messages import (
    CorrectionRef,
    DayEvidence,
    ExceptionList,
    ExceptionRow,
    LeaveRef,
    PunchView,
)
from server.attendance.sheets import gather, sheets_of
from server.attendance.verdicts import State
from server.attendance.words import rule_clauses
from server.core.errors import CommonCode, HallError
from server.hall.context import Context
from server.leave import correction_queries
from server.leave import queries as leave_queries
from server.time_clocks import punch_queries
from server.time_clocks import queries as time_clocks_queries

NOT_IN_ORDER = frozenset({State.LATE, State.EARLY, State.MISSING})


def of_day(ctx: Context, conn: Connection, staff: str, day: date, now: datetime) -> DayEvidence:
    """Return the evidence of a person's day.

    Raises NOT_FOUND for a future day or a person who was not on the list.
    """
    facts = gather(ctx, conn, day, day, {staff})
    sheet = next(iter(sheets_of(facts, {staff})), None)
    if sheet is None:
        raise HallError(CommonCode.NOT_FOUND)
    person = facts.everybody()[staff]
    names = {listed.number: listed.name for listed in facts.everybody().values()}
    names |= {listed.number: listed.name for listed in ctx.catalogue().staff}
    leave_records = leave_queries.touching(conn, ctx.hall_id, day, day, {staff})
    correction_records = correction_queries.of_days(conn, ctx.hall_id, day, day, {staff})
    return DayEvidence(
        number=staff,
        name=person.name,
        unit_name=views.unit_name(ctx.catalogue(), person.unit),
        day=views.day_view(sheet, facts.calendar, now),
        clauses=rule_clauses(sheet.rule) if sheet.rule else [],
        punches=_punches(ctx, conn, sheet),
        leave=[
            LeaveRef(
                id=record.id,
                kind=record.kind.value,
                begins=f"{record.begins:%Y-%m-%d %H:%M}",
                ends=f"{record.ends:%Y-%m-%d %H:%M}",
                state=record.state,
                reason=record.reason,
            )
            for record in leave_records
        ],
        corrections=[
            CorrectionRef(
                id=record.id,
                slot=record.slot,
                verdict=record.verdict,
                state=record.state,
                reason=record.reason,
                by=record.by,
                decided_by=record.decided_by,
                decision=record.decision,
                by_name=names.get(record.by, ""),
                decided_name=names.get(record.decided_by, ""),
            )
            for record in correction_records
        ],
    )


def _punches(ctx: Context, conn: Connection, sheet: DaySheet) -> list[PunchView]:
    names = {
        row.serial: row.name or row.serial for row in time_clocks_queries.every(conn, ctx.hall_id)
    }
    serves = {v.punch.id: v.slot.name for v in sheet.slots if v.punch is not None}
    result = []
    for punch in sheet.punches:
        row = punch_queries.get(conn, ctx.hall_id, punch.id)
        assert row is not None, "punches are never deleted"
        result.append(
            PunchView(
                id=punch.id,
                reader=row.reader,
                reader_name=names.get(row.reader, row.reader),
                said=row.said,
                received_at=row.received_at,
                source=row.source,
                doubt=row.doubt,
                serves=serves.get(punch.id, ""),
            )
        )
    return result


def exceptions(
    ctx: Context, conn: Connection, month: str, span: tuple[date, date], now: datetime
) -> ExceptionList:
    """Return the late, early and missing slots of a month, newest day first."""
    facts = gather(ctx, conn, *span)
    states = {
        (correction.staff, correction.day.isoformat(), correction.slot): correction.state
        for correction in correction_queries.of_days(conn, ctx.hall_id, *span)
    }
    names, catalogue = facts.everybody(), ctx.catalogue()
    rows = []
    for sheet in sheets_of(facts):
        for verdict in sheet.slots:
            if verdict.state not in NOT_IN_ORDER:
                continue
            person, day = names[sheet.staff], sheet.day.isoformat()
            rows.append(
                ExceptionRow(
                    staff=sheet.staff,
                    name=person.name,
                    unit=sheet.unit,
                    unit_name=views.unit_name(catalogue, sheet.unit),
                    day=day,
                    mark=views.mark(verdict, sheet.day, now),
                    request=states.get((sheet.staff, day, verdict.slot.code), ""),
                )
            )
    rows.sort(key=lambda row: row.day, reverse=True)
    return ExceptionList(month=month, rows=rows)
