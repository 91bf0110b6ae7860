"""Settings of remote numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting
from server.queue.settings import OFF, SWITCH


@dataclass(frozen=True, slots=True)
class RemoteSettings(SettingGroup):
    """Settings of remote numbers."""

    SECTION: ClassVar = Section("remote", 16, "远程取号", "Remote numbers")

    remote_numbers: str = setting(
        OFF,
        "开通远程取号",
        "Offer remote numbers",
        "Numbers are taken by phone before coming, and called after the check-in in the hall.",
        choices=SWITCH,
    )
    remote_from_minutes: int = setting(
        20,
        "预计等候超过几分钟可以远程取号",
        "Offered when the wait is more than (minutes)",
        "Upper end of the expected wait beyond which remote numbers of an item are given.",
        low=0,
        high=240,
        unit="min",
    )
    remote_check_in_ahead: int = setting(
        5,
        "前面还有几人时提示到厅",
        "Asked to come when so many are ahead",
        "The page of a remote number asks its holder to be in the hall from then on.",
        low=1,
        high=50,
    )
    remote_day_most: int = setting(
        2,
        "每人每天最多远程取几个号",
        "Remote numbers of a person (a day)",
        "Most remote numbers of one telephone number on a day; one for each item.",
        low=1,
        high=20,
    )
    remote_source_most: int = setting(
        20,
        "同一来源每天最多远程取几个号",
        "Remote numbers of one source (a day)",
        (
            "Most remote numbers taken from one network address on a day. A portal through which "
            "everybody comes has to pass on the addresses, or this has to be higher."
        ),
        low=1,
        high=10_000,
    )
    remote_open_most: int = setting(
        10,
        "每个单位没到厅的远程号最多几个",
        "Remote numbers of a unit not checked in, at most",
        "No more are given while so many holders of a unit's remote numbers are not in the hall.",
        low=1,
        high=200,
    )
    remote_misses: int = setting(
        3,
        "远程取号后没有到厅几次停止远程取号",
        "Remote numbers not come for that bar",
        "So many within the days below bar a telephone number; 0: never.",
        low=0,
        high=20,
    )
    remote_misses_days: int = setting(
        30,
        "在多少天以内计没有到厅的次数",
        "Not come for within (days)",
        "Calendar days within which they are counted.",
        low=1,
        high=90,
        unit="days",
    )
    remote_bar_days: int = setting(
        30,
        "停止远程取号多少天",
        "Remote numbers barred for (days)",
        "Calendar days from the last of them on.",
        low=1,
        high=90,
        unit="days",
    )


GROUPS = (RemoteSettings,)
