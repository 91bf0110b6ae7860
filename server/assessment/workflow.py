"""Moves of score sheets, marks by hand, disputes, releases and amendments."""

from __future__ import annotations

from enum import StrEnum

from server.assessment.errors import AssessmentCode
from server.core.workflow import After, Apart, Given, Role, Row, Within, Workflow


class SheetState(StrEnum):
    """State of a score sheet."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class SheetMove(StrEnum):
    """Move of a score sheet."""

    DRAFT = "draft"
    EDIT = "edit"
    START = "start"
    WITHDRAW = "withdraw"


class MarkState(StrEnum):
    """State of a mark by hand."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class MarkMove(StrEnum):
    """Move of a mark by hand."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    DISMISS = "dismiss"


class DisputeState(StrEnum):
    """State of a dispute about points."""

    OPEN = "open"
    UPHELD = "upheld"
    """The points stand."""
    GRANTED = "granted"
    """The fact counts nothing."""


class DisputeMove(StrEnum):
    """Move of a dispute."""

    DISPUTE = "dispute"
    UPHOLD = "uphold"
    GRANT = "grant"


class ReleaseState(StrEnum):
    """State of a period's release."""

    CHECKED = "checked"
    RELEASED = "released"


class ReleaseMove(StrEnum):
    """Move of a period's release."""

    CHECK = "check"
    RELEASE = "release"
    AMEND = "amend"


class AmendmentState(StrEnum):
    """State of an amendment."""

    DRAFT = "draft"
    RELEASED = "released"


class AmendmentMove(StrEnum):
    """Move of an amendment."""

    DRAFT = "draft"
    RELEASE = "release"


EDITOR, STARTER = "editor", "starter"
"""Parts: whoever wrote or changed a sheet; whoever put it in force."""
PROPOSER, SUBJECT, INVOLVED = "proposer", "subject", "involved"
"""Parts: whoever proposed a mark; whom it concerns; whoever made the fact that is disputed."""
CHECKER = "checker"
"""Part: whoever checked a period, or drafted its amendment."""
CONCERNED = "concerned"
"""Role: the person, somebody at the window, or the unit's chief representative."""
WORDS = "words"
DISPUTE_PERIOD = "dispute period"
_REASON = Given(AssessmentCode.WORDS, WORDS)
SHEET = Workflow(
    "score sheet",
    AssessmentCode.SHEET_STATE,
    (
        Row(SheetMove.DRAFT, frozenset[SheetState](), (SheetState.DRAFT,)),
        Row(SheetMove.EDIT, frozenset({SheetState.DRAFT})),
        Row(
            SheetMove.START,
            frozenset({SheetState.DRAFT}),
            (SheetState.IN_FORCE,),
            requires=(Apart(AssessmentCode.SHEET_SECOND, (EDITOR,)),),
        ),
        Row(
            SheetMove.WITHDRAW,
            frozenset({SheetState.DRAFT, SheetState.IN_FORCE}),
            (SheetState.WITHDRAWN,),
            requires=(Apart(AssessmentCode.SHEET_SECOND, (STARTER,)), _REASON),
        ),
    ),
)
_NOT_PROPOSER = Apart(AssessmentCode.MARK_SECOND, (PROPOSER, SUBJECT))
MARK = Workflow(
    "mark by hand",
    AssessmentCode.MARK_STATE,
    (
        Row(MarkMove.PROPOSE, frozenset[MarkState](), (MarkState.PROPOSED,), requires=(_REASON,)),
        Row(
            MarkMove.CONFIRM,
            frozenset({MarkState.PROPOSED}),
            (MarkState.CONFIRMED,),
            requires=(_NOT_PROPOSER,),
        ),
        Row(
            MarkMove.DISMISS,
            frozenset({MarkState.PROPOSED}),
            (MarkState.DISMISSED,),
            requires=(Apart(AssessmentCode.MARK_SECOND, (SUBJECT,)), _REASON),
        ),
    ),
)
_NOT_INVOLVED = (Apart(AssessmentCode.DISPUTE_SECOND, (SUBJECT, INVOLVED)), _REASON)
DISPUTE = Workflow(
    "dispute about points",
    AssessmentCode.DISPUTE_STATE,
    (
        Row(
            DisputeMove.DISPUTE,
            frozenset[DisputeState](),
            (DisputeState.OPEN,),
            first=(Role(AssessmentCode.SUBJECT_UNKNOWN, (CONCERNED,)),),
            requires=(
                Within(AssessmentCode.DISPUTE_OVER, DISPUTE_PERIOD, facts=("days",)),
                _REASON,
            ),
        ),
        Row(
            DisputeMove.UPHOLD,
            frozenset({DisputeState.OPEN}),
            (DisputeState.UPHELD,),
            requires=_NOT_INVOLVED,
        ),
        Row(
            DisputeMove.GRANT,
            frozenset({DisputeState.OPEN}),
            (DisputeState.GRANTED,),
            requires=_NOT_INVOLVED,
        ),
    ),
)
_NOT_CHECKER = Apart(AssessmentCode.PERIOD_SECOND, (CHECKER,))
RELEASE = Workflow(
    "assessment of a period",
    AssessmentCode.PERIOD_STATE,
    (
        Row(ReleaseMove.CHECK, frozenset[ReleaseState](), (ReleaseState.CHECKED,)),
        Row(ReleaseMove.CHECK, frozenset({ReleaseState.CHECKED})),
        Row(
            ReleaseMove.RELEASE,
            frozenset({ReleaseState.CHECKED}),
            (ReleaseState.RELEASED,),
            requires=(
                After(AssessmentCode.PERIOD_STATE, CHECKER, data={"state": "unchecked"}),
                _NOT_CHECKER,
            ),
        ),
        Row(ReleaseMove.AMEND, frozenset({ReleaseState.RELEASED}), requires=(_REASON,)),
    ),
)
AMENDMENT = Workflow(
    "amendment of an assessment",
    AssessmentCode.PERIOD_STATE,
    (
        Row(AmendmentMove.DRAFT, frozenset[AmendmentState](), (AmendmentState.DRAFT,)),
        Row(
            AmendmentMove.RELEASE,
            frozenset({AmendmentState.DRAFT}),
            (AmendmentState.RELEASED,),
            requires=(_NOT_CHECKER,),
        ),
    ),
)
WORKFLOWS = (SHEET, MARK, DISPUTE, RELEASE, AMENDMENT)
