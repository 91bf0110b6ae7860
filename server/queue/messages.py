"""Messages about queues and windows that several surfaces share.

Times are milliseconds since 1970 (UTC); waits are minutes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from server.catalogue.messages import HallHours
from server.core.messages import Command, Message, Note

FIELD_WORDS = {
    "after": ("办完再暂停", "after the present person"),
    "area": ("范围", "area"),
    "minutes": ("分钟数", "minutes"),
    "notice": ("通知", "notice"),
    "pauses": ("暂停服务", "pause of service"),
    "text_en": ("英文内容", "text in English"),
}
"""Names of request fields beside the common ones."""


class QueueView(Message):
    """Queue of a unit."""

    unit: str
    name: str
    name_en: str
    prefix: str
    waiting: int
    longest: int
    """Minutes that the first in line has waited."""
    target: int
    windows: list[int]
    """Numbers of the windows that serve it now."""


class WindowState(Message):
    """Window on the board and in the office."""

    code: str
    number: int
    name: str
    name_en: str
    zone: str
    kind: Literal["comprehensive", "specialised"]
    state: Literal["closed", "idle", "called", "serving", "paused"]
    ticket: str
    staff: str
    staff_name: str
    since: int | None
    pause_reason: str
    pause_until: int | None = None
    """Expected end of its pause."""


class HallNoticeView(Message):
    """Notice of the office, or pause of all windows of an area."""

    id: str
    area: str
    """Whole hall (empty), `site:` or `zone:` with its code."""
    area_name: str
    area_name_en: str
    pauses: bool
    reason: str
    text: str
    text_en: str
    since: int
    until: int | None


class NoticeArea(Message):
    """Area that a notice may cover."""

    area: str
    name: str
    name_en: str


class PublishNotice(Command):
    """Pause of all windows of an area (`pauses`), or a notice there."""

    area: Annotated[str, StringConstraints(max_length=64)] = ""
    pauses: bool
    reason: Literal["", "drill", "network", "power", "training"] = ""
    text: Note = ""
    text_en: Note = ""
    minutes: int | None = Field(default=None, ge=1, le=600)
    """Expected length of a pause; time that a notice stays."""


class DelayView(Message):
    """Reason why the windows of an item do not call now, and when they are back."""

    reason: Literal["pause", "hall", "midday"]
    until: int | None
    """Expected time of return; None if it is not known."""


class WindowList(Message):
    """Answer to GET /api/v1/windows."""

    windows: list[WindowState]
    hours: HallHours


class Reason(Message):
    """Reason of a choice: codes, most general first, and the figures."""

    codes: list[str]
    facts: dict[str, Any]


class ShareCard(Message):
    """Ticket of a desk share: the window calls it while the server is away."""

    id: str
    number: str
    item: str
    item_name: str
    item_name_en: str
    unit_name: str
    applicant: str
    applicant_en: str
    mark: str
    proof: str
    issued_at: int
    consult: bool = False
    """True for an enquiry: the item is not accepted here."""
