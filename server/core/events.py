"""Worker bus: events of the hall, published to subscribers after the commit.

Events are small frozen facts. A listener that fails is logged and cannot undo or delay the action.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, asdict, dataclass, field, fields
from functools import cache
from typing import Any, cast

from server.core.rooms import modules

log = logging.getLogger(__name__)


OWN: Mapping[str, bool] = {"own": True}
"""Metadata of a field that other workers do not get; they see its default."""


class Event:
    """Base of the rooms' events: frozen dataclasses of JSON values, declared in `events.py`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class HallChanged(Event):
    """Event: business data, settings, accounts or the business day changed."""

    what: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttendanceChanged(Event):
    """Event: punches, leave, corrections or rules changed the day sheets of these days."""

    days: tuple[str, ...]
    """ISO days; empty: any."""
    staff: tuple[str, ...] = ()
    """Staff numbers; empty: any."""
    since: str = ""
    """First ISO day, if no days are named; empty: any."""
    until: str = ""
    """Last ISO day, if no days are named; empty: any."""


Listener = Callable[[Event], None]
Forward = Callable[[list[Event]], None]
FilterNew = Callable[[list[Event]], list[Event]]


@cache
def kinds() -> dict[str, type[Event]]:
    """Return the kinds of events of every room, by name."""
    return {
        name: value
        for module in modules("events")
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Event) and value is not Event
    }


def to_wire(event: Event) -> list[Any]:
    """Return an event as JSON values: its kind and its fields."""
    values = asdict(cast("Any", event))
    return [type(event).__name__, {f.name: values[f.name] for f in sent_fields(type(event))}]


def sent_fields(kind: type[Event]) -> tuple[Field[Any], ...]:
    """Return the fields of an event that other workers get."""
    return tuple(entry for entry in fields(cast("Any", kind)) if "own" not in entry.metadata)


def of_wire(message: list[Any]) -> Event:
    """Return the event from the output of `to_wire`. Raises KeyError or TypeError if malformed."""
    kind = kinds()[message[0]]
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


@dataclass(frozen=True, slots=True)
class RequestsChanged(Event):
    """Event: leave or a correction was requested, decided, withdrawn or handed over."""

    case: str
    staff: str
