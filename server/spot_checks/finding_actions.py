"""Findings: creation from a mark or an anomaly, publication, dispute, settlement, rectification.

Every step is a line of the finding's own history and of the journal, with actor and reason. History
is never changed; the consequence steps are recomputed when a finding is confirmed or withdrawn.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from server.catalogue.model import Catalogue
from server.core import setting_queries as stored_settings
from server.core.actors import SYSTEM, Actor, ActorKind, Role
from server.core.clock import instant
from server.core.errors import HallError
from server.core.settings import GeneralSettings, Settings, with_values
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.spot_checks import finding_queries, queries
from server.spot_checks import finding_rules as rules
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.events import ChecksChanged
from server.spot_checks.finding_queries import StoredFinding
from server.spot_checks.finding_rules import FINDING, Finding, Move, Person, State, Steps
from server.spot_checks.marks import Kind, Mark, Seen, kind_of, standing
from server.spot_checks.queries import StoredMark
from server.spot_checks.settings import SpotCheckSettings

STEPS = ("step_second", "step_third", "step_days")
"""Settings that determine a finding's step."""
HALL = "hall"
"""Actor name of the system when it proposes."""


def facts_of(row: StoredFinding) -> JsonDict:
    """Return the facts behind a finding."""
    facts: JsonDict = json.loads(row.facts)
    return facts


def finding_of(row: StoredFinding) -> Finding:
    """Return a row as a `Finding` for the rules."""
    history = json.loads(row.history)
    confirmers = {line["by"] for line in history if line["state"] == State.CONFIRMED}
    facts = facts_of(row)
    found_by = {*facts.get("checkers", ()), *facts.get("handlers", ())}
    involved = {*found_by, *confirmers, row.by_actor.partition(":")[2]}
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
    """Return an actor as a `Person` for the rules."""
    person = catalogue.staff_by.get(actor.name)
    office = actor.kind.value in (Role.MANAGER.value, Role.ADMINISTRATOR.value)
    if person is None:
        return Person(actor.name, office=office)
    return Person(person.number, person.unit, person.chief, office)


def access(ctx: Context, conn: Connection, actor: Actor, finding_id: str) -> StoredFinding:
    """Return a finding if the actor may see it; raise FINDING_UNKNOWN.

    All access to a finding goes through this function.
    """
    row = finding_queries.get(conn, ctx.hall_id, finding_id)
    if row is None or not rules.may_see(finding_of(row), person_of(ctx.catalogue(), actor)):
        raise HallError(SpotCheckCode.FINDING_UNKNOWN)
    return row


def recipients(catalogue: Catalogue, staff: str, unit: str) -> list[str]:
    """Return the recipients of a finding: the person and the unit's chief representatives."""
    chiefs = [s.number for s in catalogue.staff if s.chief and unit and s.unit == unit]
    return list(dict.fromkeys([*([staff] if staff else []), *chiefs]))


def propose(ctx: Context, tx: Tx, doubt: Anomaly) -> int:
    """Store an anomaly as a proposed finding; return 0 if it was proposed before."""
    if finding_queries.of_source(tx.conn, tx.hall_id, "doubt", doubt.mark) is not None:
        return 0
    _add(ctx, tx, SYSTEM, FINDING.after(Move.PROPOSE, Attempt(None)), "doubt", doubt)
    return 1


def from_marks(ctx: Context, tx: Tx, check_id: str) -> None:
    """Update the findings of a round from its marks: publish new ones, withdraw undone ones."""
    rows = {row.id: row for row in queries.marks(tx.conn, tx.hall_id, check_id)}
    counting_ids = {mark.id for mark in standing(map(mark_of, rows.values())).values()}
    for row in rows.values():
        mark = mark_of(row)
        kind = kind_of(mark)
        if kind is None:
            continue
        existing = finding_queries.of_source(tx.conn, tx.hall_id, "mark", mark.id)
        if existing is None and mark.id in counting_ids:
            _add_from_mark(ctx, tx, row, kind, check_id)
        elif existing is not None and mark.id not in counting_ids:
            _withdraw(ctx, tx, existing)


def mark_of(row: StoredMark) -> Mark:
    """Return a stored mark as a `Mark` for the rules."""
    seen, faults = Seen(row.mark), tuple(json.loads(row.faults))
    return Mark(row.id, row.window, seen, row.at, row.received_at, row.reason, faults)


def _add_from_mark(ctx: Context, tx: Tx, row: StoredMark, kind: Kind, check_id: str) -> None:
    check = queries.get(tx.conn, tx.hall_id, check_id)
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
    doubt = Anomaly(kind, row.staff, row.window, row.id, facts)
    state = FINDING.after(Move.RECORD, Attempt(None))
    _add(ctx, tx, Actor(ActorKind(kind_name), name), state, "mark", doubt)


def _add(ctx: Context, tx: Tx, actor: Actor, state: State, source: str, about: Anomaly) -> None:
    unit = _unit(ctx.catalogue(), about.staff, about.window) or about.unit
    finding_id = f"F{ctx.tokens.token(9)}"
    # A mark uploaded the next morning (no network before) belongs to the day it was made.
    day = ctx.day(int(about.facts.get("seen_at", tx.now)) if source == "mark" else tx.now)
    finding_queries.add(
        tx,
        finding_id,
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
    write_journal(tx, actor, f"finding.{state}", finding_id, window=about.window, data=data)
    if state is State.CONFIRMED:
        _publish(ctx, tx, finding_id)
    tx.events.append(ChecksChanged(day))


def _unit(catalogue: Catalogue, staff: str, window: str) -> str:
    person = catalogue.staff_by.get(staff)
    if person is not None:
        return person.unit
    window_entry = catalogue.window_by.get(window)
    return window_entry.units[0] if window_entry is not None and window_entry.units else ""


def _line(tx: Tx, actor: Actor, state: str, words: str = "") -> JsonDict:
    return {"state": state, "by": actor.name, "at": tx.now, "words": words}


def _publish(ctx: Context, tx: Tx, finding_id: str) -> None:
    """Publish a finding to the person and the chief, and start the period for disputes."""
    row = finding_queries.get(tx.conn, tx.hall_id, finding_id)
    assert row is not None, "this action has stored it"
    to = recipients(ctx.catalogue(), row.staff, row.unit)
    line = _line(tx, SYSTEM, "told") | {"to": to}
    until = _days_on(ctx, tx.now, ctx.settings().of(SpotCheckSettings).dispute_days)
    finding_queries.change(tx, row, line, told_at=tx.now, dispute_until=until)
    write_journal(tx, SYSTEM, "finding.told", row.id, data={"to": to, "dispute_until": until})
    restep(ctx, tx, row.staff)


def _days_on(ctx: Context, now: int, days: int) -> int:
    """Return the last millisecond of the day `days` days from `now`."""
    last: date = ctx.local(now).date() + timedelta(days=days + 1)
    return (
        instant(datetime.combine(last, time.min), ctx.settings().of(GeneralSettings).timezone) - 1
    )


def _withdraw(ctx: Context, tx: Tx, row: StoredFinding) -> None:
    """Withdraw a finding whose mark was undone or replaced."""
    attempt = rules.attempt(finding_of(row), Person(""))
    if not FINDING.allows(Move.UNDO, attempt):
        return  # settled before
    _move(tx, SYSTEM, row, FINDING.after(Move.UNDO, attempt), "mark_undone")
    restep(ctx, tx, row.staff)


def judge(
    ctx: Context, actor: Actor, key: str, finding_id: str, confirm: bool, why: str
) -> JsonDict:
    """Confirm or dismiss a proposed finding. Raises FINDING_UNKNOWN, _STATE, _OWN."""

    def act(tx: Tx) -> JsonDict:
        row = access(ctx, tx.conn, actor, finding_id)
        state = rules.judge(finding_of(row), person_of(ctx.catalogue(), actor), confirm)
        _move(tx, actor, row, state, why)
        if state is State.CONFIRMED:
            _publish(ctx, tx, finding_id)
        return {}

    request = {"act": "finding_judge", "finding": finding_id, "confirm": confirm, "why": why}
    return ctx.command(actor, key, request, act)


def dispute(ctx: Context, actor: Actor, key: str, finding_id: str, words: str) -> JsonDict:
    """Dispute a finding with a statement. Raises FINDING_UNKNOWN, FINDING_STATE, DISPUTE_OVER."""

    def act(tx: Tx) -> JsonDict:
        row = access(ctx, tx.conn, actor, finding_id)
        person = person_of(ctx.catalogue(), actor)
        _move(tx, actor, row, rules.dispute(finding_of(row), person, tx.now), words)
        return {}

    request = {"act": "finding_dispute", "finding": finding_id, "words": words}
    return ctx.command(actor, key, request, act)


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

    request = {"act": "finding_settle", "finding": finding_id, "stands": stands, "why": why}
    # The disputing person is the first, the settling person the second, who is not involved.
    return ctx.command(actor, key, request, act, second=True)


def rectify(
    ctx: Context, actor: Actor, key: str, finding_id: str, words: str, day: str
) -> JsonDict:
    """Record what was put right and when, by the person or the chief.

    Raises FINDING_UNKNOWN, _STATE.
    """

    def act(tx: Tx) -> JsonDict:
        row = access(ctx, tx.conn, actor, finding_id)
        rules.rectify(finding_of(row), person_of(ctx.catalogue(), actor))
        rectification = {"words": words, "day": day, "by": actor.name, "at": tx.now}
        line = _line(tx, actor, "rectified", words) | {"day": day}
        finding_queries.change(
            tx, row, line, rectified=json.dumps(rectification, ensure_ascii=False)
        )
        write_journal(tx, actor, "finding.rectify", row.id, data={"day": day}, why=words)
        tx.events.append(ChecksChanged(row.day))
        return {}

    request = {"act": "finding_rectify", "finding": finding_id, "words": words, "day": day}
    return ctx.command(actor, key, request, act)


def _move(tx: Tx, actor: Actor, row: StoredFinding, state: State, why: str) -> None:
    finding_queries.change(tx, row, _line(tx, actor, state.value, why), state=state.value)
    data = {"from": row.state, "staff": row.staff}
    write_journal(tx, actor, f"finding.{state}", row.id, window=row.window, data=data, why=why)
    tx.events.append(ChecksChanged(row.day))


def _steps_at(history: list[tuple[int, str, Any]], moment: int) -> Steps:
    values = {name: value for since, name, value in history if since <= moment}
    settings = with_values(Settings(), values)
    return Steps(
        settings.of(SpotCheckSettings).step_second,
        max(settings.of(SpotCheckSettings).step_second, settings.of(SpotCheckSettings).step_third),
        settings.of(SpotCheckSettings).step_days,
    )


def restep(ctx: Context, tx: Tx, staff: str) -> None:
    """Recompute a person's steps and record the ones that changed."""
    if not staff:
        return
    since = ctx.local(tx.now).date() - timedelta(
        days=2 * ctx.settings().of(SpotCheckSettings).step_days
    )
    rows = finding_queries.of_staff(tx.conn, tx.hall_id, staff, since.isoformat())
    all_findings = [finding_of(row) for row in rows]
    history = stored_settings.history(tx.conn, tx.hall_id, STEPS)
    for row in rows:
        # A step follows from the settings at the finding's time; later settings do not change it.
        steps = rules.steps(all_findings, _steps_at(history, row.at))
        step = steps[row.id].value if row.id in steps else ""
        if step != row.step:
            finding_queries.change(tx, row, _line(tx, SYSTEM, "step", step), step=step)
            write_journal(tx, SYSTEM, "finding.step", row.id, data={"from": row.step, "step": step})
