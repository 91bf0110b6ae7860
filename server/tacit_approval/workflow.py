"""Moves of a scheme: one person proposes, another signs, either may withdraw it with a reason."""

from __future__ import annotations

from server.core.workflow import Apart, Given, Row, Workflow
from server.tacit_approval.errors import TacitCode
from server.tacit_approval.rules import SchemeMove, SchemeState

PROPOSER = "proposer"
WORDS = "words"

SCHEME = Workflow(
    "tacit_scheme",
    TacitCode.TACIT_STATE,
    (
        Row(SchemeMove.PROPOSE, frozenset[SchemeState](), (SchemeState.PROPOSED,)),
        Row(
            SchemeMove.SIGN,
            frozenset({SchemeState.PROPOSED}),
            (SchemeState.IN_FORCE,),
            (),
            (Apart(TacitCode.TACIT_SECOND, (PROPOSER,)),),
        ),
        Row(
            SchemeMove.WITHDRAW,
            frozenset({SchemeState.PROPOSED, SchemeState.IN_FORCE}),
            (SchemeState.WITHDRAWN,),
            (),
            (Given(TacitCode.TACIT_WORDS, WORDS),),
        ),
    ),
)
WORKFLOWS = (SCHEME,)
