"""Kinds of papers of a case, and the ways in which they are served."""

from __future__ import annotations

from enum import StrEnum

from server.cases.rules import CaseMove, CaseOutcome


class PaperKind(StrEnum):
    """Kind of a paper."""

    RECEIPT = "receipt"
    """材料接收凭证."""
    SUPPLEMENT = "supplement"
    """补正材料告知书."""
    ACCEPTANCE = "acceptance"
    """受理通知书."""
    PLEDGE = "pledge"
    """容缺受理承诺和告知书: what is missing, until when, and what follows if it does not come."""
    LAPSE = "lapse"
    """视为撤回申请告知书: what was pledged did not come."""
    NOT_ACCEPTED = "not_accepted"
    """不予受理通知书."""
    SPECIAL = "special"
    """特别程序告知书: the time that a hearing, test, inspection or expert review needs."""
    EXTENSION = "extension"
    """延长期限告知书."""
    DECISION = "decision"
    """准予决定书."""
    REFUSAL = "refusal"
    """不予决定书, with the remedies."""
    TACIT = "tacit"
    """超时默许决定书, with the basis of its scheme."""


DECISIONS = frozenset({PaperKind.DECISION, PaperKind.REFUSAL, PaperKind.TACIT})


class ServedHow(StrEnum):
    """CaseWay in which a paper was served (送达方式)."""

    HANDED = "handed"
    POST = "post"
    LEFT = "left"
    """留置送达."""
    PUBLIC = "public"
    """公告送达."""
    ELECTRONIC = "electronic"


class ServedTo(StrEnum):
    """Recipient of a paper."""

    APPLICANT = "applicant"
    AGENT = "agent"
    FAMILY = "family"
    """An adult of the household."""
    RECEPTION = "reception"
    """Whoever receives letters of a body."""
    NOBODY = "nobody"
    """It was left, or published."""


_KINDS = {
    CaseMove.FILE: PaperKind.RECEIPT,
    CaseMove.TELL: PaperKind.SUPPLEMENT,
    CaseMove.PLEDGE: PaperKind.PLEDGE,
    CaseMove.LAPSE: PaperKind.LAPSE,
    CaseMove.COMPLETE: PaperKind.ACCEPTANCE,
    CaseMove.ACCEPT: PaperKind.ACCEPTANCE,
    CaseMove.DEEM: PaperKind.ACCEPTANCE,
    CaseMove.NOT_ACCEPT: PaperKind.NOT_ACCEPTED,
    CaseMove.SUSPEND: PaperKind.SPECIAL,
    CaseMove.GRANT_TIME: PaperKind.EXTENSION,
    CaseMove.DECIDE: PaperKind.DECISION,
    CaseMove.TACIT: PaperKind.TACIT,
}


def kind_of(move: CaseMove, outcome: CaseOutcome | None) -> PaperKind | None:
    """Return the paper that a move owes, or None."""
    if move is CaseMove.DECIDE and outcome is CaseOutcome.REFUSED:
        return PaperKind.REFUSAL
    return _KINDS.get(move)
