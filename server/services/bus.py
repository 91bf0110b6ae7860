"""Events of the hall and who wants to hear them, after the commit, never before.

Events are small frozen facts. A listener that fails is logged and cannot undo or delay the act.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TicketMoved:
    """A ticket was issued, called, recalled, finished ...: `move` as in domain.tickets."""

    ticket: str
    number: str
    token: str
    move: str
    queue: str
    window: str = ""
    calls: int = 0
    kiosk: str = ""


@dataclass(frozen=True, slots=True)
class WindowChanged:
    """Somebody signed in or out, paused or went on."""

    window: str


@dataclass(frozen=True, slots=True)
class SlipOwed:
    """A slip is due at a printer."""

    slip: str
    device: str


@dataclass(frozen=True, slots=True)
class SlipSettled:
    """A printer said what became of a slip."""

    slip: str
    device: str
    ticket: str
    state: str


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device came, went or reported its health."""

    device: str


@dataclass(frozen=True, slots=True)
class HallChanged:
    """Business data, settings, accounts or the business day changed."""

    what: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReaderChanged:
    """A time clock came, reported, was admitted or was given a command."""

    reader: str


@dataclass(frozen=True, slots=True)
class AttendanceChanged:
    """Punches, leave, corrections or rules: the sheets of these days read differently now."""

    days: tuple[str, ...]
    """ISO days; empty: any."""
    staff: tuple[str, ...] = ()
    """Staff numbers; empty: any."""


@dataclass(frozen=True, slots=True)
class RequestsChanged:
    """Leave or a correction was asked for, decided, withdrawn, handed over."""

    case: str
    staff: str


@dataclass(frozen=True, slots=True)
class ChecksChanged:
    """A spot check came due, was walked, or a finding moved."""

    day: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class BulletinChanged:
    """A bulletin was drafted, edited, released, amended or acknowledged."""

    bulletin: str


Event = (
    TicketMoved
    | WindowChanged
    | SlipOwed
    | SlipSettled
    | DeviceChanged
    | HallChanged
    | ReaderChanged
    | AttendanceChanged
    | RequestsChanged
    | ChecksChanged
    | BulletinChanged
)
Listener = Callable[[Event], None]


class Bus:
    """Tells every listener every event, in order."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Add a listener; it must return quickly and hand longer work on."""
        self._listeners.append(listener)

    def publish(self, events: Iterable[Event]) -> None:
        """Tell the events of one act."""
        for event in events:
            for listener in self._listeners:
                try:
                    listener(event)
                except Exception:
                    log.exception("listener failed", extra={"event": type(event).__name__})
