"""Messages of call backs: the week's list, a telephone, a call, and the figures."""

from __future__ import annotations

from server.call_backs.rules import CallAnswer, CallState
from server.core.messages import Command, Message
from server.ratings.levels import Level
from server.ratings.messages import Definition, RateView, Words

FIELD_WORDS = {"answer": ("回访结果", "result of the call")}


class RecordCall(Command):
    """Result of a call; `level` and `words` only of a person who rated."""

    answer: CallAnswer
    level: Level | None = None
    words: Words = ""


class CallTryView(Message):
    """Call that was made."""

    at: int
    answer: CallAnswer
    by_name: str


class CallBackView(Message):
    """Person on the list, without the telephone."""

    case: str
    case_number: str
    place: int
    """Place in the order of the draw."""
    item_name: str
    unit_name: str
    day: str
    """ISO day on which the case ended."""
    name: str
    """Name of the applicant, masked."""
    state: CallState
    tries: list[CallTryView]
    tries_left: int
    level: Level | None
    """Level that the person gave when called."""


class CallBackPhone(Message):
    """Telephone of a person to be called; empty: it was erased."""

    phone: str


class RedressToCall(Message):
    """Bad rating that was answered and whose person is to be called back."""

    rating: str
    item_name: str
    unit_name: str
    day: str
    due: str
    overdue: bool


class CallBackFigures(Message):
    """Figures of the lists of some weeks, with the definition of their rate."""

    drawn: int
    rated: int
    declined: int
    unreached: int
    wrong_number: int
    self_rated: int
    open: int
    levels: list[int]
    """Ratings that the calls gave, by level, the best first."""
    list_rate: RateView
    definition: Definition
    version: str


class CallBackList(Message):
    """List of one week, and the bad ratings whose people are to be called."""

    week: str
    """Week in which the cases ended; empty: nothing was drawn yet."""
    weeks: list[str]
    """Last weeks with a list, newest first."""
    candidates: int
    """Number of people out of whom the list was drawn."""
    entries: list[CallBackView]
    redresses: list[RedressToCall]
    figures: CallBackFigures
