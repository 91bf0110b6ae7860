"""Messages of the hall without its server: what a kiosk's agent announces and hands in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.wire.base import Command, Message, Note


class StandbyAnnounced(Message):
    """An agent's word of its kiosk's own line: the address on that PC, and which book it keeps."""

    line: str = Field(pattern=r"^http://127\.0\.0\.1:[1-9][0-9]{1,4}$")
    book: str = Field(pattern=r"^[0-9a-f]{16,64}$")


class GivenTicket(Message):
    """A number that an agent gave while the server was away. `at`: hall time, in milliseconds."""

    id: str = Field(max_length=64)
    lease: str = Field(max_length=64)
    kiosk: str = Field(max_length=64)
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    prefix: str = Field(pattern=r"^[A-Z]{1,4}$")
    seq: int = Field(ge=1, le=999)
    first: int = Field(ge=1, le=999)
    last: int = Field(ge=1, le=999)
    token: str = Field(min_length=8, max_length=64)
    item: str = Field(max_length=64)
    applicant: str = Field(max_length=64)
    key: str = Field(min_length=1, max_length=64)
    version: int = Field(ge=0)
    at: int = Field(ge=0)
    slip: str = Field(max_length=64)
    printer: str = Field(max_length=64)


class SettledSlip(Message):
    """What a printer did with a slip that its own PC had printed."""

    slip: str = Field(max_length=64)
    state: Literal["printed", "failed", "unknown"]
    reason: str = Field(default="", max_length=64)


class StandbyAccess(Message):
    """Where a kiosk's page finds its own PC when the server is away; empty: nowhere."""

    line: str
    secret: str


class LeasedBlock(Message):
    """Numbers a kiosk holds, and how many of them are known to have been given."""

    kiosk: str
    first: str
    last: str
    used: int
    closed: bool


class OfflineSpell(Message):
    """What a kiosk gave without the server today: how many, from when to when, what became."""

    kiosk: str
    given: int
    since: int
    until: int
    doubles: int
    expired: int
    conflicts: int


class DeskActSaid(Message):
    """One act as the desk says it: what and when."""

    kind: Literal["call", "recall", "start", "finish", "no_show"]
    at: int
    outcome: str


class TicketKnown(Message):
    """A ticket as the server knew it when acts came that did not fit; "" and None: not yet."""

    number: str
    state: str
    window_number: int
    staff_name: str
    called_at: int | None
    serving_at: int | None
    ended_at: int | None


class DeskActsAside(Message):
    """Acts of a desk without the server that did not fit: both versions, for the office."""

    id: str
    window_number: int
    staff: str
    staff_name: str
    ticket: str
    reason: str
    said: list[DeskActSaid]
    known: TicketKnown | None
    handed_at: int


class SettleActs(Command):
    """The office's decision about acts that did not fit, with its reason."""

    taken: bool
    why: Annotated[Note, StringConstraints(min_length=1)]


class OfflineDay(Message):
    """The day without the server, for the office."""

    leases: list[LeasedBlock]
    spells: list[OfflineSpell]
    desk_acts: list[DeskActsAside]
