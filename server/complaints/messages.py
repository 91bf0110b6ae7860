"""Messages of complaints: a complaint as it comes in, as it is handled, and as it is followed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.complaints.rules import (
    About,
    ComplaintMove,
    ComplaintState,
    Kind,
    Outcome,
    Topic,
    Way,
)
from server.core.messages import MASKED, Code, Command, Message
from server.leave.messages import PaperRef

FIELD_WORDS = {
    "about": ("投诉对象", "subject of the complaint"),
    "topics": ("投诉内容", "topics"),
    "outcome": ("调查结论", "outcome"),
    "complaint": ("投诉", "complaint"),
    "source": ("来源", "sender"),
    "source_number": ("来源编号", "number of the sender"),
}
ComplaintText = Annotated[
    str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]
Contact = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00-\x1f]*$")]
Sender = Annotated[str, StringConstraints(max_length=30, pattern=r"^[^\x00-\x1f]*$")]
"""Both parts of it together fit into one column, by which a second one is recognised."""
Telephone = Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9+\- ]*$")]
Subject = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f]*$")]


class FileComplaint(Command):
    """Complaint or opinion: what it is about, topics, words, and a contact if one is left.

    `subject`: code of a unit or window, staff number, or a ticket's number or id.
    """

    kind: Kind = Kind.ON_SPOT
    about: About
    subject: Subject = ""
    topics: Annotated[tuple[Topic, ...], Field(max_length=8)] = ()
    words: ComplaintText = ""
    contact_name: Contact = ""
    contact_phone: Telephone = ""


class HandInComplaint(FileComplaint):
    """Complaint that a hotline or another office handed on, with its number there."""

    source: Sender = ""
    source_number: Sender = ""


class FiledComplaint(Message):
    """Receipt of a complaint: number and code by which it is followed, and the page's address."""

    number: str
    code: str
    url: str
    due: str


class FollowComplaint(Command):
    """Number and code of a receipt."""

    number: Subject
    code: Subject


class FollowedStep(Message):
    """Step of a complaint as the complainant sees it, without names."""

    move: ComplaintMove
    day: str
    words: str
    """Words for the complainant: of an answer, a refusal, or where it was handed on."""


class FollowedComplaint(Message):
    """Complaint as the complainant sees it."""

    hall: str
    hall_en: str
    number: str
    state: ComplaintState
    day: str
    due: str
    outcome: Outcome | None
    steps: list[FollowedStep]


class MoveComplaint(Command):
    """Step of a complaint with its words, its papers, and the outcome that an answer needs."""

    move: ComplaintMove
    words: ComplaintText = ""
    outcome: Outcome | None = None
    evidence: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class EraseComplaintWords(Command):
    """Erasure of the words and the contact of an ended complaint, with the reason."""

    reason: ComplaintText


class ComplaintStepView(Message):
    """Step of a complaint that was taken."""

    move: ComplaintMove
    state: ComplaintState
    at: int
    day: str
    due: str
    outcome: Outcome | None
    words: str
    evidence: list[PaperRef]
    by: str
    by_name: str


class ComplaintView(Message):
    """Complaint as whoever handles it sees it; contact only until it has ended."""

    id: str
    number: str
    kind: Kind
    channel: Way
    about: About
    source: str
    source_number: str
    day: str
    at: int
    topics: list[Topic]
    words: str
    contact_name: str
    contact_phone: str
    named: bool
    unit: str
    unit_name: str
    window_name: str
    staff_name: str
    ticket_number: str
    state: ComplaintState
    due: str
    overdue: bool
    outcome: Outcome | None
    steps: list[ComplaintStepView]
    moves: list[ComplaintMove]
    """Moves that the viewer may make now."""
    erasable: bool = False
    """True if the viewer may erase what the complainant left."""


class ComplaintFigures(Message):
    """Counts of the complaints of a period."""

    received: int
    refused: int
    handed_on: int
    answered: int
    in_time: int
    proven: int


class ComplaintList(Message):
    """Complaints that the viewer handles, those due first at the top."""

    today: str
    complaints: list[ComplaintView]
    figures: ComplaintFigures
