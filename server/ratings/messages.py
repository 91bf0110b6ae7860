"""Messages of ratings: a rating as it is given, and what its giver sees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.core.messages import MASKED, Command, Message
from server.ratings.levels import Aspect, Level

FIELD_WORDS = {
    "level": ("满意程度", "level"),
    "aspects": ("评价内容", "aspects"),
    "contact_name": ("姓名", "name"),
    "contact_phone": ("电话", "telephone"),
}
Words = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]
Phone = Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9+\- ]*$")]


class GiveRating(Command):
    """Rating of a service: level 1 (best) to 5, aspects, words, and a contact if one is left."""

    level: Level
    aspects: Annotated[tuple[Aspect, ...], Field(max_length=8)] = ()
    words: Words = ""
    contact_name: Annotated[str, StringConstraints(max_length=40)] = ""
    contact_phone: Phone = ""


class RatingState(Message):
    """State of a service's rating, for the holder of the ticket's address."""

    open: bool
    """True while the service can be rated."""
    given: Level | None
    """Level that was given, or None."""
    until: str
    """Last day on which it can be rated, ISO; empty before the service has ended."""
