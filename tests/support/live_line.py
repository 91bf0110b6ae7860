"""Lines of Socket.IO clients: their end, by the client or by a server that died."""

from __future__ import annotations

import functools
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from socketio.exceptions import SocketIOError

FAREWELL_SECONDS = 0.05


def hang_up(client: Any) -> None:
    """Disconnect a client for good, also if the server has ended only its feed.

    The library's reading thread consumes the closing frame for which its `close` then waits three
    seconds, for each client.
    """
    line = client.eio.ws
    if line is not None:
        line.close = functools.partial(line.close, timeout=FAREWELL_SECONDS)
    with suppress(SocketIOError, OSError):
        client.disconnect()
    with suppress(SocketIOError, OSError):
        client.eio.disconnect()
    _close(line)


def close_lost_socket(client: Any, after: Callable[[], object] = lambda: None) -> None:
    """Close the client's socket each time the line of its feed breaks, and call `after`.

    After a server's death the library leaves the socket to the garbage collector, which reports it
    in whatever test runs then.
    """

    def shut(*_reason: object) -> None:
        _close(client.eio.ws)
        after()

    client.on("disconnect", shut, namespace="/live")


def _close(line: Any) -> None:
    """Close a WebSocket's socket, and wake the thread that reads from it."""
    if line is not None and line.sock is not None:
        with suppress(OSError):
            line.sock.shutdown(socket.SHUT_RDWR)
        line.shutdown()
