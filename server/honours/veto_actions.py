"""Acts on vetoes: proposed with evidence, confirmed by another, disputed, settled by a third."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from server.assessment.periods import PeriodKind, period_of
from server.assessment.standings import Subject
from server.complaints import queries as complaint_queries
from server.core.actors import Actor
from server.core.clock import instant
from server.core.errors import CommonCode, HallError
from server.core.settings import GeneralSettings
from server.core.store import Tx
from server.core.workflow import Attempt, Moment
from server.hall.context import Context, JsonDict, write_journal
from server.hall.past_catalogue import catalogue_then
from server.honours import queries, workflow
from server.honours.candidates import is_at_fault
from server.honours.dated_settings import settings_on
from server.honours.errors import HonourCode
from server.honours.flag_place import move_flag
from server.honours.queries import StoredVeto, StoredVetoStep
from server.honours.rules import Cause, VetoKind, VetoMove, VetoState, after_quarters
from server.honours.workflow import VETO
from server.leave import file_queries
from server.spot_checks import finding_queries
from server.spot_checks.finding_rules import STANDING as STANDING_FINDINGS

PUBLISHED = frozenset(VetoState) - {VetoState.PROPOSED, VetoState.DISMISSED}
"""States in which whoever a veto concerns sees it."""


@dataclass(frozen=True, slots=True)
class VetoProposal:
    """Veto as it is proposed: ground, subject, day of the act, evidence.

    `code`: staff number, window or unit. `window`: where a person's act happened, if at one.
    """

    kind: VetoKind
    subject: Subject
    code: str
    day: date
    words: str
    window: str = ""
    complaints: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


def propose(ctx: Context, actor: Actor, key: str, proposal: VetoProposal) -> str:
    """Propose a veto; return its id.

    Raises VETO_SUBJECT, VETO_EVIDENCE, VETO_WORDS, VETO_SECOND, FILE_UNKNOWN, INVALID (a day to
    come).
    """
    request: JsonDict = {
        "act": "veto.propose",
        "kind": proposal.kind.value,
        "subject": proposal.subject.value,
        "code": proposal.code,
        "at": proposal.window,
        "day": proposal.day.isoformat(),
        "words": proposal.words,
        "complaints": list(proposal.complaints),
        "findings": list(proposal.findings),
        "papers": list(proposal.papers),
    }

    def act(tx: Tx) -> JsonDict:
        if proposal.day > ctx.local(tx.now).date():
            raise HallError(CommonCode.INVALID, field="day")
        row = _row(ctx, tx, proposal)
        file_queries.require_all(tx, proposal.papers)
        _check_evidence(tx, proposal)
        attempt = _attempt(ctx, actor, row, [], proposal.words, tx.now)
        is_evident = proposal.papers or proposal.complaints or proposal.findings
        given = [*attempt.given, *([workflow.EVIDENCE] if is_evident else [])]
        state = VETO.after(VetoMove.PROPOSE, replace(attempt, state=None, given=given))
        queries.add_veto(tx, row)
        _add_step(tx, actor, row, [], VetoMove.PROPOSE, state, proposal.words, proposal.papers)
        return {"veto": row.id}

    return str(ctx.command(actor, key, request, act)["veto"])


def _row(ctx: Context, tx: Tx, proposal: VetoProposal) -> StoredVeto:
    """Return a proposed veto. Raises VETO_SUBJECT."""
    catalogue = catalogue_then(ctx, tx.conn, proposal.day)
    staff, window, unit = "", proposal.window, ""
    code = proposal.code
    if proposal.subject is Subject.PERSON and code in catalogue.staff_by:
        staff, unit = code, catalogue.staff_by[code].unit
    elif proposal.subject is Subject.WINDOW and code in catalogue.window_by:
        window, units = code, catalogue.window_by[code].units
        unit = units[0] if len(units) == 1 else ""
    elif proposal.subject is Subject.UNIT and code in catalogue.unit_by:
        window, unit = "", code
    else:
        raise HallError(HonourCode.VETO_SUBJECT)
    if window and window not in catalogue.window_by:
        raise HallError(HonourCode.VETO_SUBJECT)
    return StoredVeto(
        id=f"V{ctx.tokens.token(9)}",
        kind=proposal.kind.value,
        subject=proposal.subject.value,
        staff=staff,
        window=window,
        unit=unit,
        day=proposal.day.isoformat(),
        at=tx.now,
        complaints=json.dumps(sorted(set(proposal.complaints))),
        findings=json.dumps(sorted(set(proposal.findings))),
        windows="[]",
        strikes_unit=0,
        first_quarter="",
        last_quarter="",
        state=VetoState.PROPOSED.value,
        dispute_until=None,
    )


def _check_evidence(tx: Tx, proposal: VetoProposal) -> None:
    """Raise VETO_EVIDENCE for a complaint that is not proven, or a finding that does not stand."""
    for number in proposal.complaints:
        complaint = complaint_queries.by_number(tx.conn, tx.hall_id, number)
        if complaint is None or not is_at_fault(complaint):
            raise HallError(HonourCode.VETO_EVIDENCE)
    for finding_id in proposal.findings:
        finding = finding_queries.get(tx.conn, tx.hall_id, finding_id)
        if finding is None or finding.state not in STANDING_FINDINGS:
            raise HallError(HonourCode.VETO_EVIDENCE)


def move(
    ctx: Context,
    actor: Actor,
    key: str,
    veto_id: str,
    wanted: VetoMove,
    words: str = "",
    papers: tuple[str, ...] = (),
) -> None:
    """Take a step of a veto; what it takes away, or gives back, moves the flag.

    Raises VETO_UNKNOWN, the codes of the workflow, FILE_UNKNOWN, INVALID (a second proposal).
    """
    request: JsonDict = {
        "act": f"veto.{wanted}",
        "veto": veto_id,
        "words": words,
        "papers": list(papers),
    }

    def act(tx: Tx) -> JsonDict:
        row, steps = access(ctx, tx.conn, actor, veto_id)
        if wanted is VetoMove.PROPOSE:
            raise HallError(CommonCode.INVALID, field="move")
        file_queries.require_all(tx, papers)
        state = VETO.after(wanted, _attempt(ctx, actor, row, steps, words, tx.now))
        changes = _effects(ctx, tx, row) if wanted is VetoMove.CONFIRM else {}
        _add_step(tx, actor, row, steps, wanted, state, words, papers, **changes)
        if wanted is VetoMove.CONFIRM:
            move_flag(ctx, tx, actor, Cause.VETO, row.id)
        elif wanted is VetoMove.WITHDRAW:
            move_flag(ctx, tx, actor, Cause.VETO_WITHDRAWN, row.id)
        return {}

    ctx.command(actor, key, request, act)


def access(
    ctx: Context, conn: Connection, actor: Actor, veto_id: str
) -> tuple[StoredVeto, list[StoredVetoStep]]:
    """Return a veto with its steps; raises VETO_UNKNOWN for whoever may not see it.

    The office sees all but those about oneself before they are confirmed; then whom it concerns.
    """
    row = queries.veto(conn, ctx.hall_id, veto_id)
    if row is None or not may_see(ctx, actor, row):
        raise HallError(HonourCode.VETO_UNKNOWN)
    return row, queries.VETO_STEPS.of(conn, ctx.hall_id, [row.id])[row.id]


def may_see(ctx: Context, actor: Actor, row: StoredVeto) -> bool:
    """Return True if a person may see a veto."""
    if actor.name == row.staff or not actor.manages:
        return row.state in PUBLISHED and concerns(ctx, actor, row)
    return True


def concerns(ctx: Context, actor: Actor, row: StoredVeto) -> bool:
    """Return True if a veto is about a person, the person's window, or the unit one represents."""
    if row.staff and row.staff == actor.name:
        return True
    if row.subject == Subject.WINDOW and actor.name in subjects(ctx, row):
        return True
    return bool(row.unit) and ctx.catalogue().unit_led_by(actor.name) == row.unit


def attempt_of(
    ctx: Context, actor: Actor, row: StoredVeto, steps: Sequence[StoredVetoStep], now: int
) -> Attempt[VetoState]:
    """Return a step as the actor attempts it with everything that it needs."""
    return _attempt(ctx, actor, row, steps, "words", now)


def _attempt(
    ctx: Context,
    actor: Actor,
    row: StoredVeto,
    steps: Sequence[StoredVetoStep],
    words: str,
    now: int,
) -> Attempt[VetoState]:
    def holds(role: str) -> bool:
        return actor.manages if role == workflow.OFFICE else concerns(ctx, actor, row)

    firsts = (VetoMove.PROPOSE, VetoMove.CONFIRM)
    until = None if row.dispute_until is None else row.dispute_until + 1
    return Attempt(
        state=VetoState(row.state),
        person=actor.name,
        holds=holds,
        earlier={
            workflow.FIRST: [s.by_actor.partition(":")[2] for s in steps if s.move in firsts],
            workflow.SUBJECT: subjects(ctx, row),
        },
        given=[workflow.WORDS] if words else [],
        deadlines={workflow.DISPUTE_PERIOD: Moment(until, now)},
    )


def subjects(ctx: Context, row: StoredVeto) -> Collection[str]:
    """Return the staff numbers of those whom a veto is about: the person, or all of the unit."""
    if row.staff:
        return (row.staff,)
    staff = ctx.catalogue().staff
    if row.subject == Subject.UNIT:
        return [person.number for person in staff if person.unit == row.unit]
    return [person.number for person in staff if row.window in person.windows]


def _effects(ctx: Context, tx: Tx, row: StoredVeto) -> JsonDict:
    """Return what a veto takes away, by the rules and the business data of the day of the act."""
    day = date.fromisoformat(row.day)
    rules, catalogue = settings_on(ctx, tx.conn, day), catalogue_then(ctx, tx.conn, day)
    by_rule = row.kind in rules.veto_unit_kinds.split(",")
    strikes_unit = bool(row.unit) and (row.subject == Subject.UNIT or by_rule)
    windows = {row.window} - {""}
    if row.staff:
        span = (row.day, row.day)
        windows |= queries.served_windows(tx.conn, tx.hall_id, [row.staff], *span)[row.staff]
    if strikes_unit:
        windows |= {w.code for w in catalogue.windows if row.unit in w.units}
    first = period_of(PeriodKind.QUARTER, day).id
    zone = ctx.settings().of(GeneralSettings).timezone
    end = ctx.local(tx.now).date() + timedelta(days=rules.veto_dispute_days + 1)
    return {
        "windows": json.dumps(sorted(windows)),
        "strikes_unit": int(strikes_unit),
        "first_quarter": first,
        "last_quarter": after_quarters(first, rules.veto_quarters - 1),
        "dispute_until": instant(datetime.combine(end, time()), zone) - 1,
    }


def _add_step(
    tx: Tx,
    actor: Actor,
    row: StoredVeto,
    steps: Sequence[StoredVetoStep],
    wanted: VetoMove,
    state: VetoState,
    words: str,
    papers: tuple[str, ...],
    **changes: object,
) -> None:
    step = StoredVetoStep(
        veto=row.id,
        n=len(steps) + 1,
        move=wanted.value,
        state=state.value,
        at=tx.now,
        words=words,
        evidence=json.dumps(list(papers)),
        by_actor=actor.key,
    )
    queries.VETO_STEPS.add(tx, step, **changes)
    data: JsonDict = {"n": step.n, "state": state.value, "kind": row.kind, "day": row.day}
    if "windows" in changes:
        data["windows"] = json.loads(str(changes["windows"]))
        data["quarters"] = [changes["first_quarter"], changes["last_quarter"]]
    write_journal(tx, actor, f"veto.{wanted}", row.id, data=data, why=words)
