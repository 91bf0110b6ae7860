"""Moves of a redress."""

from __future__ import annotations

from server.core.workflow import Apart, Given, Role, Row, Workflow
from server.ratings.errors import RatingCode
from server.ratings.redress_rules import RedressMove, RedressState

OFFICE, LIAISON = "office", "liaison"
"""Roles: a manager of the hall; the chief representative of the unit that served."""
SUBJECT, HANDLER = "subject", "handler"
"""Parts: who served; whoever took a step of this redress."""
WORDS, RESULT = "words", "result of the call"
"""Names of what comes with a move."""
_OPEN, _CONTACTED = RedressState.OPEN, RedressState.CONTACTED
_APPEALED, _REFUSED = RedressState.APPEALED, RedressState.REFUSED
_REDRESSING, _ANSWERED = RedressState.REDRESSING, RedressState.ANSWERED
_RECHECKED, _CLOSED = RedressState.RECHECKED, RedressState.CLOSED
_UNIT = (
    Role(RatingCode.REDRESS_UNKNOWN, (OFFICE, LIAISON)),
    Apart(RatingCode.REDRESS_UNKNOWN, (SUBJECT,)),
)
_BY_OFFICE = (
    Role(RatingCode.REDRESS_UNKNOWN, (OFFICE, LIAISON)),
    Role(RatingCode.REDRESS_OFFICE, (OFFICE,)),
    Apart(RatingCode.REDRESS_UNKNOWN, (SUBJECT,)),
)
_BY_SECOND = (*_BY_OFFICE, Apart(RatingCode.REDRESS_SECOND, (HANDLER,)))
_WITH_WORDS = (Given(RatingCode.REDRESS_WORDS, WORDS),)
_WITH_RESULT = (Given(RatingCode.REDRESS_RESULT, RESULT),)
REDRESS = Workflow(
    "redress",
    RatingCode.REDRESS_STATE,
    (
        Row(RedressMove.OPEN, frozenset[RedressState](), (_OPEN,)),
        Row(RedressMove.CONTACT, frozenset({_OPEN}), (_CONTACTED,), _UNIT, _WITH_RESULT),
        Row(
            RedressMove.CALL,
            frozenset({_CONTACTED, _REDRESSING, _ANSWERED, _RECHECKED}),
            (),
            _UNIT,
            _WITH_RESULT,
        ),
        Row(RedressMove.APPEAL, frozenset({_CONTACTED}), (_APPEALED,), _UNIT, _WITH_WORDS),
        Row(
            RedressMove.GRANT,
            frozenset({_APPEALED}),
            (RedressState.GRANTED,),
            _BY_SECOND,
            _WITH_WORDS,
        ),
        Row(RedressMove.REFUSE, frozenset({_APPEALED}), (_REFUSED,), _BY_SECOND, _WITH_WORDS),
        Row(
            RedressMove.START, frozenset({_CONTACTED, _REFUSED}), (_REDRESSING,), _UNIT, _WITH_WORDS
        ),
        Row(RedressMove.ANSWER, frozenset({_REDRESSING}), (_ANSWERED,), _UNIT, _WITH_WORDS),
        Row(
            RedressMove.RECHECK,
            frozenset({_ANSWERED}),
            (_RECHECKED, _REDRESSING),
            _BY_OFFICE,
            _WITH_RESULT,
        ),
        Row(RedressMove.CLOSE, frozenset({_RECHECKED}), (_CLOSED,), _BY_OFFICE),
    ),
)
WORKFLOWS = (REDRESS,)
