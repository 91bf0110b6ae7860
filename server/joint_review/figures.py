"""Joint review of days, counted once: the bulletin and the reports read this count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.core.actors import person_of
from server.core.groups import Group
from server.hall.context import Context
from server.joint_review import queries
from server.joint_review.rules import PartKind
from server.joint_review.week_counts import (
    DatedPart,
    JointCounts,
    MeetingFact,
    attended,
    counts_of_steps,
    dated_part,
    joint_counts,
)


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """Part of a count: the unit that was asked, and the item of its case."""

    unit: str
    item: str
    steps: Sequence[DatedPart]


@dataclass(frozen=True, slots=True)
class PlacedMeeting:
    """Meeting of a count, with the item of its case."""

    item: str
    steps: Sequence[MeetingFact]


def joint_by(
    ctx: Context, conn: Connection, first: str, last: str, by: Group, unit: str = "", over: str = ""
) -> dict[str, JointCounts]:
    """Return the counts of ISO days `first`..`last` by group, without groups that have none.

    `unit`: what was asked of this unit alone. By person: whoever sent or answered it; silence and
    absence are a unit's and nobody's.
    """
    parts = [part for part in parts_of(ctx, conn, first, last) if unit in ("", part.unit)]
    if by is Group.PERSON:
        return _used(_by_person(parts, first, last))
    meetings = meetings_of(conn, ctx.hall_id, first, last)
    chains: dict[str, list[Sequence[DatedPart]]] = defaultdict(list)
    for part in parts:
        chains[part.unit if by is Group.UNIT else part.item].append(part.steps)
    held: dict[str, list[Sequence[MeetingFact]]] = defaultdict(list)
    for meeting in meetings:
        units = {name for name, _present in attended(meeting.steps, first, last)}
        own = units & {unit} if unit else units
        for key in own if by is Group.UNIT else {meeting.item}:
            held[key].append(meeting.steps)
    return _used(
        {
            key: joint_counts(
                chains[key], held[key], first, last, key if by is Group.UNIT else unit or None, over
            )
            for key in chains.keys() | held.keys()
        }
    )


def parts_of(ctx: Context, conn: Connection, first: str, last: str) -> list[PlacedPart]:
    """Return the parts asked of units that counts of ISO days are made of."""
    rows = [
        row
        for row in queries.of_week(conn, ctx.hall_id, first, last)
        if row.kind == PartKind.OPINION
    ]
    steps = queries.STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    items = _items(conn, ctx.hall_id, {row.case for row in rows})
    calendar = ctx.workdays().statutory()
    placed = []
    for row in rows:
        dated = dated_part(queries.stated(steps[row.id]), calendar)
        named = [
            replace(step, by=person_of(stored.by_actor))
            for step, stored in zip(dated, steps[row.id], strict=True)
        ]
        placed.append(PlacedPart(row.unit, items[row.case], named))
    return placed


def meetings_of(conn: Connection, hall_id: str, first: str, last: str) -> list[PlacedMeeting]:
    """Return the meetings that were recorded on ISO days `first`..`last`."""
    rows = queries.meetings_recorded(conn, hall_id, first, last)
    steps = queries.facts_of_meetings(conn, hall_id, [row.id for row in rows])
    items = _items(conn, hall_id, {row.case for row in rows})
    return [PlacedMeeting(items[row.case], own) for row, own in zip(rows, steps, strict=True)]


def _items(conn: Connection, hall_id: str, cases: set[str]) -> dict[str, str]:
    return {row.id: row.item for row in case_queries.among(conn, hall_id, sorted(cases))}


def _by_person(parts: Sequence[PlacedPart], first: str, last: str) -> dict[str, JointCounts]:
    groups: dict[str, list[DatedPart]] = defaultdict(list)
    for part in parts:
        for step in part.steps:
            if first <= step.day <= last:
                groups[step.by].append(step)
    return {person: counts_of_steps(steps) for person, steps in groups.items()}


def _used(counts: dict[str, JointCounts]) -> dict[str, JointCounts]:
    return {key: own for key, own in counts.items() if own != JointCounts()}
