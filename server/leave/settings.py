"""Settings of leave, corrections, cover and their papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.catalogue.named_codes import Named
from server.core.settings import Section, SettingGroup, setting
from server.leave.ladder_notation import is_ladder, is_staff_list, staff_list


@dataclass(frozen=True, slots=True)
class LeaveSettings(SettingGroup):
    """Settings of leave, corrections, cover and their papers."""

    SECTION: ClassVar = Section(
        "attendance", 80, "请假、补签与工作日", "Leave, corrections, working days"
    )

    leave_ladder: str = setting(
        "1d=chief;2d=chief+manager;*=chief+manager+head",
        "请假审批（一般人员）",
        "Approval of leave (staff)",
        (
            "The people who decide a leave of a given length, in order; see [below](#the-"
            "approval-ladder)."
        ),
        is_valid=is_ladder,
        form="a ladder",
    )
    leave_ladder_chief: str = setting(
        "1d=manager;*=manager+head",
        "请假审批（首席代表）",
        "Approval of leave (chief representatives)",
        "The same for a chief representative's own leave.",
        is_valid=is_ladder,
        form="a ladder",
    )
    leave_ladder_office: str = setting(
        "*=head",
        "请假审批（中心人员）",
        "Approval of leave (the hall's office)",
        "The same for the hall's own office.",
        is_valid=is_ladder,
        form="a ladder",
    )
    head_staff: str = setting(
        "",
        "中心主任的工号（逗号隔开，不填则为系统管理员）",
        "Heads (staff numbers; empty: administrators)",
        "The centre's heads; empty: the administrators.",
        is_valid=is_staff_list,
        codes=staff_list,
        names=Named.STAFF,
        form="staff numbers with commas",
    )
    leave_after_days: int = setting(
        3,
        "先离岗后补办的请假，几天内补办",
        "Leave asked for afterwards, within (days)",
        "Leave that was taken at once may be requested up to this time afterwards.",
        low=0,
        high=30,
        unit="days",
    )
    correction_quota: int = setting(
        3,
        "每人每月可补签几次",
        "Corrections per person and month",
        "Maximum number of corrections that a person may request in a month.",
        low=0,
        high=31,
    )
    correction_days: int = setting(
        3,
        "补签要在几个工作日内提出",
        "Corrections are asked for within (working days)",
        "The correction of a day may be requested up to this time after it.",
        low=0,
        high=31,
        unit="working days",
    )


GROUPS = (LeaveSettings,)
