"""UDP link with a deadline on every call: one datagram per write and per read, never repeated."""

from __future__ import annotations

import select
import socket

from devices.link.errors import LinkError

LARGEST = 65_535


class UdpLink:
    """Socket that exchanges datagrams with one address only."""

    def __init__(self, host: str, port: int) -> None:
        self._name = f"{host}:{port}"
        try:
            kind = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(kind[0], kind[1])
            self._socket.connect(kind[4])
        except OSError as error:
            raise LinkError(f"{self._name}: {error}") from error
        self._socket.setblocking(False)

    def write(self, data: bytes, seconds: float) -> None:
        """Send one datagram; see Link."""
        select.select([], [self._socket], [], max(0.0, seconds))
        try:
            self._socket.send(data)
        except OSError as error:
            raise LinkError(f"{self._name}: {error}") from error

    def read(self, limit: int, seconds: float) -> bytes:
        """Return one datagram, whole if `limit` allows; see Link."""
        if not select.select([self._socket], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            return self._socket.recv(max(limit, LARGEST))
        except BlockingIOError:
            return b""
        except OSError as error:
            # No process listens on that port: the kernel reports it on the next call.
            raise LinkError(f"{self._name}: {error}") from error

    def flush(self, seconds: float) -> None:
        """Do nothing: a datagram has left once it is sent; see Link."""

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
