"""A TCP cable with a deadline on every call. It refuses to reconnect by itself."""

from __future__ import annotations

import contextlib
import select
import socket
import time

from devices.link.base import LinkError, LinkTimeoutError


class TcpLink:
    """One connection, non-blocking underneath; `seconds` bound the connecting."""

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
        rest = memoryview(data)
        while rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([], [self._socket], [], left)[1]:
                raise LinkTimeoutError(f"{self._name}: {len(rest)} bytes not taken")
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise LinkError(f"{self._name}: {error}") from error

    def read(self, limit: int, seconds: float) -> bytes:
        """Up to `limit` bytes; LinkError when the peer has hung up; see Link."""
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
        """The kernel sends by itself; see Link."""

    def close(self) -> None:
        """Finish sending and close."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()
