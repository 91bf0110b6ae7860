"""Messages of ratings: a rating as it is given, and what its giver sees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.core.messages import MASKED, Code, Command, Message, Note
from server.disclosure.messages import GuideBrief
from server.leave.messages import PaperRef
from server.ratings.levels import Aspect, Channel, Level
from server.ratings.redress_rules import CallResult, RedressMove, RedressState

FIELD_WORDS = {
    "level": ("满意程度", "level"),
    "aspects": ("评价内容", "aspects"),
    "contact_name": ("姓名", "name"),
    "contact_phone": ("电话", "telephone"),
    "move": ("处理步骤", "step"),
    "rating": ("评价", "rating"),
    "result": ("联系结果", "result of the call"),
    "evidence": ("佐证材料", "evidence"),
}
Words = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]
Phone = Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9+\- ]*$")]


class GiveRating(Command):
    """Rating of a service: level 1 (best) to 5, aspects, words, and a contact if one is left."""

    level: Level
    aspects: Annotated[tuple[Aspect, ...], Field(max_length=8)] = ()
    words: Words = ""
    contact_name: Annotated[str, StringConstraints(max_length=40)] = ""
    contact_phone: Phone = ""


class KioskRating(Command):
    """Rating at a kiosk; `slip`: number of today that was typed, or the token of a slip."""

    slip: Code
    level: Level
    aspects: Annotated[tuple[Aspect, ...], Field(max_length=8)] = ()


class TabletRating(Command):
    """Rating on a window's tablet of the service that it asks about."""

    ticket: Code
    level: Level
    aspects: Annotated[tuple[Aspect, ...], Field(max_length=8)] = ()


class TabletState(Message):
    """State of a window's tablet: who serves there, and the service that it asks about."""

    hall: str
    hall_en: str
    window_number: int
    staff_name: str
    """Name of the person who serves, or served what is asked about; empty while nobody does."""
    staff_photo: str
    """File of the photo of that person; empty: none."""
    ticket: str
    """Service to rate; empty: the tablet asks nothing."""
    ticket_number: str
    until: int
    """Moment (ms) at which an untouched tablet stops asking; 0 if it asks nothing."""
    guide: GuideBrief | None
    """Item of the number that is called or served there, as the guide publishes it."""
    guide_version: int


class CallBackRating(Command):
    """Second rating of a service, given while the person is called back."""

    level: Level


class EraseWords(Command):
    """Erasure of the words and the contact of a rating, with the reason."""

    reason: Note


class MoveRedress(Command):
    """Step of a redress, with words, papers, and the result of a call where the step needs one."""

    move: RedressMove
    words: Words = ""
    result: CallResult | None = None
    evidence: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class RedressStepView(Message):
    """Step of a redress that was taken."""

    move: RedressMove
    state: RedressState
    at: int
    day: str
    due: str
    result: CallResult | None
    words: str
    evidence: list[PaperRef]
    by: str
    by_name: str


class RedressView(Message):
    """Redress of a bad rating with what the person said; contact only while it is handled."""

    rating: str
    state: RedressState
    due: str
    overdue: bool
    level: Level
    aspects: list[str]
    words: str
    contact_name: str
    contact_phone: str
    named: bool
    day: str
    at: int
    unit: str
    unit_name: str
    window: str
    window_name: str
    item_name: str
    staff: str
    staff_name: str
    steps: list[RedressStepView]
    moves: list[RedressMove]
    """Moves that the viewer may make now."""
    rateable: bool
    """True while the viewer may type in the second rating during a call."""


class RedressList(Message):
    """Redresses that the viewer handles, those due first at the top."""

    today: str
    redresses: list[RedressView]


class RateView(Message):
    """Rate with both its numbers; `percent` is null while there are too few for a rate."""

    count: int
    of: int
    percent: float | None


class CountsView(Message):
    """Counts of finished services and of their ratings."""

    services: int
    active: int
    good: int
    bad: int
    typed_in: int
    called: int
    """Given when the office called."""
    levels: list[int]
    """Active ratings by level, the best first."""
    active_rate: RateView
    good_rate: RateView


class CountsLine(Message):
    """Counts of one window, unit or month, with its place in the ranking; 0: not ranked."""

    key: str
    name: str
    name_en: str
    place: int
    counts: CountsView


class RedressFigures(Message):
    """Figures of the redresses of a period."""

    opened: int
    granted: int
    redress_rate: RateView
    call_back_rate: RateView


class Definition(Message):
    """Definition of a rate, as it is printed beside the figure."""

    rate: str
    words_zh: str
    words_en: str


class RatingFigures(Message):
    """Figures of ratings of a period, with the definitions of their rates."""

    first: str
    last: str
    total: CountsView
    windows: list[CountsLine]
    units: list[CountsLine]
    redress: RedressFigures
    defaults: int
    """Services whose time is over without a rating; 0 without a rule for them."""
    default_level: Level | None
    """Level that the hall's rule gives them; never in a rate."""
    unmatched_presses: int
    """Presses on pads that belong to no service; never a rating."""
    definitions: list[Definition]
    version: str
    """Version of the definitions."""


class RatingView(Message):
    """Rating in the office's list; the number and whoever rated are not shown."""

    id: str
    day: str
    at: int
    level: Level
    channel: Channel
    aspects: list[str]
    words: str
    named: bool
    second: bool
    unit_name: str
    window: str
    item_name: str
    staff_name: str
    redress: RedressState | None


class RatingList(Message):
    """Page of ratings, newest first."""

    ratings: list[RatingView]
    total: int


class MyRatings(Message):
    """Own ratings of a clerk up to yesterday, as totals only."""

    first: str
    last: str
    counts: CountsView
    definitions: list[Definition]


class PublicRedress(Message):
    """Redressed bad rating, in the office's words, without names."""

    day: str
    unit_name: str
    words: str


class PublicRatings(Message):
    """Ratings for everybody: levels by month, window and unit, and what was put right."""

    hall: str
    hall_en: str
    first: str
    last: str
    total: CountsView
    months: list[CountsLine]
    windows: list[CountsLine]
    units: list[CountsLine]
    redressed: list[PublicRedress]
    definitions: list[Definition]


class RatingState(Message):
    """State of a service's rating, for the holder of the ticket's address."""

    open: bool
    """True while the service can be rated."""
    given: Level | None
    """Level that was given, or None."""
    again: bool
    """True while it can be rated a second time, because the unit answered a bad rating."""
    answer: str
    """Words of the unit's answer to a bad rating; empty before."""
    until: str
    """Last day on which it can be rated, ISO; empty before the service has ended."""
