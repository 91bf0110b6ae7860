"""Acts on the green channel of a case: proposed with a reason, granted by another, lifted."""

from __future__ import annotations

from collections.abc import Sequence

from server.assistance import queries, workflow
from server.assistance.errors import AssistCode
from server.assistance.queries import StoredGreen, StoredGreenStep
from server.assistance.rules import GreenMove, GreenState
from server.assistance.workflow import GREEN
from server.cases import access
from server.cases.queries import StoredCase
from server.cases.rules import FINAL, CaseState
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal


def move(ctx: Context, actor: Actor, key: str, case: str, wanted: GreenMove, words: str) -> None:
    """Propose, grant, refuse or lift the green channel of a case.

    Raises CASE_UNKNOWN, GREEN_ENDED, the codes of the workflow.
    """
    request: JsonDict = {"act": f"green.{wanted}", "case": case, "words": words}

    def act(tx: Tx) -> JsonDict:
        row, _facts, _posts = access.accessible(ctx, tx.conn, actor, case)
        stored = queries.green(tx.conn, tx.hall_id, case)
        steps = queries.GREEN_STEPS.of(tx.conn, tx.hall_id, [case])[case]
        state = GREEN.after(wanted, attempt_of(actor, stored, steps, words))
        if wanted in (GreenMove.PROPOSE, GreenMove.GRANT) and is_over(row):
            raise HallError(AssistCode.GREEN_ENDED)
        if stored is None:
            queries.add_green(tx, StoredGreen(case, row.unit, state.value))
        n = len(steps) + 1
        day = ctx.day(tx.now)
        step = StoredGreenStep(case, n, wanted.value, state.value, tx.now, day, words, actor.key)
        queries.GREEN_STEPS.add(tx, step)
        data: JsonDict = {"n": n, "state": state.value, "unit": row.unit}
        write_journal(tx, actor, f"green.{wanted}", case, window=row.window, data=data)
        return {}

    ctx.command(actor, key, request, act)


def is_over(row: StoredCase) -> bool:
    """Return True for a case that waits for nobody's decision."""
    return row.state in FINAL or row.state == CaseState.DECIDED


def attempt_of(
    actor: Actor,
    stored: StoredGreen | None,
    steps: Sequence[StoredGreenStep],
    words: str | None,
) -> Attempt[GreenState]:
    """Return a step as the actor attempts it; with `words` None whatever it needs is given."""
    proposers = [step.by_actor for step in steps if step.move == GreenMove.PROPOSE]
    return Attempt(
        state=GreenState(stored.state) if stored else None,
        person=actor.name,
        holds=lambda role: role == workflow.OFFICE and actor.manages,
        earlier={workflow.PROPOSER: [key.partition(":")[2] for key in proposers[-1:]]},
        given=[workflow.WORDS] if words is None or words else [],
    )
