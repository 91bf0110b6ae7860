"""Messages of the issuing window: licences, lists, parcels, and how a case is looked up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.cases.messages import CaseText, IdNumber, PersonName
from server.cases.rules import IdKind
from server.core.messages import TYPED, Code, Command, Message
from server.issuing.rules import (
    ExtraMove,
    ExtraState,
    IdCheck,
    LicenceMove,
    ListState,
    ParcelMove,
    ParcelState,
    Place,
    Recipient,
    Signed,
)
from server.leave.messages import PaperRef

FIELD_WORDS = {
    "extra": ("清单外的证照", "licences that are not on the list"),
    "licence": ("证照", "licence"),
    "licences": ("证照", "licences"),
    "copy_number": ("正副本", "copy"),
    "paper": ("文书、纸张", "paper"),
    "issued_day": ("发证日期", "day of issue"),
    "valid_to": ("有效期至", "valid until"),
    "counted": ("清点本数", "number counted"),
    "present": ("是否到会、是否收到", "present"),
    "shelf": ("架位", "place on the shelf"),
    "waybill": ("邮件号码", "waybill"),
    "carrier": ("寄递企业", "carrier"),
    "signed": ("签字、签收情况", "how it was signed"),
    "signature": ("签名", "signature"),
    "authorisation": ("授权委托书", "authorisation"),
    "agent_id_number": ("代领人证件号码", "ID number of the agent"),
    "unit": ("单位", "unit"),
    "codes": ("办结代码", "finish codes"),
    "electronic": ("电子证照", "electronic licence"),
}
LicenceNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$"), TYPED
]
LicenceKind = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")
]
IsoDay = Annotated[str, StringConstraints(max_length=10, pattern=r"^[0-9-]*$")]
Shelf = Annotated[str, StringConstraints(max_length=20, pattern=r"^[^\x00-\x1f]*$"), TYPED]
Waybill = Annotated[
    str, StringConstraints(min_length=4, max_length=40, pattern=r"^[A-Za-z0-9-]*$"), TYPED
]
Carrier = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00-\x1f]*$")]
FileId = Annotated[str, StringConstraints(max_length=64)]
Licences = Annotated[tuple[Code, ...], Field(min_length=1, max_length=200)]
Optional = Annotated[str, StringConstraints(max_length=64), TYPED]


class RegisterLicence(Command):
    """Licence of a granted case; `copy` 0: the original, `issued_day` empty: today."""

    kind: LicenceKind
    number: LicenceNumber
    copy_number: Annotated[int, Field(ge=0, le=20)] = 0
    paper: bool = True
    electronic: bool = False
    issued_day: IsoDay = ""
    valid_to: IsoDay = ""


class GiveLicences(Command):
    """Hand-over list: licences, and how many the giver counted."""

    licences: Licences
    counted: Annotated[int, Field(ge=0, le=500)]


class ReceiveLicences(Command):
    """Count at the issuing window; `words` name a difference, `shelf` is where they go.

    `extra`: numbers of licences that were there and not on the list; `counted` includes them.
    """

    present: Annotated[tuple[Code, ...], Field(max_length=200)] = ()
    counted: Annotated[int, Field(ge=0, le=500)]
    words: CaseText = ""
    shelf: Shelf = ""
    extra: Annotated[tuple[LicenceNumber, ...], Field(max_length=50)] = ()


class StepExtra(Command):
    """Step of an additional licence that was found at a count."""

    move: ExtraMove
    words: CaseText = ""


class ShelveLicences(Command):
    """Place of licences on the shelf."""

    licences: Licences
    shelf: Shelf


class FindReady(Command):
    """Case by its number, or every case of a person by the document."""

    number: Annotated[str, StringConstraints(max_length=64), TYPED] = ""
    id_kind: IdKind = IdKind.ID_CARD
    id_number: IdNumber = ""


class HandOutLicences(Command):
    """Licences of one case as they are handed out.

    `id_number`: of the applicant's document, whole or its last four characters; of an agent the
    agent's own, who is named and authorised.
    """

    licences: Licences
    to: Recipient = Recipient.APPLICANT
    id_kind: IdKind = IdKind.ID_CARD
    id_number: IdNumber
    signed: Signed | None = None
    signature: FileId = ""
    agent: PersonName = ""
    authorisation: FileId = ""
    ticket: Optional = ""


class SendLicences(Command):
    """Licences of one case as they are posted."""

    licences: Licences
    waybill: Waybill
    carrier: Carrier = ""


class StepParcel(Command):
    """Try, delivery or return of a parcel; `day` empty: today."""

    move: ParcelMove
    words: CaseText = ""
    to: Recipient = Recipient.APPLICANT
    shelf: Shelf = ""
    day: IsoDay = ""


class StepLicence(Command):
    """Request that a licence goes back or becomes void, or the second person's consent."""

    move: LicenceMove
    words: CaseText


class EnterLicence(Command):
    """Entry of an electronic licence; `day` empty: today."""

    day: IsoDay = ""


class LicenceFactView(Message):
    """Fact of a licence."""

    n: int
    move: LicenceMove
    state: Place
    at: int
    day: str
    list_id: str
    shelf: str
    waybill: str
    to: Recipient | None
    id_kind: IdKind | None
    id_check: IdCheck | None
    signed: Signed | None
    agent: str
    words: str
    by_name: str
    evidence: list[PaperRef]


class LicenceBrief(Message):
    """Licence as it stands in lists."""

    id: str
    case: str
    case_number: str
    item_name: str
    unit: str
    unit_name: str
    applicant: str
    kind: str
    number: str
    copy_number: int
    paper: bool
    electronic: bool
    issued_day: str
    valid_to: str
    state: Place
    list_id: str
    shelf: str
    waybill: str
    entered_day: str
    days_late: int
    """Working days by which the entry of an electronic licence is late."""
    since: str
    """ISO day since which it is at its place."""
    asked: LicenceMove | None
    """Request that waits for a second person."""
    asked_words: str


class LicenceView(LicenceBrief):
    """Licence with its facts and the moves that the viewer may make."""

    facts: list[LicenceFactView]
    moves: list[LicenceMove]


class ExtraFactView(Message):
    """Fact of an additional licence."""

    move: ExtraMove
    at: int
    words: str
    by_name: str


class ExtraView(Message):
    """Additional licence: found at a count, and on no list."""

    id: str
    number: str
    list_id: str
    unit_name: str
    day: str
    state: ExtraState
    facts: list[ExtraFactView]
    moves: list[ExtraMove]
    """Moves that the viewer may make now."""


class HandoverList(Message):
    """Hand-over list with its count; `missing`: ids of licences that were not there.

    `extra`: numbers of those that were there and not on it. `licences`: empty where lists are
    listed, of one that was counted without a difference.
    """

    id: str
    day: str
    unit: str
    unit_name: str
    state: ListState
    given_at: int
    given_by: str
    given_count: int
    received_at: int | None
    received_by: str
    received_count: int
    words: str
    licences: list[LicenceBrief]
    missing: list[str]
    extra: list[str]


class ParcelFactView(Message):
    """Fact of a parcel."""

    move: ParcelMove
    day: str
    words: str
    by_name: str


class ParcelView(Message):
    """Parcel with its tries."""

    waybill: str
    carrier: str
    case: str
    case_number: str
    applicant: str
    day: str
    state: ParcelState
    tries: int
    too_many: bool
    """As many tries as the hall allows: it should come back."""
    overdue: bool
    licences: list[LicenceBrief]
    facts: list[ParcelFactView]


class PlaceCount(Message):
    """Number of licences at one place."""

    place: Place
    count: int


class EntryFigures(Message):
    """Electronic licences of some days: issued, entered, late, and the sum of days late."""

    issued: int
    entered: int
    late: int
    days_late: int


class UnitEntries(EntryFigures):
    """The same of one unit."""

    unit: str
    unit_name: str


class EntryList(Message):
    """Electronic licences issued on ISO days `first`..`last`."""

    first: str
    last: str
    allowed: int
    """Working days within which one has to be entered."""
    total: EntryFigures
    units: list[UnitEntries]
    licences: list[LicenceBrief]


class IssuingTicket(Message):
    """Number of the issuing item that the person at the window serves now."""

    id: str
    number: str
    window: int


class IssuingDesk(Message):
    """Work of the issuing window."""

    today: str
    issuer: bool
    """True if the viewer hands out, and not only looks."""
    issuer_names: list[str]
    ticket: IssuingTicket | None
    lists: list[HandoverList]
    """To be counted."""
    ready: list[LicenceBrief]
    parcels: list[ParcelView]
    asked: list[LicenceBrief]
    counted: list[HandoverList]
    """Lists of the last days that were counted, those with a difference first."""
    extras: list[ExtraView]
    """Additional licences that two people have not resolved."""
    places: list[PlaceCount]
    entries: EntryFigures
    """Of the last 30 days."""


class ReadyCase(Message):
    """Case with its licences, as the issuer looks it up."""

    id: str
    number: str
    item_name: str
    unit_name: str
    applicant: str
    id_kind: IdKind | None
    id_masked: str
    agent: str
    granted: bool
    unpaid: bool
    served_day: str
    """ISO day on which the decision was served; empty: not yet."""
    licences: list[LicenceView]


class ReadyCases(Message):
    """Cases that were looked up."""

    cases: list[ReadyCase]


class CaseLicences(Message):
    """Licences of one case; `registers`: the viewer may register one."""

    case: str
    registers: bool
    hands_over: bool
    granted: bool
    licences: list[LicenceView]


class LicenceRollView(Message):
    """List of issued numbers that a unit handed in; `without`: those that have no case."""

    digest: str
    unit: str
    unit_name: str
    day: str
    name: str
    lines: int
    without: list[str]
    by_name: str


class OwnUnit(Message):
    """Unit for which a person registers licences."""

    unit: str
    unit_name: str


class MyLicences(Message):
    """Licences of one's units: those to hand over, their lists, entries that are open."""

    issuer: bool
    """True if the viewer works at the issuing window as well."""
    units: list[OwnUnit]
    at_unit: list[LicenceBrief]
    lists: list[HandoverList]
    open_entries: list[LicenceBrief]
    asked: list[LicenceBrief]
    extras: list[ExtraView]
    """Additional licences of the units that two people have not resolved."""
    rolls: list[LicenceRollView]


class ArchivePaper(Message):
    """Paper of a case with its digest and its service."""

    id: str
    title: str
    day: str
    digest: str
    served: str
    """Way, receiver and day in words; empty: not served."""


class ArchiveMaterial(Message):
    """Material that was handed in, with its faults in the last hand-in."""

    name: str
    state: str


class ArchiveStep(Message):
    """Step of the case."""

    n: int
    day: str
    move: str
    by_name: str
    words: str


class ArchiveFile(Message):
    """Kept file of a step, by its digest."""

    id: str
    name: str
    size: int
    step: int


class ArchiveLicence(Message):
    """Licence of the result."""

    kind: str
    number: str
    copy_number: int
    issued_day: str
    valid_to: str
    electronic: bool
    entered_day: str
    place: str
    """In words: where it went, and when."""


class ArchiveList(Message):
    """List of the file of a finished case: base, procedure and result materials."""

    number: str
    outer_no: str
    item: str
    item_name: str
    unit_name: str
    applicant: str
    id_masked: str
    day: str
    ended_day: str
    outcome: str
    materials: list[ArchiveMaterial]
    steps: list[ArchiveStep]
    files: list[ArchiveFile]
    papers: list[ArchivePaper]
    licences: list[ArchiveLicence]
    complete: list[str]
    """Lacks of the file in words; empty: it is complete."""
    digest: str
    """SHA-256 of everything above."""
