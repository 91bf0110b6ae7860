"""Messages of approval by silence, made from what was read."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from server.cases import queries as case_queries
from server.cases.rules import CaseMove, CaseOutcome
from server.cases.views import name_of
from server.catalogue.model import Catalogue, Handling
from server.core.actors import Actor
from server.core.workflow import Attempt
from server.hall.context import Context
from server.tacit_approval import queries, workflow
from server.tacit_approval.messages import (
    ConsentView,
    LateStepView,
    SchemeItem,
    SchemeStepView,
    SchemeView,
    TacitList,
)
from server.tacit_approval.queries import StoredLate, StoredScheme, StoredStep
from server.tacit_approval.rules import SchemeKind, SchemeLimit, SchemeMove, SchemeState, is_barred
from server.tacit_approval.workflow import SCHEME

_ORDER = [SchemeState.IN_FORCE, SchemeState.PROPOSED, SchemeState.WITHDRAWN]


def everything(ctx: Context, conn: Connection, actor: Actor) -> TacitList:
    """Return schemes, consents, and the items that a scheme may have."""
    catalogue = ctx.catalogue()
    rows = queries.schemes(conn, ctx.hall_id)
    rows.sort(key=lambda row: _ORDER.index(SchemeState(row.state)))
    steps = queries.STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    return TacitList(
        schemes=[_scheme(catalogue, actor, row, steps[row.id]) for row in rows],
        consents=_consents(ctx, conn),
        choices=[
            _item(catalogue, item.code)
            for item in catalogue.items
            if item.handling is Handling.ACCEPTED
            and not is_barred(item)
            and (item.legal_days or item.promised_days)
        ],
    )


def _scheme(
    catalogue: Catalogue, actor: Actor, row: StoredScheme, steps: list[StoredStep]
) -> SchemeView:
    state = SchemeState(row.state)
    attempt = Attempt(
        state=state,
        person=actor.name,
        earlier={workflow.PROPOSER: [step.by_actor.partition(":")[2] for step in steps[:1]]},
        given=[workflow.WORDS],
    )
    return SchemeView(
        id=row.id,
        kind=SchemeKind(row.kind),
        items=[_item(catalogue, code) for code in json.loads(row.items)],
        limit=SchemeLimit(row.limit),
        basis=row.basis,
        first=row.first,
        last=row.last,
        state=state,
        steps=[
            SchemeStepView(
                move=SchemeMove(step.move),
                at=step.at,
                words=step.words,
                by_name=name_of(catalogue, step.by_actor.partition(":")[2]),
            )
            for step in steps
        ],
        moves=[
            move for move in (SchemeMove.SIGN, SchemeMove.WITHDRAW) if SCHEME.allows(move, attempt)
        ],
    )


def _item(catalogue: Catalogue, code: str) -> SchemeItem:
    item = catalogue.item_by.get(code)
    unit = catalogue.unit_by.get(item.unit) if item else None
    return SchemeItem(
        code=code, name=item.name if item else code, unit_name=unit.name if unit else ""
    )


def _consents(ctx: Context, conn: Connection) -> list[ConsentView]:
    catalogue = ctx.catalogue()
    consents = queries.consents(conn, ctx.hall_id)
    ids = [consent.case for consent in consents]
    rows = {row.id: row for row in case_queries.among(conn, ctx.hall_id, ids)}
    late = queries.late(conn, ctx.hall_id, ids)
    result: list[ConsentView] = []
    for consent in consents:
        row = rows[consent.case]
        unit = catalogue.unit_by.get(row.unit)
        result.append(
            ConsentView(
                case=row.id,
                number=row.number,
                item_name=ctx.catalogue_at(conn, row.version).item_by[row.item].name,
                unit_name=unit.name if unit else row.unit,
                day=consent.day,
                effective_at=consent.effective_at,
                at=consent.at,
                late=[_late(catalogue, step) for step in late[row.id]],
            )
        )
    return result


def _late(catalogue: Catalogue, step: StoredLate) -> LateStepView:
    return LateStepView(
        move=CaseMove(step.move),
        outcome=CaseOutcome(step.outcome) if step.outcome else None,
        at=step.at,
        by_name=name_of(catalogue, step.by_actor.partition(":")[2]),
    )
