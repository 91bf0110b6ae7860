"""Settings of disclosure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class DisclosureSettings(SettingGroup):
    """Settings of disclosure."""

    SECTION: ClassVar = Section("disclosure", 47, "事项公开", "Disclosure")

    board_guide_seconds: int = setting(
        0,
        "没有叫号时大屏轮播办事指南，每个事项几秒",
        "Boards show an item's guide while nothing is called, for (seconds)",
        "While nothing is called, boards show one item after the other for this long; 0: never.",
        low=0,
        high=120,
        unit="s",
    )


GROUPS = (DisclosureSettings,)
