"""Moves of the flag's decision, of a veto and of an interview: two people each."""

from __future__ import annotations

from server.core.workflow import Apart, Given, Role, Row, Within, Workflow
from server.honours.errors import HonourCode
from server.honours.interview_rules import InterviewMove, InterviewState
from server.honours.list_rules import ListMove, ListState
from server.honours.rules import FlagMove, FlagState, VetoMove, VetoState

OFFICE, CONCERNED = "office", "concerned"
"""Roles: a manager of the hall; whom a veto concerns, or the unit's chief representative."""
FIRST, SUBJECT = "first", "subject"
"""Parts: whoever took the step that needs a second person; whoever it is about."""
WORDS, REASON, EVIDENCE = "words", "reason", "evidence"
"""Names of what comes with a move; `REASON`: why the window is not certainly the first."""
DISPUTE_PERIOD = "dispute period"

_APART = (Apart(HonourCode.FLAG_SECOND, (FIRST, SUBJECT)),)
_NOT_OWN = (Apart(HonourCode.FLAG_SECOND, (SUBJECT,)),)
_FLAG_WORDS = (Given(HonourCode.FLAG_WORDS, WORDS),)
FLAG = Workflow(
    "flag",
    HonourCode.FLAG_STATE,
    (
        Row(
            FlagMove.PROPOSE,
            frozenset[FlagState](),
            (FlagState.PROPOSED,),
            requires=(*_NOT_OWN, Given(HonourCode.FLAG_REASON, REASON)),
        ),
        Row(
            FlagMove.PROPOSE,
            frozenset({FlagState.REJECTED, FlagState.REVOKED}),
            (FlagState.PROPOSED,),
            requires=(*_NOT_OWN, Given(HonourCode.FLAG_REASON, REASON)),
        ),
        Row(
            FlagMove.DECIDE,
            frozenset({FlagState.PROPOSED}),
            (FlagState.DECIDED,),
            requires=(*_APART, Given(HonourCode.FLAG_REASON, REASON)),
        ),
        Row(
            FlagMove.REJECT,
            frozenset({FlagState.PROPOSED}),
            (FlagState.REJECTED,),
            requires=_FLAG_WORDS,
        ),
        Row(
            FlagMove.ASK_REVOKE,
            frozenset({FlagState.DECIDED}),
            (FlagState.REVOKING,),
            requires=_FLAG_WORDS,
        ),
        Row(
            FlagMove.REVOKE,
            frozenset({FlagState.REVOKING}),
            (FlagState.REVOKED,),
            requires=_APART,
        ),
        Row(
            FlagMove.UPHOLD,
            frozenset({FlagState.REVOKING}),
            (FlagState.DECIDED,),
            requires=(*_APART, *_FLAG_WORDS),
        ),
    ),
)

_SEES = (Role(HonourCode.VETO_UNKNOWN, (OFFICE, CONCERNED)),)
_BY_OFFICE = (*_SEES, Role(HonourCode.VETO_OFFICE, (OFFICE,)))
_SECOND = (Apart(HonourCode.VETO_SECOND, (FIRST, SUBJECT)),)
_VETO_WORDS = (Given(HonourCode.VETO_WORDS, WORDS),)
VETO = Workflow(
    "veto",
    HonourCode.VETO_STATE,
    (
        Row(
            VetoMove.PROPOSE,
            frozenset[VetoState](),
            (VetoState.PROPOSED,),
            requires=(
                Apart(HonourCode.VETO_SECOND, (SUBJECT,)),
                *_VETO_WORDS,
                Given(HonourCode.VETO_EVIDENCE, EVIDENCE),
            ),
        ),
        Row(
            VetoMove.CONFIRM,
            frozenset({VetoState.PROPOSED}),
            (VetoState.CONFIRMED,),
            first=_BY_OFFICE,
            requires=_SECOND,
        ),
        Row(
            VetoMove.DISMISS,
            frozenset({VetoState.PROPOSED}),
            (VetoState.DISMISSED,),
            first=_BY_OFFICE,
            requires=(Apart(HonourCode.VETO_SECOND, (SUBJECT,)), *_VETO_WORDS),
        ),
        Row(
            VetoMove.DISPUTE,
            frozenset({VetoState.CONFIRMED}),
            (VetoState.DISPUTED,),
            first=(*_SEES, Role(HonourCode.VETO_UNKNOWN, (CONCERNED,))),
            requires=(Within(HonourCode.VETO_DISPUTE_OVER, DISPUTE_PERIOD), *_VETO_WORDS),
        ),
        Row(
            VetoMove.UPHOLD,
            frozenset({VetoState.DISPUTED}),
            (VetoState.UPHELD,),
            first=_BY_OFFICE,
            requires=(*_SECOND, *_VETO_WORDS),
        ),
        Row(
            VetoMove.WITHDRAW,
            frozenset({VetoState.CONFIRMED, VetoState.DISPUTED, VetoState.UPHELD}),
            (VetoState.WITHDRAWN,),
            first=_BY_OFFICE,
            requires=(*_SECOND, *_VETO_WORDS),
        ),
    ),
)

_OF_INTERVIEW = (Apart(HonourCode.INTERVIEW_SECOND, (SUBJECT,)),)
_INTERVIEW_WORDS = (Given(HonourCode.INTERVIEW_WORDS, WORDS),)
INTERVIEW = Workflow(
    "interview",
    HonourCode.INTERVIEW_STATE,
    (
        Row(
            InterviewMove.PROPOSE,
            frozenset[InterviewState](),
            (InterviewState.PROPOSED,),
            requires=_OF_INTERVIEW,
        ),
        Row(
            InterviewMove.HOLD,
            frozenset({InterviewState.PROPOSED}),
            (InterviewState.HELD,),
            requires=(*_OF_INTERVIEW, *_INTERVIEW_WORDS),
        ),
        Row(
            InterviewMove.DROP,
            frozenset({InterviewState.PROPOSED}),
            (InterviewState.DROPPED,),
            requires=(
                Apart(HonourCode.INTERVIEW_SECOND, (SUBJECT, FIRST)),
                *_INTERVIEW_WORDS,
            ),
        ),
    ),
)
LIST = Workflow(
    "list of honours",
    HonourCode.LIST_STATE,
    (
        Row(ListMove.DRAFT, frozenset[ListState](), (ListState.DRAFT,)),
        Row(ListMove.DRAFT, frozenset({ListState.DRAFT}), (ListState.DRAFT,)),
        Row(
            ListMove.AMEND,
            frozenset({ListState.DRAFT, ListState.RELEASED}),
            (ListState.DRAFT,),
            requires=(Given(HonourCode.LIST_WORDS, WORDS),),
        ),
        Row(
            ListMove.RELEASE,
            frozenset({ListState.DRAFT}),
            (ListState.RELEASED,),
            requires=(Apart(HonourCode.LIST_SECOND, (FIRST,)),),
        ),
    ),
)
WORKFLOWS = (FLAG, VETO, INTERVIEW, LIST)
