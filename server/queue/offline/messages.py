"""Messages of the hall without its server: standby services, offline tickets, desk actions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from server.core.messages import Code, Command, Message, Note


class StandbyAnnounced(Message):
    """Standby service that an agent announces: its address on the kiosk's PC, and its book."""

    line: str = Field(pattern=r"^http://127\.0\.0\.1:[1-9][0-9]{1,4}$")
    book: str = Field(pattern=r"^[0-9a-f]{16,64}$")


class GivenTicket(Message):
    """Ticket that an agent issued without the server. `at`: hall time in ms."""

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
    companion: str = Field(default="", max_length=64)
    """Token of another number of the same person."""


class SettledSlip(Message):
    """Print result of a slip that the kiosk's own PC printed."""

    slip: str = Field(max_length=64)
    state: Literal["printed", "failed", "unknown"]
    reason: str = Field(default="", max_length=64)


class StandbyAccess(Message):
    """Address and secret of the kiosk's standby service for its page; empty if there is none."""

    line: str
    secret: str


class LeasedBlock(Message):
    """Numbers leased to a kiosk, and the number of them known to be issued."""

    kiosk: str
    first: str
    last: str
    used: int
    closed: bool


class OfflineSpell(Message):
    """Offline tickets that a kiosk issued today: number, first and last time, results."""

    kiosk: str
    given: int
    since: int
    until: int
    doubles: int
    expired: int
    conflicts: int


class DeskActSaid(Message):
    """One desk action as the desk reports it."""

    kind: Literal["call", "recall", "start", "finish", "no_show"]
    at: int
    outcome: str


class TicketKnown(Message):
    """Server's state of a ticket when conflicting desk actions arrived; "" and None: not yet."""

    number: str
    state: str
    window_number: int
    staff_name: str
    called_at: int | None
    serving_at: int | None
    ended_at: int | None


class DeskActsAside(Message):
    """Quarantined desk actions for the office, with both versions."""

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
    """Decision of the office about quarantined desk actions, with its reason."""

    taken: bool
    why: Annotated[Note, StringConstraints(min_length=1)]


class OfflineDay(Message):
    """Leases, imports and quarantined desk actions of a day, for the office."""

    leases: list[LeasedBlock]
    spells: list[OfflineSpell]
    desk_acts: list[DeskActsAside]


class ActResult(Message):
    """Result of one imported desk action; `code` is empty if it fits the server's state."""

    ticket: str
    number: str
    kind: str
    at: int
    code: str


class HandedInActs(Message):
    """Results of imported desk actions, in their order."""

    results: list[ActResult]


class OfflineAct(Command):
    """One desk action without the server; `at`: hall time of the action, ms."""

    kind: Literal["call", "recall", "start", "finish", "no_show"]
    ticket: Code
    at: int = Field(ge=0, le=10**14)
    outcome: Literal["", "accepted", "done", "consulted", "notice_given", "refused"] = ""
    note: Note = ""

    @model_validator(mode="after")
    def _complete(self) -> OfflineAct:
        if (self.kind == "finish") is not bool(self.outcome):
            raise ValueError("outcome belongs to finish")
        if self.outcome == "refused" and not self.note:
            raise ValueError("a refusal needs a note")
        return self


class SealedShare(Command):
    """Desk share that the server gave for use without it, in order, with its seal."""

    tickets: list[Code] = Field(min_length=1, max_length=50)
    seal: str = Field(max_length=64)


class HandInActs(Command):
    """Desk actions without the server, in order.

    `known`: the ticket that was at the window before them.
    """

    window: Code
    known: str = Field(default="", max_length=64)
    shares: list[SealedShare] = Field(default=[], max_length=20)
    acts: list[OfflineAct] = Field(min_length=1, max_length=200)
