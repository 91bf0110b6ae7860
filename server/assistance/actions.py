"""Acts on questions of the first asked: recorded, handed over, taken, answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from server.assistance import people, queries, workflow
from server.assistance.errors import AssistCode
from server.assistance.queries import StoredAsk, StoredAskStep, StoredPerson
from server.assistance.rules import AskMove, AskState, ask_due
from server.assistance.settings import AssistSettings
from server.assistance.workflow import FIRST_ASK
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.queue.errors import QueueCode

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Receiver:
    """Receiver of a question: a unit, or one person with that person's unit."""

    unit: str = ""
    staff: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Question as the first asked records it; `phone` is sealed, `to` None: not handed over yet."""

    subject: str
    item: str = ""
    name: str = ""
    phone: str = ""
    to: Receiver | None = None


@dataclass(frozen=True, slots=True)
class AskWish:
    """Step of a question that a person wants to take."""

    move: AskMove
    words: str = ""
    to: Receiver = Receiver()


def record(ctx: Context, actor: Actor, key: str, question: Question) -> str:
    """Record a question, and hand it over if a receiver is named; return its id.

    Raises ITEM_UNKNOWN, FIRST_ASK_TO, ASSIST_PERSON.
    """
    to = question.to
    request: JsonDict = {
        "act": "first_ask.record",
        "subject": question.subject,
        "item": question.item,
        "unit": to.unit if to else "",
        "receiver": to.staff if to else "",
    }

    def act(tx: Tx) -> JsonDict:
        if question.item and question.item not in ctx.catalogue().item_by:
            raise HallError(QueueCode.ITEM_UNKNOWN, item=question.item)
        state = FIRST_ASK.after(AskMove.RECORD, Attempt(None))
        row = StoredAsk(
            id=f"FA{ctx.tokens.token(9)}",
            at=tx.now,
            day=ctx.day(tx.now),
            subject=question.subject,
            item=question.item,
            staff=actor.name,
            unit="",
            receiver="",
            state=state.value,
            due="",
        )
        queries.add_ask(tx, row)
        add_person(ctx, tx, row.id, question.name, question.phone)
        steps = [_add_step(ctx, tx, actor, row, [], state, AskWish(AskMove.RECORD))]
        if to is not None:
            _move(ctx, tx, actor, row, steps, AskWish(AskMove.HAND_OVER, to=to))
        return {"ask": row.id}

    return str(ctx.command(actor, key, request, act)["ask"])


def move(ctx: Context, actor: Actor, key: str, ask_id: str, wish: AskWish) -> None:
    """Take a step of a question.

    Raises FIRST_ASK_UNKNOWN, the codes of the workflow, FIRST_ASK_TO, ASSIST_PERSON, INVALID (a
    second record).
    """
    request: JsonDict = {
        "act": f"first_ask.{wish.move}",
        "ask": ask_id,
        "words": wish.words,
        "unit": wish.to.unit,
        "receiver": wish.to.staff,
    }

    def act(tx: Tx) -> JsonDict:
        row, steps = accessible(ctx, tx.conn, actor, ask_id)
        if wish.move is AskMove.RECORD:
            raise HallError(CommonCode.INVALID, field="move")
        _move(ctx, tx, actor, row, steps, wish)
        return {}

    ctx.command(actor, key, request, act)


def give_back(ctx: Context, tx: Tx, actor: Actor, staff: str, words: str) -> None:
    """Return the open questions of a receiver who may not act any more to the unit.

    One without a unit stays with its receiver: the office hands it over.
    """
    for row in queries.asks_received_by(tx.conn, tx.hall_id, staff):
        if not row.unit:
            continue
        steps = queries.ASK_STEPS.of(tx.conn, tx.hall_id, [row.id])[row.id]
        attempt = Attempt(AskState(row.state), holds=lambda _role: True, given=[workflow.WORDS])
        state = FIRST_ASK.after(AskMove.HAND_OVER, attempt)
        wish = AskWish(AskMove.HAND_OVER, words, Receiver(row.unit))
        _add_step(ctx, tx, actor, row, steps, state, wish)


def accessible(
    ctx: Context, conn: Connection, actor: Actor, ask_id: str
) -> tuple[StoredAsk, list[StoredAskStep]]:
    """Return a question with its steps to the office, the first asked, and whoever received it.

    Raises FIRST_ASK_UNKNOWN for everybody else.
    """
    row = queries.ask(conn, ctx.hall_id, ask_id)
    if row is not None:
        steps = queries.ASK_STEPS.of(conn, ctx.hall_id, [row.id])[row.id]
        received = any(actor.name in (step.receiver, _by(step)) for step in steps)
        if actor.manages or received or is_receiver(ctx, actor, row):
            return row, steps
    raise HallError(AssistCode.FIRST_ASK_UNKNOWN)


def is_receiver(ctx: Context, actor: Actor, row: StoredAsk) -> bool:
    """Return True for the named receiver, or for anybody of the unit if nobody is named."""
    if row.receiver:
        return row.receiver == actor.name
    return bool(row.unit) and unit_of(ctx, actor.name) == row.unit


def unit_of(ctx: Context, staff: str) -> str:
    """Return a person's unit; "" for one who is not on the staff list."""
    person = ctx.catalogue().staff_by.get(staff)
    return person.unit if person else ""


def attempt_of(
    ctx: Context, actor: Actor, row: StoredAsk, wish: AskWish | None
) -> Attempt[AskState]:
    """Return a step as the actor attempts it; with `wish` None whatever it needs is given."""
    roles = {
        workflow.FIRST_ASKED: actor.name == row.staff,
        workflow.RECEIVER: is_receiver(ctx, actor, row),
        workflow.OFFICE: actor.manages,
    }
    return Attempt(
        state=AskState(row.state),
        person=actor.name,
        holds=lambda role: roles[role],
        given=[workflow.WORDS] if wish is None or wish.words else [],
    )


def add_person(ctx: Context, tx: Tx, subject: str, name: str, phone: str) -> None:
    """Insert who asked or entrusted, with the end of the retention; nothing for nobody."""
    if name or phone:
        days = ctx.settings().of(AssistSettings).keep_assistance_person_days
        queries.add_person(tx, StoredPerson(subject, name, phone, tx.now + days * DAY_MS))


def _move(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredAsk,
    steps: Sequence[StoredAskStep],
    wish: AskWish,
) -> None:
    state = FIRST_ASK.after(wish.move, attempt_of(ctx, actor, row, wish))
    if wish.move is AskMove.HAND_OVER:
        wish = replace(wish, to=_receiver(ctx, tx, actor, wish.to))
    elif wish.move is AskMove.TAKE:
        wish = replace(wish, to=Receiver(row.unit, actor.name))
    else:
        wish = replace(wish, to=Receiver(row.unit, row.receiver))
    _add_step(ctx, tx, actor, row, steps, state, wish)


def _receiver(ctx: Context, tx: Tx, actor: Actor, to: Receiver) -> Receiver:
    """Return the receiver with its unit.

    Raises FIRST_ASK_TO for nobody and for the actor, ASSIST_PERSON for who may not be chosen.
    """
    catalogue = ctx.catalogue()
    if to.staff:
        person = catalogue.staff_by.get(to.staff)
        if person is None or to.staff == actor.name:
            raise HallError(AssistCode.FIRST_ASK_TO)
        people.require(ctx, tx.conn, actor, to.staff, is_job=False)
        return Receiver(person.unit, to.staff)
    if to.unit not in catalogue.unit_by:
        raise HallError(AssistCode.FIRST_ASK_TO)
    return to


def _add_step(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredAsk,
    steps: Sequence[StoredAskStep],
    state: AskState,
    wish: AskWish,
) -> StoredAskStep:
    settings = ctx.settings().of(AssistSettings)
    due = ask_due(
        state,
        ctx.local(tx.now).date(),
        settings.first_ask_take_days,
        settings.first_ask_answer_days,
        ctx.workdays(),
    )
    n = len(steps) + 1
    step = StoredAskStep(
        ask=row.id,
        n=n,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        due=due,
        unit=wish.to.unit,
        receiver=wish.to.staff,
        words=wish.words,
        by_actor=actor.key,
    )
    changes = {"due": due, "unit": wish.to.unit, "receiver": wish.to.staff}
    queries.ASK_STEPS.add(tx, step, **changes)
    data: JsonDict = {"n": n, "state": state.value, **changes}
    write_journal(tx, actor, f"first_ask.{wish.move}", row.id, data=data)
    return step


def _by(step: StoredAskStep) -> str:
    return step.by_actor.partition(":")[2]
