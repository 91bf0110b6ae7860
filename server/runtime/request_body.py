"""Request body as received: an unambiguous end, and a deadline.

The consumer of the body limits it (`server.web_api.bound_body`); nothing is read before it is
requested. A truncated body or invalid chunks are rejected (400) and end the connection, because the
start of the next request is unknown.
"""

from __future__ import annotations

import io
import re
from typing import Any

from werkzeug.exceptions import BadRequest

LONGEST_CHUNK_LINE = 256
MOST_TRAILERS = 20
MAX_DROPPED_OF_UNKNOWN = 64 * 1024
MAX_DROPPED_OF_KNOWN = 32 * 1024 * 1024
"""Maximum bytes of an unread body that are dropped, so that the client reads its rejection."""
LEFT_SECONDS = 5.0
PIECE = 64 * 1024
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BrokenBodyError(BadRequest):
    """Error for a truncated body or invalid chunks."""


class Body(io.RawIOBase):
    """Body of one request. `handler` is the connection's, with its reader and deadlines."""

    def __init__(self, handler: Any, length: int, *, chunked: bool, expects: bool) -> None:
        super().__init__()
        self._handler = handler
        self._reader = handler.rfile
        self._left = length
        """Missing bytes of the body, or of the current chunk."""
        self._chunked = chunked
        self._first = True
        self._over = not chunked and not length
        self._expects = expects
        waits = handler.waits
        self._seconds = waits.body + (0.0 if chunked else length / waits.slowest)
        self._until = 0.0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the available data, waiting for the first; raises BrokenBodyError."""
        if self._over or not len(buffer):
            return 0
        connection = self._handler.connection
        if self._expects:
            self._expects = False
            self._handler.socket.sendall(_CONTINUE)
        if not self._until:
            self._until = self._handler.server.connections.steady() + self._seconds
        connection.busy, connection.deadline = False, self._until
        try:
            return self._piece(buffer)
        except (OSError, ValueError):
            raise self._broken() from None
        finally:
            connection.mark_busy()

    def _piece(self, buffer: Any) -> int:
        if self._chunked and not self._left:
            self._next_chunk()
            if self._over:
                return 0
        count = min(len(buffer), self._left)
        got: int = self._reader.readinto1(memoryview(buffer)[:count])
        if not got:
            raise self._broken()
        self._left -= got
        self._over = not self._chunked and not self._left
        return got

    def _next_chunk(self) -> None:
        if not self._first and self._reader.readline(2) != b"\r\n":
            raise self._broken()
        self._first = False
        size = _SIZE.fullmatch(self._reader.readline(LONGEST_CHUNK_LINE))
        if size is None:
            raise self._broken()
        self._left = int(size[1], 16)
        if self._left:
            return
        for _ in range(MOST_TRAILERS):
            line = self._reader.readline(LONGEST_CHUNK_LINE)
            if line == b"\r\n":
                self._over = True
                return
            if not line.endswith(b"\r\n") or b":" not in line:
                break
        raise self._broken()

    def _broken(self) -> BrokenBodyError:
        self._over = True
        self._handler.close_connection = True
        return BrokenBodyError()

    def _discard(self) -> None:
        """Drop the unread rest or end the connection; called after the answer is sent."""
        if self._over:
            return
        if self._expects:
            self._handler.close_connection = True
            return
        handler = self._handler
        remaining = MAX_DROPPED_OF_KNOWN if handler.connection.name else MAX_DROPPED_OF_UNKNOWN
        self._until = handler.server.connections.steady() + LEFT_SECONDS
        piece = bytearray(PIECE)
        try:
            while remaining > 0 and (got := self.readinto(piece)):
                remaining -= got
        except BrokenBodyError:
            return
        if not self._over:
            handler.close_connection = True
