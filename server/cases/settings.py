"""Settings of cases and of their supervision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class CaseSettings(SettingGroup):
    """Settings of cases."""

    SECTION: ClassVar = Section("cases", 47, "办件", "Cases")

    case_tell_days: int = setting(
        5,
        "几个工作日内一次告知补正",
        "Defects are told within (working days)",
        "Working days within which every defect has to be told; afterwards the case counts as "
        "accepted from the day the papers came (行政许可法 32).",
        low=1,
        high=5,
        unit="days",
    )
    case_direct_minutes: int = setting(
        60,
        "即办件几分钟内办结",
        "Cases on the spot are decided within (minutes)",
        "Minutes of the hall's opening hours from the acceptance to the decision of a case that "
        "is handled on the spot.",
        low=5,
        high=480,
        unit="minutes",
    )
    extension_asked_days_ahead: int = setting(
        0,
        "延期至少提前几个工作日申请",
        "An extension is requested before the due day by (working days)",
        "Working days before the due day by which an extension has to be requested; one that "
        "comes later does not count. 0: by the due day itself, as the law names no other.",
        low=0,
        high=20,
        unit="days",
    )
    case_serve_days: int = setting(
        10,
        "决定作出后几个工作日内送达",
        "Decisions are served within (working days)",
        "Working days after a decision within which its paper has to be served (行政许可法 44). "
        "Each decision keeps the figure that was in force on its day.",
        low=1,
        high=60,
        unit="days",
    )
    keep_case_phone_days: int = setting(
        365,
        "申请人电话保存多少天",
        "Telephones of applicants are kept for (days)",
        "After this time from the opening of a case the applicant's telephone is erased.",
        low=30,
        high=3650,
        unit="days",
    )
    keep_case_person_days: int = setting(
        3650,
        "申请人信息保存多少天",
        "Applicants are kept for (days)",
        "After this time from the opening of a case the applicant's name and masked ID number "
        "are erased; the case and its facts stay.",
        low=365,
        high=18_250,
        unit="days",
    )


GROUPS = (CaseSettings,)
