"""Acts of electronic supervision: a unit explains a period."""

from __future__ import annotations

from datetime import date

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.supervision import queries
from server.supervision.errors import SupervisionCode
from server.supervision.messages import ExplanationKind
from server.supervision.queries import StoredExplanation


def explain(
    ctx: Context,
    actor: Actor,
    key: str,
    kind: ExplanationKind,
    span: tuple[date, date],
    words: str,
    digest: str,
) -> None:
    """Store what a unit's chief representative says of a period of days.

    Raises EXPLAIN_CHIEF, EXPLAIN_DIGEST, INVALID.
    """
    first, last = span
    request: JsonDict = {
        "act": "supervision.explain",
        "kind": kind.value,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "words": words,
        "digest": digest,
    }

    def act(tx: Tx) -> JsonDict:
        unit = ctx.catalogue().unit_led_by(actor.name)
        if not unit:
            raise HallError(SupervisionCode.EXPLAIN_CHIEF)
        if kind is ExplanationKind.BATCH and not digest:
            raise HallError(SupervisionCode.EXPLAIN_DIGEST)
        if not first <= last <= ctx.local(tx.now).date():
            raise HallError(CommonCode.INVALID, field="last")
        row = StoredExplanation(
            id=f"X{ctx.tokens.token(9)}",
            unit=unit,
            kind=kind.value,
            first=first.isoformat(),
            last=last.isoformat(),
            words=words,
            digest=digest.lower(),
            at=tx.now,
            by_actor=actor.key,
        )
        queries.add_explanation(tx, row)
        data: JsonDict = {"kind": row.kind, "first": row.first, "last": row.last}
        write_journal(tx, actor, "supervision.explain", unit, data=data | {"digest": row.digest})
        return {}

    ctx.command(actor, key, request, act)
