"""Moves of a case: who may, from where, with what."""

from __future__ import annotations

from server.cases.errors import CaseCode
from server.cases.rules import CaseMove, CaseState
from server.core.workflow import After, Apart, Given, Requirement, Role, Row, Workflow

ACCEPTOR, HANDLER, REVIEWER, APPROVER = "acceptor", "handler", "reviewer", "approver"
"""Roles: whoever accepts the item's papers; the posts of the unit."""
OFFICE, HALL = "office", "hall"
"""Roles: a manager of the hall; the hall itself, whose clock accepts what nobody answered."""
HANDLED, REVIEWED, TIME_ASKER, VOID_ASKER = "handled", "reviewed", "time asker", "void asker"
PLEDGED = "pledged"
"""Parts; the first two are empty for an item that does not demand three people."""
WORDS, OUTCOME, BASIS, DAYS = "words", "outcome", "basis", "days"
IN_ORDER, FAULTY, ONE_HAND = "materials in order", "faulty materials", "one hand"
FIRST_TIME = "first extension"
TOLERABLE, SUPPLIED, NOTHING_OWED = "only tolerable faults", "supplied", "nothing owed"
"""Names of what comes with a move; `ONE_HAND`: the item may be decided on the spot.

`NOTHING_OWED`: no material that the applicant pledged is missing.
"""

_FILED, _SUPPLEMENTING = CaseState.FILED, CaseState.SUPPLEMENTING
_HANDLING, _REVIEWING = CaseState.HANDLING, CaseState.REVIEWING
_APPROVING, _SUSPENDED = CaseState.APPROVING, CaseState.SUSPENDED
_DECIDED, _VOID = CaseState.DECIDED, CaseState.VOID
_RUNNING = frozenset({_HANDLING, _REVIEWING, _APPROVING})
_OPEN = frozenset({_FILED, _SUPPLEMENTING, _SUSPENDED}) | _RUNNING


def _by(*roles: str) -> Role:
    return Role(CaseCode.CASE_POST, roles)


_WORDS = Given(CaseCode.CASE_WORDS, WORDS)
_MATERIALS = Given(CaseCode.CASE_MATERIALS, IN_ORDER)
_FAULTS = Given(CaseCode.CASE_MATERIALS, FAULTY)
_NOTHING_OWED = Given(CaseCode.CASE_PLEDGE, NOTHING_OWED)
_DAYS = Given(CaseCode.CASE_DAYS, DAYS)
_OUTCOME = Given(CaseCode.CASE_OUTCOME, OUTCOME)
_OTHER_HANDS = Apart(CaseCode.CASE_HANDS, (HANDLED, REVIEWED))
_SECOND_FOR_TIME = (_by(APPROVER), Apart(CaseCode.CASE_SECOND, (TIME_ASKER,)))


def _row(
    move: CaseMove,
    sources: frozenset[CaseState],
    targets: tuple[CaseState, ...],
    *requires: Requirement,
) -> Row[CaseState, CaseMove]:
    return Row(move, sources, targets, (), requires)


CASE = Workflow(
    "case",
    CaseCode.CASE_STATE,
    (
        Row(CaseMove.FILE, frozenset[CaseState](), (_FILED,)),
        _row(
            CaseMove.TELL, frozenset({_FILED}), (_SUPPLEMENTING,), _by(ACCEPTOR, HANDLER), _FAULTS
        ),
        _row(
            CaseMove.COMPLETE,
            frozenset({_SUPPLEMENTING}),
            (_HANDLING,),
            _by(ACCEPTOR, HANDLER),
            _MATERIALS,
        ),
        _row(
            CaseMove.ACCEPT,
            frozenset({_FILED}),
            (_HANDLING,),
            _by(ACCEPTOR, HANDLER),
            _MATERIALS,
        ),
        _row(
            CaseMove.PLEDGE,
            frozenset({_FILED}),
            (),
            _by(ACCEPTOR, HANDLER),
            Given(CaseCode.CASE_TOLERANCE, TOLERABLE),
            _DAYS,
        ),
        _row(
            CaseMove.SUPPLY,
            _RUNNING | {_SUSPENDED},
            (),
            _by(ACCEPTOR, HANDLER),
            After(CaseCode.CASE_STATE, PLEDGED),
            Given(CaseCode.CASE_MATERIALS, SUPPLIED),
        ),
        _row(CaseMove.LAPSE, _RUNNING | {_SUSPENDED}, (CaseState.WITHDRAWN,), _by(HALL)),
        _row(CaseMove.DEEM, frozenset({_FILED}), (_HANDLING,), _by(HALL)),
        _row(
            CaseMove.NOT_ACCEPT,
            frozenset({_FILED, _SUPPLEMENTING}),
            (CaseState.NOT_ACCEPTED,),
            _by(ACCEPTOR, HANDLER),
            _WORDS,
        ),
        _row(CaseMove.PASS, frozenset({_HANDLING}), (_REVIEWING,), _by(HANDLER), _WORDS),
        _row(
            CaseMove.PASS,
            frozenset({_REVIEWING}),
            (_APPROVING,),
            _by(REVIEWER),
            Apart(CaseCode.CASE_HANDS, (HANDLED,)),
            _WORDS,
        ),
        _row(CaseMove.RETURN, frozenset({_REVIEWING}), (_HANDLING,), _by(REVIEWER), _WORDS),
        _row(
            CaseMove.RETURN,
            frozenset({_APPROVING}),
            (_HANDLING, _REVIEWING),
            _by(APPROVER),
            _WORDS,
        ),
        _row(
            CaseMove.SUSPEND,
            _RUNNING,
            (_SUSPENDED,),
            _by(HANDLER, REVIEWER, APPROVER),
            Given(CaseCode.CASE_BASIS, BASIS),
            _DAYS,
            _WORDS,
        ),
        _row(
            CaseMove.RESUME,
            frozenset({_SUSPENDED}),
            (_HANDLING, _REVIEWING, _APPROVING),
            _by(HANDLER, REVIEWER, APPROVER),
        ),
        _row(
            CaseMove.ASK_TIME,
            _RUNNING,
            (),
            _by(HANDLER, REVIEWER),
            Given(CaseCode.CASE_EXTENDED, FIRST_TIME),
            _DAYS,
            _WORDS,
        ),
        _row(
            CaseMove.GRANT_TIME,
            _RUNNING,
            (),
            *_SECOND_FOR_TIME,
            After(CaseCode.CASE_STATE, TIME_ASKER),
            _WORDS,
        ),
        _row(
            CaseMove.DENY_TIME,
            _RUNNING,
            (),
            *_SECOND_FOR_TIME,
            After(CaseCode.CASE_STATE, TIME_ASKER),
            _WORDS,
        ),
        _row(
            CaseMove.DECIDE,
            frozenset({_HANDLING}),
            (_DECIDED,),
            _by(ACCEPTOR, HANDLER),
            Given(CaseCode.CASE_STAGES, ONE_HAND),
            _NOTHING_OWED,
            _OUTCOME,
            _WORDS,
        ),
        _row(
            CaseMove.DECIDE,
            frozenset({_APPROVING}),
            (_DECIDED,),
            _by(APPROVER),
            _OTHER_HANDS,
            _NOTHING_OWED,
            _OUTCOME,
            _WORDS,
        ),
        _row(CaseMove.TACIT, _RUNNING, (_DECIDED,), _by(HALL)),
        _row(
            CaseMove.WITHDRAW,
            _OPEN,
            (CaseState.WITHDRAWN,),
            _by(ACCEPTOR, HANDLER, REVIEWER, APPROVER),
            _WORDS,
        ),
        _row(
            CaseMove.ASK_VOID,
            _OPEN | {_DECIDED},
            (),
            _by(ACCEPTOR, HANDLER, REVIEWER, APPROVER, OFFICE),
            _WORDS,
        ),
        _row(
            CaseMove.MAKE_VOID,
            _OPEN | {_DECIDED},
            (_VOID,),
            Role(CaseCode.CASE_OFFICE, (OFFICE,)),
            After(CaseCode.CASE_STATE, VOID_ASKER),
            Apart(CaseCode.CASE_SECOND, (VOID_ASKER,)),
            _WORDS,
        ),
        _row(CaseMove.TAKE_OVER, _RUNNING | {_SUSPENDED}, (), _by(OFFICE, ACCEPTOR, HANDLER)),
    ),
)
WORKFLOWS = (CASE,)
