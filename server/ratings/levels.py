"""Levels, channels and aspects of a rating.

A level has one coding inside the hall, the national one (GB/T 39046: 1 is best). Devices and other
systems have theirs; each is mapped where it enters, never here.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Level of satisfaction, 1 is best."""

    VERY_SATISFIED = 1
    SATISFIED = 2
    BASICALLY_SATISFIED = 3
    DISSATISFIED = 4
    VERY_DISSATISFIED = 5

    @property
    def is_good(self) -> bool:
        """True for the first three levels (好评)."""
        return self <= Level.BASICALLY_SATISFIED

    @property
    def is_bad(self) -> bool:
        """True for the last two levels (差评); a bad rating opens a redress."""
        return not self.is_good


WORDS: dict[Level, tuple[str, str]] = {
    Level.VERY_SATISFIED: ("非常满意", "Very satisfied"),
    Level.SATISFIED: ("满意", "Satisfied"),
    Level.BASICALLY_SATISFIED: ("基本满意", "Basically satisfied"),
    Level.DISSATISFIED: ("不满意", "Dissatisfied"),
    Level.VERY_DISSATISFIED: ("非常不满意", "Very dissatisfied"),
}
"""Words of each level, in Chinese and English; what pads, pages and papers say."""


class Channel(StrEnum):
    """Way by which a rating came in."""

    PAD = "pad"
    """Rating pad at the window."""
    TABLET = "tablet"
    PHONE = "phone"
    KIOSK = "kiosk"
    CALL_BACK = "call_back"
    """Asked by the office on the telephone."""
    STAFF = "staff"
    """Typed in by staff, for example from paper."""


ACTIVE = frozenset(Channel) - {Channel.STAFF, Channel.CALL_BACK}
"""Channels by which the person rated; only these count as active ratings (主动评价).

Who answers a call of the office was asked, and did not come forward.
"""


class Aspect(StrEnum):
    """Aspect that a rating names: the first four at a window, the others of online service."""

    EFFICIENCY = "efficiency"
    SKILL = "skill"
    ATTITUDE = "attitude"
    TOLD_ONCE = "told_once"
    GUIDE = "guide"
    EASE = "ease"
    PLATFORM = "platform"


AT_WINDOW = (Aspect.EFFICIENCY, Aspect.SKILL, Aspect.ATTITUDE, Aspect.TOLD_ONCE)
ASPECT_WORDS: dict[Aspect, tuple[str, str]] = {
    Aspect.EFFICIENCY: ("办事效率", "Efficiency"),
    Aspect.SKILL: ("业务水平", "Knowledge"),
    Aspect.ATTITUDE: ("服务态度", "Manner"),
    Aspect.TOLD_ONCE: ("一次性告知", "Told everything at once"),
    Aspect.GUIDE: ("指南准确", "Guide is right"),
    Aspect.EASE: ("操作方便", "Easy to use"),
    Aspect.PLATFORM: ("网站运行", "Site works"),
}
