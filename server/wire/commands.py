"""Bodies of commands under `/api/v1/` and the plain answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, model_validator

from server.leave.messages import CoverRef
from server.wire.base import TYPED, Code, Command, Edit, Message, Name, Note


class Problem(Message):
    """Refusal: a stable code, words in both languages, and the facts behind it."""

    code: str
    message_zh: str
    message_en: str
    data: dict[str, Any] = Field(default_factory=dict)


class Done(Message):
    """Answer to a command without a result."""

    ok: Literal[True] = True


class IssueTicket(Command):
    """Request for a number for an item, with the applicant's class."""

    item: Code
    applicant: Code = "ordinary"
    print: bool = True


class PrintNotice(Command):
    """Request to print an item's one-time notice (一次性告知单); `missing`: positions to tick."""

    item: Code
    missing: list[int] = Field(default_factory=list, max_length=50)


class CallNext(Command):
    """Request to call the next person.

    `complete`: outcome with which the service in progress ends first.
    """

    complete: Literal["accepted", "done", "consulted", "notice_given", "default"] | None = None


class Finish(Command):
    """End of a service with its outcome; a refusal needs a note with the reason."""

    outcome: Literal["accepted", "done", "consulted", "notice_given", "refused"]
    note: Note = ""


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


class Hold(Command):
    """Request to put the current ticket on hold."""

    note: Note = ""


class Resume(Command):
    """Held or missed ticket to call to this window."""

    ticket: Code


class Transfer(Command):
    """Target of a transfer: a window, or the queue of an item or a unit."""

    window: Code | None = None
    item: Code | None = None
    unit: Code | None = None
    note: Note = ""


class Pause(Command):
    """Reason of a pause in calling."""

    reason: Literal["materials", "meeting", "rest", "equipment", "leave", "other"]
    note: Note = ""


class SignIn(Command):
    """Window to sign in to."""

    window: Code


class SignOut(Command):
    """Request to sign out. `force`: even if only this window serves some waiting people."""

    force: bool = False


class Login(Command):
    """Staff number and password."""

    staff: Code
    password: SecretStr = Field(min_length=1, max_length=200)


class ChangePassword(Command):
    """New password for oneself."""

    current: SecretStr = Field(max_length=200)
    new: SecretStr = Field(max_length=200)


class AddAccount(Command):
    """New account of a person on the staff list; the answer contains a one-time password."""

    staff: Code
    role: Literal["clerk", "manager", "administrator"]


class ChangeAccount(Edit):
    """New role of an account, or its new disabled state."""

    role: Literal["clerk", "manager", "administrator"] | None = None
    disabled: bool | None = None


class OneTimePassword(Message):
    """One-time password: shown once, to be changed at the first sign-in."""

    staff: str
    password: str


class MakeCode(Command):
    """Request for a one-time code of a kiosk, board or agent.

    `place`: the kiosk, window, zone or site at which an agent's first hello binds devices.
    """

    kind: Literal["kiosk", "board", "agent"]
    name: Name
    place: Annotated[str, Field(max_length=64), TYPED] = ""


class OneTimeCode(Message):
    """One-time code: shown once, valid for `minutes`."""

    code: str
    kind: str
    name: str
    minutes: int


class Enrol(Command):
    """One-time code to exchange for a token."""

    code: Code
    kind: Literal["kiosk", "board", "agent"]
    name: Name


class Enrolled(Message):
    """Token of the enrolled device; browsers also get it as a cookie."""

    token: str
    kind: str
    name: str


class Revoke(Command):
    """Device whose tokens are revoked."""

    kind: Literal["kiosk", "board", "agent"]
    name: Name


class TakeAlarm(Command):
    """Alarm of the office's list that the person deals with."""

    code: Name
    subject: Annotated[str, Field(max_length=128)] = ""


class ChangeSettings(Edit):
    """New values of settings by name."""

    values: dict[str, int | str | bool]


class Session(Message):
    """Session state of a browser, with the token that changes need (`X-CSRF-Token`)."""

    kind: Literal["none", "staff", "kiosk", "board"]
    name: str = ""
    staff_name: str = ""
    role: str = ""
    must_change: bool = False
    window: str = ""
    windows: list[str] = Field(default_factory=list)
    """Windows at which the person may sign in now, including those of people they cover."""
    covers: list[CoverRef] = Field(default_factory=list)
    csrf: str = ""
    demo: bool = False
    build: str = ""
    now: int = 0
    hall: str = ""
    hall_en: str = ""


class ImportProblem(Message):
    """One problem of a workbook."""

    sheet: str
    row: int
    column: str
    code: str
    message_zh: str
    message_en: str


class Imported(Message):
    """Result of an import: the version in force; `changed`: it is new."""

    version: int
    changed: bool
    problems: list[ImportProblem] = Field(default_factory=list)
