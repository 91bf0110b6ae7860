"""Messages of time clocks, enrolments and punches: commands and views.

There is no message that changes a punch.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from server.core.messages import Code, Command, Edit, Message, Note

Serial = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
Enrolment = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,23}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
WallTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Encoding = Literal["", "utf-8", "gb18030"]


class AddReader(Command):
    """New time clock. `networks`: permitted CIDR networks, separated by spaces; empty: any."""

    serial: Serial
    way: Literal["push", "pull", "file"]
    name: Note
    place: Note = ""
    networks: Note = ""
    encoding: Encoding = ""


class DescribeReader(Edit):
    """Description of a time clock. `encoding`: of the names sent to it; "": unchanged."""

    name: Note
    place: Note = ""
    networks: Note = ""
    encoding: Encoding = ""


class OrderReader(Command):
    """Order to a time clock; `first` and `last` (ISO days) are for `reread`."""

    kind: Literal["set_time", "info", "names", "reread", "reboot"]
    first: str = Field(default="", max_length=10)
    last: str = Field(default="", max_length=10)


class LinkFinger(Command):
    """Link of an enrolment to `staff` from the day `since` on ("": to nobody)."""

    enrolment: Enrolment
    staff: str = Field(default="", max_length=64)
    since: Day


class LinkSame(Command):
    """Request to link all people without an enrolment to the one equal to their staff number.

    `since` is the first day.
    """

    since: Day


class LinkedSame(Message):
    """Number of linked people."""

    linked: int


class SignedLine(Command):
    """One signature of a sheet."""

    staff: Code
    at: WallTime


class FileSheet(Command):
    """Sheet that people signed while no time clock worked."""

    day: Day
    reason: Note
    witness: Code
    lines: list[SignedLine] = Field(min_length=1, max_length=300)


class Ordered(Message):
    """Number of commands that wait for the time clock now."""

    count: int


class SheetTaken(Message):
    """Id of a sheet that waits for its witness."""

    sheet: str


class FileLineProblem(Message):
    """Line of a file that is no punch: too_short, bad_enrolment, bad_time, template."""

    line: int
    text: str
    reason: str


class FileTaken(Message):
    """Result of a file import: new punches, already stored ones, those with a doubtful time."""

    new: int
    known: int
    doubtful: int
    problems: list[FileLineProblem]


class ReaderView(Message):
    """Time clock with its state. Times in ms; `offset`: seconds ahead of the server."""

    serial: str
    way: str
    name: str
    place: str
    state: str
    networks: str
    encoding: str
    firmware: str
    model: str
    address: str
    heard_at: int | None
    delivered_until: int | None
    catching_up: bool
    silent: bool
    out_since: int | None
    offset: int
    offset_at: int | None
    clock_off: bool
    records: int
    users: int
    commands: int
    put_aside: int
    listed_twice: bool
    """True if another hall of the deployment lists it too.

    Its requests are rejected while it connects by an IP address instead of a host name.
    """


class PutAsideView(Message):
    """Quarantined line of a time clock."""

    id: int
    reader: str
    table: str
    line: str
    reason: str
    received_at: int
    times: int


class SettleLines(Command):
    """Range (lowest and highest id) of a time clock's quarantined lines to settle."""

    oldest: Annotated[int, Field(ge=1, le=10**18)]
    newest: Annotated[int, Field(ge=1, le=10**18)]
    why: Annotated[Note, StringConstraints(min_length=1)]


class LinesSettled(Message):
    """Number of lines that are settled now."""

    settled: int


class UnknownFinger(Message):
    """Enrolment that punched and belongs to nobody."""

    enrolment: str
    punches: int
    first: str
    last: str
    reader: str


class PunchView(Message):
    """Punch; `said` is the terminal's own wall clock."""

    id: int
    reader: str
    enrolment: str
    staff: str
    name: str
    said: str
    source: str
    doubt: str
    received_at: int


class SheetView(Message):
    """Sign-in sheet."""

    id: str
    day: str
    reason: str
    witness: str
    witness_name: str
    by: str
    at: int
    count: int
    state: Literal["waiting", "confirmed", "refused"]
    words: str
    """Witness's reason for a refusal."""


class ReadersState(Message):
    """Full state of the office's page of time clocks."""

    readers: list[ReaderView]
    put_aside: list[PutAsideView]
    unknown: list[UnknownFinger]
    latest: list[PunchView]
    sheets: list[SheetView]


class ReaderCommandView(Message):
    """Command to a time clock."""

    id: int
    kind: str
    command: str
    state: str
    answer: str
    by: str
    created_at: int
    sent_at: int | None
    done_at: int | None


class ReaderEventView(Message):
    """Event of a time clock."""

    id: int
    kind: str
    data: dict[str, Any]
    at: int


class ReaderDetail(Message):
    """Commands and events of a time clock, newest first."""

    commands: list[ReaderCommandView]
    events: list[ReaderEventView]


class FingerView(Message):
    """Link of an enrolment to a person, with its start."""

    enrolment: str
    since: int
    staff: str
    name: str
    by: str


class FingerList(Message):
    """All links of enrolments to people."""

    fingers: list[FingerView]


class PunchDetail(Message):
    """Punch with all data that the terminal sent, as evidence."""

    punch: PunchView
    at: int
    in_out: str
    verify: str
    work_code: str
    raw: str
