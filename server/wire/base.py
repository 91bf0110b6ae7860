"""The base of every message: unknown fields are refused, values are strict enough to fuzz."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from server.domain.half_width import half_width


class Message(BaseModel):
    """Something the server sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(BaseModel):
    """Something the server is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


SeenValue = Annotated[str, StringConstraints(max_length=20_000)] | bool | int | float | None


class Edit(Command):
    """A command that puts something in the place of something else.

    `seen`: what the person was shown of it, by name; if it is another by now, nothing is done.
    """

    seen: dict[str, SeenValue] = {}


class Nothing(Command):
    """A command without arguments."""


def _typed(value: object) -> object:
    """Fold what a Chinese input method makes of letters and digits: no code of ours has others."""
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
    """Identity card numbers without the birthday: notes are kept for good."""
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
