"""Base classes and types of all messages: unknown fields are rejected, values are strict."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from server.core.half_width import half_width


class Message(BaseModel):
    """Message from the server."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(BaseModel):
    """Body of a request to the server."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


SeenValue = Annotated[str, StringConstraints(max_length=20_000)] | bool | int | float | None


class Edit(Command):
    """Command that replaces existing values.

    `seen`: the values that the page showed, by name. If the current values differ, nothing is
    changed.
    """

    seen: dict[str, SeenValue] = {}


class Nothing(Command):
    """Command without arguments."""


def _typed(value: object) -> object:
    """Convert full-width letters and digits of Chinese input methods to half width.

    Codes never contain full-width ones.
    """
    return half_width(value) if isinstance(value, str) else value


TYPED = BeforeValidator(_typed)
Code = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$"), TYPED
]
_IDENTITY = re.compile(
    r"(?<![0-9])([0-9]{6})(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])([0-9]{3}[0-9Xx])"
    r"(?![0-9])"
)


def masked(text: str) -> str:
    """Mask the birthday in identity card numbers, as notes are stored permanently."""
    return _IDENTITY.sub(r"\1********\2", text)


MASKED = AfterValidator(masked)
Note = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
    TYPED,
]


class Problem(Message):
    """Refusal: a stable code, words in both languages, and the facts behind it."""

    code: str
    message_zh: str
    message_en: str
    data: dict[str, Any] = Field(default_factory=dict)


class Done(Message):
    """Answer to a command without a result."""

    ok: Literal[True] = True


class Alarm(Message):
    """Alarm for a manager to deal with."""

    code: str
    subject: str
    message_zh: str
    message_en: str
    since: int | None
    loud: bool = False
    """True if it sounds until a person takes it."""
    taken_by: str = ""
    """Name of the person who deals with it."""
    taken_at: int | None = None
