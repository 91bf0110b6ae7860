"""Messages of remote numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.appointments.messages import PersonPhone
from server.catalogue.messages import Building
from server.core.messages import TYPED, Code, Command, Message

FIELD_WORDS = {"site": ("办公地点", "building")}
"""Names of request fields beside the common ones."""


class RemotePlace(Building):
    """Building that a person can choose for a remote number, with its own wait (minutes).

    `refusal`: code and words if none is given for it now.
    """

    offered: bool
    refusal: str = ""
    refusal_zh: str = ""
    refusal_en: str = ""
    ahead: int
    low: int
    high: int


class RemoteOffer(Message):
    """Offer of a remote number for an item; `refusal`: code and words if there is none."""

    offered: bool
    refusal: str = ""
    refusal_zh: str = ""
    refusal_en: str = ""
    ahead: int
    low: int
    high: int
    """Expected wait in minutes."""
    check_in_ahead: int
    """People ahead at which the holder should be in the hall."""
    building: Building | None = None
    """Building in which it is called, in a hall that tells its buildings apart."""
    places: list[RemotePlace] = Field(default_factory=list)
    """Buildings to choose from, if several serve the item: then their offers count."""


class TakeRemote(Command):
    """Remote number for an item; `site`: building, where the person chooses among several."""

    item: Code
    site: Code | Literal[""] = ""
    phone: PersonPhone


class RemoteTaken(Message):
    """Remote number just taken; its page is `/t/<token>`."""

    number: str
    token: str
    url: str


class CheckInByPhone(Command):
    """Check-in by phone; `here`: code shown in the hall, if the phone is not in its network."""

    here: Annotated[str, StringConstraints(max_length=20), TYPED] = ""


class CheckedIn(Message):
    """Number that was checked in, and the people called before it after a late check-in."""

    number: str
    ahead: int
    late: bool
