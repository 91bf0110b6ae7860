"""Messages of one-time notices: the state of materials at a hand-in, and a notice as published."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.catalogue.model import LimitUnit
from server.core.messages import MASKED, TYPED, Message
from server.one_time_notices.rules import MaterialFault

FIELD_WORDS = {
    "marks": ("材料情况", "state of the materials"),
    "earlier": ("以前的告知单单号", "number of the earlier notice"),
    "paper": ("文书、纸张", "paper"),
    "marks.needed": ("材料是否需要", "whether the material is needed"),
    "marks.place": ("材料序号", "place of the material"),
    "marks.replaced": ("材料是否更换", "whether the paper is another one"),
    "marks.faults": ("需要补正的问题", "faults of the material"),
    "marks.valid_until": ("有效期截止日", "last day of validity"),
}
NoticeNumber = Annotated[str, StringConstraints(max_length=24, pattern=r"^[0-9 -]*$"), TYPED]
Words = Annotated[
    str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]
IsoDay = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]


class MaterialMark(Message):
    """State of one material at a hand-in; `place` is its place in the item's list, from 0."""

    place: int = Field(ge=0, lt=100)
    needed: bool = True
    """False: this matter does not need the material."""
    replaced: bool = False
    """True: another paper than at the hand-in before."""
    faults: Annotated[tuple[MaterialFault, ...], Field(max_length=4)] = ()
    valid_until: IsoDay = ""
    """For an expired paper: last day of its validity."""
    words: Words = ""
    """Details of the fault; no names and numbers of people."""


class MatterMaterial(Message):
    """State of a material at the last hand-in of a matter."""

    place: int
    """Place in the item's present list."""
    needed: bool
    replaced: bool
    faults: list[MaterialFault]
    valid_until: str
    words: str


class MatterView(Message):
    """Matter that the next hand-in of a ticket belongs to; `hand_ins` is 0 for a new one."""

    hand_ins: int
    notice: str
    """Number of its last notice; empty without one."""
    at: int | None
    correctable: bool
    """True while the next hand-in corrects the last one instead of following it."""
    materials: list[MatterMaterial]


class NoticeLineView(Message):
    """Material with its faults, and what is right."""

    place: int
    material: str
    faults: list[MaterialFault]
    valid_until: str
    words: str
    form: str
    issuer: str
    how: str


class NoticeChange(Message):
    """Difference between what was published when the notice was given, and now."""

    name: str
    name_en: str
    then: str
    now: str


class NoticeView(Message):
    """One-time notice as it was given, and what has changed in the published item since."""

    number: str
    at: int
    day: str
    n: int
    """Place of its hand-in in the matter; 1 is the first."""
    corrected_by: str
    """Number of the notice that corrects this one; empty: none does."""
    hall: str
    hall_en: str
    unit: str
    item: str
    item_name: str
    item_name_en: str
    phone: str
    complaint_phone: str
    window: int
    told_by: str
    lines: list[NoticeLineView]
    in_order: list[str]
    """Materials that were handed in and are in order."""
    promised_days: int
    legal_days: int
    legal_unit: LimitUnit
    legal_basis: str
    fee: str
    remedies: str
    version: int
    digest: str
    """Beginning of the digest of the item's guide in that version."""
    still_published: bool
    """False if the hall publishes the item no more."""
    changes: list[NoticeChange]


class HandInLine(Message):
    """Hand-in of the office's list, with what became of it."""

    id: str
    day: str
    at: int
    unit: str
    unit_name: str
    item_name: str
    window: int
    """Number of the window; 0 if it is not in the business data any more."""
    staff_name: str
    n: int
    """Place of its hand-in in the matter; 1 is the first."""
    again: bool
    """True if it follows another hand-in of its matter."""
    corrected: bool
    """True if a later one at the same service corrects it: it is in no figure."""
    notice: str
    """Number of its notice; empty if the materials were complete."""
    faults: list[str]
    """Materials that the notice names."""
    finding: str
    """Finding that the notice names what the first one left out; empty without one."""
    finding_state: str


class HandInList(Message):
    """Hand-ins of a week, newest first."""

    week: str
    hand_ins: list[HandInLine]


class NoticeList(Message):
    """Notices given to a ticket, newest first."""

    notices: list[NoticeView]
