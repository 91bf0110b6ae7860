"""Worker metrics: exchange of metrics between the workers of one supervisor.

Each worker has a Unix socket in a private folder that the supervisor creates. A client that
connects receives this worker's metrics and is disconnected. The socket reads nothing, so a worker
cannot be controlled through it.
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
"""Environment variable with the folder of the sockets, for the workers."""
ANSWER_SECONDS = 2.0


class WorkerMetrics:
    """Workers 0 … `count` - 1, of which this is `slot`; `tell` returns this one's metrics.

    `patience`: seconds after which a worker without an answer counts as missing.
    """

    def __init__(
        self,
        folder: Path,
        slot: int,
        count: int,
        own_metrics: Callable[[], bytes],
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self._patience = patience
        self._folder = folder
        self._slot = slot
        self._count = count
        self._tell = own_metrics
        self._server: StreamServer | None = None

    def open(self) -> None:
        """Serve this worker's metrics from now on, in place of a dead worker of the same number."""
        path = self._path(self._slot)
        unix_socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            path.unlink(missing_ok=True)
            unix_socket.bind(str(path))
            unix_socket.listen()
        except OSError:
            log.exception("the other workers cannot ask this one")
            unix_socket.close()
            return
        self._server = StreamServer(unix_socket, self._answer)
        self._server.start()

    def close(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.stop()

    def read_others(self) -> dict[int, bytes | None]:
        """Return the metrics of each other worker; None for one that does not answer in time."""
        others = [slot for slot in range(self._count) if slot != self._slot]
        replies = {slot: gevent.spawn(self._read_from, slot) for slot in others}
        # Not `joinall(…, timeout)`: it counts from the loop's last reading of the clock, so after a
        # turn longer than the patience no worker would be queried. A Timeout reads the clock again.
        with suppress(gevent.Timeout), gevent.Timeout(self._patience):
            gevent.joinall(list(replies.values()))
        gevent.killall([line for line in replies.values() if not line.ready()])
        return {slot: _reply_of(line) for slot, line in replies.items()}

    def _read_from(self, slot: int) -> bytes:
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
        ):
            line.connect(str(self._path(slot)))
            data = b""
            while part := line.recv(65536):
                data += part
            return data
        return b""

    def _answer(self, line: Any, _address: object) -> None:
        with suppress(OSError):
            line.sendall(self._tell())

    def _path(self, slot: int) -> Path:
        return self._folder / str(slot)


def _reply_of(line: Any) -> bytes | None:
    return line.value or None if isinstance(line.value, bytes) else None
