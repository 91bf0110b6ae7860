"""Settings of time clocks and of trusting their times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class TimeClockSettings(SettingGroup):
    """Settings of time clocks and of trusting their times."""

    SECTION: ClassVar = Section("readers", 70, "打卡机", "Time clocks")

    reader_silent_minutes: int = setting(
        10,
        "打卡机失去联系多少分钟就告警",
        "A time clock is silent after (minutes)",
        "A time clock without contact for this time raises an alarm.",
        low=1,
        high=1440,
        unit="min",
    )
    clock_tolerance_seconds: int = setting(
        60,
        "打卡机时钟误差超过多少秒视为不准",
        "A time clock is wrong when off by more than (seconds)",
        (
            "A time clock further off than this counts as wrong; the times that it "
            "claimed while it was wrong are marked, never dropped."
        ),
        low=5,
        high=3600,
        unit="s",
    )
    punch_oldest_days: int = setting(
        2000,
        "早于多少天的打卡记录标为存疑",
        "Punches older than this are marked (days)",
        "Punches older than this are marked.",
        low=30,
        high=20000,
        unit="days",
    )


GROUPS = (TimeClockSettings,)
