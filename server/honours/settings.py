"""Settings of honours; for a period those count that were in force on its last day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting

KINDS = "sanction,bribery,fees,false_figures,quarrel,exposed,repeated"


def _is_list_of_kinds(text: str) -> bool:
    kinds = text.split(",") if text else []
    return set(kinds) <= set(KINDS.split(",")) and len(set(kinds)) == len(kinds)


@dataclass(frozen=True, slots=True)
class HonourSettings(SettingGroup):
    """Settings of honours."""

    SECTION: ClassVar = Section("honours", 96, "红旗与荣誉", "Flag and honours")

    flag_strip_text: str = setting(
        "流动红旗窗口",
        "红旗窗口条屏显示的文字（留空则不显示）",
        "Text on the strip of the window with the flag (empty: none)",
        "Text that the LED strip of the window with the flag shows while it is idle.",
        longest=16,
    )
    flag_bar_complaints: int = setting(
        1,
        "季度内查实几件投诉，不能评红旗窗口（0为不限）",
        "Proven complaints in the quarter that bar a window (0: none do)",
        "A window with so many proven or partly proven complaints in the quarter is barred.",
        low=0,
        high=20,
    )
    flag_bar_ratings: int = setting(
        1,
        "季度内认定几次差评，不能评红旗窗口（0为不限）",
        "Confirmed bad ratings in the quarter that bar a window (0: none do)",
        (
            "A window with so many bad ratings in the quarter is barred; a rating counts unless "
            "its appeal was granted or is not decided yet."
        ),
        low=0,
        high=50,
    )
    flag_bar_findings: int = setting(
        3,
        "季度内认定几项查岗问题，不能评红旗窗口（0为不限）",
        "Confirmed findings in the quarter that bar a window (0: none do)",
        "A window with so many standing findings of spot checks in the quarter is barred.",
        low=0,
        high=50,
    )
    veto_quarters: int = setting(
        1,
        "一票否决取消几个季度的红旗（从发生的季度起）",
        "Quarters in which a veto takes the flag (from its own on)",
        "Number of quarters, from the one of the act on, for which a veto takes the flag.",
        low=1,
        high=4,
    )
    veto_unit_kinds: str = setting(
        KINDS,
        "哪些一票否决同时取消单位的荣誉（用逗号隔开）",
        "Vetoes that take the unit's honours as well (between commas)",
        (
            "Grounds whose veto strikes the unit and all its windows: sanction, bribery, fees, "
            "false_figures, quarrel, exposed, repeated. Others strike the window and the person."
        ),
        is_valid=_is_list_of_kinds,
        form="sanction,bribery",
    )
    veto_dispute_days: int = setting(
        5,
        "一票否决几天内可以申诉",
        "A veto may be disputed for (days)",
        "A confirmed veto may be disputed for this time, to the end of the last day.",
        low=1,
        high=30,
        unit="days",
    )
    interview_months: int = setting(
        2,
        "连续几个月排在末位，应当约谈",
        "Months running in last place after which an interview is due",
        "Whoever is last in so many consecutive released months is due for an interview.",
        low=1,
        high=12,
        unit="months",
    )
    allowance_yuan: int = setting(
        200,
        "考勤奖每月多少元",
        "Attendance allowance (yuan a month)",
        "Allowance of a month without any mark of absence.",
        low=0,
        high=5000,
        unit="yuan",
    )
    allowance_per_lapse: int = setting(
        20,
        "每次迟到、早退或缺卡扣多少元考勤奖",
        "Each late, early or missing punch costs (yuan)",
        "Amount that each late, early or missing punch costs.",
        low=0,
        high=5000,
        unit="yuan",
    )
    allowance_most_lapses: int = setting(
        3,
        "当月超过几次迟到、早退或缺卡，不发考勤奖（0为不限）",
        "More lapses in the month than this lose all of it (0: never)",
        "With more late, early or missing punches than this the whole allowance is lost.",
        low=0,
        high=100,
    )
    allowance_leave_days: int = setting(
        2,
        "当月事假、病假超过几天，不发考勤奖",
        "More days of private or sick leave than this lose all of it",
        "With more days of private or sick leave than this the whole allowance is lost.",
        low=0,
        high=31,
        unit="days",
    )


GROUPS = (HonourSettings,)
