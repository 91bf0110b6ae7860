"""The weekly bulletin: what is asked and what is shown. Figures are those of the domain."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from server.domain.bulletin.figures import (
    AttendanceLine,
    CheckLine,
    Difference,
    FindingLine,
    NamedCase,
    ServiceLine,
)
from server.wire.base import MASKED, Command, Edit, Message

Words = Annotated[
    str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]


class BulletinPiece(Message):
    """A run of words, or a figure with the address of its evidence."""

    text: str
    link: str


class BulletinSection(Message):
    """One section: its words with figures in braces, and as it reads."""

    name: str
    title: str
    words: str
    edited: bool
    pieces: list[BulletinPiece]


class BulletinColumn(Message):
    """A column of a table; `number`: its cells are figures."""

    key: str
    zh: str
    en: str
    number: bool


class BulletinRow(Message):
    """A line of a table as it is read everywhere, and where its evidence is."""

    key: str
    link: str
    cells: list[str]


class BulletinTable(Message):
    """A table of a bulletin: the same cells on page, paper and in the workbook."""

    key: str
    number: int
    section: str
    title: str
    title_en: str
    personal: bool
    """True if it names people."""
    columns: list[BulletinColumn]
    rows: list[BulletinRow]


class FactView(Message):
    """A figure that words may quote in braces, by its `label` or its `name`."""

    name: str
    label: str
    value: str
    link: str


class AcknowledgementView(Message):
    """Whether a unit has read it; `at` null: not yet."""

    unit: str
    name: str
    by: str
    at: int | None


class AmendmentView(Message):
    """A later truth; `released_at` null: drafted, not released."""

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
    """A bulletin. A draft's figures are of this moment, a released one's are frozen."""

    id: str
    number: int
    state: Literal["draft", "released"]
    first: str
    last: str
    hall: str
    digest: str
    """Of a draft: what `release` must be given to release exactly this."""
    drafted_at: int
    editors: list[str]
    """Everyone who changed or checked the words; none of them may release."""
    edited_at: int | None
    released_by: str
    released_at: int | None
    pending: bool
    """Punches of the week are still owed: it cannot be released yet."""
    title: str
    numbered: str
    """Its number as papers write it."""
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
    """The weeks that `rates` are of, oldest first."""
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
    """What a released bulletin says otherwise than the books say today."""

    changes: list[Difference]


class PublicBulletin(Message):
    """What boards and phones show: the newest released one; people only if the hall names them."""

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
    """A ticket as evidence of a service figure. Times in ms; waits and services in minutes."""

    id: str
    number: str
    day: str
    unit: str
    window: str
    window_number: int | None
    """None for a window that left the catalogue, and for nobody called."""
    state: str
    issued_at: int
    called_at: int | None
    wait: float | None
    service: float | None


class TicketEvidence(Message):
    """The tickets behind a line of service figures."""

    name: str
    week: str
    tickets: list[TicketLine]


class DraftBulletin(Command):
    """Draft a week's bulletin by hand."""

    week: Annotated[str, StringConstraints(pattern=r"^\d{4}-W\d{2}$")]


class EditBulletin(Edit):
    """New words by section; an empty text goes back to the drafted wording."""

    words: dict[str, Words]


class ReleaseBulletin(Command):
    """The digest of what the releaser has read."""

    seen: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class AmendBulletin(Command):
    """What the office says about the change."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class BulletinMade(Message):
    """The week of the draft."""

    id: str


class BulletinReleased(Message):
    """The digest that is final now."""

    digest: str


class AmendmentMade(Message):
    """The number of the new amendment."""

    n: int
