"""Findings through their life: from a mark or a doubt to told, disputed, settled, put right.

Every step is a line of the finding's own history and of the journal, with who and why. What was
written stays; the steps of consequence are computed anew when a finding stands or falls.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from server.clock import instant
from server.domain.catalogue import Catalogue, Role
from server.domain.errors import Code, HallError
from server.domain.inspection import findings as rules
from server.domain.inspection.doubts import Doubt
from server.domain.inspection.findings import Finding, Person, State, Steps
from server.domain.inspection.marks import Kind, Mark, Seen, kind_of, standing
from server.domain.settings import Settings, changed
from server.domain.tickets import ActorKind
from server.services.bus import ChecksChanged
from server.services.context import SYSTEM, Actor, Context, JsonDict, note
from server.storage import checks, findings
from server.storage import settings as stored_settings
from server.storage.store import Tx

STEPS = ("step_second", "step_third", "step_days")
"""Settings that a finding's step follows from."""
HALL = "hall"
"""Who proposes: the system."""


# -- reading ---------------------------------------------------------------------------------------


def facts_of(row: Any) -> JsonDict:
    """What lies behind a finding."""
    found: JsonDict = json.loads(row.facts)
    return found


def finding_of(row: Any) -> Finding:
    """A row for the rules."""
    history = json.loads(row.history)
    confirmed = {line["by"] for line in history if line["state"] == State.CONFIRMED}
    involved = {*facts_of(row).get("checkers", ()), *confirmed, row.by_actor.partition(":")[2]}
    return Finding(
        row.id,
        row.staff,
        row.unit,
        State(row.state),
        row.at,
        row.dispute_until,
        frozenset(involved - {HALL, ""}),
    )


def person_of(catalogue: Catalogue, actor: Actor) -> Person:
    """An actor for the rules."""
    found = catalogue.staff_by.get(actor.name)
    office = actor.kind.value in (Role.MANAGER.value, Role.ADMINISTRATOR.value)
    if found is None:
        return Person(actor.name, office=office)
    return Person(found.number, found.unit, found.chief, office)


def access(ctx: Context, conn: Any, actor: Actor, finding_id: str) -> Any:
    """The one way to a finding: its row, if the actor may see it; raises FINDING_UNKNOWN."""
    row = findings.get(conn, ctx.hall_id, finding_id)
    if row is None or not rules.may_see(finding_of(row), person_of(ctx.catalogue(), actor)):
        raise HallError(Code.FINDING_UNKNOWN)
    return row


def told_to(catalogue: Catalogue, staff: str, unit: str) -> list[str]:
    """Whom a finding is told: the person, and the chief representatives of the unit."""
    chiefs = [s.number for s in catalogue.staff if s.chief and unit and s.unit == unit]
    return list(dict.fromkeys([*([staff] if staff else []), *chiefs]))


# -- coming into being -----------------------------------------------------------------------------


def propose(ctx: Context, tx: Tx, doubt: Doubt) -> int:
    """Write down a doubt of the system's; 0 when it was proposed before."""
    if findings.of_source(tx.conn, tx.hall_id, "doubt", doubt.mark) is not None:
        return 0
    _add(ctx, tx, SYSTEM, State.PROPOSED, "doubt", doubt)
    return 1


def from_marks(ctx: Context, tx: Tx, check_id: str) -> None:
    """Bring the findings of a walk in line with its marks: new ones are told, undone ones fall."""
    rows = {row.id: row for row in checks.marks(tx.conn, tx.hall_id, check_id)}
    counted = {mark.id for mark in standing(map(mark_of, rows.values())).values()}
    for row in rows.values():
        mark = mark_of(row)
        kind = kind_of(mark)
        if kind is None:
            continue
        known = findings.of_source(tx.conn, tx.hall_id, "mark", mark.id)
        if known is None and mark.id in counted:
            _found(ctx, tx, row, kind, check_id)
        elif known is not None and mark.id not in counted:
            _fall(ctx, tx, known)


def mark_of(row: Any) -> Mark:
    """A kept mark for the rules."""
    seen, faults = Seen(row.mark), tuple(json.loads(row.faults))
    return Mark(row.id, row.window, seen, row.at, row.received_at, row.reason, faults)


def _found(ctx: Context, tx: Tx, row: Any, kind: Kind, check_id: str) -> None:
    check = checks.get(tx.conn, tx.hall_id, check_id)
    facts = {
        "check": check_id,
        "checkers": json.loads(check.checkers) if check else [],
        "seen": row.mark,
        "reason": row.reason,
        "faults": json.loads(row.faults),
        "note": row.note,
        "photos": json.loads(row.photos),
        "seen_at": row.at,
        "known": json.loads(row.known),
    }
    kind_name, _, name = row.by_actor.partition(":")
    seen = Doubt(kind, row.staff, row.window, row.id, facts)
    _add(ctx, tx, Actor(ActorKind(kind_name), name), State.CONFIRMED, "mark", seen)


def _add(ctx: Context, tx: Tx, actor: Actor, state: State, source: str, about: Doubt) -> None:
    unit = _unit(ctx.catalogue(), about.staff, about.window)
    found = f"F{ctx.chance.token(9)}"
    # A mark that comes the next morning, out of a dead spot, belongs to the day it was made.
    day = ctx.day(int(about.facts.get("seen_at", tx.now)) if source == "mark" else tx.now)
    findings.add(
        tx,
        found,
        _line(tx, actor, state.value),
        day=day,
        source=source,
        source_id=about.mark,
        kind=about.kind.value,
        staff=about.staff,
        unit=unit,
        window=about.window,
        facts=about.facts,
        state=state.value,
        by_actor=actor.key,
    )
    data = {"kind": about.kind.value, "staff": about.staff, "unit": unit, "source": about.mark}
    note(tx, actor, f"finding.{state}", found, window=about.window, data=data)
    if state is State.CONFIRMED:
        _tell(ctx, tx, findings.get(tx.conn, tx.hall_id, found))
    tx.events.append(ChecksChanged(day))


def _unit(catalogue: Catalogue, staff: str, window: str) -> str:
    person = catalogue.staff_by.get(staff)
    if person is not None:
        return person.unit
    spot = catalogue.window_by.get(window)
    return spot.units[0] if spot is not None and spot.units else ""


def _line(tx: Tx, actor: Actor, state: str, words: str = "") -> JsonDict:
    return {"state": state, "by": actor.name, "at": tx.now, "words": words}


def _tell(ctx: Context, tx: Tx, row: Any) -> None:
    """From now on the person and the chief see it, and the time to dispute it runs."""
    to = told_to(ctx.catalogue(), row.staff, row.unit)
    line = _line(tx, SYSTEM, "told") | {"to": to}
    until = _days_on(ctx, tx.now, ctx.settings().dispute_days)
    findings.change(tx, row, line, told_at=tx.now, dispute_until=until)
    note(tx, SYSTEM, "finding.told", row.id, data={"to": to, "dispute_until": until})
    restep(ctx, tx, row.staff)


def _days_on(ctx: Context, now: int, days: int) -> int:
    """The last moment of the day so many days on."""
    last: date = ctx.local(now).date() + timedelta(days=days + 1)
    return instant(datetime.combine(last, time.min), ctx.settings().timezone) - 1


def _fall(ctx: Context, tx: Tx, row: Any) -> None:
    """The mark behind a finding was undone or replaced."""
    if State(row.state) not in (State.CONFIRMED, State.DISPUTED):
        return
    _move(tx, SYSTEM, row, State.WITHDRAWN, "mark_undone")
    restep(ctx, tx, row.staff)


# -- people's acts ---------------------------------------------------------------------------------


def judge(
    ctx: Context, actor: Actor, key: str, finding_id: str, confirm: bool, why: str
) -> JsonDict:
    """Confirm or dismiss a proposed finding. Raises FINDING_UNKNOWN, _STATE, _OWN."""

    def act(tx: Tx) -> JsonDict:
        row = access(ctx, tx.conn, actor, finding_id)
        state = rules.judge(finding_of(row), person_of(ctx.catalogue(), actor), confirm)
        _move(tx, actor, row, state, why)
        if state is State.CONFIRMED:
            _tell(ctx, tx, findings.get(tx.conn, tx.hall_id, finding_id))
        return {}

    asked = {"act": "finding_judge", "finding": finding_id, "confirm": confirm, "why": why}
    return ctx.command(actor, key, asked, act)


def dispute(ctx: Context, actor: Actor, key: str, finding_id: str, words: str) -> JsonDict:
    """Dispute a finding with a statement. Raises FINDING_UNKNOWN, FINDING_STATE, DISPUTE_OVER."""

    def act(tx: Tx) -> JsonDict:
        row = access(ctx, tx.conn, actor, finding_id)
        person = person_of(ctx.catalogue(), actor)
        _move(tx, actor, row, rules.dispute(finding_of(row), person, tx.now), words)
        return {}

    asked = {"act": "finding_dispute", "finding": finding_id, "words": words}
    return ctx.command(actor, key, asked, act)


def settle(
    ctx: Context, actor: Actor, key: str, finding_id: str, stands: bool, why: str
) -> JsonDict:
    """Decide a dispute. Raises FINDING_UNKNOWN, FINDING_STATE, FINDING_OWN."""

    def act(tx: Tx) -> JsonDict:
        row = access(ctx, tx.conn, actor, finding_id)
        state = rules.settle(finding_of(row), person_of(ctx.catalogue(), actor), stands)
        _move(tx, actor, row, state, why)
        restep(ctx, tx, row.staff)
        return {}

    asked = {"act": "finding_settle", "finding": finding_id, "stands": stands, "why": why}
    # Who disputes asks, who settles is the second person and not involved.
    return ctx.command(actor, key, asked, act, second=True)


def rectify(
    ctx: Context, actor: Actor, key: str, finding_id: str, words: str, day: str
) -> JsonDict:
    """What was put right and when, by the person or the chief. Raises FINDING_UNKNOWN, _STATE."""

    def act(tx: Tx) -> JsonDict:
        row = access(ctx, tx.conn, actor, finding_id)
        rules.rectify(finding_of(row), person_of(ctx.catalogue(), actor))
        said = {"words": words, "day": day, "by": actor.name, "at": tx.now}
        line = _line(tx, actor, "rectified", words) | {"day": day}
        findings.change(tx, row, line, rectified=json.dumps(said, ensure_ascii=False))
        note(tx, actor, "finding.rectify", row.id, data={"day": day}, why=words)
        tx.events.append(ChecksChanged(row.day))
        return {}

    asked = {"act": "finding_rectify", "finding": finding_id, "words": words, "day": day}
    return ctx.command(actor, key, asked, act)


def _move(tx: Tx, actor: Actor, row: Any, state: State, why: str) -> None:
    findings.change(tx, row, _line(tx, actor, state.value, why), state=state.value)
    data = {"from": row.state, "staff": row.staff}
    note(tx, actor, f"finding.{state}", row.id, window=row.window, data=data, why=why)
    tx.events.append(ChecksChanged(row.day))


# -- consequences ----------------------------------------------------------------------------------


def _steps_at(history: list[tuple[int, str, Any]], moment: int) -> Steps:
    values = {name: value for since, name, value in history if since <= moment}
    found = changed(Settings(), values)
    return Steps(found.step_second, max(found.step_second, found.step_third), found.step_days)


def restep(ctx: Context, tx: Tx, staff: str) -> None:
    """Compute a person's steps anew and write down those that changed."""
    if not staff:
        return
    since = ctx.local(tx.now).date() - timedelta(days=2 * ctx.settings().step_days)
    rows = findings.of_staff(tx.conn, tx.hall_id, staff, since.isoformat())
    every = [finding_of(row) for row in rows]
    history = stored_settings.history(tx.conn, tx.hall_id, STEPS)
    for row in rows:
        # A finding's step follows from the settings of its time: later ones move no earlier step.
        steps = rules.steps(every, _steps_at(history, row.at))
        step = steps[row.id].value if row.id in steps else ""
        if step != row.step:
            findings.change(tx, row, _line(tx, SYSTEM, "step", step), step=step)
            note(tx, SYSTEM, "finding.step", row.id, data={"from": row.step, "step": step})
