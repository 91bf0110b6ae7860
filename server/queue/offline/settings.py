"""Settings of issuing without the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class OfflineSettings(SettingGroup):
    """Settings of issuing without the server."""

    SECTION: ClassVar = Section("offline", 50, "断网取号", "Without the server")

    offline_numbers: int = setting(
        20,
        "断网备用号：每台取号机每个字母几个（0为不备）",
        "Numbers a kiosk holds for the time without a server (0: none)",
        (
            "Numbers of each prefix that a kiosk holds for the time without a server "
            "([why](adr/0020-offline-kiosks-and-counters.md)); 0: none."
        ),
        low=0,
        high=100,
    )


GROUPS = (OfflineSettings,)
