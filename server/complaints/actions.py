"""Acts on complaints: one comes in, and every step has its actor and its due day."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.catalogue.model import Catalogue, Window
from server.complaints import queries, workflow
from server.complaints.errors import ComplaintCode
from server.complaints.events import ComplaintMoved
from server.complaints.queries import StoredComplaint, StoredComplaintStep, StoredComplaintWords
from server.complaints.rules import (
    About,
    ComplaintMove,
    ComplaintState,
    Kind,
    Limits,
    Outcome,
    Way,
    due_after,
    number_of,
    serial_of,
)
from server.complaints.settings import ComplaintSettings
from server.complaints.workflow import COMPLAINT
from server.core.actors import STAFF_KINDS, Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.core.working_days import Due
from server.hall.context import Context, JsonDict, write_journal
from server.leave import file_queries
from server.queue import ticket_queries, window_session_queries
from server.queue.errors import QueueCode
from server.spot_checks import finding_actions
from server.spot_checks.anomalies import Anomaly
from server.spot_checks.marks import Kind as FindingKind

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Filed:
    """Complaint as it comes in; `phone` is sealed (server.core.sealed_text)."""

    kind: Kind
    channel: Way
    about: About
    subject: str = ""
    """Code of the unit or window, staff number, or id of the ticket."""
    topics: tuple[str, ...] = ()
    words: str = ""
    name: str = ""
    phone: str = ""
    source: str = ""
    source_number: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """Step that a person wants to take."""

    move: ComplaintMove
    words: str = ""
    outcome: Outcome | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Subject:
    """Subject of a complaint: where it is filed, and whom it concerns."""

    unit: str = ""
    window: str = ""
    staff: str = ""
    ticket: str = ""
    concerned: frozenset[str] = frozenset()


def limits_of(ctx: Context) -> Limits:
    """Return the working days in force."""
    settings = ctx.settings().of(ComplaintSettings)
    return Limits(
        decide=settings.complaint_decide_days,
        answer=settings.complaint_answer_days,
        extension=settings.complaint_extension_days,
        close=settings.complaint_close_days,
    )


def file(ctx: Context, actor: Actor, key: str, filed: Filed) -> str:
    """Store a complaint that came in; return its number.

    Raises COMPLAINT_ABOUT, COMPLAINT_EMPTY, COMPLAINT_OWN, COMPLAINT_TAKEN, TICKET_UNKNOWN.
    """
    request: JsonDict = {
        "act": "complaint.receive",
        "kind": filed.kind.value,
        "channel": filed.channel.value,
        "about": filed.about.value,
        "subject": filed.subject,
        "topics": list(filed.topics),
        "words": filed.words,
        "name": filed.name,
        "source": filed.source,
        "source_number": filed.source_number,
    }

    def act(tx: Tx) -> JsonDict:
        return {"number": _receive(ctx, tx, actor, filed)}

    return str(ctx.command(actor, key, request, act)["number"])


def _receive(ctx: Context, tx: Tx, actor: Actor, filed: Filed) -> str:
    subject = _subject(ctx, tx, filed)
    if actor.kind in STAFF_KINDS and _is_subject(
        ctx.catalogue(), actor.name, filed.about, subject.unit, subject.concerned
    ):
        raise HallError(ComplaintCode.COMPLAINT_OWN)
    if not filed.words and not filed.topics:
        raise HallError(ComplaintCode.COMPLAINT_EMPTY)
    complaint_id = f"C{ctx.tokens.token(9)}"
    source_key = complaint_id
    if filed.source and filed.source_number:
        source_key = f"{filed.source}/{filed.source_number}"
        earlier = queries.by_source(tx.conn, tx.hall_id, source_key)
        if earlier is not None:
            raise HallError(ComplaintCode.COMPLAINT_TAKEN, number=earlier.number)
    today = ctx.local(tx.now).date()
    last = queries.last_number(tx.conn, tx.hall_id, f"{today.year % 100:02d}")
    state = COMPLAINT.after(ComplaintMove.RECEIVE, Attempt(None))
    row = StoredComplaint(
        id=complaint_id,
        number=number_of(today.year, serial_of(last) + 1 if last else 1),
        kind=filed.kind.value,
        channel=filed.channel.value,
        about=filed.about.value,
        source=filed.source,
        source_number=filed.source_number,
        source_key=source_key,
        day=today.isoformat(),
        at=tx.now,
        topics=json.dumps(list(filed.topics)),
        named=int(bool(filed.name or filed.phone)),
        unit=subject.unit,
        window=subject.window,
        staff=subject.staff,
        ticket=subject.ticket,
        state=state.value,
        due="",
        outcome="",
        by_actor=actor.key,
    )
    queries.add(tx, row, _words(ctx, tx, row, filed), subject.concerned)
    _add_step(ctx, tx, actor, row, [], state, Wish(ComplaintMove.RECEIVE))
    return row.number


def _words(ctx: Context, tx: Tx, row: StoredComplaint, filed: Filed) -> StoredComplaintWords | None:
    if not filed.words and not row.named:
        return None
    settings = ctx.settings().of(ComplaintSettings)
    return StoredComplaintWords(
        complaint=row.id,
        words=filed.words,
        name=filed.name,
        phone=filed.phone,
        contact_until=tx.now + settings.keep_complaint_contact_days * DAY_MS,
        erase_after=tx.now + settings.keep_complaint_words_days * DAY_MS,
    )


def _subject(ctx: Context, tx: Tx, filed: Filed) -> _Subject:
    """Return the subject of a complaint. Raises COMPLAINT_ABOUT, TICKET_UNKNOWN."""
    catalogue, code = ctx.catalogue(), filed.subject
    if filed.about is About.VISIT:
        service = ticket_queries.get(tx.conn, tx.hall_id, code)
        if service is None:
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=code)
        person = catalogue.staff_by.get(service.staff)
        unit = person.unit if person is not None and person.unit else service.queue
        served = frozenset({service.staff} - {""})
        return _Subject(unit, service.window, service.staff, service.id, served)
    if filed.about is About.UNIT and code in catalogue.unit_by:
        return _Subject(code)
    if filed.about is About.PERSON and code in catalogue.staff_by:
        return _Subject(catalogue.staff_by[code].unit, staff=code, concerned=frozenset({code}))
    window = _window(catalogue, code)
    if filed.about is About.WINDOW and window is not None:
        code = window.code
        day = ctx.day(tx.now)
        concerned = queries.served_at(tx.conn, tx.hall_id, code, day)
        session = window_session_queries.session(tx.conn, tx.hall_id, code)
        if session is not None:
            concerned.add(session.staff)
        unit = window.units[0] if window.units else ""
        return _Subject(unit, code, concerned=frozenset(concerned))
    if filed.about is About.UNIT and not code and filed.kind is not Kind.ON_SPOT:
        return _Subject()  # an opinion on the hall as a whole
    raise HallError(ComplaintCode.COMPLAINT_ABOUT)


def _window(catalogue: Catalogue, text: str) -> Window | None:
    """Return a window by its code, or by the number that is written on it."""
    numbered = [window for window in catalogue.windows if str(window.number) == text]
    return catalogue.window_by.get(text) or (numbered[0] if len(numbered) == 1 else None)


def _is_subject(
    catalogue: Catalogue, person: str, about: About, unit: str, concerned: Collection[str]
) -> bool:
    """Return True if a complaint concerns a person: by name, or as one of the unit's people."""
    if person in concerned:
        return True
    entry = catalogue.staff_by.get(person)
    return about is About.UNIT and bool(unit) and entry is not None and entry.unit == unit


def may_handle(ctx: Context, actor: Actor, row: StoredComplaint, concerned: set[str]) -> bool:
    """Return True if a person handles a complaint.

    The office does from the beginning, the unit's chief representative from the acceptance on;
    neither does for a complaint that concerns them.
    """
    if _is_subject(ctx.catalogue(), actor.name, About(row.about), row.unit, concerned):
        return False
    accepted = row.state not in (ComplaintState.RECEIVED, ComplaintState.REFUSED)
    return actor.manages or (accepted and _is_liaison(ctx, actor, row))


def _is_liaison(ctx: Context, actor: Actor, row: StoredComplaint) -> bool:
    return bool(row.unit) and ctx.catalogue().unit_led_by(actor.name) == row.unit


def access(
    ctx: Context, conn: Connection, actor: Actor, complaint_id: str
) -> tuple[StoredComplaint, set[str], list[StoredComplaintStep]]:
    """Return a complaint, whom it concerns and its steps; raises COMPLAINT_UNKNOWN.

    All access of staff to a complaint goes through this function.
    """
    row = queries.get(conn, ctx.hall_id, complaint_id)
    if row is None:
        raise HallError(ComplaintCode.COMPLAINT_UNKNOWN)
    concerned = queries.subjects(conn, ctx.hall_id, [row.id])[row.id]
    if not may_handle(ctx, actor, row, concerned):
        raise HallError(ComplaintCode.COMPLAINT_UNKNOWN)
    return row, concerned, queries.STEPS.of(conn, ctx.hall_id, [row.id])[row.id]


def attempt_of(
    ctx: Context,
    actor: Actor,
    row: StoredComplaint,
    concerned: set[str],
    steps: Sequence[StoredComplaintStep],
    wish: Wish | None,
) -> Attempt[ComplaintState]:
    """Return a step as the actor attempts it; with `wish` None whatever it needs is given."""

    def holds(role: str) -> bool:
        return actor.manages if role == workflow.OFFICE else _is_liaison(ctx, actor, row)

    askers = [
        step.by_actor.partition(":")[2] for step in steps if step.move == ComplaintMove.ASK_TIME
    ]
    given = [workflow.WORDS] if wish is None or wish.words else []
    given += [workflow.OUTCOME] if wish is None or wish.outcome is not None else []
    given += [workflow.FIRST_TIME] if not askers else []
    own = _is_subject(ctx.catalogue(), actor.name, About(row.about), row.unit, concerned)
    return Attempt(
        state=ComplaintState(row.state),
        person=actor.name,
        holds=holds,
        earlier={workflow.SUBJECT: (actor.name,) if own else (), workflow.ASKER: askers},
        given=given,
    )


def move(ctx: Context, actor: Actor, key: str, complaint_id: str, wish: Wish) -> None:
    """Take a step of a complaint.

    Raises COMPLAINT_UNKNOWN, _OFFICE, _SECOND, _STATE, _WORDS, _OUTCOME, _EXTENDED, FILE_UNKNOWN,
    INVALID (a step that only the hall takes).
    """

    def act(tx: Tx) -> JsonDict:
        row, concerned, steps = access(ctx, tx.conn, actor, complaint_id)
        if wish.move is ComplaintMove.RECEIVE:
            raise HallError(CommonCode.INVALID, field="move")
        file_queries.require_all(tx, wish.evidence)
        attempt = attempt_of(ctx, actor, row, concerned, steps, wish)
        state = COMPLAINT.after(wish.move, attempt)
        _add_step(ctx, tx, actor, row, steps, state, wish)
        return {}

    request: JsonDict = {
        "act": f"complaint.{wish.move}",
        "complaint": complaint_id,
        "words": wish.words,
        "outcome": wish.outcome,
        "evidence": list(wish.evidence),
    }
    ctx.command(actor, key, request, act)


def _add_step(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredComplaint,
    steps: Sequence[StoredComplaintStep],
    state: ComplaintState,
    wish: Wish,
) -> None:
    day = ctx.local(tx.now).date()
    before = Due(steps[-1].due, steps[-1].answer_due) if steps else None
    due = due_after(wish.move, state, before, day, limits_of(ctx), ctx.workdays())
    outcome = wish.outcome if wish.move is ComplaintMove.ANSWER else None
    step = StoredComplaintStep(
        complaint=row.id,
        n=len(steps) + 1,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        day=day.isoformat(),
        due=due.next,
        answer_due=due.answer,
        outcome=outcome.value if outcome is not None else "",
        words=wish.words,
        evidence=json.dumps(list(wish.evidence)),
        by_actor=actor.key,
    )
    changes = {"outcome": step.outcome} if step.outcome else {}
    queries.STEPS.add(tx, step, due=step.due, **changes)
    # Words and names stay out of the journal: they can be erased.
    data: JsonDict = {
        "n": step.n,
        "number": row.number,
        "state": step.state,
        "due": step.due,
        "answer_due": step.answer_due,
        "outcome": step.outcome,
        "evidence": list(wish.evidence),
        "unit": row.unit,
        "about": row.about,
        "channel": row.channel,
    }
    write_journal(tx, actor, f"complaint.{wish.move}", row.id, window=row.window, data=data)
    tx.events.append(ComplaintMoved(row.id, row.unit, state.value))
    if outcome in (Outcome.PROVEN, Outcome.PARTLY) and (row.staff or row.window or row.unit):
        _propose(ctx, tx, actor, row, outcome)


def _propose(ctx: Context, tx: Tx, actor: Actor, row: StoredComplaint, outcome: Outcome) -> None:
    """Propose a finding on whom a proven complaint concerns; the office judges it."""
    facts: JsonDict = {"how": row.number, "outcome": outcome.value, "handlers": [actor.name]}
    concerned = queries.subjects(tx.conn, tx.hall_id, [row.id])[row.id]
    # A window at which one person served that day: it can only be that person.
    staff = row.staff or (concerned.pop() if len(concerned) == 1 else "")
    source = f"complaint:{row.id}"
    doubt = Anomaly(FindingKind.COMPLAINT, staff, row.window, source, facts, row.unit)
    finding_actions.propose(ctx, tx, doubt)


PHONE = Actor(ActorKind.PHONE, "phone")
"""Whoever holds a ticket's address."""
