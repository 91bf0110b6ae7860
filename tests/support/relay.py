"""Line of two servers that can be cut: a TCP relay on this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

PIECE = 64 * 1024
SHUT, END = socket.SHUT_RDWR, 5.0


class Relay:
    """Relay to a port: `with Relay(port) as relay: … relay.cut()`.

    A cut line refuses and drops every connection. A mute one takes them and passes nothing on,
    like a switch that has died: both ends wait.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._whole = threading.Event()
        self._whole.set()
        self._refuses = False
        self._ended = False
        self.connections = 0

    @property
    def url(self) -> str:
        """Address of the main server for the branch."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Relay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ended = True
        self._listener.close()
        self._whole.set()
        self._drop()

    def cut(self) -> None:
        """Cut the line: connections are reset, new ones too."""
        self._refuses = True
        self._drop()

    def mute(self) -> None:
        """Let the line swallow everything, in both directions, without closing anything."""
        self._whole.clear()

    def mend(self) -> None:
        """Mend the line; what a mute one has swallowed is lost with its connections."""
        if not self._whole.is_set():
            self._drop()
        self._refuses = False
        self._whole.set()

    def _drop(self) -> None:
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(SHUT)
            self._open.clear()

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._refuses:
                near.close()
                continue
            self.connections += 1
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near:
            try:
                far = socket.create_connection(("127.0.0.1", self._target), END)
            except OSError:
                return
            with far:
                far.settimeout(None)
                with self._lock:
                    self._open |= {near, far}
                back = threading.Thread(target=self._pump, args=(far, near), daemon=True)
                back.start()
                self._pump(near, far)
                back.join()
            with self._lock:
                self._open -= {near, far}

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                self._whole.wait()
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(SHUT)
