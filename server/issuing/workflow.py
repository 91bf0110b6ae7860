"""Moves of licences, hand-over lists and parcels: who may, from where, with what."""

from __future__ import annotations

from server.core.workflow import After, Apart, Given, Requirement, Role, Row, Workflow
from server.issuing.errors import LicenceCode
from server.issuing.rules import (
    AT_WINDOW,
    OUT,
    ExtraMove,
    ExtraState,
    LicenceMove,
    ListMove,
    ListState,
    ParcelMove,
    ParcelState,
    Place,
)

UNIT, ISSUER, OFFICE = "unit", "issuer", "office"
"""Roles: whoever holds a post of the unit; the issuer; a manager of the hall."""
GIVER, BACK_ASKER, VOID_ASKER = "giver", "back asker", "void asker"
RETURNER = "returner"
"""Parts."""
WORDS, SHELF, PAID, IDENTITY, RECEIVER = "words", "shelf", "paid", "identity", "receiver"
GRANTED, OPEN_ENTRY = "granted", "not entered"
"""Names of what comes with a move; `GRANTED`: the case is still decided, as granted."""

_UNIT, _LISTED, _COUNTED = Place.UNIT, Place.LISTED, Place.COUNTED
_SHELVED, _POSTED = Place.SHELVED, Place.POSTED


def _by(*roles: str) -> Role:
    return Role(LicenceCode.LICENCE_POST, roles)


_WORDS = Given(LicenceCode.LICENCE_WORDS, WORDS)
_SHELF = Given(LicenceCode.LICENCE_SHELF, SHELF)
_TWO = Apart(LicenceCode.LICENCE_SECOND, (GIVER,))
_ISSUES = (
    Given(LicenceCode.LICENCE_CASE, GRANTED),
    Given(LicenceCode.LICENCE_DUES, PAID),
)


def _row(
    move: LicenceMove,
    sources: frozenset[Place],
    targets: tuple[Place, ...],
    *requires: Requirement,
) -> Row[Place, LicenceMove]:
    return Row(move, sources, targets, (), requires)


def _second(
    move: LicenceMove, sources: frozenset[Place], target: Place, asker: str
) -> Row[Place, LicenceMove]:
    """Return the row of what one person requests and another does."""
    return _row(
        move,
        sources,
        (target,),
        _by(UNIT, ISSUER, OFFICE),
        After(LicenceCode.LICENCE_STATE, asker),
        Apart(LicenceCode.LICENCE_SECOND, (asker,)),
        _WORDS,
    )


_BACK = AT_WINDOW | OUT
_VOID = AT_WINDOW | {_UNIT, Place.ELECTRONIC}
LICENCE = Workflow(
    "licence",
    LicenceCode.LICENCE_STATE,
    (
        Row(
            LicenceMove.REGISTER,
            frozenset[Place](),
            (_UNIT, Place.ELECTRONIC),
            (),
            (_by(UNIT), Given(LicenceCode.LICENCE_CASE, GRANTED)),
        ),
        _row(LicenceMove.LIST, frozenset({_UNIT}), (_LISTED,), _by(UNIT)),
        _row(LicenceMove.UNLIST, frozenset({_LISTED}), (_UNIT,), _by(UNIT)),
        _row(LicenceMove.COUNT, frozenset({_LISTED}), (_COUNTED,), _by(ISSUER), _TWO),
        _row(LicenceMove.MISS, frozenset({_LISTED}), (_UNIT,), _by(ISSUER), _TWO, _WORDS),
        _row(LicenceMove.SHELVE, AT_WINDOW, (_SHELVED,), _by(ISSUER), _SHELF),
        _row(
            LicenceMove.HAND,
            AT_WINDOW,
            (Place.HANDED,),
            _by(ISSUER),
            *_ISSUES,
            Given(LicenceCode.LICENCE_IDENTITY, IDENTITY),
            Given(LicenceCode.LICENCE_RECEIVER, RECEIVER),
        ),
        _row(LicenceMove.POST, AT_WINDOW, (_POSTED,), _by(ISSUER), *_ISSUES),
        _row(LicenceMove.TRY, frozenset({_POSTED}), (), _by(ISSUER), _WORDS),
        _row(LicenceMove.DELIVER, frozenset({_POSTED}), (Place.DELIVERED,), _by(ISSUER)),
        _row(LicenceMove.RETURN, frozenset({_POSTED}), (_SHELVED,), _by(ISSUER), _SHELF, _WORDS),
        _row(LicenceMove.ASK_BACK, _BACK, (), _by(UNIT, ISSUER, OFFICE), _WORDS),
        _second(LicenceMove.CALL_BACK, _BACK, _UNIT, BACK_ASKER),
        _row(LicenceMove.ASK_VOID, _VOID, (), _by(UNIT, ISSUER, OFFICE), _WORDS),
        _second(LicenceMove.MAKE_VOID, _VOID, Place.VOID, VOID_ASKER),
        _row(
            LicenceMove.ENTER,
            frozenset(Place) - {Place.VOID},
            (),
            _by(UNIT),
            Given(LicenceCode.LICENCE_ENTERED, OPEN_ENTRY),
        ),
    ),
)
LIST = Workflow(
    "hand-over list",
    LicenceCode.LICENCE_STATE,
    (
        Row(ListMove.GIVE, frozenset[ListState](), (ListState.GIVEN,), (), (_by(UNIT),)),
        Row(
            ListMove.RECEIVE,
            frozenset({ListState.GIVEN}),
            (ListState.RECEIVED, ListState.DIFFERENT),
            (),
            (_by(ISSUER), _TWO),
        ),
        Row(ListMove.DROP, frozenset({ListState.GIVEN}), (ListState.DROPPED,), (), (_by(UNIT),)),
    ),
)
_RETURNED = Apart(LicenceCode.LICENCE_SECOND, (RETURNER,))
EXTRA = Workflow(
    "additional licence",
    LicenceCode.LICENCE_STATE,
    (
        Row(ExtraMove.FIND, frozenset[ExtraState](), (ExtraState.FOUND,), (), (_by(ISSUER),)),
        Row(
            ExtraMove.RETURN,
            frozenset({ExtraState.FOUND}),
            (ExtraState.RETURNED,),
            (),
            (_by(ISSUER), _WORDS),
        ),
        Row(
            ExtraMove.SETTLE,
            frozenset({ExtraState.RETURNED}),
            (ExtraState.SETTLED,),
            (),
            (_by(UNIT), _RETURNED),
        ),
        Row(
            ExtraMove.DENY,
            frozenset({ExtraState.RETURNED}),
            (ExtraState.FOUND,),
            (),
            (_by(UNIT), _RETURNED, _WORDS),
        ),
    ),
)
PARCEL = Workflow(
    "parcel",
    LicenceCode.LICENCE_STATE,
    (
        Row(ParcelMove.SEND, frozenset[ParcelState](), (ParcelState.AWAY,), (), (_by(ISSUER),)),
        Row(ParcelMove.TRY, frozenset({ParcelState.AWAY}), (), (), (_by(ISSUER), _WORDS)),
        Row(
            ParcelMove.DELIVER,
            frozenset({ParcelState.AWAY}),
            (ParcelState.DELIVERED,),
            (),
            (_by(ISSUER),),
        ),
        Row(
            ParcelMove.RETURN,
            frozenset({ParcelState.AWAY}),
            (ParcelState.RETURNED,),
            (),
            (_by(ISSUER), _SHELF, _WORDS),
        ),
    ),
)
WORKFLOWS = (LICENCE, LIST, EXTRA, PARCEL)
