"""Device end of a simulated cable: a pty with a descriptive symlink, or a TCP listener.

Bytes are paced by the baud rate (a pty does not do that by itself [RAN]), so that deadline mistakes
become visible. The pty's slave side is in raw mode before it is opened, or it would echo [RAN]. The
bytes are not interpreted.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

BITS_A_BYTE = 10
CHUNK = 32
PLUG_SECONDS = 5.0


class Wire(Protocol):
    """Cable end; `greet` is called for each connection and closes it by returning False."""

    greet: Callable[[], bool]
    hold: Callable[[], float]
    """Seconds for which the slot of a disconnected client stays blocked for the next one."""

    def start(self, receive: Callable[[bytes], None]) -> None:
        """Open the cable and pass received bytes to `receive`, in one thread."""

    def send(self, data: bytes) -> None:
        """Send to the connected client; dropped if there is none."""

    def drop(self) -> None:
        """Disconnect the client, if the cable has connections."""

    def plug(self, *, connected: bool) -> None:
        """Disconnect or reconnect the cable."""

    def stop(self) -> None:
        """Close the cable permanently."""


class _Waker:
    """Wakes a thread that waits in select."""

    def __init__(self) -> None:
        self.reader = self._writer = -1

    def open(self) -> None:
        self.reader, self._writer = os.pipe()
        os.set_blocking(self.reader, False)

    def wake(self) -> None:
        os.write(self._writer, b"x")

    def drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.reader, 64)

    def close(self) -> None:
        os.close(self.reader)
        os.close(self._writer)


class _Threaded:
    """Thread that serves one cable; subclasses open, serve and close it."""

    def __init__(self) -> None:
        self._waker = _Waker()
        self._plugged = True
        self._stopping = False
        self._is_open = False
        self._state = threading.Condition()
        self._receive: Callable[[bytes], None] = lambda _: None
        self.greet: Callable[[], bool] = lambda: True
        self.hold: Callable[[], float] = lambda: 0.0
        self._thread = threading.Thread(target=self._run, daemon=True, name="wire")

    def start(self, receive: Callable[[bytes], None]) -> None:
        """See Wire."""
        self._receive = receive
        self._waker.open()
        self._open()
        self._is_open = True
        self._thread.start()

    def plug(self, *, connected: bool) -> None:
        """Disconnect or reconnect the cable; return when it is done. See Wire."""
        with self._state:
            self._plugged = connected
            self._waker.wake()
            self._state.wait_for(lambda: self._is_open == self._plugged, PLUG_SECONDS)

    def stop(self) -> None:
        """See Wire."""
        self._stopping = True
        if self._thread.is_alive():
            self._waker.wake()
            self._thread.join(PLUG_SECONDS)
            self._waker.close()

    def _run(self) -> None:
        while not self._stopping:
            with self._state:
                if self._plugged != self._is_open:
                    (self._open if self._plugged else self._close)()
                    self._is_open = self._plugged
                    self._state.notify_all()
            if self._is_open:
                self._serve()
            else:
                select.select([self._waker.reader], [], [])
            self._waker.drain()
        if self._is_open:
            self._close()

    def _open(self) -> None:
        raise AssertionError

    def _close(self) -> None:
        raise AssertionError

    def _serve(self) -> None:
        """Serve until the waker fires."""
        raise AssertionError


class PtyWire(_Threaded):
    """Pty whose slave is linked at `path`; `scale` 0 turns the pacing off."""

    def __init__(self, path: Path, baud: int = 9600, scale: float = 1.0) -> None:
        super().__init__()
        self._path = path
        self._byte_seconds = BITS_A_BYTE / baud * scale
        self._master = -1
        self._slave = -1
        self._sending = threading.Lock()

    def send(self, data: bytes) -> None:
        """Send bytes, taking their transmission time. See Wire."""
        with self._sending:
            for start in range(0, len(data), 8):
                part = data[start : start + 8]
                time.sleep(len(part) * self._byte_seconds)
                with contextlib.suppress(OSError):
                    os.write(self._master, part)

    def drop(self) -> None:
        """Do nothing: a serial cable has no connections."""

    def _open(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(self._path.name + ".new")
        draft.unlink(missing_ok=True)
        draft.symlink_to(os.ttyname(self._slave))
        draft.replace(self._path)

    def _close(self) -> None:
        self._path.unlink(missing_ok=True)
        with self._sending:
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = -1

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._waker.reader], [], [])
            if self._waker.reader in ready:
                return
            try:
                data = os.read(self._master, CHUNK)
            except OSError:
                return
            time.sleep(len(data) * self._byte_seconds)
            self._receive(data)


class TcpWire(_Threaded):
    """TCP listener that serves one connection at a time, as TCP printers do [MEM].

    `port` 0 selects a free port.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__()
        self._host = host
        self.port = port
        self._listener: socket.socket | None = None
        self._peer: socket.socket | None = None
        self._free_at = 0.0

    def send(self, data: bytes) -> None:
        """See Wire."""
        peer = self._peer
        if peer is not None:
            with contextlib.suppress(OSError):
                peer.sendall(data)

    def drop(self) -> None:
        """See Wire."""
        peer = self._peer
        if peer is not None:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def _open(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self._host, self.port))
        listener.listen(8)
        self.port = listener.getsockname()[1]
        self._listener = listener

    def _close(self) -> None:
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def _hang_up(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None
            self._free_at = time.monotonic() + self.hold()

    def _serve(self) -> None:
        while self._listener is not None:
            blocked_seconds = self._free_at - time.monotonic() if self._peer is None else 0.0
            watched: socket.socket = self._peer or self._listener
            arrivals = [] if blocked_seconds > 0 else [watched.fileno()]
            timeout = blocked_seconds if blocked_seconds > 0 else None
            ready, _, _ = select.select([*arrivals, self._waker.reader], [], [], timeout)
            if self._waker.reader in ready:
                return
            if not ready:
                continue
            if self._peer is None:
                self._accept(self._listener)
            else:
                self._receive_from(self._peer)

    def _accept(self, listener: socket.socket) -> None:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        if self.greet():
            peer.settimeout(2.0)
            self._peer = peer
        else:
            peer.close()

    def _receive_from(self, peer: socket.socket) -> None:
        try:
            data = peer.recv(4096)
        except OSError:
            data = b""
        if data:
            self._receive(data)
        else:
            self._hang_up()
