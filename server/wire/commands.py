"""The bodies of commands under `/api/v1/` and the plain answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, model_validator

from server.wire.attendance_requests import CoverRef
from server.wire.base import TYPED, Code, Command, Edit, Message, Name, Note


class Problem(Message):
    """A refusal: a stable code, words in both languages, and the facts behind it."""

    code: str
    message_zh: str
    message_en: str
    data: dict[str, Any] = Field(default_factory=dict)


class Done(Message):
    """Done."""

    ok: Literal[True] = True


class IssueTicket(Command):
    """Take a number for an item, as a kind of applicant."""

    item: Code
    applicant: Code = "ordinary"
    print: bool = True


class PrintNotice(Command):
    """Print the one-time notice (一次性告知单) of an item; `missing`: positions to tick."""

    item: Code
    missing: list[int] = Field(default_factory=list, max_length=50)


class CallNext(Command):
    """Call the next person. `complete`: end the service in progress first with this outcome."""

    complete: Literal["accepted", "done", "consulted", "notice_given", "default"] | None = None


class Finish(Command):
    """End the service. A refusal needs a note that says why."""

    outcome: Literal["accepted", "done", "consulted", "notice_given", "refused"]
    note: Note = ""


class OfflineAct(Command):
    """One act of a desk that had no server; `at`: hall time in milliseconds when it was done."""

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
    """Share that the server gave to a desk for the time without it, in order, with its seal."""

    tickets: list[Code] = Field(min_length=1, max_length=50)
    seal: str = Field(max_length=64)


class HandInActs(Command):
    """What a desk did without a server, in order; `known`: whom it had at the window before."""

    window: Code
    known: str = Field(default="", max_length=64)
    shares: list[SealedShare] = Field(default=[], max_length=20)
    acts: list[OfflineAct] = Field(min_length=1, max_length=200)


class Hold(Command):
    """Set the current ticket aside."""

    note: Note = ""


class Resume(Command):
    """Call a held or missed ticket to this window."""

    ticket: Code


class Transfer(Command):
    """Send the current ticket on: to a window, or to the queue of an item or of a unit."""

    window: Code | None = None
    item: Code | None = None
    unit: Code | None = None
    note: Note = ""


class Pause(Command):
    """Stop calling for a while, with the reason."""

    reason: Literal["materials", "meeting", "rest", "equipment", "leave", "other"]
    note: Note = ""


class SignIn(Command):
    """Sit down at a window."""

    window: Code


class SignOut(Command):
    """Leave the window. `force`: although people wait whom only this window serves."""

    force: bool = False


class Login(Command):
    """Staff number and password."""

    staff: Code
    password: SecretStr = Field(min_length=1, max_length=200)


class ChangePassword(Command):
    """A new password for oneself."""

    current: SecretStr = Field(max_length=200)
    new: SecretStr = Field(max_length=200)


class AddAccount(Command):
    """An account for a person of the staff list; the answer shows a one-time password."""

    staff: Code
    role: Literal["clerk", "manager", "administrator"]


class ChangeAccount(Edit):
    """Change role, disable or enable."""

    role: Literal["clerk", "manager", "administrator"] | None = None
    disabled: bool | None = None


class OneTimePassword(Message):
    """Shown once; must be changed on first use."""

    staff: str
    password: str


class MakeCode(Command):
    """A one-time code for a kiosk, board or agent of this name.

    `place`: the one kiosk, window, zone or site at which an agent's first hello binds devices.
    """

    kind: Literal["kiosk", "board", "agent"]
    name: Name
    place: Annotated[str, Field(max_length=64), TYPED] = ""


class OneTimeCode(Message):
    """Shown once; valid for `minutes`."""

    code: str
    kind: str
    name: str
    minutes: int


class Enrol(Command):
    """Exchange a one-time code for a token."""

    code: Code
    kind: Literal["kiosk", "board", "agent"]
    name: Name


class Enrolled(Message):
    """The token; browsers also get it as a cookie."""

    token: str
    kind: str
    name: str


class Revoke(Command):
    """Withdraw the tokens of a device."""

    kind: Literal["kiosk", "board", "agent"]
    name: Name


class TakeAlarm(Command):
    """Deal with an alarm of the office's list."""

    code: Name
    subject: Annotated[str, Field(max_length=128)] = ""


class ChangeSettings(Edit):
    """New values of settings, by name."""

    values: dict[str, int | str | bool]


class Session(Message):
    """Who is signed in in this browser, and the token that changes need (`X-CSRF-Token`)."""

    kind: Literal["none", "staff", "kiosk", "board"]
    name: str = ""
    staff_name: str = ""
    role: str = ""
    must_change: bool = False
    window: str = ""
    windows: list[str] = Field(default_factory=list)
    """Where the person may sit now, as B of somebody away included."""
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
    """What an import did: the version in force, and whether it is new."""

    version: int
    changed: bool
    problems: list[ImportProblem] = Field(default_factory=list)
