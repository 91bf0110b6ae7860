"""Archive list of a finished case: base, procedure and result materials, each with its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import queries as case_queries
from server.cases.paper_kinds import PaperKind, ServedHow, ServedTo
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import FINAL, CaseMove, CaseOutcome, CaseState
from server.cases.words import (
    MOVE_WORDS,
    PAPER_WORDS,
    SERVED_HOW_WORDS,
    SERVED_TO_WORDS,
    STATE_WORDS,
)
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context
from server.issuing import access, queries
from server.issuing.errors import LicenceCode
from server.issuing.messages import (
    ArchiveFile,
    ArchiveLicence,
    ArchiveList,
    ArchiveMaterial,
    ArchivePaper,
    ArchiveStep,
)
from server.issuing.names import person_name, unit_name
from server.issuing.rules import Place
from server.issuing.words import PLACE_WORDS
from server.leave import step_papers
from server.one_time_notices import queries as hand_ins
from server.one_time_notices.rules import MaterialFault
from server.one_time_notices.words import FAULT_WORDS

OUTCOME_WORDS = {CaseOutcome.GRANTED: "准予", CaseOutcome.REFUSED: "不予"}
_DONE = frozenset({Place.HANDED, Place.DELIVERED, Place.ELECTRONIC, Place.VOID})


def readable(
    ctx: Context, conn: Connection, actor: Actor, case_id: str
) -> tuple[StoredCase, list[StoredFact]]:
    """Return a finished case to its unit, the office and the issuer.

    Raises CASE_UNKNOWN, LICENCE_CASE for one that has not ended.
    """
    if access.is_issuer(ctx, conn, actor):
        case = access.case_of(ctx, conn, case_id)
    else:
        case, _facts, _posts = case_access.accessible(ctx, conn, actor, case_id)
    if CaseState(case.state) not in FINAL:
        raise HallError(LicenceCode.LICENCE_OPEN)
    return case, case_queries.FACTS.of(conn, ctx.hall_id, [case.id])[case.id]


def archive_list(ctx: Context, conn: Connection, actor: Actor, case_id: str) -> ArchiveList:
    """Return the archive list of a finished case. Raises as `readable` does."""
    case, facts = readable(ctx, conn, actor, case_id)
    catalogue = ctx.catalogue()
    item = ctx.catalogue_version(case.version).item_by[case.item]
    person = case_queries.applicants(conn, ctx.hall_id, [case.id]).get(case.id)
    papers, licences = _papers(ctx, conn, case), _licences(ctx, conn, case)
    values: dict[str, Any] = {
        "number": case.number,
        "outer_no": case.outer_no,
        "item": case.item,
        "item_name": item.name,
        "unit_name": unit_name(catalogue, case.unit),
        "applicant": person.name if person else "",
        "id_masked": person.id_masked if person else "",
        "day": case.day,
        "ended_day": facts[-1].day,
        "outcome": _outcome(case),
        "materials": _materials(ctx, conn, case),
        "steps": [
            ArchiveStep(
                n=fact.n,
                day=fact.day,
                move=MOVE_WORDS[CaseMove(fact.move)],
                by_name=person_name(catalogue, fact.by_actor),
                words=fact.words if fact.move != CaseMove.TAKE_OVER else "",
            )
            for fact in facts
        ],
        "files": _files(ctx, conn, facts),
        "papers": papers,
        "licences": licences,
        "complete": _missing(case, papers, licences),
    }
    return ArchiveList(**values, digest=_digest(values))


def _outcome(case: StoredCase) -> str:
    if case.state == CaseState.DECIDED and case.outcome:
        return OUTCOME_WORDS[CaseOutcome(case.outcome)]
    return STATE_WORDS[CaseState(case.state)]


def _digest(values: Mapping[str, object]) -> str:
    """Return the SHA-256 of a list's contents."""
    text = json.dumps(
        values,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        default=lambda entry: entry.model_dump(mode="json"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _materials(ctx: Context, conn: Connection, case: StoredCase) -> list[ArchiveMaterial]:
    if not case.hand_in:
        return []
    rows = hand_ins.materials(conn, ctx.hall_id, [case.hand_in])[case.hand_in]
    return [
        ArchiveMaterial(
            name=row.material,
            state="、".join(FAULT_WORDS[MaterialFault(f)] for f in row.faults.split(","))
            if row.faults
            else "齐全",
        )
        for row in rows
    ]


def _files(ctx: Context, conn: Connection, facts: list[StoredFact]) -> list[ArchiveFile]:
    papers = step_papers.papers_of(conn, ctx.hall_id, facts)
    return [
        ArchiveFile(id=paper.id, name=paper.name, size=paper.size, step=fact.n)
        for fact in facts
        for paper in step_papers.of_step(fact, papers)
    ]


def _papers(ctx: Context, conn: Connection, case: StoredCase) -> list[ArchivePaper]:
    rows = case_queries.papers(conn, ctx.hall_id, [case.id])
    served = case_queries.services(conn, ctx.hall_id, [row.id for row in rows])
    result = []
    for row in rows:
        service = served.get(row.id)
        words = ""
        if service is not None:
            how = SERVED_HOW_WORDS[ServedHow(service.how)]
            words = f"{how}，{SERVED_TO_WORDS[ServedTo(service.to)]}，{service.day}"
        result.append(
            ArchivePaper(
                id=row.id,
                title=PAPER_WORDS[PaperKind(row.kind)],
                day=row.day,
                digest=row.digest,
                served=words,
            )
        )
    return result


def _licences(ctx: Context, conn: Connection, case: StoredCase) -> list[ArchiveLicence]:
    rows = queries.of_cases(conn, ctx.hall_id, [case.id])[case.id]
    facts = queries.FACTS.of(conn, ctx.hall_id, [row.id for row in rows])
    return [
        ArchiveLicence(
            kind=row.kind,
            number=row.number,
            copy_number=row.copy,
            issued_day=row.issued_day,
            valid_to=row.valid_to,
            electronic=bool(row.electronic),
            entered_day=row.entered_day,
            place=f"{PLACE_WORDS[Place(row.state)]}，{facts[row.id][-1].day}",
        )
        for row in rows
    ]


def _missing(
    case: StoredCase, papers: list[ArchivePaper], licences: list[ArchiveLicence]
) -> list[str]:
    """Return what the file of a case still lacks."""
    lacks = [f"{paper.title}（{paper.id}）没有送达记录" for paper in papers if not paper.served]
    done = {PLACE_WORDS[place] for place in _DONE}
    lacks += [
        f"证照 {licence.number} 还没有发放"
        for licence in licences
        if licence.place.partition("，")[0] not in done
    ]
    if case.state == CaseState.DECIDED and case.outcome == CaseOutcome.GRANTED and not licences:
        lacks.append("没有登记证照（结果不是证照的可忽略）")
    return lacks
