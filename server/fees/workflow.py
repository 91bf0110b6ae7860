"""Moves of a due: who may, from where, with what. Nobody both accepts a case and confirms money."""

from __future__ import annotations

from server.core.workflow import After, Apart, Given, Requirement, Role, Row, Workflow
from server.fees.errors import FeeCode
from server.fees.rules import FeeMove, FeeState

ACCEPTOR, CASHIER, OFFICE, BANK = "acceptor", "cashier", "office", "bank"
"""Roles: whoever accepts or handles the case; the hall's post; a manager; the bank's file."""
ACCEPTED, ASKER = "accepted", "asker"
"""Parts: who opened or accepted the case or made the due; who requested what is to be decided."""
WORDS, REFERENCE, WHOLE = "words", "reference", "whole"
"""Names of what comes with a move; `whole`: nothing of the payment was refunded."""

_DUE, _CONFIRMED, _REFUNDED = FeeState.DUE, FeeState.CONFIRMED, FeeState.REFUNDED
_BY_THOSE = Role(FeeCode.FEE_POST, (ACCEPTOR, CASHIER, OFFICE))
_BY_CASHIER = Role(FeeCode.FEE_CASHIER, (CASHIER,))
_BY_OFFICE = Role(FeeCode.FEE_POST, (CASHIER, OFFICE))
_OTHER_HAND = Apart(FeeCode.FEE_OWN, (ACCEPTED,))
_SECOND = Apart(FeeCode.FEE_SECOND, (ASKER,))
_REQUESTED = After(FeeCode.FEE_STATE, ASKER)
_BY_ACCEPTOR = Role(FeeCode.FEE_POST, (ACCEPTOR,))
_WORDS = Given(FeeCode.FEE_WORDS, WORDS)
_WHOLE = Given(FeeCode.FEE_REFUNDED, WHOLE)
_REFERENCE = Given(FeeCode.FEE_REFERENCE, REFERENCE)


def _row(
    move: FeeMove,
    sources: set[FeeState],
    targets: tuple[FeeState, ...],
    *requires: Requirement,
) -> Row[FeeState, FeeMove]:
    return Row(move, frozenset(sources), targets, (), requires)


FEE = Workflow(
    "fee",
    FeeCode.FEE_STATE,
    (
        Row(FeeMove.MAKE, frozenset[FeeState](), (_DUE,), (), (_BY_ACCEPTOR,)),
        _row(
            FeeMove.CONFIRM,
            {_DUE, _REFUNDED},
            (_CONFIRMED,),
            Role(FeeCode.FEE_CASHIER, (CASHIER, BANK)),
            _OTHER_HAND,
            _REFERENCE,
        ),
        _row(
            FeeMove.ASK_WAIVE,
            {_DUE, _REFUNDED},
            (FeeState.WAIVE_ASKED,),
            _BY_THOSE,
            _WORDS,
        ),
        _row(
            FeeMove.GRANT_WAIVE,
            {FeeState.WAIVE_ASKED},
            (FeeState.WAIVED,),
            Role(FeeCode.FEE_POST, (OFFICE,)),
            _REQUESTED,
            _SECOND,
            _OTHER_HAND,
            _WORDS,
        ),
        _row(
            FeeMove.DENY_WAIVE,
            {FeeState.WAIVE_ASKED},
            (_DUE, _REFUNDED),
            Role(FeeCode.FEE_POST, (OFFICE,)),
            _REQUESTED,
            _SECOND,
            _WORDS,
        ),
        _row(FeeMove.ASK_REFUND, {_CONFIRMED}, (FeeState.REFUND_ASKED,), _BY_THOSE, _WORDS),
        _row(
            FeeMove.CONFIRM_REFUND,
            {FeeState.REFUND_ASKED},
            (_REFUNDED, _CONFIRMED),
            _BY_CASHIER,
            _REQUESTED,
            _SECOND,
            _OTHER_HAND,
            _REFERENCE,
        ),
        _row(
            FeeMove.DENY_REFUND,
            {FeeState.REFUND_ASKED},
            (_CONFIRMED,),
            _BY_OFFICE,
            _REQUESTED,
            _SECOND,
            _WORDS,
        ),
        _row(
            FeeMove.ASK_CORRECTION,
            {_CONFIRMED},
            (FeeState.CORRECTION_ASKED,),
            _BY_OFFICE,
            _WHOLE,
            _WORDS,
        ),
        _row(
            FeeMove.CORRECT,
            {FeeState.CORRECTION_ASKED},
            (_DUE,),
            _BY_OFFICE,
            _REQUESTED,
            _SECOND,
            _OTHER_HAND,
            _WORDS,
        ),
        _row(
            FeeMove.DENY_CORRECTION,
            {FeeState.CORRECTION_ASKED},
            (_CONFIRMED,),
            _BY_OFFICE,
            _REQUESTED,
            _SECOND,
            _WORDS,
        ),
        _row(
            FeeMove.CANCEL,
            {_DUE, _REFUNDED},
            (FeeState.CANCELLED,),
            _BY_OFFICE,
            _OTHER_HAND,
            _WORDS,
        ),
    ),
)
WORKFLOWS = (FEE,)
