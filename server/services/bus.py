"""Events of the hall and who wants to hear them, after the commit, never before.

Events are small frozen facts. A listener that fails is logged and cannot undo or delay the act.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

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
    line: int = 0
    """The number of its line in the journal, by which it is told once."""


@dataclass(frozen=True, slots=True)
class CallTold:
    """A call was spoken, was not, or was called out by the clerk."""

    ticket: str
    window: str


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
    since: str = ""
    """With no days named: none before this ISO day; empty: any."""
    until: str = ""
    """With no days named: none after this ISO day; empty: any."""


@dataclass(frozen=True, slots=True)
class PastChanged:
    """A change of the past was asked for, confirmed, refused or withdrawn."""

    change: str


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
Untold = Callable[[list[Event]], list[Event]]

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}


def to_wire(event: Event) -> list[Any]:
    """An event as JSON can carry it: its kind and its fields."""
    return [type(event).__name__, asdict(event)]


def of_wire(said: list[Any]) -> Event:
    """The event that `to_wire` was given. Raises KeyError or TypeError for another's words."""
    kind = _KINDS[said[0]]
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in said[1].items()}
    event: Event = kind(**values)
    return event


class Bus:
    """Tells every listener every event, in order, and afterwards the other workers."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._own: list[Listener] = []
        self.forward: Forward = lambda _events: None
        """Tells the other workers; set by the server that has any."""
        self.untold: Untold = list
        """What of its own acts this worker's listeners were not told before; set with `forward`."""

    def listen(self, listener: Listener, *, own: bool = False) -> None:
        """Add a listener; it must return quickly and hand longer work on.

        `own`: only of what happened at this worker, so that each event is heard once in a hall.
        """
        (self._own if own else self._listeners).append(listener)

    def publish(self, events: Iterable[Event]) -> None:
        """Tell the events of one act that happened here."""
        told = list(events)
        self.deliver(self.untold(told))
        self._tell(self._own, told)
        if told:
            self.forward(told)

    def deliver(self, events: Iterable[Event]) -> None:
        """Tell the listeners of this worker only: of what another did, or was found out."""
        self._tell(self._listeners, events)

    def _tell(self, listeners: list[Listener], events: Iterable[Event]) -> None:
        for event in events:
            for listener in listeners:
                try:
                    listener(event)
                except Exception:
                    log.exception("listener failed", extra={"event": type(event).__name__})
