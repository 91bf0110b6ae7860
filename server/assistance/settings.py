"""Settings of assistance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class AssistSettings(SettingGroup):
    """Settings of first-asked duty, of helpers, and of the green channel."""

    SECTION: ClassVar = Section("assistance", 48, "首问、帮办与绿色通道", "Assistance")

    first_ask_take_days: int = setting(
        1,
        "首问移交后几个工作日内接收",
        "A question handed over is taken within (working days)",
        "Working days within which the receiver has to take a question that the first asked "
        "handed over; afterwards it is overdue for the office and for the first asked.",
        low=1,
        high=10,
        unit="days",
    )
    first_ask_answer_days: int = setting(
        3,
        "首问接收后几个工作日内答复",
        "A question that was taken is answered within (working days)",
        "Working days within which whoever took a question has to answer it.",
        low=1,
        high=30,
        unit="days",
    )
    green_every: int = setting(
        4,
        "绿色通道办件每几个位置提前一个",
        "One of how many places goes to the green channel",
        "On a desk's list at most one of so many places goes to a case of the green channel "
        "before its due order; the first place of each row.",
        low=2,
        high=20,
    )
    keep_assistance_person_days: int = setting(
        365,
        "咨询人和委托人的姓名、电话保存多少天",
        "People who asked or entrusted are kept for (days)",
        "After this time name and telephone of whoever asked a question or entrusted a helper "
        "are erased; the steps stay.",
        low=30,
        high=3650,
        unit="days",
    )


GROUPS = (AssistSettings,)
