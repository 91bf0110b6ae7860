"""Serial link through pyserial, 8N1, with a deadline on every call.

Parity and the kernel's RS-485 mode are not supported: both fail on a pty [RAN], and the devices of
a hall use 8N1. The port is opened exclusively, so that two processes cannot share one bus by
mistake.
"""

from __future__ import annotations

import contextlib

import serial

from devices.link.errors import LinkError, LinkTimeoutError


class SerialLink:
    """Link through one serial port; `path` may be a symlink."""

    def __init__(self, path: str, baud: int, flow: str = "none") -> None:
        self._path = path
        try:
            self._port = serial.Serial(
                path,
                baud,
                timeout=0,
                write_timeout=1,
                exclusive=True,
                xonxoff=flow == "xonxoff",
                rtscts=flow == "rtscts",
                dsrdtr=flow == "dsrdtr",
            )
        except (OSError, ValueError) as error:
            raise LinkError(f"{path}: {error}") from error

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of `data`; see Link."""
        try:
            self._port.write_timeout = max(0.01, seconds)
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise LinkTimeoutError(f"{self._path}: {len(data)} bytes not taken") from error
        except (OSError, TypeError) as error:
            raise LinkError(f"{self._path}: {error}") from error

    def read(self, limit: int, seconds: float) -> bytes:
        """Return up to `limit` bytes as soon as there are any; see Link."""
        try:
            self._port.timeout = max(0.0, seconds)
            first: bytes = self._port.read(1)
            if not first:
                return b""
            waiting = min(self._port.in_waiting, limit - 1)
            return first + (self._port.read(waiting) if waiting else b"")
        # pyserial raises TypeError when its descriptor has been closed meanwhile.
        except (OSError, TypeError) as error:
            raise LinkError(f"{self._path}: {error}") from error

    def flush(self, seconds: float) -> None:
        """Do nothing: the port has the bytes; only the printer's reply shows their arrival."""

    def close(self) -> None:
        """Release the port."""
        with contextlib.suppress(OSError, TypeError):
            self._port.close()
