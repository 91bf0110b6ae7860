"""Settings of the issuing window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class IssuingSettings(SettingGroup):
    """Settings of the issuing window."""

    SECTION: ClassVar = Section("issuing", 49, "统一出件", "Issuing")

    issuing_item: str = setting(
        "",
        "领证取号的事项编码",
        "Item with which people take a number for their licence",
        "Code of the item, handled on the spot, whose numbers the issuing window calls; empty: "
        "licences are handed out without a number.",
        high=64,
    )
    licence_entry_days: int = setting(
        3,
        "电子证照应在发证后几个工作日内归集",
        "Electronic licences are entered within (working days)",
        "Working days after the day of issue within which an electronic licence has to be "
        "entered in the licence library; 0: on the same day.",
        low=0,
        high=60,
        unit="days",
    )
    parcel_tries: int = setting(
        2,
        "邮寄投递几次不成应退回",
        "A parcel is returned after (tries)",
        "Tries of the post after which a parcel should be back at the issuing window.",
        low=1,
        high=10,
    )
    parcel_days: int = setting(
        7,
        "邮件寄出几天未妥投应查询",
        "A parcel is looked for after (days)",
        "Days after which a parcel that was neither delivered nor returned is marked.",
        low=1,
        high=60,
        unit="days",
    )
    keep_receiver_days: int = setting(
        3650,
        "代领人信息保存多少天",
        "Agents who received a licence are kept for (days)",
        "After this time the agent's name and masked ID number are erased; the facts stay.",
        low=365,
        high=18_250,
        unit="days",
    )


GROUPS = (IssuingSettings,)
