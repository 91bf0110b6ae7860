"""Common interface of simulated devices: name, fault switches, journal, observable state.

It contains no protocol; each kind's `simulator` module does.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
KEPT_EVENTS = 5_000


class Journal:
    """Numbered events of all devices; clients can wait for the next one."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._events: deque[dict[str, Json]] = deque(maxlen=KEPT_EVENTS)
        self._wall = wall
        self._number = 0
        self._closed = False
        self._condition = threading.Condition()

    @property
    def number(self) -> int:
        """Number of the newest event; 0 before the first."""
        with self._condition:
            return self._number

    def note(self, device: str, kind: str, **facts: Json) -> None:
        """Append an event."""
        with self._condition:
            self._number += 1
            entry: dict[str, Json] = {
                "seq": self._number,
                "at": self._wall(),
                "device": device,
                "kind": kind,
            }
            self._events.append({**entry, **facts})
            self._condition.notify_all()

    def since(self, number: int, seconds: float) -> list[dict[str, Json]]:
        """Return the events after `number`; wait up to `seconds` for the first."""
        with self._condition:
            self._condition.wait_for(lambda: self._number > number or self._closed, seconds)
            return [event for event in self._events if int(str(event["seq"])) > number]

    def wait_for(
        self, match: Callable[[Mapping[str, Json]], bool], seconds: float, since: int = 0
    ) -> dict[str, Json] | None:
        """Return the first matching event after `since`; None if none comes within `seconds`."""

        def first_match() -> dict[str, Json] | None:
            new_events = (event for event in self._events if int(str(event["seq"])) > since)
            return next((event for event in new_events if match(event)), None)

        with self._condition:
            return self._condition.wait_for(first_match, seconds)

    def close(self) -> None:
        """Wake every waiting thread."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


class UnknownFaultError(KeyError):
    """Error for a fault that the device does not have; the argument lists its faults."""


class Faults:
    """Fault switches of one device; `changed` is called after each change, without a lock."""

    def __init__(self, names: Sequence[str], changed: Callable[[str, bool], None]) -> None:
        self._states = dict.fromkeys(names, False)
        self._changed = changed
        self._lock = threading.Lock()

    def switch(self, name: str, *, on: bool) -> None:
        """Switch a fault; UnknownFaultError if the device does not have it."""
        with self._lock:
            if name not in self._states:
                raise UnknownFaultError(", ".join(self._states))
            changed = self._states[name] != on
            self._states[name] = on
        if changed:
            self._changed(name, on)

    def __getitem__(self, name: str) -> bool:
        return self._states[name]

    def as_dict(self) -> dict[str, bool]:
        """Return every fault and True if it is on."""
        with self._lock:
            return dict(self._states)


class HasFacts(Protocol):
    """Cable log, as the control channel reads it."""

    def facts(self) -> dict[str, Json]:
        """Return bus, link, baud rate, address, driver and the last frames."""


class Simulated(Protocol):
    """Interface of a simulated device."""

    name: str
    kind: str
    faults: Faults

    @property
    def cable(self) -> HasFacts:
        """Cable log of the device."""

    def start(self) -> None:
        """Open the device's end of the cable."""

    def stop(self) -> None:
        """Close the cable and end the threads."""

    def observable_state(self) -> dict[str, Json]:
        """Return the state that a person in front of the device would see."""


class Pressable(Protocol):
    """Device with keys."""

    def press(self, keys: str) -> None:
        """Press keys; ValueError if there is no such key."""


class HasSlips(Protocol):
    """Device with printed slips."""

    def picture(self, number: int) -> bytes:
        """Return a slip as PNG; KeyError if it is not stored."""

    def raw(self, number: int) -> bytes:
        """Return the bytes of a slip; KeyError if it is not stored."""


class Audible(Protocol):
    """Device whose sounds are stored."""

    def sound(self, number: int) -> bytes:
        """Return a sound as WAV; KeyError if it is not stored."""
