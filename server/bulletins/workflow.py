"""Moves of a bulletin and of an amendment."""

from __future__ import annotations

from enum import StrEnum

from server.bulletins.errors import BulletinCode
from server.core.workflow import After, Apart, Role, Row, Workflow


class BulletinState(StrEnum):
    """State of a bulletin."""

    DRAFT = "draft"
    RELEASED = "released"


class BulletinMove(StrEnum):
    """Move of a bulletin."""

    DRAFT = "draft"
    EDIT = "edit"
    RELEASE = "release"
    AMEND = "amend"
    ACKNOWLEDGE = "acknowledge"


class AmendmentState(StrEnum):
    """State of an amendment."""

    DRAFT = "draft"
    RELEASED = "released"


class AmendmentMove(StrEnum):
    """Move of an amendment."""

    DRAFT = "draft"
    RELEASE = "release"


EDITOR = "editor"
"""Part: whoever edited or checked the draft."""
CHIEF = "chief representative"
"""Role: the chief representative of a unit."""
_DRAFT, _RELEASED = frozenset({BulletinState.DRAFT}), frozenset({BulletinState.RELEASED})
_NOT_EDITOR = Apart(BulletinCode.BULLETIN_SECOND, (EDITOR,), facts=("bulletin",))
BULLETIN = Workflow(
    "bulletin",
    BulletinCode.BULLETIN_STATE,
    (
        Row(BulletinMove.DRAFT, frozenset[BulletinState](), (BulletinState.DRAFT,)),
        Row(BulletinMove.EDIT, _DRAFT),
        Row(
            BulletinMove.RELEASE,
            _DRAFT,
            (BulletinState.RELEASED,),
            requires=(
                After(BulletinCode.BULLETIN_STATE, EDITOR, data={"state": "unchecked"}),
                _NOT_EDITOR,
            ),
        ),
        Row(BulletinMove.AMEND, _RELEASED),
        Row(
            BulletinMove.ACKNOWLEDGE, _RELEASED, first=(Role(BulletinCode.BULLETIN_ACK, (CHIEF,)),)
        ),
    ),
)
AMENDMENT = Workflow(
    "amendment",
    BulletinCode.BULLETIN_STATE,
    (
        Row(AmendmentMove.DRAFT, frozenset[AmendmentState](), (AmendmentState.DRAFT,)),
        Row(
            AmendmentMove.RELEASE,
            frozenset({AmendmentState.DRAFT}),
            (AmendmentState.RELEASED,),
            requires=(_NOT_EDITOR,),
        ),
    ),
)
WORKFLOWS = (BULLETIN, AMENDMENT)
