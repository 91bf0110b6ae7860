"""Lines of Socket.IO clients that outlive a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def close_lost_socket(client: Any, after: Callable[[], object] = lambda: None) -> None:
    """Close the client's socket each time the line of its feed breaks, and call `after`.

    After a server's death the library leaves the socket to the garbage collector, which reports it
    in whatever test runs then.
    """

    def shut(*_reason: object) -> None:
        if client.eio.ws is not None:
            client.eio.ws.shutdown()
        after()

    client.on("disconnect", shut, namespace="/live")
