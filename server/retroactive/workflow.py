"""Moves of a retroactive change."""

from __future__ import annotations

from enum import StrEnum

from server.core.errors import CommonCode
from server.core.workflow import Given, Role, Row, Workflow
from server.retroactive.value_changes import State


class Move(StrEnum):
    """Move of a retroactive change."""

    ASK = "ask"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    """By the hall itself: the values have changed since the request."""


REQUESTER, SECOND = "requester", "second person"
"""Roles; the second person is determined by `second_person.may_confirm`."""
WORDS = "words"
_WAITING = frozenset({State.WAITING})
_BY_SECOND = Role(CommonCode.PAST_SECOND, (SECOND,))
CHANGE = Workflow(
    "retroactive change",
    CommonCode.PAST_STATE,
    (
        Row(Move.ASK, frozenset[State](), (State.WAITING,)),
        Row(Move.CONFIRM, _WAITING, (State.CONFIRMED,), requires=(_BY_SECOND,)),
        Row(
            Move.REFUSE,
            _WAITING,
            (State.REFUSED,),
            requires=(_BY_SECOND, Given(CommonCode.INVALID, WORDS, data={"field": WORDS})),
        ),
        Row(
            Move.WITHDRAW,
            _WAITING,
            (State.WITHDRAWN,),
            requires=(Role(CommonCode.PAST_UNKNOWN, (REQUESTER,)),),
        ),
        Row(Move.EXPIRE, _WAITING, (State.STALE,)),
    ),
)
WORKFLOWS = (CHANGE,)
