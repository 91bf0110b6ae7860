"""Messages of approval by silence: schemes, cases that silence granted, late steps."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.cases.messages import CaseText
from server.cases.rules import CaseMove, CaseOutcome
from server.core.messages import Code, Command, Message
from server.tacit_approval.rules import SchemeKind, SchemeLimit, SchemeMove, SchemeState

FIELD_WORDS = {
    "limit": ("时限", "limit"),
    "items": ("事项", "items"),
    "scheme": ("超时默许方案", "scheme of approval by silence"),
    "first": ("开始日期", "first day"),
    "last": ("结束日期", "last day"),
}
Day = Annotated[str, StringConstraints(max_length=10)]


class ProposeScheme(Command):
    """Scheme of approval by silence; `last` empty: without an end."""

    kind: SchemeKind
    items: Annotated[tuple[Code, ...], Field(min_length=1, max_length=200)]
    limit: SchemeLimit
    basis: Annotated[CaseText, StringConstraints(min_length=10)]
    first: Day
    last: Day = ""


class WithdrawScheme(Command):
    """Withdrawal of a scheme, with its reason."""

    words: CaseText = ""


class SchemeStepView(Message):
    """Signature or withdrawal."""

    move: SchemeMove
    at: int
    words: str
    by_name: str


class SchemeItem(Message):
    """Item of a scheme, or one that could be in it."""

    code: str
    name: str
    unit_name: str


class SchemeView(Message):
    """Scheme with its signatures."""

    id: str
    kind: SchemeKind
    items: list[SchemeItem]
    limit: SchemeLimit
    basis: str
    first: str
    last: str
    state: SchemeState
    steps: list[SchemeStepView]
    moves: list[SchemeMove]
    """Moves that the viewer may make now."""


class LateStepView(Message):
    """Step that a person wanted after silence had decided."""

    move: CaseMove
    outcome: CaseOutcome | None
    at: int
    by_name: str


class ConsentView(Message):
    """Case that silence granted; `day` is the last day of the limit."""

    case: str
    number: str
    item_name: str
    unit_name: str
    day: str
    effective_at: int
    at: int
    late: list[LateStepView]


class TacitList(Message):
    """Schemes, those in force first, and the last cases that silence granted."""

    schemes: list[SchemeView]
    consents: list[ConsentView]
    choices: list[SchemeItem]
    """Items that no rule bars from a scheme."""
