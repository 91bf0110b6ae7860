"""Settings of call backs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class CallBackSettings(SettingGroup):
    """Settings of call backs, in the section of ratings."""

    SECTION: ClassVar = Section("ratings", 45, "", "")

    call_back_per_week: int = setting(
        20,
        "每周抽取多少人回访",
        "People drawn for a call back (a week)",
        (
            "Of the cases that ended in a week, so many people who left a telephone and did not "
            "rate are drawn for the office to call; 0: none."
        ),
        low=0,
        high=200,
    )


GROUPS = (CallBackSettings,)
