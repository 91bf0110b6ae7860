"""Moves of joint review: who may, from where, with what."""

from __future__ import annotations

from server.core.workflow import After, Apart, Given, Requirement, Role, Row, Workflow
from server.joint_review.errors import JointCode
from server.joint_review.rules import MeetingMove, MeetingState, PartMove, PartState

LEAD, UNIT, OFFICE, HALL = "lead", "unit", "office", "hall"
"""Roles: the handler of the lead unit; the people of the unit whose opinion it is; a manager; the
hall itself."""
WORDS, REASON, OPINION, ANSWER = "words", "reason", "opinion", "agree or disagree"
OPEN, BODY, NUMBER = "open whole", "body", "number"
ATTENDANCE, ON_ITS_DAY, DAY_FITS = "attendance", "on its day", "day fits"
"""Names of what comes with a move; `REASON`: words where the opinion needs them."""
CORRECTOR = "corrector"

_WORDS = Given(JointCode.JOINT_WORDS, WORDS)
_REASON = Given(JointCode.JOINT_WORDS, REASON)
_ANSWER = Given(JointCode.JOINT_OPINION, ANSWER)
_BODY = Given(JointCode.JOINT_BODY, BODY)
_NUMBER = Given(JointCode.JOINT_NUMBER, NUMBER)
_LEAD = Role(JointCode.JOINT_LEAD, (LEAD,))
_UNIT = Role(JointCode.JOINT_UNIT, (UNIT,))
_SENT, _SIGNED, _OWED = PartState.SENT, PartState.SIGNED, PartState.OWED
_ABOVE, _BACK, _ANSWERED = PartState.ABOVE, PartState.BACK, PartState.ANSWERED


_HALL = Role(JointCode.JOINT_STATE, (HALL,))
_RUNNING = frozenset({_SENT, _SIGNED, _OWED, _ABOVE, _BACK})


def _row(
    move: PartMove,
    sources: frozenset[PartState],
    targets: tuple[PartState, ...],
    *requires: Requirement,
) -> Row[PartState, PartMove]:
    return Row(move, sources, targets, (), requires)


OPINION_PART = Workflow(
    "joint_part",
    JointCode.JOINT_STATE,
    (
        Row(PartMove.SEND, frozenset[PartState](), (_SENT,), (), (_LEAD,)),
        _row(PartMove.SIGN, frozenset({_SENT}), (_SIGNED,), _UNIT),
        _row(
            PartMove.ANSWER,
            frozenset({_SENT, _SIGNED}),
            (_ANSWERED, _OWED),
            _UNIT,
            Given(JointCode.JOINT_OPINION, OPINION),
            _REASON,
        ),
        _row(
            PartMove.TAKE_BACK,
            frozenset({_ANSWERED, _OWED}),
            (_SIGNED,),
            _UNIT,
            Given(JointCode.JOINT_ENDED, OPEN),
            _WORDS,
        ),
        _row(
            PartMove.RECALL,
            frozenset({_SENT, _SIGNED, _OWED}),
            (PartState.RECALLED,),
            _LEAD,
            _WORDS,
        ),
        _row(PartMove.SEND_UP, frozenset({_OWED}), (_ABOVE,), _UNIT, _BODY),
        _row(PartMove.HEAR, frozenset({_ABOVE}), (_BACK,), _UNIT, _ANSWER, _NUMBER, _REASON),
        _row(PartMove.PASS_ON, frozenset({_BACK}), (PartState.PASSED,), _UNIT),
        _row(PartMove.DROP, _RUNNING, (PartState.DROPPED,), _HALL),
    ),
)
UPWARD_PART = Workflow(
    "upward",
    JointCode.JOINT_STATE,
    (
        Row(PartMove.SEND_UP, frozenset[PartState](), (_ABOVE,), (), (_LEAD, _BODY)),
        _row(PartMove.HEAR, frozenset({_ABOVE}), (_BACK,), _LEAD, _ANSWER, _NUMBER, _REASON),
        _row(PartMove.PASS_ON, frozenset({_BACK}), (PartState.PASSED,), _LEAD),
        _row(PartMove.RECALL, frozenset({_ABOVE}), (PartState.RECALLED,), _LEAD, _WORDS),
        _row(PartMove.DROP, frozenset({_ABOVE, _BACK}), (PartState.DROPPED,), _HALL),
    ),
)
ELSEWHERE_PART = Workflow(
    "elsewhere",
    JointCode.JOINT_STATE,
    (
        Row(PartMove.SEND, frozenset[PartState](), (_SENT,), (), (_LEAD, _BODY)),
        _row(PartMove.SIGN, frozenset({_SENT}), (_SIGNED,), _LEAD),
        _row(PartMove.RESULT, frozenset({_SIGNED}), (_ANSWERED,), _LEAD, _ANSWER, _REASON),
        _row(PartMove.RECALL, frozenset({_SENT, _SIGNED}), (PartState.RECALLED,), _LEAD, _WORDS),
    ),
)
_CALLER = Role(JointCode.JOINT_LEAD, (LEAD, OFFICE))
_LIST = Given(JointCode.MEETING_LIST, ATTENDANCE)
_CALLED, _RECORDED = MeetingState.CALLED, MeetingState.RECORDED
_CORRECTING = MeetingState.CORRECTING
_SECOND = (
    _CALLER,
    After(JointCode.MEETING_STATE, CORRECTOR),
    Apart(JointCode.MEETING_SECOND, (CORRECTOR,)),
)


def _meeting(
    move: MeetingMove, source: MeetingState, target: MeetingState, *requires: Requirement
) -> Row[MeetingState, MeetingMove]:
    return Row(move, frozenset({source}), (target,), (), requires)


MEETING = Workflow(
    "meeting",
    JointCode.MEETING_STATE,
    (
        Row(
            MeetingMove.CALL,
            frozenset[MeetingState](),
            (_CALLED,),
            (),
            (_CALLER, Given(JointCode.MEETING_DAY, DAY_FITS)),
        ),
        _meeting(
            MeetingMove.RECORD,
            _CALLED,
            _RECORDED,
            _CALLER,
            Given(JointCode.MEETING_DAY, DAY_FITS),
            _LIST,
        ),
        _meeting(
            MeetingMove.CORRECT,
            _RECORDED,
            _RECORDED,
            _CALLER,
            Given(JointCode.MEETING_PAST, ON_ITS_DAY),
            _LIST,
            _WORDS,
        ),
        _meeting(MeetingMove.REQUEST, _RECORDED, _CORRECTING, _CALLER, _LIST, _WORDS),
        _meeting(MeetingMove.CONFIRM, _CORRECTING, _RECORDED, *_SECOND),
        _meeting(MeetingMove.REJECT, _CORRECTING, _RECORDED, *_SECOND, _WORDS),
        _meeting(MeetingMove.CANCEL, _CALLED, MeetingState.CANCELLED, _CALLER, _WORDS),
    ),
)
WORKFLOWS = (OPINION_PART, UPWARD_PART, ELSEWHERE_PART, MEETING)
