"""Settings of the assessment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class AssessmentSettings(SettingGroup):
    """Settings of the assessment."""

    SECTION: ClassVar = Section("assessment", 48, "百分考核", "Assessment")

    score_dispute_days: int = setting(
        5,
        "考核发布后几个工作日内可以申诉",
        "Points can be disputed after the release for (working days)",
        "Working days from the release of a month within which its points can be disputed.",
        low=1,
        high=30,
        unit="days",
    )


GROUPS = (AssessmentSettings,)
