"""Settings of spot checks and findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class SpotCheckSettings(SettingGroup):
    """Settings of spot checks and findings."""

    SECTION: ClassVar = Section("checks", 90, "查岗", "Spot checks")

    check_count: int = setting(
        2,
        "每个工作日抽签查岗几次",
        "Spot checks drawn each working day",
        (
            "Spot checks drawn for each working day; 0: none. If the hours leave no room "
            "for this number, fewer are drawn."
        ),
        low=0,
        high=6,
    )
    check_after_open_minutes: int = setting(
        10,
        "开门后几分钟内不查",
        "None sooner after opening (minutes)",
        "Least time from the opening to a drawn spot check, mornings and afternoons.",
        low=0,
        high=120,
        unit="min",
    )
    check_before_close_minutes: int = setting(
        20,
        "关门前几分钟内不查",
        "None later before closing (minutes)",
        "Least time from a drawn spot check to the closing.",
        low=0,
        high=120,
        unit="min",
    )
    check_gap_minutes: int = setting(
        60,
        "两次查岗至少相隔几分钟",
        "Least time between two checks (minutes)",
        "Least time between two drawn spot checks.",
        low=0,
        high=240,
        unit="min",
    )
    check_start_minutes: int = setting(
        15,
        "到点后几分钟内必须开始",
        "Must be started within (minutes)",
        "A spot check must be started within this time; later it is recorded as missed.",
        low=3,
        high=60,
        unit="min",
    )
    check_faults: str = setting(
        "玩手机,未佩戴工牌,着装不规范,闲聊,饮食,态度",
        "工作纪律问题清单（用逗号隔开）",
        "Conduct faults (between commas)",
        "Conduct faults that inspectors can tick, separated by commas; at most 12.",
    )
    doubt_idle_minutes: int = setting(
        15,
        "有人等候却多少分钟没叫号，列为疑点",
        "No call while people wait is doubted after (minutes)",
        (
            "A free, staffed window that calls nobody for this time while people wait is "
            "proposed as a finding."
        ),
        low=5,
        high=120,
        unit="min",
    )
    dispute_days: int = setting(
        3,
        "查岗问题几天内可以申诉",
        "A finding may be disputed for (days)",
        "A finding may be disputed for this time, to the end of the last day.",
        low=1,
        high=30,
        unit="days",
    )
    step_second: int = setting(
        2,
        "同一人第几次问题起建议调换人员",
        "A replacement is asked from finding number",
        (
            "From this finding of a person on, a replacement is requested; before, the "
            "unit is notified."
        ),
        low=2,
        high=50,
    )
    step_third: int = setting(
        3,
        "同一人第几次问题起约谈",
        "An interview is asked from finding number",
        "From this finding on, an interview with the unit's head.",
        low=2,
        high=50,
    )
    step_days: int = setting(
        365,
        "多少天内的问题累计",
        "Findings count for (days)",
        "Findings older than this no longer count for the steps.",
        low=7,
        high=730,
        unit="days",
    )


GROUPS = (SpotCheckSettings,)
