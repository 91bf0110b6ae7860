"""Moves of a complaint."""

from __future__ import annotations

from server.complaints.errors import ComplaintCode
from server.complaints.rules import ComplaintMove, ComplaintState
from server.core.workflow import Apart, Given, Role, Row, Workflow

OFFICE, LIAISON = "office", "liaison"
"""Roles: a manager of the hall; the chief representative of the unit that answers."""
SUBJECT, ASKER = "subject", "asker"
"""Parts: whoever is complained of; whoever requested more time."""
WORDS, OUTCOME, FIRST_TIME = "words", "outcome", "first extension"
"""Names of what comes with a move; `FIRST_TIME`: time was not extended before."""
_RECEIVED, _ACCEPTED = ComplaintState.RECEIVED, ComplaintState.ACCEPTED
_EXTENDING, _ANSWERED = ComplaintState.EXTENDING, ComplaintState.ANSWERED
_HANDLED = (
    Role(ComplaintCode.COMPLAINT_UNKNOWN, (OFFICE, LIAISON)),
    Apart(ComplaintCode.COMPLAINT_UNKNOWN, (SUBJECT,)),
)
_BY_OFFICE = (*_HANDLED, Role(ComplaintCode.COMPLAINT_OFFICE, (OFFICE,)))
_BY_SECOND = (*_BY_OFFICE, Apart(ComplaintCode.COMPLAINT_SECOND, (ASKER,)))
_WITH_WORDS = (Given(ComplaintCode.COMPLAINT_WORDS, WORDS),)
COMPLAINT = Workflow(
    "complaint",
    ComplaintCode.COMPLAINT_STATE,
    (
        Row(ComplaintMove.RECEIVE, frozenset[ComplaintState](), (_RECEIVED,)),
        Row(
            ComplaintMove.CONTACT,
            frozenset({_RECEIVED, _ACCEPTED, _EXTENDING, _ANSWERED}),
            (),
            _HANDLED,
            _WITH_WORDS,
        ),
        Row(ComplaintMove.ACCEPT, frozenset({_RECEIVED}), (_ACCEPTED,), _BY_OFFICE),
        Row(
            ComplaintMove.HAND_ON,
            frozenset({_RECEIVED}),
            (ComplaintState.HANDED_ON,),
            _BY_OFFICE,
            _WITH_WORDS,
        ),
        Row(
            ComplaintMove.REFUSE,
            frozenset({_RECEIVED}),
            (ComplaintState.REFUSED,),
            _BY_OFFICE,
            _WITH_WORDS,
        ),
        Row(
            ComplaintMove.ASK_TIME,
            frozenset({_ACCEPTED}),
            (_EXTENDING,),
            _HANDLED,
            (Given(ComplaintCode.COMPLAINT_EXTENDED, FIRST_TIME), *_WITH_WORDS),
        ),
        Row(
            ComplaintMove.GRANT_TIME,
            frozenset({_EXTENDING}),
            (_ACCEPTED,),
            _BY_SECOND,
            _WITH_WORDS,
        ),
        Row(
            ComplaintMove.DENY_TIME,
            frozenset({_EXTENDING}),
            (_ACCEPTED,),
            _BY_SECOND,
            _WITH_WORDS,
        ),
        Row(
            ComplaintMove.ANSWER,
            frozenset({_ACCEPTED, _EXTENDING}),
            (_ANSWERED,),
            _HANDLED,
            (Given(ComplaintCode.COMPLAINT_OUTCOME, OUTCOME), *_WITH_WORDS),
        ),
        Row(ComplaintMove.CLOSE, frozenset({_ANSWERED}), (ComplaintState.CLOSED,), _BY_OFFICE),
    ),
)
WORKFLOWS = (COMPLAINT,)
