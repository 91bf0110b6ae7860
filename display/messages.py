"""Messages of the boards: the calls, and the full state of a board.

Times are milliseconds since 1970 (UTC).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.catalogue.messages import HallHours
from server.core.messages import Message
from server.honours.messages import FlagHolder
from server.queue.messages import HallNoticeView, QueueView, WindowState


class CallView(Message):
    """Call on a board: called people first, newest on top. `n` grows with each recall."""

    number: str
    window: str
    window_number: int
    window_name: str
    window_name_en: str
    zone: str
    zone_name: str = ""
    """Name of the window's zone; empty on a board of one zone and in a hall with one zone."""
    zone_name_en: str = ""
    state: Literal["called", "serving"]
    n: int
    at: int
    serving_at: int | None = None
    """Start of service: the board dims the call and drops it after a while."""


class BoardState(Message):
    """Full state of the feed `board`."""

    zone: str
    zone_name: str
    zone_name_en: str
    hall: str
    hall_en: str
    calls: list[CallView]
    queues: list[QueueView]
    windows: list[WindowState]
    waiting: int
    notice: str
    notice_en: str
    moment_seconds: int
    hours: HallHours
    notices: list[HallNoticeView] = Field(default_factory=list)
    """Notices of the office and pauses that cover the board's zone."""
    prepare: list[str]
    """Numbers asked to prepare, the next first."""
    version: int
    """Version of the business data in force."""
    guide_seconds: int
    """Seconds for which each item is shown while nothing is called; 0: none is."""
    flag: FlagHolder | None = None
    """Window with the red flag; None: none has it."""


class CalledMoment(Message):
    """Call that has just been made."""

    number: str
    window: str
    window_number: int
    zone: str
    n: int


class Moment(Message):
    """Event `moment` on namespace `/live`; obsolete after `expires_in` seconds."""

    kind: Literal["called"]
    data: CalledMoment
    expires_in: int
