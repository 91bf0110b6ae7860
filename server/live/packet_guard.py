"""Filter of live messages: only text packets of the kinds that pages and agents send.

Socket.IO accepts more: binary events collect attachments in memory for as long as a client likes,
and an event that is *called* connect or disconnect runs the handlers of those moments. A connection
that sends such a packet, or an unreadable one, is closed; its content is not logged.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import gevent
from flask import Flask, Request
from flask_socketio import SocketIO
from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT
from werkzeug.wrappers import Response

from server.core.errors import HallError
from server.core.problems import problem, status_of
from server.web_api import Api
from server.web_api.limits import CONNECTIONS

log = logging.getLogger(__name__)
PATH = "/socket.io"
RESERVED = frozenset({"connect", "disconnect", "connect_error"})


def filter_packets(socketio: SocketIO) -> None:
    """Check every packet before Socket.IO handles it."""
    server = socketio.server
    inner = server._handle_eio_message  # noqa: SLF001 - there is no public way

    def check(line: str, data: Any) -> None:
        if is_valid_packet(server.packet_class, data):
            inner(line, data)
        else:
            log.info("a line that says what nobody of ours says is cut off")
            server.eio.disconnect(line)

    server.eio.on("message", check)


def count_handshakes(flask: Flask, api: Api) -> None:
    """Count new live connections against the limits, before Engine.IO allocates anything."""
    inner = flask.wsgi_app

    def counted(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if str(environ.get("PATH_INFO", "")).startswith(PATH):
            try:
                api.count(CONNECTIONS, Request(environ))
            except HallError as error:
                body = problem(error).model_dump_json()
                refused = Response(body, status_of(error), mimetype="application/json")
                return refused(environ, start)
        return inner(environ, start)

    flask.wsgi_app = counted  # type: ignore[method-assign,assignment]


def is_valid_packet(packet_class: type[Any], data: Any) -> bool:
    """Return True if a page or an agent can have sent this packet."""
    if not isinstance(data, str):
        return False
    try:
        packet = packet_class(encoded_packet=data)
    except (ValueError, TypeError, LookupError, RecursionError):
        return False
    if packet.packet_type in (CONNECT, DISCONNECT):
        return packet.data is None or isinstance(packet.data, dict)
    if packet.packet_type not in (EVENT, ACK) or not isinstance(packet.data, list):
        return False
    event = packet.data[0] if packet.data else ""
    return packet.packet_type == ACK or (isinstance(event, str) and event not in RESERVED)


def log_failures() -> None:
    """Log failures of greenlets in the usual format, without the data that they quote."""

    def failed(_context: object, kind: Any, value: Any, trace: Any) -> None:
        if kind is not None and not issubclass(kind, gevent.GreenletExit):
            log.error("background work failed", exc_info=(kind, value, trace))

    gevent.get_hub().print_exception = failed  # type: ignore[assignment,method-assign]
