"""Shift rules as rows, and the staff list of each version: queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from server.attendance.shift_rules import (
    Direction,
    RuleScope,
    RuleState,
    ShiftRule,
    SlotRule,
    clock,
)
from server.attendance.tables import shift_rule as _r
from server.catalogue import tables as catalogue_tables
from server.core.records import Records
from server.core.store import Tx


@dataclass(frozen=True, slots=True)
class StoredRule:
    """Shift rule as its table has it: days, weekdays and slots are text."""

    id: str
    name: str
    scope: str
    subject: str
    valid_from: str
    valid_to: str | None
    weekdays: str
    slots: str
    state: str
    ended_on: str | None
    by_actor: str
    created_at: int
    apart_seconds: int


_rules = Records(StoredRule, _r)

_every = (
    _rules.select()
    .where(_r.c.hall_id == bindparam("hall_id"))
    .order_by(_r.c.valid_from, _r.c.created_at)
)
_one = _rules.select().where(_r.c.hall_id == bindparam("hall_id"), _r.c.id == bindparam("id"))
_s, _v = catalogue_tables.staff, catalogue_tables.catalogue_version
_versions = (
    select(_v.c.version, _v.c.at).where(_v.c.hall_id == bindparam("hall_id")).order_by(_v.c.version)
)
_people = (
    select(_s.c.number, _s.c.name, _s.c.unit, _s.c.chief, _s.c.position)
    .where(_s.c.hall_id == bindparam("hall_id"), _s.c.version == bindparam("version"))
    .order_by(_s.c.position)
)


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """Person in one version of the staff list."""

    number: str
    name: str
    unit: str
    chief: bool


def versions(conn: Connection, hall_id: str) -> list[tuple[int, int]]:
    """Return (version, ms since 1970) of every staff list, oldest first."""
    return [(row.version, row.at) for row in conn.execute(_versions, {"hall_id": hall_id})]


def people_of(conn: Connection, hall_id: str, version: int) -> list[StaffEntry]:
    """Return the staff list of one version, in its order."""
    rows = conn.execute(_people, {"hall_id": hall_id, "version": version})
    return [StaffEntry(r.number, r.name, r.unit, bool(r.chief)) for r in rows]


def every(conn: Connection, hall_id: str) -> list[ShiftRule]:
    """Return every rule of all times, drafts included."""
    return [_rule(row) for row in _rules.all(conn, _every, {"hall_id": hall_id})]


def get(conn: Connection, hall_id: str, rule_id: str) -> ShiftRule | None:
    """Return one rule, or None."""
    row = _rules.first(conn, _one, {"hall_id": hall_id, "id": rule_id})
    return _rule(row) if row else None


def add(tx: Tx, rule: ShiftRule, by: str) -> None:
    """Insert a new rule."""
    tx.conn.execute(
        insert(_r).values(
            hall_id=tx.hall_id,
            id=rule.id,
            name=rule.name,
            scope=rule.scope.value,
            subject=",".join(rule.subjects),
            valid_from=rule.valid_from.isoformat(),
            valid_to=rule.valid_to.isoformat() if rule.valid_to else None,
            weekdays=json.dumps(sorted(rule.weekdays)),
            slots=json.dumps([_slot_to_data(slot) for slot in rule.slots], ensure_ascii=False),
            state=rule.state.value,
            apart_seconds=rule.min_interval_seconds,
            by_actor=by,
            created_at=tx.now,
        )
    )


def set_state(tx: Tx, rule_id: str, state: RuleState, ended_on: date | None = None) -> None:
    """Put a draft in force, or withdraw a rule from a day on."""
    tx.conn.execute(
        update(_r)
        .where(_r.c.hall_id == tx.hall_id, _r.c.id == rule_id)
        .values(state=state.value, ended_on=ended_on.isoformat() if ended_on else None)
    )


def _slot_to_data(slot: SlotRule) -> dict[str, Any]:
    return {
        "code": slot.code,
        "name": slot.name,
        "direction": slot.direction.value,
        "due": clock(slot.due),
        "opens": clock(slot.opens),
        "closes": clock(slot.closes),
        "half": slot.half,
        "grace": slot.grace,
        "absent_after": slot.absent_after,
    }


def _slot_from_data(data: dict[str, Any]) -> SlotRule:
    times = {name: time.fromisoformat(data[name]) for name in ("due", "opens", "closes")}
    return SlotRule(**data | times | {"direction": Direction(data["direction"])})


def _rule(row: StoredRule) -> ShiftRule:
    slots: Sequence[dict[str, Any]] = json.loads(row.slots)
    return ShiftRule(
        id=row.id,
        name=row.name,
        scope=RuleScope(row.scope),
        subjects=tuple(row.subject.split(",")) if row.subject else (),
        valid_from=date.fromisoformat(row.valid_from),
        valid_to=date.fromisoformat(row.valid_to) if row.valid_to else None,
        weekdays=frozenset(json.loads(row.weekdays)),
        slots=tuple(_slot_from_data(slot) for slot in slots),
        state=RuleState(row.state),
        created_at=row.created_at,
        ended_on=date.fromisoformat(row.ended_on) if row.ended_on else None,
        min_interval_seconds=row.apart_seconds,
    )
