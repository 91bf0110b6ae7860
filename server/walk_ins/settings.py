"""Settings of the bounds that are published about appointments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class WalkInSettings(SettingGroup):
    """Bounds that the hall publishes about appointments."""

    SECTION: ClassVar = Section("walk_ins", 17, "预约的承诺", "Promises about appointments")

    walk_in_extra_minutes: int = setting(
        20,
        "因预约，95% 的现场取号者最多多等几分钟",
        "Longer wait of 95 % of people without an appointment, at most (minutes)",
        (
            "Published. After each day the wait that 95 % of people without an appointment did not "
            "exceed is compared with a replay of the day without appointments; a day beyond is an "
            "alarm."
        ),
        low=1,
        high=240,
        unit="min",
    )
    appointment_wait_minutes: int = setting(
        10,
        "准时到的预约者几分钟内叫号",
        "People with an appointment who are on time are called within (minutes)",
        "Published: the office and the public see the share of those who were.",
        low=1,
        high=120,
        unit="min",
    )


GROUPS = (WalkInSettings,)
