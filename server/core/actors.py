"""Actors: the people and devices that act, and the principal behind a session or a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    """Kind of actor."""

    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    KIOSK = "kiosk"
    PHONE = "phone"
    AGENT = "agent"
    BOARD = "board"
    TABLET = "tablet"
    """Tablet at a window, on which people rate; its name is the window's code."""
    BRANCH = "branch"
    """Server of a branch; its name is the building's code."""
    SYSTEM = "system"


MAIN_BOARD = "main"
"""Name of the board of the whole hall, and of the loudspeakers of every zone without its own."""


@dataclass(frozen=True, slots=True)
class Via:
    """Device through which an action came, and the agent that serves it."""

    device: str
    agent: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Acting person or device: kind, name (staff number, kiosk id, agent), device used."""

    kind: ActorKind
    name: str
    via: Via | None = None
    why: str = field(default="", compare=False)
    """Reason given for an action that changes a past day; empty: none."""

    @property
    def key(self) -> str:
        """Owner of idempotency keys."""
        return f"{self.kind}:{self.name}"

    @property
    def manages(self) -> bool:
        """True for the office: a manager or an administrator of the hall."""
        return self.kind in (ActorKind.MANAGER, ActorKind.ADMINISTRATOR)


SYSTEM = Actor(ActorKind.SYSTEM, "hall")
"""The hall itself: its clock and its jobs."""


def person_of(actor_key: str) -> str:
    """Return the staff number in an actor's key; empty for the hall itself."""
    return "" if actor_key == SYSTEM.key else actor_key.partition(":")[2]


STAFF_KINDS = frozenset({ActorKind.CLERK, ActorKind.MANAGER, ActorKind.ADMINISTRATOR})
"""Kinds of people with an account."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Person or device behind a session or a token."""

    kind: ActorKind
    name: str
    role: str = ""
    must_change: bool = False

    @property
    def is_staff(self) -> bool:
        """True for a person with an account whose first password has been changed."""
        return self.kind in STAFF_KINDS and not self.must_change

    @property
    def actor(self) -> Actor:
        """Principal as an actor."""
        return Actor(self.kind, self.name)


class Role(StrEnum):
    """Role of an account."""

    CLERK = "clerk"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
