"""Settings of approval by silence; the schemes themselves are data with two signatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class TacitSettings(SettingGroup):
    """Settings of approval by silence, in the section of cases."""

    SECTION: ClassVar = Section("cases", 50, "", "")

    tacit_serve_days: int = setting(
        1,
        "默许后多少个工作日内送达决定书",
        "A decision by silence is served within (working days)",
        "The paper of a case that silence granted has to be served within so many working days.",
        low=1,
        high=10,
    )


GROUPS = (TacitSettings,)
