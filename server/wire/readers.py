"""Time clocks, fingers and punches: what is asked and what is shown.

There is no message that changes a punch.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from server.wire.base import Code, Command, Edit, Message, Note

Serial = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
Enrolment = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,23}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
WallTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Encoding = Literal["", "utf-8", "gb18030"]


class AddReader(Command):
    """Put up a time clock. `networks`: CIDR, parted by spaces; empty: from anywhere."""

    serial: Serial
    way: Literal["push", "pull", "file"]
    name: Note
    place: Note = ""
    networks: Note = ""
    encoding: Encoding = ""


class DescribeReader(Edit):
    """What the office says of a time clock; `encoding` of the names sent to it, "" as it is."""

    name: Note
    place: Note = ""
    networks: Note = ""
    encoding: Encoding = ""


class OrderReader(Command):
    """Have a time clock do something; `first` and `last` (ISO days) for `reread`."""

    kind: Literal["set_time", "info", "names", "reread", "reboot"]
    first: str = Field(default="", max_length=10)
    last: str = Field(default="", max_length=10)


class LinkFinger(Command):
    """From the day `since` on an enrolment belongs to `staff` ("": to nobody)."""

    enrolment: Enrolment
    staff: str = Field(default="", max_length=64)
    since: Day


class LinkSame(Command):
    """Link everybody without a finger to the enrolment of the staff number, from a day on."""

    since: Day


class LinkedSame(Message):
    """How many were linked."""

    linked: int


class SignedLine(Command):
    """One signature of a sheet."""

    staff: Code
    at: WallTime


class FileSheet(Command):
    """A sheet that people signed while no time clock worked."""

    day: Day
    reason: Note
    witness: Code
    lines: list[SignedLine] = Field(min_length=1, max_length=300)


class Ordered(Message):
    """How many commands wait for the time clock now."""

    count: int


class SheetTaken(Message):
    """A sheet that waits for its witness."""

    sheet: str


class FileLineProblem(Message):
    """A line of a file that is no punch: too_short, bad_enrolment, bad_time, template."""

    line: int
    text: str
    reason: str


class FileTaken(Message):
    """What became of a file: new punches, those known already, those whose time is in doubt."""

    new: int
    known: int
    doubtful: int
    problems: list[FileLineProblem]


class ReaderView(Message):
    """A time clock as it stands. Times in ms; `offset` seconds ahead of the server."""

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
    """Another hall of the deployment lists it too: refused while it dials an address."""


class PutAsideView(Message):
    """A line that is no punch."""

    id: int
    reader: str
    table: str
    line: str
    reason: str
    received_at: int
    times: int


class SettleLines(Command):
    """All lines put aside of a time clock were looked at; the lowest and highest id."""

    oldest: Annotated[int, Field(ge=1, le=10**18)]
    newest: Annotated[int, Field(ge=1, le=10**18)]
    why: Annotated[Note, StringConstraints(min_length=1)]


class LinesSettled(Message):
    """Count of lines that are settled now."""

    settled: int


class UnknownFinger(Message):
    """An enrolment that punched and is nobody's."""

    enrolment: str
    punches: int
    first: str
    last: str
    reader: str


class PunchView(Message):
    """A punch; `said` is the terminal's own wall clock."""

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
    """A sign-in sheet."""

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
    """Why the witness refused it."""


class ReadersState(Message):
    """The office's page of time clocks."""

    readers: list[ReaderView]
    put_aside: list[PutAsideView]
    unknown: list[UnknownFinger]
    latest: list[PunchView]
    sheets: list[SheetView]


class ReaderCommandView(Message):
    """Something the time clock was told to do."""

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
    """Something that happened at the time clock."""

    id: int
    kind: str
    data: dict[str, Any]
    at: int


class ReaderDetail(Message):
    """A time clock's orders and events, newest first."""

    commands: list[ReaderCommandView]
    events: list[ReaderEventView]


class FingerView(Message):
    """Since when an enrolment is whose."""

    enrolment: str
    since: int
    staff: str
    name: str
    by: str


class FingerList(Message):
    """Every link of an enrolment to a person."""

    fingers: list[FingerView]


class PunchDetail(Message):
    """A punch with all that the terminal told: the evidence."""

    punch: PunchView
    at: int
    in_out: str
    verify: str
    work_code: str
    raw: str
