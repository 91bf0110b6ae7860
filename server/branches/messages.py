"""Messages between a branch server and the main one, and of the office's page of branches."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from server.core.messages import Command, Message

MOST_TEXT = 1024 * 1024
FIELD_WORDS = {
    "delivered": ("已送到的位置", "position delivered"),
    "first_number": ("第一个号", "first number"),
    "last_number": ("最后一个号", "last number"),
    "site": ("办公地点", "building"),
    "changes": ("变动的记录", "changed records"),
    "received": ("已收到的位置", "position received"),
    "revision": ("数据库版本", "revision of the database"),
    "row": ("记录", "record"),
    "run": ("加入的次数", "run"),
    "seq": ("记录的序号", "number of the change"),
    "waiting": ("等候人数", "people waiting"),
    "windows": ("窗口", "windows"),
}
"""Names of request fields for people."""


class ChangedRow(Message):
    """Changed row: its number, its table (`-` before it: deleted; empty: end of an action)."""

    seq: int
    name: str
    row: str
    """JSON of the row by column."""


class DeliveredRow(Command):
    """Changed row that a branch server delivers."""

    seq: Annotated[int, Field(ge=1)]
    name: Annotated[str, Field(max_length=64)]
    row: Annotated[str, Field(max_length=MOST_TEXT)]


class Exchange(Command):
    """Delivery of a branch server, which also asks for the main server's changes."""

    revision: Annotated[str, Field(max_length=16)]
    """Revision of its database; both servers must have the same."""
    run: int
    delivered: Annotated[int, Field(ge=0)]
    """Number of its last change that the main server has confirmed."""
    changes: list[DeliveredRow]
    received: Annotated[int, Field(ge=0)]
    """Number of the main server's last change that it has."""
    windows: Annotated[int, Field(ge=0, le=10_000)]
    waiting: Annotated[int, Field(ge=0, le=100_000)]


class Exchanged(Message):
    """Answer to an exchange."""

    applied: int
    """Number of the branch's last change that is in the books here."""
    lines: int
    """Number of the branch's last journal line that is here, and its hash there."""
    line_hash: str
    changes: list[ChangedRow]
    received: int
    """Number of the last of these changes, the same as before if there is none."""


class Start(Command):
    """Request of a server that joins as a branch."""

    revision: Annotated[str, Field(max_length=16)]


class Started(Message):
    """Rows and position with which a branch server begins."""

    hall: str
    site: str
    run: int
    received: int
    rows: list[ChangedRow]
    """Rows of the main server, then the branch's own open day, if a server was lost."""


class AddBranch(Command):
    """New branch: building, and its numbers of every prefix."""

    site: Annotated[str, Field(min_length=1, max_length=64)]
    first_number: int
    last_number: int


class BranchAdded(Message):
    """One-time code with which the branch server joins; shown once."""

    site: str
    code: str
    minutes: int


class BranchView(Message):
    """Branch as the main server's office sees it."""

    site: str
    name: str
    first: int
    last: int
    since: str
    until: str
    state: str
    """`waiting` (has not joined yet), `connected`, `silent`, `refused`, `ended`."""
    heard_at: int | None
    lines: int
    """Lines of its journal that are in the journal here."""
    windows: int
    waiting: int
    refusal: str


class LineView(Message):
    """Line of this branch server to the main one."""

    site: str
    name: str
    main: str
    heard_at: int | None
    undelivered: int
    """Changes that the main server does not have yet."""
    refusal: str


class BranchesView(Message):
    """Page of branches: the line at a branch server, the branches at the main one."""

    line: LineView | None
    branches: list[BranchView]
    sites: list[SiteChoice]
    """Buildings that can get a server."""


class SiteChoice(Message):
    """Building to choose."""

    site: str
    name: str
