"""Settings of sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class AccountSettings(SettingGroup):
    """Settings of sign-in."""

    SECTION: ClassVar = Section("accounts", 94, "账号安全", "Accounts")

    password_min: int = setting(
        10,
        "密码至少几位",
        "Least length of a password",
        "Least length of a password.",
        low=8,
        high=64,
    )
    lock_after: int = setting(
        5,
        "连续输错几次锁定",
        "Locked after wrong passwords",
        (
            "This number of wrong passwords locks the browser or address that they come "
            "from; ten times as many lock the account to unknown browsers."
        ),
        low=3,
        high=20,
    )
    lock_minutes: int = setting(
        10,
        "锁定几分钟",
        "Locked for (minutes)",
        "Duration of the lock.",
        low=1,
        high=240,
        unit="min",
    )
    session_hours: int = setting(
        12,
        "登录有效时长（小时）",
        "Signed in for (hours)",
        "A sign-in lasts this long; use does not prolong it.",
        low=1,
        high=72,
        unit="h",
    )


GROUPS = (AccountSettings,)
