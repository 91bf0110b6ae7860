"""Settings of the weekly bulletin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class BulletinSettings(SettingGroup):
    """Settings of the weekly bulletin."""

    SECTION: ClassVar = Section("bulletin", 92, "通报", "Bulletin")

    bulletin_weekday: int = setting(
        1,
        "通报拟稿日（1为周一）",
        "Bulletin drafted on weekday (1 is Monday)",
        "The day on which the draft about last week is created.",
        low=1,
        high=7,
        unit="ISO weekday",
    )
    bulletin_hour: int = setting(
        8,
        "通报拟稿时刻（点）",
        "Bulletin drafted from (hour)",
        "The hour from which it is created.",
        low=0,
        high=23,
        unit="hour",
    )
    bulletin_names: int = setting(
        0,
        "公开通报是否列出姓名（1为列出，0为只列单位）",
        "Public bulletin names people (1 yes, 0 units only)",
        "1: the public page of the bulletin names people; 0: units only.",
        low=0,
        high=1,
        unit="–",
    )
    rectify_days: int = setting(
        5,
        "问题整改时限（工作日）",
        "Findings put right within (working days)",
        "A unit must put a finding right within this time.",
        low=1,
        high=60,
        unit="working days",
    )


GROUPS = (BulletinSettings,)
