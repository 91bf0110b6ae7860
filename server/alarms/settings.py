"""Settings of alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class AlarmSettings(SettingGroup):
    """Settings of alarms."""

    SECTION: ClassVar = Section("alarms", 60, "提醒", "Alarms")

    alarm_repeat_seconds: int = setting(
        60,
        "提醒多少秒响一次（0为不响）",
        "A loud alarm sounds every so many seconds (0: never)",
        "A loud alarm sounds in the office at this interval until somebody accepts it; 0: never.",
        low=0,
        high=3600,
        unit="s",
    )
    alarm_again_minutes: int = setting(
        30,
        "有人处理后，多少分钟仍未解决再响",
        "A taken alarm that is still there is loud again after (min)",
        "An accepted alarm that still exists is loud again after this time.",
        low=1,
        high=1440,
        unit="min",
    )
    backup_warn_days: int = setting(
        2,
        "几天没有备份就提醒（0为不提醒）",
        "Warn after so many days without a backup (0: never)",
        "A hall without a backup for this time raises an alarm; 0: never.",
        low=0,
        high=60,
        unit="days",
    )
    window_empty_minutes: int = setting(
        20,
        "开门后多少分钟无人登录就提醒",
        "An empty window is an alarm after (minutes)",
        "A window that nobody signed in to this long after it opened raises an alarm.",
        low=1,
        high=240,
        unit="min",
    )


GROUPS = (AlarmSettings,)
