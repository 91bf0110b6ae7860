"""Erasure of what a complainant left, because the person asks for it."""

from __future__ import annotations

from server.complaints import queries
from server.complaints.actions import access
from server.complaints.errors import ComplaintCode
from server.complaints.rules import FINAL
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal


def erase_words(ctx: Context, actor: Actor, key: str, complaint_id: str, reason: str) -> None:
    """Erase words, name and telephone of an ended complaint, and the notes of calls about it.

    Its steps, its outcome and what it was answered stay, and so does the journal's chain: it holds
    none of them. An open complaint keeps its words, because nobody could look into it without
    them. Raises REASON_REQUIRED, COMPLAINT_UNKNOWN (also for whoever is complained of),
    COMPLAINT_OFFICE, COMPLAINT_STATE.
    """

    def act(tx: Tx) -> JsonDict:
        if not reason:
            raise HallError(CommonCode.REASON_REQUIRED)
        row, _concerned, _steps = access(ctx, tx.conn, actor, complaint_id)
        if not actor.manages:
            raise HallError(ComplaintCode.COMPLAINT_OFFICE)
        if row.state not in FINAL:
            raise HallError(ComplaintCode.COMPLAINT_STATE)
        erased = queries.erase_words_of(tx, row.id)
        notes = queries.erase_call_notes(tx, row.id)
        data = {"number": row.number, "erased": erased, "notes": notes}
        write_journal(tx, actor, "complaint.erase", row.id, data=data, why=reason)
        return {}

    request: JsonDict = {"act": "complaint.erase", "complaint": complaint_id, "reason": reason}
    ctx.command(actor, key, request, act)
