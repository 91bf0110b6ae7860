"""Acts by which licences leave the issuing window: handed out, posted, delivered, returned.

Whatever reaches the applicant also serves the decision of the case, if it was not served before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.cases import queries as case_queries
from server.cases import serving
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.queries import StoredCase
from server.cases.rules import IdKind
from server.cases.serving import Service
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.issuing import access, actions, queries, workflow
from server.issuing.actions import Detail
from server.issuing.errors import LicenceCode
from server.issuing.queries import StoredParcel, StoredParcelFact, StoredReceiver
from server.issuing.rules import (
    IdCheck,
    LicenceMove,
    ParcelMove,
    ParcelState,
    Recipient,
    Shown,
    Signed,
    id_check,
)
from server.issuing.settings import IssuingSettings
from server.issuing.workflow import PARCEL
from server.leave import file_queries
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.queue.tickets import State

DAY_MS = 86_400_000
_LICENCE_MOVES = {
    ParcelMove.TRY: LicenceMove.TRY,
    ParcelMove.DELIVER: LicenceMove.DELIVER,
    ParcelMove.RETURN: LicenceMove.RETURN,
}


@dataclass(frozen=True, slots=True)
class HandOut:
    """Licences of one case as they are handed out.

    `signature` and `authorisation`: ids of kept files; without a signature it was signed on paper.
    """

    licences: tuple[str, ...]
    to: Recipient
    shown: Shown
    signed: Signed | None
    signature: str = ""
    agent: str = ""
    agent_masked: str = ""
    authorisation: str = ""
    ticket: str = ""

    @property
    def is_signed(self) -> bool:
        """True if it was signed for, and an agent is named and authorised."""
        is_received = self.signed is Signed.PAPER or (
            self.signed is Signed.SCREEN and bool(self.signature)
        )
        if self.to is Recipient.AGENT:
            return is_received and bool(self.agent) and bool(self.authorisation)
        return is_received and self.to is Recipient.APPLICANT


@dataclass(frozen=True, slots=True)
class ParcelStep:
    """Step of a parcel; `day` None: today, `shelf`: of a parcel that came back."""

    move: ParcelMove
    words: str = ""
    to: Recipient = Recipient.APPLICANT
    shelf: str = ""
    day: date | None = None


def hand_out(ctx: Context, actor: Actor, key: str, wish: HandOut) -> str:
    """Hand licences of one case to the applicant or an agent; return the case.

    Raises LICENCE_UNKNOWN, LICENCE_IDENTITY, LICENCE_RECEIVER, LICENCE_DUES, LICENCE_CASE,
    TICKET_UNKNOWN, FILE_UNKNOWN, the codes of the workflow.
    """

    def act(tx: Tx) -> JsonDict:
        case = _case(ctx, tx, actor, wish.licences)
        check = _check(tx, case, wish)
        files = tuple(file for file in (wish.signature, wish.authorisation) if file)
        file_queries.require_all(tx, files)
        if wish.ticket:
            _require_served(ctx, tx, actor, wish.ticket)
        detail = Detail(
            ticket=wish.ticket,
            to=wish.to.value,
            id_kind=wish.shown.kind.value,
            id_check=check.value if check else "",
            signed=wish.signed.value if wish.signed and wish.is_signed else "",
            files=files,
        )
        for licence in wish.licences:
            fact = actions.take(ctx, tx, actor, licence, LicenceMove.HAND, detail)
            if wish.to is Recipient.AGENT:
                _add_agent(ctx, tx, licence, fact.n, wish)
        service = Service(ServedHow.HANDED, ServedTo(wish.to.value))
        serving.serve_decision(ctx, tx, actor, case, service)
        return {"case": case.id}

    request: JsonDict = {
        "act": "licence.hand",
        "licences": list(wish.licences),
        "to": wish.to.value,
        "kind": wish.shown.kind.value,
        "shown": wish.shown.key,
        "signed": wish.signed.value if wish.signed else "",
        "files": [wish.signature, wish.authorisation],
        "agent": wish.agent,
        "ticket": wish.ticket,
    }
    return str(ctx.command(actor, key, request, act)["case"])


def _case(ctx: Context, tx: Tx, actor: Actor, licences: Sequence[str]) -> StoredCase:
    """Return the case of licences. Raises LICENCE_UNKNOWN, INVALID for those of two cases."""
    rows = [access.accessible(ctx, tx.conn, actor, licence)[0] for licence in licences]
    if len({row.case for row in rows}) != 1 or len({row.id for row in rows}) != len(rows):
        raise HallError(CommonCode.INVALID, field="licences")
    return access.case_of(ctx, tx.conn, rows[0].case)


def _check(tx: Tx, case: StoredCase, wish: HandOut) -> IdCheck | None:
    """Return how the shown document matches; an agent shows an own one with the authorisation."""
    if wish.to is Recipient.AGENT:
        return IdCheck.AGENT if wish.shown.length else None
    person = case_queries.applicants(tx.conn, tx.hall_id, [case.id]).get(case.id)
    if person is None:
        return IdCheck.SHOWN if wish.shown.length else None
    return id_check(wish.shown, IdKind(person.id_kind), person.id_masked, person.person_key)


def _require_served(ctx: Context, tx: Tx, actor: Actor, ticket_id: str) -> None:
    """Raise TICKET_UNKNOWN unless the actor serves this number of the issuing item."""
    ticket = ticket_queries.get(tx.conn, tx.hall_id, ticket_id)
    item = ctx.settings().of(IssuingSettings).issuing_item
    is_served = ticket is not None and ticket.state is State.SERVING and ticket.item == item
    if ticket is None or not is_served or ticket.staff != actor.name:
        raise HallError(QueueCode.TICKET_UNKNOWN, ticket=ticket_id)


def _add_agent(ctx: Context, tx: Tx, licence: str, n: int, wish: HandOut) -> None:
    days = ctx.settings().of(IssuingSettings).keep_receiver_days
    row = StoredReceiver(licence, n, wish.agent, wish.agent_masked, tx.now + days * DAY_MS)
    queries.add_receiver(tx, row)


def send(
    ctx: Context, actor: Actor, key: str, licences: Sequence[str], waybill: str, carrier: str
) -> str:
    """Post licences of one case; return the case.

    Raises LICENCE_UNKNOWN, WAYBILL_TAKEN, LICENCE_DUES, LICENCE_CASE, the codes of the workflow.
    """

    def act(tx: Tx) -> JsonDict:
        case = _case(ctx, tx, actor, licences)
        if queries.parcel(tx.conn, tx.hall_id, waybill) is not None:
            raise HallError(LicenceCode.WAYBILL_TAKEN)
        for licence in licences:
            actions.take(ctx, tx, actor, licence, LicenceMove.POST, Detail(waybill=waybill))
        state = PARCEL.after(ParcelMove.SEND, _attempt(ctx, tx, actor, None, ""))
        day = ctx.day(tx.now)
        row = StoredParcel(waybill, carrier, case.id, day, state.value)
        queries.add_parcel(tx, row)
        _add(tx, actor, row, ParcelMove.SEND, state, licences, day)
        return {"case": case.id}

    request: JsonDict = {
        "act": "licence_parcel.send",
        "licences": list(licences),
        "waybill": waybill,
        "carrier": carrier,
    }
    return str(ctx.command(actor, key, request, act)["case"])


def parcel_step(ctx: Context, actor: Actor, key: str, waybill: str, step: ParcelStep) -> str:
    """Record a try, the delivery or the return of a parcel; return the case.

    Raises LICENCE_UNKNOWN, LICENCE_WORDS, LICENCE_SHELF, INVALID, the codes of the workflow.
    """
    if step.move is ParcelMove.SEND:
        raise HallError(CommonCode.INVALID, field="move")

    def act(tx: Tx) -> JsonDict:
        row = queries.parcel(tx.conn, tx.hall_id, waybill)
        if row is None:
            raise HallError(LicenceCode.LICENCE_UNKNOWN)
        today = ctx.local(tx.now).date()
        day = step.day or today
        if not date.fromisoformat(row.day) <= day <= today:
            raise HallError(CommonCode.INVALID, field="day")
        attempt = _attempt(ctx, tx, actor, row, step.words, step.shelf)
        state = PARCEL.after(step.move, attempt)
        facts = queries.PARCEL_FACTS.of(tx.conn, tx.hall_id, [waybill])[waybill]
        licences = queries.ids_of(facts[0].licences)
        is_delivered = step.move is ParcelMove.DELIVER
        detail = Detail(
            words=step.words,
            shelf=step.shelf if step.move is ParcelMove.RETURN else "",
            waybill="" if step.move is ParcelMove.RETURN else waybill,
            to=step.to.value if is_delivered else "",
            day=day.isoformat(),
        )
        for licence in licences:
            actions.take(ctx, tx, actor, licence, _LICENCE_MOVES[step.move], detail)
        _add(tx, actor, row, step.move, state, licences, day.isoformat(), step)
        if is_delivered:
            case = access.case_of(ctx, tx.conn, row.case)
            service = Service(ServedHow.POST, ServedTo(step.to.value), day)
            serving.serve_decision(ctx, tx, actor, case, service)
        return {"case": row.case}

    request: JsonDict = {
        "act": f"licence_parcel.{step.move}",
        "waybill": waybill,
        "words": step.words,
        "to": step.to.value,
        "shelf": step.shelf,
        "day": step.day.isoformat() if step.day else "",
    }
    return str(ctx.command(actor, key, request, act)["case"])


def _attempt(
    ctx: Context, tx: Tx, actor: Actor, row: StoredParcel | None, words: str, shelf: str = ""
) -> Attempt[ParcelState]:
    given = [workflow.WORDS] if words else []
    return Attempt(
        ParcelState(row.state) if row is not None else None,
        actor.name,
        lambda role: role == workflow.ISSUER and access.is_issuer(ctx, tx.conn, actor),
        given=given + ([workflow.SHELF] if shelf else []),
    )


def _add(
    tx: Tx,
    actor: Actor,
    row: StoredParcel,
    move: ParcelMove,
    state: ParcelState,
    licences: Sequence[str],
    day: str,
    step: ParcelStep | None = None,
) -> None:
    n = len(queries.PARCEL_FACTS.of(tx.conn, tx.hall_id, [row.waybill])[row.waybill]) + 1
    to = step.to.value if step is not None and move is ParcelMove.DELIVER else ""
    fact = StoredParcelFact(
        waybill=row.waybill,
        n=n,
        move=move.value,
        state=state.value,
        at=tx.now,
        day=day,
        licences=json.dumps(list(licences)),
        to=to,
        words=step.words if step is not None else "",
        by_actor=actor.key,
    )
    queries.PARCEL_FACTS.add(tx, fact)
    data: JsonDict = {
        "n": n,
        "case": row.case,
        "state": state.value,
        "day": day,
        "licences": list(licences),
        "to": to,
    }
    write_journal(tx, actor, f"licence_parcel.{move}", row.waybill, data=data)
