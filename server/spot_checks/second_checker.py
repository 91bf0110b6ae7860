"""Confirmation by the second checker, who took part in the inspection round or did not.

It is given from the second checker's own account, during the round or later. Until then the spot
check counts as made by one person: its marks are stored but result in no findings. An objection
needs a reason and can be replaced by a confirmation once the cause is put right.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.events import RequestsChanged
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.spot_checks import finding_actions, queries
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.events import ChecksChanged
from server.spot_checks.queries import SpotCheck

NOT_REQUIRED, WAITING, CONFIRMED, OBJECTED = "unasked", "waiting", "confirmed", "objected"
"""Confirmation states of the second checker; unasked: made before confirmation was required."""
ENDED = ("done", "unfinished")
UNCONFIRMED = "unconfirmed"


def counts(row: SpotCheck) -> bool:
    """Return True if a spot check's findings count."""
    return row.second in (NOT_REQUIRED, CONFIRMED)


def state_of(row: SpotCheck) -> str:
    """Return a spot check's published state; one made by a single person is unconfirmed."""
    return UNCONFIRMED if row.state in ENDED and not counts(row) else row.state


def second_of(row: SpotCheck) -> str:
    """Return the staff number of a spot check's second checker; empty if it was never started."""
    by = row.by_actor.partition(":")[2]
    return next((number for number in json.loads(row.checkers) if number != by), "")


def answer(
    ctx: Context, actor: Actor, key: str, check_id: str, agree: bool, words: str
) -> JsonDict:
    """Confirm a round as its second checker, which publishes its findings; or object, with words.

    Raises CHECK_UNKNOWN, CHECK_NOT_RUNNING (not started), NOT_A_CHECKER (anybody but the second),
    CHECK_SECOND (confirmed before), INVALID (an objection needs words).
    """

    def act(tx: Tx) -> JsonDict:
        row = queries.get(tx.conn, tx.hall_id, check_id)
        if row is None:
            raise HallError(SpotCheckCode.CHECK_UNKNOWN)
        if row.started_at is None:
            raise HallError(SpotCheckCode.CHECK_NOT_RUNNING)
        if actor.name != second_of(row):
            raise HallError(SpotCheckCode.NOT_A_CHECKER)
        if row.second in (NOT_REQUIRED, CONFIRMED):
            raise HallError(SpotCheckCode.CHECK_SECOND)
        if not agree and not words.strip():
            raise HallError(CommonCode.INVALID, field="words")
        state = CONFIRMED if agree else OBJECTED
        queries.change(tx, check_id, second=state, second_at=tx.now, second_words=words.strip())
        journal_act = "check.second" if agree else "check.object"
        write_journal(
            tx,
            actor,
            journal_act,
            check_id,
            data={"by": row.by_actor.partition(":")[2]},
            why=words.strip(),
        )
        if agree and row.state in ENDED:
            finding_actions.from_marks(ctx, tx, check_id)
        tx.events.append(ChecksChanged(row.day, check_id))
        tx.events.append(RequestsChanged(check_id, actor.name))
        return {"check": check_id}

    request = {"act": "check_second", "check": check_id, "agree": agree, "words": words}
    # The actor is the second person: another one started the round and made the marks.
    return ctx.command(actor, key, request, act, second=True)


def waiting_for(ctx: Context, conn: Connection, staff: str) -> list[SpotCheck]:
    """Return the spot checks that wait for a person as second checker, oldest first."""
    rows = queries.unconfirmed(conn, ctx.hall_id)
    return [row for row in rows if second_of(row) == staff]
