"""Settings of how long personal data is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class PrivacySettings(SettingGroup):
    """Settings of how long personal data is kept."""

    SECTION: ClassVar = Section("privacy", 96, "个人信息", "Personal data")

    keep_slips_days: int = setting(
        90,
        "小票内容和手机页面保存几天",
        "Slips and phone pages kept (days)",
        (
            "The text of a slip, and the phone page of an ended ticket, are stored for "
            "this time ([why](personal-data.md))."
        ),
        low=7,
        high=3650,
        unit="days",
    )
    keep_files_days: int = setting(
        1095,
        "请假材料和查岗照片保存几天",
        "Papers and photos kept (days)",
        "Documents of leave and photos of spot checks are stored for this time.",
        low=90,
        high=7300,
        unit="days",
    )


GROUPS = (PrivacySettings,)
