"""Settings of joint review, of cases sent up, and of cases decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


@dataclass(frozen=True, slots=True)
class JointSettings(SettingGroup):
    """Settings of joint review."""

    SECTION: ClassVar = Section("joint", 49, "并联审批与上报", "Joint review and forwarding")

    joint_part_days: int = setting(
        3,
        "并联审批几个工作日内答复",
        "Units answer in joint review within (working days)",
        "Working days that a unit has for its opinion, unless the lead names others. Each part "
        "keeps the figure with which it was sent.",
        low=1,
        high=30,
        unit="days",
    )
    upward_send_days: int = setting(
        3,
        "几个工作日内上报",
        "Sent upward within (working days)",
        "Working days after the acceptance, or after the answer that it must go upward, within "
        "which a case is sent to the superior body.",
        low=1,
        high=30,
        unit="days",
    )
    upward_pass_days: int = setting(
        2,
        "上级答复后几个工作日内转达",
        "Answers from above are passed on within (working days)",
        "Working days after the answer of the superior body came, within which it is passed on.",
        low=1,
        high=30,
        unit="days",
    )
    elsewhere_bodies: str = setting(
        "",
        "同城通办的办理机构（用分号隔开）",
        "Deciding bodies of cases accepted here (semicolons between)",
        "Bodies of other halls to which a case that was accepted here can be handed on, with "
        "semicolons between them; empty: none.",
        longest=2000,
    )


GROUPS = (JointSettings,)


def bodies_of(text: str) -> list[str]:
    """Return the names of a list with semicolons, without blanks and repetitions."""
    names = (name.strip() for name in text.replace("；", ";").split(";"))
    return list(dict.fromkeys(name for name in names if name))
