"""Worker bus: events of the hall, published to subscribers after the commit.

Events are small frozen facts. A listener that fails is logged and cannot undo or delay the action.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TicketMoved:
    """Event: a ticket was issued, called, recalled, finished ...: `move` as in domain.tickets."""

    ticket: str
    number: str
    token: str
    move: str
    queue: str
    window: str = ""
    calls: int = 0
    kiosk: str = ""
    line: int = 0
    """Number of its journal line, by which duplicates are suppressed."""


@dataclass(frozen=True, slots=True)
class CallTold:
    """Event: a call was played, was not played, or was called out by the clerk."""

    ticket: str
    window: str


@dataclass(frozen=True, slots=True)
class WindowChanged:
    """Event: a person signed in or out, paused or resumed."""

    window: str


@dataclass(frozen=True, slots=True)
class SlipOwed:
    """Event: a slip is to be printed at a printer."""

    slip: str
    device: str


@dataclass(frozen=True, slots=True)
class SlipSettled:
    """Event: a printer reported the result of a slip."""

    slip: str
    device: str
    ticket: str
    state: str


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """Event: a device connected, disconnected or reported its health."""

    device: str


@dataclass(frozen=True, slots=True)
class HallChanged:
    """Event: business data, settings, accounts or the business day changed."""

    what: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReaderChanged:
    """Event: a time clock connected, reported, was admitted or was given a command."""

    reader: str


@dataclass(frozen=True, slots=True)
class AttendanceChanged:
    """Event: punches, leave, corrections or rules changed the day sheets of these days."""

    days: tuple[str, ...]
    """ISO days; empty: any."""
    staff: tuple[str, ...] = ()
    """Staff numbers; empty: any."""
    since: str = ""
    """First ISO day, if no days are named; empty: any."""
    until: str = ""
    """Last ISO day, if no days are named; empty: any."""


@dataclass(frozen=True, slots=True)
class PastChanged:
    """Event: a retroactive change was requested, confirmed, refused or withdrawn."""

    change: str


@dataclass(frozen=True, slots=True)
class RequestsChanged:
    """Event: leave or a correction was requested, decided, withdrawn or handed over."""

    case: str
    staff: str


@dataclass(frozen=True, slots=True)
class ChecksChanged:
    """Event: a spot check came due, a round changed, or a finding changed its state."""

    day: str
    check: str = ""


@dataclass(frozen=True, slots=True)
class BulletinChanged:
    """Event: a bulletin was drafted, edited, released, amended or acknowledged."""

    bulletin: str


Event = (
    TicketMoved
    | CallTold
    | WindowChanged
    | SlipOwed
    | SlipSettled
    | DeviceChanged
    | HallChanged
    | ReaderChanged
    | AttendanceChanged
    | PastChanged
    | RequestsChanged
    | ChecksChanged
    | BulletinChanged
)
Listener = Callable[[Event], None]
Forward = Callable[[list[Event]], None]
FilterNew = Callable[[list[Event]], list[Event]]

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}


def to_wire(event: Event) -> list[Any]:
    """Return an event as JSON values: its kind and its fields."""
    return [type(event).__name__, asdict(event)]


def of_wire(message: list[Any]) -> Event:
    """Return the event from the output of `to_wire`. Raises KeyError or TypeError if malformed."""
    kind = _KINDS[message[0]]
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in message[1].items()}
    event: Event = kind(**values)
    return event


class Bus:
    """Publisher of events to every listener, in order, and then to the other workers."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._own: list[Listener] = []
        self.forward: Forward = lambda _events: None
        """Function that publishes to the other workers; set by a server that has any."""
        self.filter_new: FilterNew = list
        """Filter for own events not delivered to this worker's listeners; set with `forward`."""

    def subscribe(self, listener: Listener, *, own: bool = False) -> None:
        """Add a listener; it must return quickly and hand longer work on.

        `own`: receive only events of this worker, so that each event is received once in a hall.
        """
        (self._own if own else self._listeners).append(listener)

    def publish(self, events: Iterable[Event]) -> None:
        """Publish the events of one action of this worker."""
        event_list = list(events)
        self.deliver(self.filter_new(event_list))
        self._call(self._own, event_list)
        if event_list:
            self.forward(event_list)

    def deliver(self, events: Iterable[Event]) -> None:
        """Deliver events to this worker's listeners only: from other workers, or replayed."""
        self._call(self._listeners, events)

    def _call(self, listeners: list[Listener], events: Iterable[Event]) -> None:
        for event in events:
            for listener in listeners:
                try:
                    listener(event)
                except Exception:
                    log.exception("listener failed", extra={"event": type(event).__name__})
