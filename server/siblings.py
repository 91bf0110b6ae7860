"""What the workers of one supervisor are told of each other when somebody asks one of them.

Each has a Unix socket in a private folder that the supervisor makes; whoever connects is told this
worker's figures and hung up on. It takes no words, so nothing can be asked of a worker by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent
from gevent import socket
from gevent.server import StreamServer

log = logging.getLogger(__name__)
FOLDER = "HALL_WORKERS"
"""Names the folder to the workers."""
ANSWER_SECONDS = 2.0


class Siblings:
    """The workers 0 … `count` - 1, of which this is `slot`; `tell`: what this one says.

    `patience`: seconds until one that has not answered is told of as not there.
    """

    def __init__(
        self,
        folder: Path,
        slot: int,
        count: int,
        tell: Callable[[], bytes],
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self._patience = patience
        self._folder = folder
        self._slot = slot
        self._count = count
        self._tell = tell
        self._server: StreamServer | None = None

    def open(self) -> None:
        """Answer the others from now on, in the place of one of this number that has died."""
        path = self._path(self._slot)
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            path.unlink(missing_ok=True)
            opened.bind(str(path))
            opened.listen()
        except OSError:
            log.exception("the other workers cannot ask this one")
            opened.close()
            return
        self._server = StreamServer(opened, self._answer)
        self._server.start()

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.stop()

    def ask(self) -> dict[int, bytes | None]:
        """What each of the others says; None for one that does not answer in time."""
        others = [slot for slot in range(self._count) if slot != self._slot]
        asked = {slot: gevent.spawn(self._said_by, slot) for slot in others}
        # Not `joinall(…, timeout)`: it counts from when the loop last looked at the clock, so after
        # a turn longer than the patience nobody would be asked. A Timeout looks again.
        with suppress(gevent.Timeout), gevent.Timeout(self._patience):
            gevent.joinall(list(asked.values()))
        gevent.killall([line for line in asked.values() if not line.ready()])
        return {slot: _said(line) for slot, line in asked.items()}

    def _said_by(self, slot: int) -> bytes:
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
        ):
            line.connect(str(self._path(slot)))
            said = b""
            while part := line.recv(65536):
                said += part
            return said
        return b""

    def _answer(self, line: Any, _address: object) -> None:
        with suppress(OSError):
            line.sendall(self._tell())

    def _path(self, slot: int) -> Path:
        return self._folder / str(slot)


def _said(line: Any) -> bytes | None:
    return line.value or None if isinstance(line.value, bytes) else None
