"""Settings of ratings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting

DEFAULTS = {
    "0": ("不统计默认评价", "No default"),
    "2": ("满意", "Satisfied"),
    "3": ("基本满意", "Basically satisfied"),
}


@dataclass(frozen=True, slots=True)
class RatingSettings(SettingGroup):
    """Settings of ratings."""

    SECTION: ClassVar = Section("ratings", 45, "评价", "Ratings")

    rating_days: int = setting(
        7,
        "办完后多少天内可以评价",
        "A service can be rated for (days)",
        "A finished service can be rated for this many days, the day of the service not counted.",
        low=0,
        high=60,
        unit="days",
    )
    default_level: str = setting(
        "0",
        "到期没有评价的，默认按哪一级统计",
        "A service without a rating counts by default as",
        (
            "A hall's own rule: after its time a service that nobody rated counts as this level. "
            "It is shown apart, and is never an active rating."
        ),
        choices=DEFAULTS,
    )
    pad_seconds: int = setting(
        20,
        "评价器等待多少秒",
        "A rating pad waits for (seconds)",
        "After a service the pad asks for this long. No key pressed is no rating.",
        low=5,
        high=120,
        unit="s",
    )
    contact_days: int = setting(
        1,
        "差评几个工作日内联系评价人",
        "The giver of a bad rating is contacted within (working days)",
        "Working days within which somebody contacts the person after a bad rating.",
        low=1,
        high=30,
        unit="days",
    )
    appeal_days: int = setting(
        3,
        "申诉几个工作日内裁定",
        "An appeal is decided within (working days)",
        "Working days within which the office decides the appeal of a unit.",
        low=1,
        high=30,
        unit="days",
    )
    redress_days: int = setting(
        15,
        "差评几个工作日内整改",
        "A bad rating is put right within (working days)",
        "Working days within which the unit puts right what a bad rating names, from its day on.",
        low=1,
        high=90,
        unit="days",
    )
    recheck_days: int = setting(
        5,
        "整改答复后几个工作日内回访、结束",
        "A redress is rechecked within (working days)",
        "Working days for the call after the unit's answer, and as many for closing.",
        low=1,
        high=30,
        unit="days",
    )
    burst_quick_seconds: int = setting(
        2,
        "办完多少秒内评“非常满意”算可疑",
        "A best rating so soon after the end is a sign (seconds)",
        "Best ratings sooner than this after a service count as a sign of self-rating.",
        low=1,
        high=20,
        unit="s",
    )
    burst_quick_count: int = setting(
        5,
        "一天几次这样的评价就提示",
        "Such ratings in a day that are proposed",
        "Number of such ratings of one person in a day that is proposed to the office.",
        low=2,
        high=50,
    )
    burst_dense_seconds: int = setting(
        60,
        "多少秒内连续评“非常满意”算可疑",
        "Best ratings in a row within (seconds)",
        "Several best ratings of one person within this time count as a sign.",
        low=10,
        high=600,
        unit="s",
    )
    burst_dense_count: int = setting(
        3,
        "连续几次就提示",
        "So many in a row are proposed",
        "Number of best ratings within that time that is proposed to the office.",
        low=2,
        high=50,
    )
    burst_short_seconds: int = setting(
        20,
        "办理不足多少秒又评“非常满意”算可疑",
        "A best rating of such a short service is a sign (seconds)",
        "Best ratings of services shorter than this count as a sign.",
        low=1,
        high=120,
        unit="s",
    )
    burst_short_count: int = setting(
        3,
        "一天几次这样的办理就提示",
        "Such services in a day that are proposed",
        "Number of such services of one person in a day that is proposed to the office.",
        low=2,
        high=50,
    )
    keep_rating_words_days: int = setting(
        730,
        "评价留言和联系方式保存多少天",
        "Words and contacts of ratings are kept for (days)",
        "After this time the words, name and telephone are erased; the level stays.",
        low=30,
        high=3650,
        unit="days",
    )


GROUPS = (RatingSettings,)
