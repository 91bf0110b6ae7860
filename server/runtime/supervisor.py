"""Supervisor of `hall serve --workers N`: starts workers, restarts dead ones, ends them together.

The port is opened once and shared: a free worker accepts a connection, and when a worker dies the
port stays open and the others accept the waiting connections. The supervisor serves nothing itself.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable

import gevent
from gevent import subprocess
from gevent.event import Event

from server.core.config import Config
from server.runtime.server import SUPERVISOR, listener
from server.runtime.worker_metrics import FOLDER

log = logging.getLogger(__name__)
AGAIN_SECONDS = 1.0
SHORTEST_LIFE = 5.0
STOP_SECONDS = 10.0
PORT_SECONDS = 10.0
PORT_AGAIN_SECONDS = 0.1


class Supervisor:
    """Supervisor of the workers. `words` is a worker's command line; number and port are added."""

    def __init__(self, config: Config, command: list[str]) -> None:
        self._words = command
        self._count = config.workers
        self._socket = _port(config)
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        self._ending = Event()
        self._folder = tempfile.mkdtemp(prefix="hallkeeper-workers-")  # a short path, and private
        self.port: int = self._socket.getsockname()[1]

    def run(self, ready: Callable[[int], None]) -> None:
        """Run until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, self._ending.set)
        keepers = [gevent.spawn(self._keep, slot) for slot in range(self._count)]
        ready(self.port)
        self._ending.wait()
        for worker in self._workers.values():
            worker.send_signal(signal.SIGTERM)
        gevent.joinall(keepers, STOP_SECONDS)
        for worker in self._workers.values():
            if worker.poll() is None:
                worker.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _keep(self, slot: int) -> None:
        fd = self._socket.fileno()
        environment = os.environ | {SUPERVISOR: str(os.getpid()), FOLDER: self._folder}
        while not self._ending.is_set():
            began = time.monotonic()
            words = [*self._words, "--fd", str(fd), "--slot", str(slot)]
            try:
                worker = subprocess.Popen(
                    words, pass_fds=(fd,), stdin=subprocess.DEVNULL, env=environment
                )
            except OSError:
                # Temporary: not enough memory for a process, or the program is being replaced.
                log.exception("worker %d cannot be started", slot)
                self._ending.wait(AGAIN_SECONDS)
                continue
            self._workers[slot] = worker
            code = worker.wait()
            if self._ending.is_set():
                return
            log.error("worker %d ended (%d), it is started again", slot, code)
            if time.monotonic() - began < SHORTEST_LIFE:
                self._ending.wait(AGAIN_SECONDS)


def _port(config: Config) -> socket.socket:
    """Open the port; workers of a killed supervisor release it within seconds."""
    end = time.monotonic() + PORT_SECONDS
    while True:
        try:
            return listener(config.host, config.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise
        gevent.sleep(PORT_AGAIN_SECONDS)


def worker_command() -> list[str]:
    """Return the command line of this process, for a worker."""
    return [sys.executable, "-P", "-m", "server.cli", *sys.argv[1:]]
