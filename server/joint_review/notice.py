"""The one notice to the applicant: every part's result, when the whole has ended.

Its content is frozen with the last step and holds no personal data: the applicant's name is added
when it is printed. The order is that of the units, so that the order of answers makes no
difference.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date

from server.cases import actions as cases
from server.cases import papers
from server.cases.papers import DIGEST_LENGTH
from server.cases.queries import StoredCase
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.joint_review import queries
from server.joint_review.queries import StoredNotice, StoredPart, StoredStep
from server.joint_review.rules import NEEDLESS, PartMove, result_of


def number_of(row: StoredCase) -> str:
    """Return the number of a case's notice: the digits of the case's, and L."""
    return f"{papers.number_of(row, 0).rpartition('-')[0]}-L"


def results(
    names: Mapping[str, str],
    parts: Sequence[StoredPart],
    steps: Mapping[str, Sequence[StoredStep]],
) -> list[list[str]]:
    """Return unit, name, opinion, words, body and number of every answered part, by unit."""
    lines = []
    for part in parts:
        opinion = result_of(queries.stated(steps[part.id]))
        if part.state in NEEDLESS or opinion is None:
            continue
        answers = [step for step in steps[part.id] if step.opinion]
        last = answers[-1]
        is_heard = last.move == PartMove.HEAR
        name = names.get(part.unit, part.unit)
        body = part.body if is_heard else ""
        lines.append([part.unit, name, opinion.value, last.words, body, last.number])
    return sorted(lines)


def digest_of(number: str, content: str) -> str:
    """Return the digest that is printed on the notice."""
    return hashlib.sha256(f"{number}\n{content}".encode()).hexdigest()[:DIGEST_LENGTH]


def write(
    ctx: Context,
    tx: Tx,
    row: StoredCase,
    parts: Sequence[StoredPart],
    steps: Mapping[str, Sequence[StoredStep]],
) -> StoredNotice:
    """Store the notice in the running action, which ended the last part."""
    catalogue, item = ctx.catalogue(), cases.item_of(ctx, row)
    names = {unit.code: unit.name for unit in catalogue.units}
    unit = catalogue.unit_by.get(row.unit)
    day: date = ctx.local(tx.now).date()
    content: JsonDict = {
        "case": row.number,
        "unit": unit.name if unit else row.unit,
        "phone": item.consult_phone or (unit.phone if unit else ""),
        "item": item.name,
        "item_code": item.official_code or item.code,
        "version": row.version,
        "filed": row.day,
        "day": day.isoformat(),
        "results": results(names, parts, steps),
    }
    number = number_of(row)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    notice = StoredNotice(row.id, number, day.isoformat(), tx.now, text, digest_of(number, text))
    queries.add_notice(tx, notice)
    return notice
