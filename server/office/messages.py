"""Messages of the office's overview of today and of its settings page.

Times are milliseconds since 1970 (UTC); waits are minutes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.core.messages import Alarm, Edit, Message
from server.device_health.messages import DeviceClaim, DeviceView
from server.queue.messages import HallNoticeView, NoticeArea, WindowState
from server.queue.offline.messages import OfflineDay


class UnprintedSlip(Message):
    """Slip without confirmed printing, for the desk."""

    id: str
    ticket: str
    number: str
    device: str
    state: Literal["failed", "unknown"]
    reason: str
    created_at: int


class WaitAccuracy(Message):
    """Waits that people of one kind were told today, beside the real ones."""

    kind: Literal["specialised", "comprehensive", "both", "priority"]
    people: int
    within: float
    """Share of them (0..1) who were called within their range; meant to be 0.8."""
    late: float
    """Share of them (0..1) who were called after its end."""
    width: float
    """Mean width of the ranges in minutes."""


class QueueDay(Message):
    """Day figures of a unit."""

    unit: str
    name: str
    name_en: str
    issued: int
    served: int
    missed: int
    waiting: int
    wait_p50: float | None
    wait_p90: float | None
    service_mean: float | None
    target: int
    longest: int


class WindowDay(Message):
    """Day figures of a window and its state."""

    window: WindowState
    served: int
    missed: int
    service_mean: float | None
    last_call_at: int | None


class HourBar(Message):
    """Figures of one hour of the day."""

    hour: int
    issued: int
    served: int


class ChosenCallView(Message):
    """Number that a window called out of turn, with the reason."""

    number: str
    at: int
    window: int
    staff_name: str
    reason: str
    note: str


class OfficeState(Message):
    """Full state of the feed `office`: overview of today."""

    day: str
    repeat_seconds: int
    """Seconds between sounds of a loud alarm; 0: never."""
    open: bool
    issued: int
    waiting: int
    serving: int
    served: int
    missed: int
    expired: int
    wait_p50: float | None
    wait_p90: float | None
    told: list[WaitAccuracy]
    queues: list[QueueDay]
    windows: list[WindowDay]
    hours: list[HourBar]
    devices: list[DeviceView]
    claims: list[DeviceClaim]
    unprinted: list[UnprintedSlip]
    alarms: list[Alarm]
    offline: OfflineDay
    notices: list[HallNoticeView] = Field(default_factory=list)
    areas: list[NoticeArea] = Field(default_factory=list)
    """Areas that a notice or a pause may cover."""
    chosen: list[ChosenCallView]
    """Calls out of turn today, the last first."""


class SettingChoice(Message):
    """Allowed text of a setting, in words."""

    value: str
    name: str
    name_en: str


class SettingWords(Message):
    """Setting in words, with its choices; empty if it has none."""

    setting: str
    name: str
    name_en: str
    choices: list[SettingChoice]


class SettingSection(Message):
    """Section of the settings page."""

    code: str
    name: str
    name_en: str
    settings: list[SettingWords]


class SettingsView(Message):
    """Answer to GET /api/v1/office/settings: values with their bounds and choices."""

    values: dict[str, int | str | bool]
    bounds: dict[str, list[int]]
    choices: dict[str, list[str]]
    sections: list[SettingSection]


class ChangeSettings(Edit):
    """New values of settings by name."""

    values: dict[str, int | str | bool]
