"""Acts on schemes of approval by silence: proposed, signed by another person, withdrawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from server.cases.clocks import on_the_spot
from server.catalogue.model import Item
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.queue.errors import QueueCode
from server.tacit_approval import queries, workflow
from server.tacit_approval.errors import TacitCode
from server.tacit_approval.queries import StoredScheme, StoredStep
from server.tacit_approval.rules import SchemeKind, SchemeLimit, SchemeMove, SchemeState, is_barred
from server.tacit_approval.workflow import SCHEME


@dataclass(frozen=True, slots=True)
class Proposal:
    """Scheme as it is proposed; `last` None: without an end."""

    kind: SchemeKind
    items: tuple[str, ...]
    limit: SchemeLimit
    basis: str
    first: date
    last: date | None = None


def propose(ctx: Context, actor: Actor, key: str, proposal: Proposal) -> str:
    """Propose a scheme, which is the first signature; return its id.

    Raises ITEM_UNKNOWN, TACIT_BARRED, TACIT_LIMIT, INVALID (days in the past or in a wrong order).
    """
    last = proposal.last.isoformat() if proposal.last else ""
    request: JsonDict = {
        "act": "tacit.propose",
        "kind": proposal.kind.value,
        "items": sorted(set(proposal.items)),
        "limit": proposal.limit.value,
        "basis": proposal.basis,
        "first": proposal.first.isoformat(),
        "last": last,
    }

    def act(tx: Tx) -> JsonDict:
        _check(ctx, tx, proposal)
        state = SCHEME.after(SchemeMove.PROPOSE, _attempt(actor, None, []))
        row = StoredScheme(
            id=f"TS{ctx.tokens.token(9)}",
            kind=proposal.kind.value,
            items=json.dumps(request["items"]),
            limit=proposal.limit.value,
            basis=proposal.basis,
            first=request["first"],
            last=last,
            state=state.value,
        )
        queries.add_scheme(tx, row)
        _add_step(tx, actor, row, [], SchemeMove.PROPOSE, state, "")
        return {"scheme": row.id}

    return str(ctx.command(actor, key, request, act)["scheme"])


def move(
    ctx: Context, actor: Actor, key: str, scheme: str, wanted: SchemeMove, words: str = ""
) -> None:
    """Sign or withdraw a scheme.

    Raises TACIT_UNKNOWN, the codes of the workflow, and those of `propose` for a scheme whose items
    have changed before the second signature.
    """
    request: JsonDict = {
        "act": f"tacit.{wanted.value}",
        "scheme": scheme,
        "words": words,
    }

    def act(tx: Tx) -> JsonDict:
        row = queries.get(tx.conn, tx.hall_id, scheme)
        if row is None:
            raise HallError(TacitCode.TACIT_UNKNOWN)
        steps = queries.STEPS.of(tx.conn, tx.hall_id, [row.id])[row.id]
        attempt = _attempt(actor, SchemeState(row.state), steps, words)
        state = SCHEME.after(wanted, attempt)
        if wanted is SchemeMove.SIGN:
            _check_items(ctx, _proposed(row))
        _add_step(tx, actor, row, steps, wanted, state, words)
        return {}

    ctx.command(actor, key, request, act)


def _attempt(
    actor: Actor, state: SchemeState | None, steps: list[StoredStep], words: str = ""
) -> Attempt[SchemeState]:
    return Attempt(
        state=state,
        person=actor.name,
        earlier={workflow.PROPOSER: [step.by_actor.partition(":")[2] for step in steps[:1]]},
        given=[workflow.WORDS] if words else [],
    )


def _check(ctx: Context, tx: Tx, proposal: Proposal) -> None:
    today = ctx.local(tx.now).date()
    if proposal.first < today:
        raise HallError(CommonCode.INVALID, field="first")
    if proposal.last is not None and proposal.last < proposal.first:
        raise HallError(CommonCode.INVALID, field="last")
    _check_items(ctx, proposal)


def _check_items(ctx: Context, proposal: Proposal) -> None:
    by_code = ctx.catalogue().item_by
    items: list[Item] = []
    for code in sorted(set(proposal.items)):
        if code not in by_code:
            raise HallError(QueueCode.ITEM_UNKNOWN, item=code)
        items.append(by_code[code])
    barred = [item.name for item in items if is_barred(item)]
    if barred:
        raise HallError(TacitCode.TACIT_BARRED, items="、".join(barred))
    endless = [item.name for item in items if not _has_limit(item, proposal.limit)]
    if endless:
        raise HallError(TacitCode.TACIT_LIMIT, items="、".join(endless))


def _has_limit(item: Item, limit: SchemeLimit) -> bool:
    return item.legal_days > 0 if limit is SchemeLimit.LEGAL else not on_the_spot(item)


def _proposed(row: StoredScheme) -> Proposal:
    return Proposal(
        SchemeKind(row.kind),
        tuple(json.loads(row.items)),
        SchemeLimit(row.limit),
        row.basis,
        date.fromisoformat(row.first),
        date.fromisoformat(row.last) if row.last else None,
    )


def _add_step(
    tx: Tx,
    actor: Actor,
    row: StoredScheme,
    steps: list[StoredStep],
    wanted: SchemeMove,
    state: SchemeState,
    words: str,
) -> None:
    n = len(steps) + 1
    queries.STEPS.add(
        tx, StoredStep(row.id, n, wanted.value, state.value, tx.now, words, actor.key)
    )
    data: JsonDict = {
        "n": n,
        "state": state.value,
        "items": json.loads(row.items),
        "limit": row.limit,
        "first": row.first,
        "last": row.last,
    }
    write_journal(tx, actor, f"tacit.{wanted.value}", row.id, data=data)
