"""Told once: faults that a later notice of a matter names and the first one should have named.

A matter is one person's errand from its first hand-in on. Each hand-in records the state of every
material; if anything is wrong with them, it ends with a notice that names every fault recorded. So
a fault that the first notice left out is known only by a later hand-in: the same paper, unchanged,
is found faulty now. A finding accuses somebody, so in doubt the rule says nothing (docs/adr/0045).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class MaterialFault(StrEnum):
    """MaterialFault of a material at a hand-in."""

    MISSING = "missing"
    """缺."""
    WRONG_FORM = "wrong_form"
    """形式不符: for example a copy where the original is asked for."""
    EXPIRED = "expired"
    """过期."""
    UNCLEAR = "unclear"
    """不清晰: cannot be read, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Look:
    """State of one material at a hand-in, as the clerk recorded it."""

    faults: frozenset[MaterialFault] = frozenset()
    needed: bool = True
    """False if the clerk said that this matter does not need the material."""
    replaced: bool = False
    """True if it is another paper than at the hand-in before."""
    valid_until: str = ""
    """For an expired paper: last ISO day of its validity."""

    @property
    def is_there(self) -> bool:
        """True if a paper was handed in."""
        return self.needed and MaterialFault.MISSING not in self.faults


@dataclass(frozen=True, slots=True)
class HandIn:
    """Hand-in of a matter: the state of every material, by the material's key."""

    id: str
    day: str
    requirements: str
    """Digest of what was published then about the item's materials and basis."""
    looks: Mapping[str, Look] = field(default_factory=dict)

    @property
    def named(self) -> frozenset[tuple[str, MaterialFault]]:
        """Faults that the notice of this hand-in names; none: the materials were complete."""
        return frozenset((key, fault) for key, look in self.looks.items() for fault in look.faults)


@dataclass(frozen=True, slots=True)
class Breach:
    """Fault that was there at the first notice of a matter and was first named by a later one."""

    first: str
    """Hand-in of the first notice."""
    later: str
    """Hand-in of the notice that names the fault."""
    material: str
    fault: MaterialFault


def breaches(matter: Sequence[HandIn]) -> list[Breach]:
    """Return the breaches in a matter's hand-ins, which are in the order of their times."""
    noticed = [hand_in for hand_in in matter if hand_in.named]
    if len(noticed) < 2:
        return []
    first = noticed[0]
    later = matter[matter.index(first) + 1 :]
    already_named = set(first.named)
    same = {key for key, look in first.looks.items() if look.is_there}
    absent = {key for key, look in first.looks.items() if not look.needed}
    result: list[Breach] = []
    for hand_in in later:
        same = {key for key in same if _is_same(hand_in.looks.get(key))}
        new = sorted(hand_in.named - already_named)
        if hand_in.requirements == first.requirements:
            result += [
                Breach(first.id, hand_in.id, key, fault)
                for key, fault in new
                if key in (absent if fault is MaterialFault.MISSING else same)
                and not _came_later(fault, hand_in.looks[key], first.day)
            ]
        already_named |= hand_in.named
        absent = {key for key in absent if not _was_there(hand_in.looks.get(key))}
    return result


def _is_same(look: Look | None) -> bool:
    """Return True if the paper of the hand-in before was seen again."""
    return look is not None and look.is_there and not look.replaced


def _was_there(look: Look | None) -> bool:
    return look is not None and look.is_there


def _came_later(fault: MaterialFault, look: Look, first_day: str) -> bool:
    """Return True if the fault came by time: the paper was still valid at the first hand-in."""
    was_expired = look.valid_until != "" and look.valid_until < first_day
    return fault is MaterialFault.EXPIRED and not was_expired


def without_corrected(matter: Sequence[HandIn], corrects: Mapping[str, str]) -> list[HandIn]:
    """Return the hand-ins of a matter without those that a later one corrects.

    `corrects`: by the id of a hand-in, the one that it corrects.
    """
    replaced = set(corrects.values())
    return [hand_in for hand_in in matter if hand_in.id not in replaced]


def material_keys(names: Sequence[str]) -> list[str]:
    """Return a key for each material of an item that stays the same over versions: its name.

    The second material of the same name gets a number.
    """
    return [
        name if names[:at].count(name) == 0 else f"{name}#{names[:at].count(name) + 1}"
        for at, name in enumerate(names)
    ]
