"""Messages of remote numbers."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from server.appointments.messages import PersonPhone
from server.catalogue.messages import Building
from server.core.messages import TYPED, Code, Command, Message


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


class TakeRemote(Command):
    """Remote number for an item."""

    item: Code
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
