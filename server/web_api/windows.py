"""Storage for the library `limits`, for one process or for several that share a Redis.

The library's own memory storage has a timer that scans every counter a hundred times a second,
so a flood of addresses would stop the hall. Here a whole window is dropped at once when it
ends. The library's Redis is used in the background of the requests: each worker counts locally
at once, adds its counts to the common counter a moment later and receives the sum. A slow or
unavailable Redis delays no request, and none is rejected because of it.
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
"""Maximum number of counters of one window; later keys share `SHARED` counters."""
SHARED = 4096
SEND_SECONDS = 0.1
RETRY_SECONDS = 2.0
SOCKET_TIMEOUT = 1.0
MAX_BATCH = 500
"""Maximum number of counters sent in one round; the rest follows in the next."""


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
        """Return the error class that the library requires; this storage raises none."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add `amount` and return the sum in the window."""
        number, counts = self.window(expiry)
        return self.add(key, expiry, number, counts, amount)

    def window(self, expiry: int) -> tuple[int, dict[str, int]]:
        """Return the number of the current window and its counters."""
        number = int(self._now() // expiry)
        window = self._windows.get(expiry)
        if window is None or window[0] != number:
            window = self._windows[expiry] = number, {}
        return window

    def add(self, key: str, expiry: int, number: int, counts: dict[str, int], amount: int) -> int:  # noqa: ARG002
        """Add to an open window; in a full one new keys share counters, and none is dropped."""
        if key not in counts and len(counts) >= self._most:
            key = f"shared/{crc32(key.encode('utf-8', 'replace')) % SHARED}"
        total = counts[key] = counts.get(key, 0) + amount
        return total

    def get(self, key: str) -> int:
        """Return the highest count of a key in the open windows."""
        return max((counts.get(key, 0) for _, counts in self._windows.values()), default=0)

    def get_expiry(self, key: str) -> float:
        """Return the time at which the window of a key ends."""
        ends = [(n + 1) * length for length, (n, counts) in self._windows.items() if key in counts]
        return max(ends, default=self._now())

    def check(self) -> bool:
        """Return True: memory is always available."""
        return True

    def reset(self) -> int:
        """Delete all counters and return their number."""
        count = self.size()
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Delete one key."""
        for _, counts in self._windows.values():
            counts.pop(key, None)

    def size(self) -> int:
        """Return the number of counters."""
        return sum(len(counts) for _, counts in self._windows.values())


class SharedWindows(Windows):
    """Counters that workers share with a short delay through a common storage."""

    def __init__(
        self,
        common: Storage,
        now: Callable[[], float] = time.time,
        most: int = MOST_KEYS,
    ) -> None:
        super().__init__(now, most)
        self._common = common
        self._unsent: dict[tuple[int, int, str], int] = {}
        self._connected = True

    def add(self, key: str, expiry: int, number: int, counts: dict[str, int], amount: int) -> int:
        """Add locally; the amount waits to be sent, within the maximum number of counters."""
        counter = expiry, number, key
        if counter in self._unsent or len(self._unsent) < self._most:
            self._unsent[counter] = self._unsent.get(counter, 0) + amount
        return super().add(key, expiry, number, counts, amount)

    def send(self) -> int:
        """Send a batch to the common counters, store their sums, and return its size.

        Raises the errors of the common storage.
        """
        batch = [(key, self._unsent.pop(key)) for key in list(self._unsent)[:MAX_BATCH]]
        for (expiry, number, key), amount in batch:
            if self.window(expiry)[0] != number:
                continue  # the window has ended
            total = self._common.incr(f"{key}/{number}", expiry, amount)
            open_now, counts = self.window(expiry)  # the window may have ended during the request
            if open_now == number and key in counts:
                counts[key] = max(counts[key], total)
        return len(batch)

    def run(self) -> None:
        """Send counts for ever; runs in its own greenlet."""
        while True:
            try:
                count = self.send()
                self._connected = True
            except Exception as error:  # noqa: BLE001 - after any error this worker counts alone
                if self._connected:
                    log.warning("limits are not shared: %s", type(error).__name__)
                self._connected = False
                gevent.sleep(RETRY_SECONDS)
                continue
            gevent.sleep(0 if count == MAX_BATCH else SEND_SECONDS)


def shared_by_redis(url: str) -> SharedWindows:
    """Return counters that workers share through this Redis."""
    shared = SharedWindows(
        RedisStorage(
            url,
            None,
            "hallkeeper-limits",
            False,
            socket_timeout=SOCKET_TIMEOUT,
            socket_connect_timeout=SOCKET_TIMEOUT,
        )
    )
    gevent.spawn(shared.run)
    return shared
