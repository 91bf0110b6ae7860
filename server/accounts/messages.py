"""Messages about sign-in, accounts and enrolled devices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from server.core.messages import TYPED, Code, Command, Edit, Message, Name


class AccountView(Message):
    """Account in the office."""

    staff: str
    name: str
    unit: str
    role: str
    disabled: bool
    locked: bool
    must_change: bool


class TokenView(Message):
    """Enrolled device."""

    kind: str
    name: str
    created_at: int
    revoked: bool


class AccountList(Message):
    """Answer to GET /api/v1/office/accounts."""

    accounts: list[AccountView]


class TokenList(Message):
    """Answer to GET /api/v1/office/tokens."""

    tokens: list[TokenView]


class StaffRef(Message):
    """Person of the staff list."""

    number: str
    name: str
    unit: str
    post: str
    role: str
    windows: list[str]


class StaffList(Message):
    """Answer to GET /api/v1/office/staff."""

    staff: list[StaffRef]


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

    `place`: the kiosk, window or zone, or the place of a time clock, at which an agent's first
    hello binds devices.
    """

    kind: Literal["kiosk", "board", "tablet", "agent"]
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
    kind: Literal["kiosk", "board", "tablet", "agent", "branch"]
    name: Name


class Enrolled(Message):
    """Token of the enrolled device; browsers also get it as a cookie."""

    token: str
    kind: str
    name: str


class Revoke(Command):
    """Device whose tokens are revoked."""

    kind: Literal["kiosk", "board", "tablet", "agent"]
    name: Name


class Session(Message):
    """Session state of a browser, with the token that changes need (`X-CSRF-Token`)."""

    kind: Literal["none", "staff", "kiosk", "board", "tablet"]
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


class CoverRef(Message):
    """Absent person whom the person at the page covers now."""

    staff: str
    name: str
    windows: list[str]
    until: str
