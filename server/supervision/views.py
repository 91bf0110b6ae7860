"""Messages of electronic supervision, made from what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from server.cases import actions as cases
from server.cases import due_cache
from server.cases import queries as case_queries
from server.cases import views as case_views
from server.cases.clocks import Clock
from server.cases.due_texts import day_of, time_of
from server.cases.due_views import days_left, minutes_left
from server.cases.queries import StoredDue
from server.core.actors import Actor
from server.core.working_days import SpecialDay
from server.hall.composition import Hall
from server.hall.context import Context
from server.supervision import lamps, queries, sign_search
from server.supervision.messages import (
    CalendarPreview,
    ExplanationKind,
    ExplanationList,
    ExplanationView,
    LampView,
    LitCase,
    MovedDueDay,
    SignList,
    SignView,
    UnitLamps,
    Wall,
)
from server.supervision.rules import LampLevel

MOST_SHOWN = 200
MOST_MOVED = 500


def signs(hall: Hall, conn: Connection, day: date) -> SignList:
    """Return the signs of a day."""
    ctx = hall.ctx
    names = {unit.code: unit.name for unit in ctx.catalogue().units}
    return SignList(
        day=day.isoformat(),
        signs=[
            SignView(sign=s.sign, unit=s.unit, unit_name=names.get(s.unit, s.unit), words=s.words)
            for s in sign_search.signs_of(ctx, conn, day)
        ],
    )


def wall(hall: Hall, conn: Connection) -> Wall:
    """Return the present colours of every open case by unit, and those that are not green."""
    ctx = hall.ctx
    reader, now = cases.clocks(ctx), ctx.clock.now()
    rule, moment = lamps.rule_of(ctx, reader), ctx.local(now)
    until = rule.horizon(moment)
    dues: dict[str, list[StoredDue]] = defaultdict(list)
    for due in queries.due_until(conn, ctx.hall_id, until):
        dues[due.case].append(due)
    colours = {
        case: {due.clock: level for due in own if (level := rule.colour(due.earliest, moment))}
        for case, own in dues.items()
    }
    worst = {
        case: LampLevel.RED if LampLevel.RED in levels.values() else LampLevel.YELLOW
        for case, levels in colours.items()
        if levels
    }
    is_yellow = {case: level is LampLevel.YELLOW for case, level in worst.items()}
    ordered = sorted(worst, key=lambda case: (is_yellow[case], dues[case][0].earliest))
    units = {case: dues[case][0].unit for case in worst}
    shown = ordered[:MOST_SHOWN]
    rows = {row.id: row for row in case_queries.among(conn, ctx.hall_id, shown)}
    briefs = case_views.briefs(hall, conn, [rows[case] for case in shown])
    lit = queries.lamps(conn, ctx.hall_id, shown)
    since = {(lamp.case, lamp.clock, lamp.level): lamp.day for lamp in lit}
    return Wall(
        today=reader.today.isoformat(),
        yellow_days=rule.yellow_days,
        yellow_minutes=rule.yellow_minutes,
        units=_units(hall, conn, worst, units),
        cases=[
            LitCase(
                case=brief,
                lamps=[
                    LampView(
                        clock=Clock(due.clock),
                        level=colours[brief.id][due.clock],
                        due=day_of(due.earliest),
                        time=time_of(due.earliest),
                        days_left=days_left(reader, day_of(due.earliest)),
                        minutes_left=minutes_left(reader, due.earliest, now),
                        since=since.get((brief.id, due.clock, colours[brief.id][due.clock]), ""),
                    )
                    for due in dues[brief.id]
                    if due.clock in colours[brief.id]
                ],
            )
            for brief in briefs
        ],
        more=len(ordered) - len(shown),
    )


def _units(
    hall: Hall, conn: Connection, worst: dict[str, LampLevel], units: dict[str, str]
) -> list[UnitLamps]:
    counts: dict[str, dict[LampLevel, int]] = defaultdict(lambda: dict.fromkeys(LampLevel, 0))
    for case, level in worst.items():
        counts[units[case]][level] += 1
    names = {unit.code: unit.name for unit in hall.ctx.catalogue().units}
    lines = [
        UnitLamps(
            unit=unit,
            unit_name=names.get(unit, unit),
            open=count,
            yellow=counts[unit][LampLevel.YELLOW],
            red=counts[unit][LampLevel.RED],
        )
        for unit, count in queries.open_by_unit(conn, hall.ctx.hall_id).items()
    ]
    return sorted(lines, key=lambda line: (-line.red, -line.yellow, -line.open, line.unit))


def calendar_preview(
    ctx: Context, conn: Connection, year: int, days: Sequence[SpecialDay]
) -> CalendarPreview:
    """Return which due days of open cases another calendar of a year would move."""
    moved = list(due_cache.moved_by(ctx, conn, year, days))
    shown = moved[:MOST_MOVED]
    rows = case_queries.among(conn, ctx.hall_id, sorted({m.case for m in shown}))
    numbers = {row.id: row.number for row in rows}
    return CalendarPreview(
        moved=[
            MovedDueDay(
                case=m.case,
                number=numbers[m.case],
                clock=Clock(m.clock),
                before=m.before.replace("T", " "),
                after=m.after.replace("T", " "),
                because=m.because,
            )
            for m in shown
        ],
        more=len(moved) - len(shown),
    )


def explanations(hall: Hall, conn: Connection, actor: Actor) -> ExplanationList:
    """Return the explanations of the unit that a person represents."""
    catalogue = hall.ctx.catalogue()
    unit = catalogue.unit_led_by(actor.name)
    rows = queries.explanations_of(conn, hall.ctx.hall_id, unit) if unit else []
    return ExplanationList(
        unit=unit,
        unit_name=catalogue.unit_by[unit].name if unit else "",
        explanations=[
            ExplanationView(
                id=row.id,
                kind=ExplanationKind(row.kind),
                first=row.first,
                last=row.last,
                words=row.words,
                digest=row.digest,
                at=row.at,
                by_name=case_views.name_of(catalogue, row.by_actor.partition(":")[2]),
            )
            for row in rows
        ],
    )
