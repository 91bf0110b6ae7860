"""Settings of one-time notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class NoticeSettings(SettingGroup):
    """Settings of one-time notices."""

    SECTION: ClassVar = Section("notices", 47, "一次性告知", "One-time notices")

    notice_correct_minutes: int = setting(
        5,
        "告知单开出后几分钟内可以更正",
        "A notice can be corrected for (minutes)",
        "Within this time, at the same service, a new notice corrects the one before. Later it is "
        "the next notice of the matter. 0: never.",
        low=0,
        high=30,
        unit="min",
    )


GROUPS = (NoticeSettings,)
