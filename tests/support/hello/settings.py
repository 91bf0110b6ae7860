"""Settings of greetings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class HelloSettings(SettingGroup):
    """Settings of greetings."""

    SECTION: ClassVar = Section("hello", 98, "问候", "Greetings")

    hello_limit: int = setting(
        2,
        "一天最多问候几次",
        "Greetings in a day, at most",
        "Number of greetings after which the hall rests.",
        low=1,
        high=10,
    )


GROUPS = (HelloSettings,)
