"""Acts on cases: one is opened, each step is a fact, papers and due days follow from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.cases import access, materials, papers, queries, workflow
from server.cases.clocks import CaseClocks, Clock
from server.cases.due_rows import clocks_of, due_rows, stated
from server.cases.due_watches import DueWatches
from server.cases.errors import CaseCode
from server.cases.events import CaseMoved
from server.cases.holds import hold_of, overtaken
from server.cases.paper_kinds import kind_of
from server.cases.queries import StoredApplicant, StoredCase, StoredFact
from server.cases.rules import (
    DECISIVE,
    RUNNING,
    UNACCEPTED,
    CaseMove,
    CaseOutcome,
    CaseState,
    CaseWay,
    IdKind,
    SuspensionBasis,
    number_of,
    stage_before,
)
from server.cases.settings import CaseSettings
from server.cases.workflow import CASE
from server.catalogue.model import Handling, Item
from server.core.actors import SYSTEM, Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.leave import file_queries
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import State

DAY_MS = 86_400_000
BY_HALL = frozenset(
    {CaseMove.FILE, CaseMove.DEEM, CaseMove.LAPSE, CaseMove.TACIT, CaseMove.TAKE_OVER}
)
"""Moves that nobody takes as a step."""
LONGEST_DAYS = 365
WITH_DAYS = frozenset({CaseMove.SUSPEND, CaseMove.ASK_TIME, CaseMove.TACIT, CaseMove.PLEDGE})


@dataclass(frozen=True, slots=True)
class Applicant:
    """Applicant as it is stored: `phone` sealed, the ID number masked and keyed."""

    name: str
    id_kind: IdKind = IdKind.ID_CARD
    id_masked: str = ""
    person_key: str = ""
    phone: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Case as it is opened; `day`: when the papers came, None for today."""

    item: str
    applicant: Applicant
    way: CaseWay
    ticket: str = ""
    outer_no: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Step that a person wants to take."""

    move: CaseMove
    words: str = ""
    outcome: CaseOutcome | None = None
    basis: SuspensionBasis | None = None
    days: int = 0
    to: CaseState | None = None
    """Stage to which an approver returns the case."""
    evidence: tuple[str, ...] = ()


def clocks(ctx: Context, now: int | None = None) -> CaseClocks:
    """Return the working days and rules by which clocks are read now."""
    today, calendar = ctx.local(now).date(), ctx.workdays().statutory()
    return clocks_of(calendar, ctx.past_hours(), ctx.settings(), today)


def open_case(ctx: Context, actor: Actor, key: str, opening: Opening) -> str:
    """Open a case; return its id.

    Raises ITEM_UNKNOWN, CASE_ITEM, TICKET_UNKNOWN, CASE_TICKET, CASE_TAKEN, INVALID.
    """
    who = opening.applicant
    request: JsonDict = {
        "act": "case.file",
        "item": opening.item,
        "way": opening.way.value,
        "ticket": opening.ticket,
        "outer_no": opening.outer_no,
        "day": opening.day.isoformat() if opening.day else "",
        "name": who.name,
        "person": who.person_key,
        "agent": who.agent,
    }

    def act(tx: Tx) -> JsonDict:
        return {"case": open_within(ctx, tx, actor, opening)}

    return str(ctx.command(actor, key, request, act)["case"])


def open_list(
    ctx: Context, actor: Actor, key: str, openings: Sequence[Opening]
) -> tuple[list[str], int]:
    """Open the cases of a list, all or none; return their ids, and how many were open before.

    A case whose unit and number of the other system are registered is left out. Raises as
    `open_case` does.
    """
    request: JsonDict = {
        "act": "case.list",
        "cases": [
            [o.item, o.outer_no, o.day.isoformat() if o.day else "", o.applicant.name]
            for o in openings
        ],
    }

    def act(tx: Tx) -> JsonDict:
        opened: list[str] = []
        for opening in openings:
            try:
                opened.append(open_within(ctx, tx, actor, opening))
            except HallError as error:
                if error.code is not CaseCode.CASE_TAKEN:
                    raise
        return {"cases": opened, "repeated": len(openings) - len(opened)}

    answer = ctx.command(actor, key, request, act)
    return list(answer["cases"]), int(answer["repeated"])


def open_within(ctx: Context, tx: Tx, actor: Actor, opening: Opening) -> str:
    """Open a case in the running action; raises as `open_case` does."""
    catalogue = ctx.catalogue()
    item = catalogue.item_by.get(opening.item)
    if item is None:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=opening.item)
    if item.handling is Handling.CONSULT:
        raise HallError(CaseCode.CASE_ITEM)
    today = ctx.local(tx.now).date()
    day = opening.day or today
    if day > today:
        raise HallError(CommonCode.INVALID, field="day")
    window = _window_of(tx, actor, opening) if opening.way is CaseWay.WINDOW else ""
    case_id = f"K{ctx.tokens.token(9)}"
    outer_key = f"{item.unit}/{opening.outer_no}" if opening.outer_no else case_id
    earlier = queries.by_outer_key(tx.conn, tx.hall_id, outer_key)
    if earlier is not None:
        raise HallError(CaseCode.CASE_TAKEN, number=earlier.number)
    serial = queries.last_serial(tx.conn, tx.hall_id, day.isoformat()) + 1
    state = CASE.after(CaseMove.FILE, Attempt(None))
    row = StoredCase(
        id=case_id,
        number=number_of(catalogue.hall, day, item.code, serial),
        day=day.isoformat(),
        serial=serial,
        outer_no=opening.outer_no,
        outer_key=outer_key,
        item=item.code,
        version=catalogue.version,
        mode=item.case_mode.value,
        unit=item.unit,
        way=opening.way.value,
        ticket=opening.ticket,
        hand_in="",
        window=window,
        staff=actor.name,
        state=state.value,
        owner="",
        outcome="",
        at=tx.now,
    )
    queries.add(tx, row, _applicant(ctx, tx, case_id, opening.applicant))
    add_fact(ctx, tx, actor, row, [], state, Wish(CaseMove.FILE), day)
    return case_id


def _window_of(tx: Tx, actor: Actor, opening: Opening) -> str:
    """Return the window that serves the ticket; raise TICKET_UNKNOWN or CASE_TICKET."""
    ticket = ticket_queries.get(tx.conn, tx.hall_id, opening.ticket)
    if ticket is None:
        raise HallError(QueueCode.TICKET_UNKNOWN, ticket=opening.ticket)
    if ticket.state is not State.SERVING or ticket.staff != actor.name:
        raise HallError(CaseCode.CASE_TICKET)
    if ticket.item != opening.item:
        raise HallError(CaseCode.CASE_TICKET)
    return ticket.window


def _applicant(ctx: Context, tx: Tx, case_id: str, who: Applicant) -> StoredApplicant:
    settings = ctx.settings().of(CaseSettings)
    return StoredApplicant(
        case=case_id,
        name=who.name,
        id_kind=who.id_kind.value,
        id_masked=who.id_masked,
        person_key=who.person_key,
        phone=who.phone,
        agent=who.agent,
        phone_until=tx.now + settings.keep_case_phone_days * DAY_MS,
        erase_after=tx.now + settings.keep_case_person_days * DAY_MS,
    )


def item_of(ctx: Context, row: StoredCase) -> Item:
    """Return the item in the version under which the case was opened: its limits stay."""
    return ctx.catalogue_version(row.version).item_by[row.item]


def attempt_of(
    ctx: Context,
    actor: Actor,
    row: StoredCase,
    facts: Sequence[StoredFact],
    posts: access.Posts,
    wish: Wish | None,
    faulty: Sequence[str] | None,
) -> Attempt[CaseState]:
    """Return a step as the actor attempts it; with `wish` None whatever it needs is given.

    `faulty`: materials of the last hand-in with faults; None if no materials are recorded.
    """
    item = item_of(ctx, row)
    given = [workflow.WORDS] if wish is None or wish.words else []
    given += [workflow.OUTCOME] if wish is None or wish.outcome is not None else []
    given += [workflow.BASIS] if wish is None or wish.basis is not None else []
    given += [workflow.DAYS] if wish is None or wish.days > 0 else []
    given += materials.given(item, row, facts, faulty)
    given += [] if item.three_hands else [workflow.ONE_HAND]
    time_askers = access.actors_of(facts, CaseMove.ASK_TIME)
    given += [workflow.FIRST_TIME] if not time_askers else []
    passed = {
        state: access.takers(facts, state) if item.three_hands else []
        for state in (CaseState.HANDLING, CaseState.REVIEWING)
    }
    decided = len(access.actors_of(facts, CaseMove.GRANT_TIME)) + len(
        access.actors_of(facts, CaseMove.DENY_TIME)
    )
    return Attempt(
        state=CaseState(row.state),
        person=actor.name,
        holds=lambda role: (
            access.holds(ctx.catalogue(), posts, actor, row, role)
            or access.covers(facts, actor, row, role)
        ),
        earlier={
            workflow.HANDLED: passed[CaseState.HANDLING],
            workflow.REVIEWED: passed[CaseState.REVIEWING],
            workflow.TIME_ASKER: time_askers if not decided else (),
            workflow.VOID_ASKER: access.actors_of(facts, CaseMove.ASK_VOID),
            workflow.PLEDGED: access.actors_of(facts, CaseMove.PLEDGE)
            if materials.owes(facts)
            else (),
        },
        given=given,
    )


def move(ctx: Context, actor: Actor, key: str, case_id: str, wish: Wish) -> None:
    """Take a step of a case.

    Raises CASE_UNKNOWN, the codes of the workflow and of holds, FILE_UNKNOWN, INVALID (a step that
    only the hall takes, more days than the item allows).
    """

    def act(tx: Tx) -> JsonDict:
        row, facts, posts = access.accessible(ctx, tx.conn, actor, case_id)
        if wish.move in BY_HALL:
            raise HallError(CommonCode.INVALID, field="move")
        if deem_within(ctx, tx, row, facts):
            # Whoever was late finds the case accepted, and the answer is in the books.
            return {"moved": CaseState.HANDLING.value}
        if lapse_within(ctx, tx, row, facts):
            return {"moved": CaseState.WITHDRAWN.value}
        if overtaken(ctx, tx, actor, row, facts, wish):
            return {"moved": CaseState.DECIDED.value}
        file_queries.require_all(tx, wish.evidence)
        item = item_of(ctx, row)
        if wish.days > _most_days(wish.move, item):
            raise HallError(CommonCode.INVALID, field="days")
        looks = row.state in UNACCEPTED or wish.move is CaseMove.SUPPLY
        faulty = materials.faulty(tx.conn, tx.hall_id, row) if looks else None
        attempt = attempt_of(ctx, actor, row, facts, posts, wish, faulty)
        state = CASE.after(wish.move, attempt, _target(wish, row, facts))
        refusal = hold_of(ctx, tx.conn, actor, row, wish.move)
        if refusal is not None:
            raise refusal
        add_fact(ctx, tx, actor, row, facts, state, wish, ctx.local(tx.now).date())
        return {"moved": ""}

    request: JsonDict = {
        "act": f"case.{wish.move}",
        "case": case_id,
        "words": wish.words,
        "outcome": wish.outcome,
        "basis": wish.basis,
        "days": wish.days,
        "to": wish.to,
        "evidence": list(wish.evidence),
    }
    moved = ctx.command(actor, key, request, act).get("moved")
    if moved:
        raise HallError(CaseCode.CASE_STATE, state=moved)


def _target(wish: Wish, row: StoredCase, facts: Sequence[StoredFact]) -> CaseState | None:
    """Return the state to which a move with several leads."""
    state = CaseState(row.state)
    if wish.move is CaseMove.RESUME and state is CaseState.SUSPENDED:
        return stage_before([CaseState(fact.state) for fact in facts])
    if wish.move is CaseMove.RETURN and state is CaseState.APPROVING:
        return wish.to if wish.to is CaseState.REVIEWING else CaseState.HANDLING
    return None


def deem_within(ctx: Context, tx: Tx, row: StoredCase, facts: Sequence[StoredFact]) -> bool:
    """Accept a case whose defects nobody told in time; return True if this was such a case."""
    if row.state != CaseState.FILED:
        return False
    reader = clocks(ctx, tx.now)
    due = reader.due(stated(facts), item_of(ctx, row))[Clock.TELL].rule
    if due is None or reader.today <= due:
        return False
    attempt = Attempt(CaseState.FILED, holds=lambda role: role == workflow.HALL)
    state = CASE.after(CaseMove.DEEM, attempt)
    add_fact(ctx, tx, SYSTEM, row, facts, state, Wish(CaseMove.DEEM), reader.today)
    return True


def lapse_within(ctx: Context, tx: Tx, row: StoredCase, facts: Sequence[StoredFact]) -> bool:
    """Withdraw a case whose pledged materials did not come; return True if this was such a case."""
    if row.state not in RUNNING and row.state != CaseState.SUSPENDED:
        return False
    reader = clocks(ctx, tx.now)
    due = reader.due(stated(facts), item_of(ctx, row)).get(Clock.PLEDGE)
    if due is None or due.rule is None or reader.today <= due.rule:
        return False
    attempt = Attempt(CaseState(row.state), holds=lambda role: role == workflow.HALL)
    state = CASE.after(CaseMove.LAPSE, attempt)
    add_fact(ctx, tx, SYSTEM, row, facts, state, Wish(CaseMove.LAPSE), reader.today)
    return True


def _most_days(move: CaseMove, item: Item) -> int:
    """Return the most working days that a step may name."""
    if move is CaseMove.ASK_TIME:
        return item.extension_days
    return max(1, item.promised_days) if move is CaseMove.PLEDGE else LONGEST_DAYS


def add_fact(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredCase,
    facts: Sequence[StoredFact],
    state: CaseState,
    wish: Wish,
    day: date,
) -> None:
    """Add a step in the running action, with its owner, due days, paper and journal line."""
    n = len(facts) + 1
    if row.state in UNACCEPTED:  # what comes after the acceptance changes nothing of it
        hand_in = materials.last_hand_in(tx.conn, tx.hall_id, row)
        row = replace(row, hand_in=hand_in.id if hand_in else "")
    outcome = wish.outcome if wish.move in DECISIVE else None
    fact = StoredFact(
        case=row.id,
        n=n,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        day=day.isoformat(),
        days=_days(ctx, wish),
        ahead=_ahead(ctx, wish),
        basis=wish.basis.value if wish.basis and wish.move is CaseMove.SUSPEND else "",
        outcome=outcome.value if outcome else "",
        words=wish.words,
        evidence=json.dumps(list(wish.evidence)),
        paper=papers.number_of(row, n) if kind_of(wish.move, outcome) else "",
        by_actor=actor.key,
    )
    changes = {"owner": _owner(row, state, wish, actor), "hand_in": row.hand_in}
    if outcome is not None:
        changes["outcome"] = outcome.value
    queries.FACTS.add(tx, fact, **changes)
    every = [*facts, fact]
    set_due_days(ctx, tx, row, every)
    if fact.paper:
        papers.write(ctx, tx, row, every, item_of(ctx, row))
    # Words and names stay out of the journal: they can be erased.
    data: JsonDict = {
        "n": n,
        "number": row.number,
        "state": fact.state,
        "day": fact.day,
        "days": fact.days,
        "ahead": fact.ahead,
        "basis": fact.basis,
        "outcome": fact.outcome,
        "paper": fact.paper,
        "evidence": list(wish.evidence),
        "item": row.item,
        "unit": row.unit,
        "mode": row.mode,
        "promised": item_of(ctx, row).promised_days,
        "ticket": row.ticket,
    }
    write_journal(tx, actor, f"case.{wish.move}", row.id, window=row.window, data=data)
    tx.events.append(CaseMoved(row.id, row.unit, state.value))


def _days(ctx: Context, wish: Wish) -> int:
    """Return the days of a fact: requested or told, or within which a decision must be served."""
    if wish.move is CaseMove.DECIDE:
        return ctx.settings().of(CaseSettings).case_serve_days
    return wish.days if wish.move in WITH_DAYS else 0


def _ahead(ctx: Context, wish: Wish) -> int:
    """Return how early an extension has to be requested, as it is in force at the request."""
    asks = wish.move is CaseMove.ASK_TIME
    return ctx.settings().of(CaseSettings).extension_asked_days_ahead if asks else 0


def _owner(row: StoredCase, state: CaseState, wish: Wish, actor: Actor) -> str:
    """Return whose desk a case is on: whoever acts keeps it until it goes to another post."""
    if wish.move is CaseMove.TAKE_OVER:
        return actor.name
    if state not in RUNNING and state is not CaseState.SUSPENDED:
        return ""
    moves_on = state.value != row.state and state in RUNNING and row.state != CaseState.SUSPENDED
    if moves_on or actor == SYSTEM:
        return ""
    return row.owner or actor.name


def set_due_days(ctx: Context, tx: Tx, row: StoredCase, facts: Sequence[StoredFact]) -> None:
    """Store what is due of a case after its last fact; others look at what was due before."""
    DueWatches.of(ctx).run(tx, row.id)
    is_decided = facts[-1].state == CaseState.DECIDED
    is_served = is_decided and bool(queries.served_decisions(tx.conn, tx.hall_id, [row.id]))
    reader, item = clocks(ctx, tx.now), item_of(ctx, row)
    rows = due_rows(reader, row, facts, item, is_served=is_served)
    queries.set_dues(tx, [row.id], rows)
