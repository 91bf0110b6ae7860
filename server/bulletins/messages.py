"""Messages of the weekly bulletin: commands and views. Figures are those of the domain."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from server.attendance.week_lines import AttendanceLine, NamedCase
from server.bulletins.differences import Difference
from server.core.messages import MASKED, Command, Edit, Message
from server.queue.week_lines import ServiceLine
from server.spot_checks.week_lines import CheckLine, FindingLine

Words = Annotated[
    str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]


class BulletinPiece(Message):
    """Text, or a figure with the address of its evidence."""

    text: str
    link: str


class BulletinSection(Message):
    """Section: its words with figures in braces, and the resulting pieces."""

    name: str
    title: str
    words: str
    edited: bool
    pieces: list[BulletinPiece]


class BulletinColumn(Message):
    """Column of a table; `number` marks cells that are figures."""

    key: str
    zh: str
    en: str
    number: bool


class BulletinRow(Message):
    """Row of a table: the same cells everywhere, with the address of its evidence."""

    key: str
    link: str
    cells: list[str]


class BulletinTable(Message):
    """Table of a bulletin: the same cells on page, paper and in the workbook."""

    key: str
    number: int
    section: str
    title: str
    title_en: str
    note: str = ""
    """Definition of a rate in the table; empty if it has none."""
    note_en: str = ""
    personal: bool
    """True if it names people."""
    columns: list[BulletinColumn]
    rows: list[BulletinRow]


class FactView(Message):
    """Figure that words may quote in braces by `label` or `name`."""

    name: str
    label: str
    value: str
    link: str


class AcknowledgementView(Message):
    """Acknowledgement of a unit; `at` null means not yet."""

    unit: str
    name: str
    by: str
    at: int | None


class AmendmentView(Message):
    """Amendment; `released_at` null means drafted, not released."""

    n: int
    words: str
    changes: list[Difference]
    drafted_by: str
    drafted_at: int
    released_by: str
    released_at: int | None
    digest: str


class WeekRates(Message):
    """On-time rates of a unit, 0 to 1, oldest week first."""

    unit: str
    name: str
    rates: list[float | None]


class BulletinView(Message):
    """Bulletin. A draft's figures are current, a released one's are frozen."""

    id: str
    number: int
    state: Literal["draft", "released"]
    first: str
    last: str
    hall: str
    digest: str
    """Of a draft: the value to pass to `release`, so that exactly this version is released."""
    drafted_at: int
    editors: list[str]
    """Everyone who changed or checked the words; none of them may release it."""
    edited_at: int | None
    released_by: str
    released_by_name: str = ""
    released_at: int | None
    pending: bool
    """True if punches of the week are outstanding: it cannot be released yet."""
    title: str
    numbered: str
    """Number in the form of official papers."""
    sections: list[BulletinSection]
    tables: list[BulletinTable]
    facts: list[FactView]
    units: list[AttendanceLine]
    cases: list[NamedCase]
    checks: list[CheckLine]
    findings: list[FindingLine]
    last_findings: list[FindingLine]
    service_units: list[ServiceLine]
    service_windows: list[ServiceLine]
    rates: list[WeekRates]
    weeks: list[str]
    """Weeks of `rates`, oldest first."""
    acknowledgements: list[AcknowledgementView]
    amendments: list[AmendmentView]


class BulletinRef(Message):
    """One line of the archive."""

    id: str
    number: int
    state: Literal["draft", "released"]
    first: str
    last: str
    digest: str
    drafted_at: int
    released_at: int | None


class BulletinList(Message):
    """All bulletins, newest first."""

    bulletins: list[BulletinRef]


class BulletinChanges(Message):
    """Differences between a released bulletin and today's records."""

    changes: list[Difference]


class PublicBulletin(Message):
    """Newest released bulletin for boards and phones; with people only if the hall names them."""

    id: str
    number: int
    hall: str
    first: str
    last: str
    released_at: int
    digest: str
    title: str
    numbered: str
    sections: list[BulletinSection]
    tables: list[BulletinTable]
    units: list[AttendanceLine]
    service_units: list[ServiceLine]
    cases: list[NamedCase]
    amendments: list[str]


class TicketLine(Message):
    """Ticket as evidence of a service figure. Times in ms; wait and service in minutes."""

    id: str
    number: str
    day: str
    unit: str
    window: str
    window_number: int | None
    """None for a window that is not in the catalogue, and for a ticket without a call."""
    state: str
    issued_at: int
    called_at: int | None
    wait: float | None
    service: float | None


class TicketEvidence(Message):
    """Tickets behind a line of service figures."""

    name: str
    week: str
    tickets: list[TicketLine]


class DraftBulletin(Command):
    """Week whose bulletin is drafted by hand."""

    week: Annotated[str, StringConstraints(pattern=r"^\d{4}-W\d{2}$")]


class EditBulletin(Edit):
    """New words by section; an empty text restores the drafted wording."""

    words: dict[str, Words]


class ReleaseBulletin(Command):
    """Digest of the version that the releasing person has read."""

    seen: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class AmendBulletin(Command):
    """Words of the office about the change."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class BulletinMade(Message):
    """Week of the new draft."""

    id: str


class BulletinReleased(Message):
    """Final digest."""

    digest: str


class AmendmentMade(Message):
    """Number of the new amendment."""

    n: int
