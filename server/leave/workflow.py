"""Moves of a leave and of a correction."""

from __future__ import annotations

from enum import StrEnum

from server.core.errors import CommonCode
from server.core.workflow import STATE, Apart, Given, Role, Row, Within, Workflow
from server.leave.correction_rules import CorrectionState
from server.leave.errors import LeaveCode
from server.leave.rules import State


class LeaveMove(StrEnum):
    """Move of a leave, named as its journal line."""

    ASK = "ask"
    APPROVE = "approve"
    REFUSE = "refuse"
    CANCEL = "cancel"
    SHORTEN = "shorten"
    COVER = "cover"
    ATTACH = "attach"
    HAND_OVER = "handover"


class CorrectionMove(StrEnum):
    """Move of a correction, named as its journal line."""

    ASK = "ask"
    APPROVE = "approve"
    REFUSE = "refuse"
    CANCEL = "cancel"


SUBJECT, REQUESTER, PAST_REQUESTER = "subject", "requester", "requester of past days"
"""Parts: the person concerned, the person who requested."""
APPROVER, INVOLVED, DEPUTY = "approver of the step", "involved", "deputy"
"""Roles towards a leave."""
COLLEAGUE, MANAGER = "colleague", "manager"
"""Roles towards a correction; `involved` is one too."""
WORDS = "words"
END, REQUEST_PERIOD = "end of the leave", "request period"

_RUNNING = frozenset({State.ASKED, State.APPROVED})
_NOT_OWN = Apart(CommonCode.OWN_CASE, (SUBJECT, PAST_REQUESTER))
_BY_APPROVER = Role(LeaveCode.NOT_YOUR_STEP, (APPROVER,), facts=("rung",))
_BY_INVOLVED = Role(LeaveCode.NOT_YOUR_SHEET, (INVOLVED,))
_BEFORE_END = Within(LeaveCode.LEAVE_SETTLED, END, facts=(STATE,))
_WORDS = Given(CommonCode.INVALID, WORDS, data={"field": WORDS})
_BY_SECOND = (
    Apart(CommonCode.OWN_CASE, (SUBJECT, REQUESTER)),
    Role(LeaveCode.NOT_YOUR_STEP, (MANAGER,), data={"rung": MANAGER}),
)

LEAVE = Workflow(
    "leave",
    LeaveCode.LEAVE_SETTLED,
    (
        Row(LeaveMove.ASK, frozenset[State](), (State.ASKED,)),
        Row(
            LeaveMove.APPROVE,
            frozenset({State.ASKED}),
            (State.ASKED, State.APPROVED),
            first=(_NOT_OWN,),
            requires=(_BY_APPROVER,),
        ),
        Row(
            LeaveMove.REFUSE,
            frozenset({State.ASKED}),
            (State.REFUSED,),
            first=(_NOT_OWN,),
            requires=(_BY_APPROVER, _WORDS),
        ),
        Row(LeaveMove.CANCEL, _RUNNING, (State.CANCELLED,), first=(_BY_INVOLVED,)),
        Row(
            LeaveMove.SHORTEN,
            frozenset({State.APPROVED}),
            first=(_BY_INVOLVED,),
            requires=(_BEFORE_END,),
        ),
        Row(LeaveMove.COVER, _RUNNING, first=(_BY_INVOLVED,), requires=(_BEFORE_END,)),
        Row(LeaveMove.ATTACH, _RUNNING, first=(_BY_INVOLVED,)),
        Row(
            LeaveMove.HAND_OVER,
            _RUNNING,
            first=(Role(LeaveCode.NOT_YOUR_STEP, (DEPUTY,), data={"rung": "cover"}),),
            requires=(_BEFORE_END,),
        ),
    ),
)
CORRECTION = Workflow(
    "correction",
    LeaveCode.CORRECTION_SETTLED,
    (
        Row(
            CorrectionMove.ASK,
            frozenset[CorrectionState](),
            (CorrectionState.ASKED,),
            requires=(
                Role(LeaveCode.NOT_YOUR_SHEET, (COLLEAGUE, INVOLVED)),
                Within(LeaveCode.CORRECTION_TOO_LATE, REQUEST_PERIOD, facts=("days",)),
            ),
        ),
        Row(
            CorrectionMove.APPROVE,
            frozenset({CorrectionState.ASKED}),
            (CorrectionState.APPROVED,),
            first=_BY_SECOND,
        ),
        Row(
            CorrectionMove.REFUSE,
            frozenset({CorrectionState.ASKED}),
            (CorrectionState.REFUSED,),
            first=_BY_SECOND,
            requires=(_WORDS,),
        ),
        Row(
            CorrectionMove.CANCEL,
            frozenset({CorrectionState.ASKED}),
            (CorrectionState.CANCELLED,),
            first=(_BY_INVOLVED,),
        ),
    ),
)
WORKFLOWS = (LEAVE, CORRECTION)
