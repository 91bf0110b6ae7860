"""Papers of a case: what each move owes in writing, and what the paper says.

The contents are frozen with the fact and hold no personal data: the applicant's name is added when
the paper is printed. Sources: 行政许可法 32, 38, 42, 44, 45; 民事诉讼法 87 (送达回证).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from server.cases import queries
from server.cases.clocks import PROMISES, Clock
from server.cases.paper_kinds import PaperKind, kind_of
from server.cases.queries import StoredCase, StoredCasePaper, StoredDue, StoredFact
from server.cases.rules import CaseMove, CaseOutcome
from server.catalogue.model import Item
from server.core.check_digits import check_digit
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.one_time_notices import queries as hand_ins
from server.one_time_notices.publication import digest_shown, remedies_of

DIGEST_LENGTH = 16


def number_of(row: StoredCase, n: int) -> str:
    """Return the number of the paper of a case's `n`-th fact: digits of the case's, and n."""
    digits = f"{row.day.replace('-', '')}{row.serial:05d}"
    return f"{digits}{check_digit(digits)}-{n}"


def write(ctx: Context, tx: Tx, row: StoredCase, facts: Sequence[StoredFact], item: Item) -> None:
    """Store the paper of a case's last fact, after its due days."""
    fact = facts[-1]
    move = CaseMove(fact.move)
    kind = kind_of(move, CaseOutcome(fact.outcome) if fact.outcome else None)
    assert kind is not None
    due = {r.clock: r for r in queries.dues(tx.conn, tx.hall_id, [row.id])[row.id]}
    unit = ctx.catalogue_version(row.version).unit_by[row.unit]
    content: JsonDict = {
        "case": row.number,
        "unit": unit.name,
        "phone": item.consult_phone or unit.phone,
        "item": item.name,
        "item_code": item.official_code or item.code,
        "legal_basis": item.legal_basis,
        "version": row.version,
        "published": digest_shown(item),
        "filed": row.day,
        "day": fact.day,
        "window": row.window,
        "words": fact.words,
        **_details(ctx, tx, row, facts, item, kind, due),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(f"{fact.paper}\n{text}".encode()).hexdigest()[:DIGEST_LENGTH]
    queries.add_paper(
        tx,
        StoredCasePaper(fact.paper, row.id, fact.n, kind.value, fact.day, tx.now, text, digest),
    )


def _details(
    ctx: Context,
    tx: Tx,
    row: StoredCase,
    facts: Sequence[StoredFact],
    item: Item,
    kind: PaperKind,
    due: dict[str, StoredDue],
) -> JsonDict:
    """Return what only this kind of paper says."""
    match kind:
        case PaperKind.RECEIPT:
            return {"materials": [[m.name, m.form] for m in item.materials]}
        case PaperKind.SUPPLEMENT:
            return {"faults": _faults(tx, row)}
        case PaperKind.ACCEPTANCE:
            return {
                "deemed": facts[-1].move == CaseMove.DEEM,
                "promised": _promised(due),
                "legal": _day(due, Clock.LEGAL),
                "result": item.result,
            }
        case PaperKind.PLEDGE:
            return {"faults": _faults(tx, row), "until": _pledged_until(ctx, facts[-1])}
        case PaperKind.SPECIAL:
            return {"basis": facts[-1].basis, "days": facts[-1].days}
        case PaperKind.EXTENSION:
            request = next(f for f in reversed(facts) if f.move == CaseMove.ASK_TIME)
            return {
                "days": request.days,
                "reason": request.words,
                "promised": _promised(due),
                "legal": _day(due, Clock.LEGAL),
            }
        case PaperKind.NOT_ACCEPTED | PaperKind.REFUSAL | PaperKind.LAPSE:
            return {"remedies": remedies_of(item)}
        case PaperKind.DECISION | PaperKind.TACIT:
            return {"result": item.result, "validity": item.result_validity}


def _pledged_until(ctx: Context, fact: StoredFact) -> str:
    """Return the ISO day by which the pledged materials have to come."""
    calendar = ctx.workdays().statutory()
    return calendar.after(date.fromisoformat(fact.day), fact.days).isoformat()


def _promised(due: dict[str, StoredDue]) -> str:
    """Return the ISO day, or minute of a case on the spot, by which a decision is promised."""
    return next((due[clock.value].rule for clock in PROMISES if clock.value in due), "")


def _day(due: dict[str, StoredDue], clock: Clock) -> str:
    return due[clock.value].rule if clock.value in due else ""


def _faults(tx: Tx, row: StoredCase) -> list[list[str]]:
    """Return material, faults and words of every faulty material of the last hand-in."""
    rows = (
        hand_ins.materials(tx.conn, tx.hall_id, [row.hand_in])[row.hand_in] if row.hand_in else ()
    )
    return [[m.material, m.faults, m.words] for m in rows if m.faults]
