"""Settings of complaints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class ComplaintSettings(SettingGroup):
    """Settings of complaints."""

    SECTION: ClassVar = Section("complaints", 46, "投诉建议", "Complaints")

    complaint_decide_days: int = setting(
        5,
        "投诉几个工作日内决定是否受理",
        "A complaint is accepted, refused or handed on within (working days)",
        "Working days within which the office decides on a complaint that came in.",
        low=1,
        high=5,
        unit="days",
    )
    complaint_answer_days: int = setting(
        5,
        "受理后几个工作日内答复",
        "A complaint is answered within (working days)",
        "Working days from the acceptance of a complaint to the answer.",
        low=1,
        high=60,
        unit="days",
    )
    complaint_extension_days: int = setting(
        10,
        "延期增加几个工作日",
        "An extension adds (working days)",
        "Working days that the one extension adds to the day of the answer.",
        low=1,
        high=60,
        unit="days",
    )
    complaint_close_days: int = setting(
        5,
        "答复后几个工作日内结束",
        "A complaint is closed within (working days)",
        "Working days from the answer to the closing by the office.",
        low=1,
        high=30,
        unit="days",
    )
    keep_complaint_contact_days: int = setting(
        365,
        "投诉人称呼和电话保存多少天",
        "Contacts of complainants are kept for (days)",
        "After this time the name and telephone of a complainant are erased.",
        low=90,
        high=3650,
        unit="days",
    )
    keep_complaint_words_days: int = setting(
        1095,
        "投诉内容保存多少天",
        "Words of complaints are kept for (days)",
        "After this time the complainant's words are erased; steps and outcome stay.",
        low=90,
        high=3650,
        unit="days",
    )


GROUPS = (ComplaintSettings,)
