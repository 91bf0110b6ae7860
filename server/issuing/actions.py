"""Acts on one licence: it is registered, shelved, entered, called back or made void."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import queries as case_queries
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.issuing import access, dues, queries, workflow
from server.issuing.errors import LicenceCode
from server.issuing.queries import StoredLicence, StoredLicenceFact
from server.issuing.rules import LicenceMove, Place, number_key, plain_number
from server.issuing.workflow import LICENCE

_KEEPS_SHELF = frozenset({LicenceMove.ASK_BACK, LicenceMove.ASK_VOID, LicenceMove.ENTER})
_KEEPS_WAYBILL = frozenset({LicenceMove.TRY, LicenceMove.ENTER})


@dataclass(frozen=True, slots=True)
class Registration:
    """Licence as its unit registers it; `copy` 0: the original, `issued` None: today."""

    case: str
    kind: str
    number: str
    copy: int = 0
    paper: bool = True
    electronic: bool = False
    issued: date | None = None
    valid_to: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """Further contents of a fact."""

    words: str = ""
    list: str = ""
    shelf: str = ""
    waybill: str = ""
    ticket: str = ""
    to: str = ""
    id_kind: str = ""
    id_check: str = ""
    signed: str = ""
    files: tuple[str, ...] = ()
    day: str = ""
    """ISO day on which it happened; empty: today."""


def register(ctx: Context, actor: Actor, key: str, wish: Registration) -> str:
    """Register a licence of a granted case; return its id.

    Raises CASE_UNKNOWN, LICENCE_POST, LICENCE_CASE, LICENCE_TAKEN, INVALID.
    """
    request: JsonDict = {
        "act": "licence.register",
        "case": wish.case,
        "kind": wish.kind,
        "number": wish.number,
        "copy": wish.copy,
        "paper": wish.paper,
        "electronic": wish.electronic,
        "issued": wish.issued.isoformat() if wish.issued else "",
        "valid_to": wish.valid_to,
    }

    def act(tx: Tx) -> JsonDict:
        return {"licence": _register(ctx, tx, actor, wish)}

    return str(ctx.command(actor, key, request, act)["licence"])


def _register(ctx: Context, tx: Tx, actor: Actor, wish: Registration) -> str:
    case, _facts, _posts = case_access.accessible(ctx, tx.conn, actor, wish.case)
    if not wish.paper and not wish.electronic:
        raise HallError(CommonCode.INVALID, field="paper")
    today = ctx.local(tx.now).date()
    issued = wish.issued or today
    if issued > today:
        raise HallError(CommonCode.INVALID, field="issued_day")
    attempt: Attempt[Place] = Attempt(
        None,
        actor.name,
        lambda role: access.holds(ctx, tx.conn, actor, case.unit, role),
        given=[workflow.GRANTED] if access.is_granted(case) else [],
    )
    target = Place.UNIT if wish.paper else Place.ELECTRONIC
    state = LICENCE.after(LicenceMove.REGISTER, attempt, target)
    number_id = number_key(case.unit, wish.number, wish.copy)
    if queries.by_key(tx.conn, tx.hall_id, number_id) is not None:
        raise HallError(LicenceCode.LICENCE_TAKEN)
    row = StoredLicence(
        id=f"Z{ctx.tokens.token(9)}",
        case=case.id,
        unit=case.unit,
        item=case.item,
        kind=wish.kind,
        number=plain_number(wish.number),
        number_key=number_id,
        copy=wish.copy,
        paper=int(wish.paper),
        electronic=int(wish.electronic),
        issued_day=issued.isoformat(),
        valid_to=wish.valid_to,
        state=state.value,
        list="",
        shelf="",
        waybill="",
        entered_day="",
        staff=actor.name,
        at=tx.now,
    )
    queries.add(tx, row)
    add_fact(ctx, tx, actor, row, [], LicenceMove.REGISTER, state, Detail())
    return row.id


def shelve(ctx: Context, actor: Actor, key: str, licences: Sequence[str], shelf: str) -> None:
    """Put licences on a place of the shelf. Raises LICENCE_UNKNOWN, the codes of the workflow."""

    def act(tx: Tx) -> JsonDict:
        for licence_id in licences:
            take(ctx, tx, actor, licence_id, LicenceMove.SHELVE, Detail(shelf=shelf))
        return {}

    request: JsonDict = {"act": "licence.shelve", "licences": list(licences), "shelf": shelf}
    ctx.command(actor, key, request, act)


def enter(ctx: Context, actor: Actor, key: str, licence_id: str, day: date | None) -> None:
    """Record that an electronic licence was entered, on a day (None: today).

    Raises LICENCE_UNKNOWN, LICENCE_ENTERED, the codes of the workflow, INVALID.
    """

    def act(tx: Tx) -> JsonDict:
        row, _facts = access.accessible(ctx, tx.conn, actor, licence_id)
        entered = (day or ctx.local(tx.now).date()).isoformat()
        if not row.issued_day <= entered <= ctx.day(tx.now):
            raise HallError(CommonCode.INVALID, field="day")
        take(ctx, tx, actor, licence_id, LicenceMove.ENTER, Detail(day=entered))
        return {}

    request: JsonDict = {
        "act": "licence.enter",
        "licence": licence_id,
        "day": day.isoformat() if day else "",
    }
    ctx.command(actor, key, request, act)


def step(
    ctx: Context, actor: Actor, key: str, licence_id: str, move: LicenceMove, words: str
) -> None:
    """Request, or as the second person grant, that a licence goes back or becomes void.

    Raises LICENCE_UNKNOWN, the codes of the workflow, INVALID for any other move.
    """
    if move not in STEPS:
        raise HallError(CommonCode.INVALID, field="move")

    def act(tx: Tx) -> JsonDict:
        take(ctx, tx, actor, licence_id, move, Detail(words=words))
        return {}

    request: JsonDict = {"act": f"licence.{move}", "licence": licence_id, "words": words}
    ctx.command(actor, key, request, act)


STEPS = (
    LicenceMove.ASK_BACK,
    LicenceMove.CALL_BACK,
    LicenceMove.ASK_VOID,
    LicenceMove.MAKE_VOID,
)
"""Moves that need words and, for the second of each two, another person."""


def attempt_of(
    ctx: Context,
    conn: Connection,
    actor: Actor,
    row: StoredLicence,
    facts: Sequence[StoredLicenceFact],
    given: Sequence[str] = (),
) -> Attempt[Place]:
    """Return a move as the actor attempts it; `given`: what comes with it besides the case's."""
    case = access.case_of(ctx, conn, row.case)
    names = list(given)
    names += [workflow.GRANTED] if access.is_granted(case) else []
    names += [workflow.PAID] if not dues.is_unpaid(conn, ctx.hall_id, row.case) else []
    names += [workflow.OPEN_ENTRY] if row.electronic and not row.entered_day else []
    return Attempt(
        Place(row.state),
        actor.name,
        lambda role: access.holds(ctx, conn, actor, row.unit, role),
        {
            workflow.GIVER: access.givers(facts),
            workflow.BACK_ASKER: access.open_askers(facts, LicenceMove.ASK_BACK),
            workflow.VOID_ASKER: access.open_askers(facts, LicenceMove.ASK_VOID),
        },
        names,
    )


def given_by(detail: Detail) -> list[str]:
    """Return the names of what a fact's contents give."""
    names = [workflow.WORDS] if detail.words else []
    names += [workflow.SHELF] if detail.shelf else []
    names += [workflow.IDENTITY] if detail.id_check else []
    return names + ([workflow.RECEIVER] if detail.signed and detail.to else [])


def take(
    ctx: Context, tx: Tx, actor: Actor, licence_id: str, move: LicenceMove, detail: Detail
) -> StoredLicenceFact:
    """Move a licence in the running action; return the fact.

    Raises LICENCE_UNKNOWN and the codes of the workflow.
    """
    row, facts = access.accessible(ctx, tx.conn, actor, licence_id)
    attempt = attempt_of(ctx, tx.conn, actor, row, facts, given_by(detail))
    state = LICENCE.after(move, attempt)
    return add_fact(ctx, tx, actor, row, facts, move, state, detail)


def add_fact(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredLicence,
    facts: Sequence[StoredLicenceFact],
    move: LicenceMove,
    state: Place,
    detail: Detail,
) -> StoredLicenceFact:
    """Add a fact in the running action, with the licence's place and the journal line."""
    fact = StoredLicenceFact(
        licence=row.id,
        n=len(facts) + 1,
        move=move.value,
        state=state.value,
        at=tx.now,
        day=detail.day or ctx.day(tx.now),
        list=detail.list,
        shelf=detail.shelf,
        waybill=detail.waybill,
        ticket=detail.ticket,
        to=detail.to,
        id_kind=detail.id_kind,
        id_check=detail.id_check,
        signed=detail.signed,
        files=json.dumps(list(detail.files)),
        words=detail.words,
        by_actor=actor.key,
    )
    after = place_after(row, fact)
    queries.FACTS.add(
        tx,
        fact,
        list=after.list,
        shelf=after.shelf,
        waybill=after.waybill,
        entered_day=after.entered_day,
        number_key=row.id if state is Place.VOID else row.number_key,
    )
    # Words, numbers and names stay out of the journal: they can be erased.
    data: JsonDict = {
        "n": fact.n,
        "case": row.case,
        "unit": row.unit,
        "state": fact.state,
        "day": fact.day,
        "list": after.list,
        "shelf": after.shelf,
        "waybill": after.waybill,
        "entered": after.entered_day,
        "ticket": fact.ticket,
        "to": fact.to,
        "id_check": fact.id_check,
        "signed": fact.signed,
    }
    write_journal(tx, actor, f"licence.{move}", row.id, data=data)
    return fact


def place_after(row: StoredLicence, fact: StoredLicenceFact) -> StoredLicence:
    """Return a licence's row as a fact leaves it."""
    move = LicenceMove(fact.move)
    return replace(
        row,
        state=fact.state,
        list=fact.list if move is LicenceMove.LIST else row.list,
        shelf=row.shelf if move in _KEEPS_SHELF else fact.shelf,
        waybill=row.waybill if move in _KEEPS_WAYBILL else fact.waybill,
        entered_day=fact.day if move is LicenceMove.ENTER else row.entered_day,
    )


def cases_named(conn: Connection, hall_id: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the numbers of these cases."""
    return {row.id: row.number for row in case_queries.among(conn, hall_id, ids)}
