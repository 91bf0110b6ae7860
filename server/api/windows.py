"""Storage of the library `limits` for one process, and for several that share a Redis.

The library's own memory keeps a timer that looks at every counter a hundred times a second, which
a flood of addresses would turn into the work that stops the hall. Here a whole window is dropped at
once when it ends. The library's Redis is asked behind the back of the requests: each worker counts
by itself at once, adds what it counted to the common counter a moment later and learns the sum. A
Redis that is slow or gone costs nobody a wait, and nobody is refused for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from zlib import crc32

import gevent
from limits.storage import RedisStorage, Storage

log = logging.getLogger(__name__)
MOST_KEYS = 50_000
"""Counters of one window; whoever comes later shares one of `SHARED` counters."""
SHARED = 4096
TELL_SECONDS = 0.1
RETRY_SECONDS = 2.0
LINE_SECONDS = 1.0
MOST_TOLD = 500
"""Counters that are told in one round; what is left follows in the next."""


class Windows(Storage):
    """Counters in windows that begin at the same time for all keys and are dropped as a whole."""

    STORAGE_SCHEME = None

    def __init__(self, now: Callable[[], float] = time.time, most: int = MOST_KEYS) -> None:
        super().__init__()
        self._now = now
        self._most = most
        self._windows: dict[int, tuple[int, dict[str, int]]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return the library's word for errors; this storage has none."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` and return the sum of the window."""
        number, counts = self.window(expiry)
        return self.add(key, expiry, number, counts, amount)

    def window(self, expiry: int) -> tuple[int, dict[str, int]]:
        """Return the number of the window that is open now, and its counters."""
        number = int(self._now() // expiry)
        window = self._windows.get(expiry)
        if window is None or window[0] != number:
            window = self._windows[expiry] = number, {}
        return window

    def add(self, key: str, expiry: int, number: int, counts: dict[str, int], amount: int) -> int:  # noqa: ARG002
        """Count in an open window; a full one counts newcomers together, and forgets nobody."""
        if key not in counts and len(counts) >= self._most:
            key = f"shared/{crc32(key.encode('utf-8', 'replace')) % SHARED}"
        total = counts[key] = counts.get(key, 0) + amount
        return total

    def get(self, key: str) -> int:
        """Return the sum of a key in whatever window is open."""
        return max((counts.get(key, 0) for _, counts in self._windows.values()), default=0)

    def get_expiry(self, key: str) -> float:
        """Return when the window of a key ends."""
        ends = [(n + 1) * length for length, (n, counts) in self._windows.items() if key in counts]
        return max(ends, default=self._now())

    def check(self) -> bool:
        """Return True: memory is always there."""
        return True

    def reset(self) -> int:
        """Drop everything."""
        count = self.size()
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Drop one key."""
        for _, counts in self._windows.values():
            counts.pop(key, None)

    def size(self) -> int:
        """Return how many counters there are."""
        return sum(len(counts) for _, counts in self._windows.values())


class SharedWindows(Windows):
    """The same, and the sums of all workers over a common storage, a moment later."""

    def __init__(
        self,
        common: Storage,
        now: Callable[[], float] = time.time,
        most: int = MOST_KEYS,
    ) -> None:
        super().__init__(now, most)
        self._common = common
        self._untold: dict[tuple[int, int, str], int] = {}
        self._reached = True

    def add(self, key: str, expiry: int, number: int, counts: dict[str, int], amount: int) -> int:
        """Count here; what is not yet told waits, as much of it as there may be counters."""
        counter = expiry, number, key
        if counter in self._untold or len(self._untold) < self._most:
            self._untold[counter] = self._untold.get(counter, 0) + amount
        return super().add(key, expiry, number, counts, amount)

    def tell(self) -> int:
        """Add to the common counters and learn their sums; returns how many. Raises its errors."""
        batch = [(key, self._untold.pop(key)) for key in list(self._untold)[:MOST_TOLD]]
        for (expiry, number, key), amount in batch:
            if self.window(expiry)[0] != number:
                continue  # that window is over
            total = self._common.incr(f"{key}/{number}", expiry, amount)
            open_now, counts = self.window(expiry)  # the answer took its time
            if open_now == number and key in counts:
                counts[key] = max(counts[key], total)
        return len(batch)

    def run(self) -> None:
        """Tell for ever; a greenlet of its own."""
        while True:
            try:
                count = self.tell()
                self._reached = True
            except Exception as error:  # noqa: BLE001 - whatever it is, this worker counts alone
                if self._reached:
                    log.warning("limits are not shared: %s", type(error).__name__)
                self._reached = False
                gevent.sleep(RETRY_SECONDS)
                continue
            gevent.sleep(0 if count == MOST_TOLD else TELL_SECONDS)


def shared_by_redis(url: str) -> SharedWindows:
    """Return counters that workers share over this Redis."""
    shared = SharedWindows(
        RedisStorage(
            url,
            None,
            "hallkeeper-limits",
            False,
            socket_timeout=LINE_SECONDS,
            socket_connect_timeout=LINE_SECONDS,
        )
    )
    gevent.spawn(shared.run)
    return shared
