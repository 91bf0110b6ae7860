"""Link through a device file such as /dev/usb/lp0, opened for reading and writing.

It is opened O_RDWR, because write-only gives no status [RAN], and non-blocking, because the
kernel's usblp driver blocks for as long as the printer is out of paper.
"""

from __future__ import annotations

import contextlib
import os
import select
import time

from devices.link.errors import LinkError, LinkTimeoutError


class FileLink:
    """Link through one device file."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            raise LinkError(f"{path}: {error}") from error

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of `data`; see Link."""
        end = time.monotonic() + seconds
        unsent = memoryview(data)
        while unsent:
            remaining = end - time.monotonic()
            if remaining <= 0 or not select.select([], [self._file], [], remaining)[1]:
                raise LinkTimeoutError(f"{self._path}: {len(unsent)} bytes not taken")
            try:
                unsent = unsent[os.write(self._file, unsent) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise LinkError(f"{self._path}: {error}") from error

    def read(self, limit: int, seconds: float) -> bytes:
        """Return up to `limit` bytes as soon as there are any; see Link."""
        if not select.select([self._file], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            return os.read(self._file, limit)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkError(f"{self._path}: {error}") from error

    def flush(self, seconds: float) -> None:
        """Wait until the device accepts more: closing usblp aborts a running transfer."""
        if not select.select([], [self._file], [], max(0.0, seconds))[1]:
            raise LinkTimeoutError(f"{self._path}: the last bytes were not taken")

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):
            os.close(self._file)
