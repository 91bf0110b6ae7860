"""TCP link with a deadline on every call. It never reconnects by itself."""

from __future__ import annotations

import contextlib
import select
import socket
import time

from devices.link.errors import LinkError, LinkTimeoutError


class TcpLink:
    """One non-blocking TCP connection; `seconds` limit the connect."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self._name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), timeout=seconds)
        except TimeoutError as error:
            raise LinkTimeoutError(f"{self._name}: no connection in {seconds:g} s") from error
        except OSError as error:
            raise LinkError(f"{self._name}: {error}") from error
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of `data`; see Link."""
        end = time.monotonic() + seconds
        unsent = memoryview(data)
        while unsent:
            remaining = end - time.monotonic()
            if remaining <= 0 or not select.select([], [self._socket], [], remaining)[1]:
                raise LinkTimeoutError(f"{self._name}: {len(unsent)} bytes not taken")
            try:
                unsent = unsent[self._socket.send(unsent) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise LinkError(f"{self._name}: {error}") from error

    def read(self, limit: int, seconds: float) -> bytes:
        """Return up to `limit` bytes; LinkError if the peer has closed the connection; see Link."""
        if not select.select([self._socket], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            data = self._socket.recv(limit)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkError(f"{self._name}: {error}") from error
        if not data:
            raise LinkError(f"{self._name}: closed by the device")
        return data

    def flush(self, seconds: float) -> None:
        """Do nothing: the kernel sends by itself; see Link."""

    def close(self) -> None:
        """Finish sending and close."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()
