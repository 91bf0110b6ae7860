"""Settings of electronic supervision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class SupervisionSettings(SettingGroup):
    """Settings of lamps and of the signs of cases outside the hall."""

    SECTION: ClassVar = Section("supervision", 48, "电子监察", "Electronic supervision")

    lamp_yellow_days: int = setting(
        1,
        "到期前几个工作日亮黄灯",
        "The lamp turns yellow before the due day by (working days)",
        "Working days before a due day from which the lamp of a case is yellow.",
        low=0,
        high=20,
        unit="days",
    )
    lamp_yellow_minutes: int = setting(
        10,
        "即办件到时前几分钟亮黄灯",
        "The lamp of a case on the spot turns yellow before the due time by (minutes)",
        "Minutes of the hall's opening hours before the due time from which the lamp of a case "
        "that is decided on the spot is yellow.",
        low=0,
        high=240,
        unit="minutes",
    )
    sign_quick_minutes: int = setting(
        10,
        "承诺件受理后几分钟内办结算可疑",
        "A promised case decided sooner after its acceptance is a sign (minutes)",
        "Minutes from the acceptance of a promised case to its decision below which the case may "
        "have been handled outside the hall.",
        low=1,
        high=240,
        unit="minutes",
    )
    sign_burst_count: int = setting(
        8,
        "临下班集中录入多少件算可疑",
        "So many cases entered together before closing are a sign",
        "Cases that one person enters within the time below, in the last hour before closing.",
        low=2,
        high=100,
    )
    sign_burst_minutes: int = setting(
        20,
        "集中录入的时间范围（分钟）",
        "Time within which they are entered together (minutes)",
        "Minutes within which cases entered by one person are counted together.",
        low=5,
        high=60,
        unit="minutes",
    )
    sign_double_days: int = setting(
        5,
        "同一人同一事项几天内重复登记算可疑",
        "The same person and item within so many days is a sign (days)",
        "Days within which a second case of the same person and item may be a double entry.",
        low=1,
        high=60,
        unit="days",
    )
    sign_month_end_percent: int = setting(
        60,
        "月末两个工作日办结占全月多少算可疑（%）",
        "Decisions of the last two working days of a month above this share are a sign (percent)",
        "Share of a unit's decisions of a month, of ten or more, that fall on its last two "
        "working days.",
        low=20,
        high=100,
        unit="percent",
    )
    sign_after_days: int = setting(
        2,
        "疑似体外循环在几天后提出",
        "Signs of a day are proposed after (days)",
        "Days after which the signs of a day are proposed; before that a unit can explain the day.",
        low=1,
        high=14,
        unit="days",
    )
    sign_without_case: int = setting(
        0,
        "号码办结“受理”而没有登记办件算可疑（0 不查，1 查）",
        "A number that was accepted without a case is a sign (0 no, 1 yes)",
        "1 once every accepted number of the hall gets a case; 0 before that.",
        low=0,
        high=1,
    )


GROUPS = (SupervisionSettings,)
