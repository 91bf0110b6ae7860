"""Settings of fees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class FeeSettings(SettingGroup):
    """Settings of fees."""

    SECTION: ClassVar = Section("fees", 48, "收费", "Fees")

    fee_pay_place: str = setting(
        "本厅收费窗口（银行驻厅窗口）。审批窗口不收现金。",
        "缴款通知书上的缴款地点",
        "Place of payment on payment notices",
        "Words on a payment notice that say where to pay.",
    )
    fee_pay_days: int = setting(
        7,
        "应收款几天未缴算久未缴",
        "A due counts as unpaid for long after (days)",
        "Days after which an unpaid due is marked on the cashier's list.",
        low=1,
        high=90,
        unit="days",
    )


GROUPS = (FeeSettings,)
