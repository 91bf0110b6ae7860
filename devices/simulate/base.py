"""What every simulated device has: a name, fault switches, a journal, and something to look at.

It refuses to know any protocol; each kind's `simulator` module does that.
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
    """Numbered events of all devices; readers may wait for the next one."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._events: deque[dict[str, Json]] = deque(maxlen=KEPT_EVENTS)
        self._wall = wall
        self._number = 0
        self._closed = False
        self._condition = threading.Condition()

    @property
    def number(self) -> int:
        """The newest event's number; 0 before the first."""
        with self._condition:
            return self._number

    def note(self, device: str, kind: str, **facts: Json) -> None:
        """Add an event."""
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
        """Events after `number`; waits up to `seconds` for the first."""
        with self._condition:
            self._condition.wait_for(lambda: self._number > number or self._closed, seconds)
            return [event for event in self._events if int(str(event["seq"])) > number]

    def wait_for(
        self, match: Callable[[Mapping[str, Json]], bool], seconds: float, since: int = 0
    ) -> dict[str, Json] | None:
        """The first event after `since` that matches; None if there is none within `seconds`."""

        def found() -> dict[str, Json] | None:
            fresh = (event for event in self._events if int(str(event["seq"])) > since)
            return next((event for event in fresh if match(event)), None)

        with self._condition:
            return self._condition.wait_for(found, seconds)

    def close(self) -> None:
        """Wake everyone who waits."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


class UnknownFaultError(KeyError):
    """The device has no such fault; the argument lists those it has."""


class Faults:
    """The fault switches of one device; `changed` is called after each change, without a lock."""

    def __init__(self, names: Sequence[str], changed: Callable[[str, bool], None]) -> None:
        self._states = dict.fromkeys(names, False)
        self._changed = changed
        self._lock = threading.Lock()

    def switch(self, name: str, *, on: bool) -> None:
        """Switch a fault; UnknownFaultError when the device has none of that name."""
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
        """Every fault and whether it is on."""
        with self._lock:
            return dict(self._states)


class Simulated(Protocol):
    """One simulated device."""

    name: str
    kind: str
    faults: Faults

    def start(self) -> None:
        """Open its end of the cable."""

    def stop(self) -> None:
        """Close it and end its threads."""

    def shows(self) -> dict[str, Json]:
        """What a person standing before it would see."""


class Pressable(Protocol):
    """A device with keys."""

    def press(self, keys: str) -> None:
        """Press keys; ValueError when there is no such key."""


class Papered(Protocol):
    """A device whose paper can be looked at."""

    def picture(self, number: int) -> bytes:
        """A slip as PNG; KeyError when it is not kept."""

    def raw(self, number: int) -> bytes:
        """The bytes of a slip; KeyError when it is not kept."""


class Audible(Protocol):
    """A device whose sounds can be played again."""

    def sound(self, number: int) -> bytes:
        """A sound as WAV; KeyError when it is not kept."""
