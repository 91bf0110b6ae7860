"""Server with direct broadcasts in a process of its own: `broadcast_process.py`.

Run as a program, never imported: gevent must patch the standard library before anything else is
loaded. It serves the Socket.IO namespace /live on a free port with the libraries, the HTTP server
and the broadcast of a hall, but without a hall. It writes its port as a line of JSON. Each line
that it reads is one command, answered by one line with its state:

    send N SIZE     send the event `state` with {"n": N, "x": SIZE letters} to everybody
    emit N SIZE     send it as one of Socket.IO's own messages
    queue N SIZE    the same, behind everything that is queued
    pair N SIZE     queue N and send N + 1 before any client is served
    ping SECONDS    send the pings that are due so many seconds later than now
    cut             end the connection that is first in the list
    state           count the running greenlets, too
"""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402
import gevent.socket  # noqa: E402
from flask import Flask, request  # noqa: E402
from flask_socketio import SocketIO, join_room  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402

from server.live.allowance import AGENT  # noqa: E402
from server.live.broadcast import Direct  # noqa: E402
from server.runtime.wsgi_handler import Handler, Server  # noqa: E402

SPACE, ROOM = "/live", "all"
PING_SECONDS, ANSWER_SECONDS = 1000, 15
SEND_BUFFER = 16_384
"""Bytes that the kernel holds for a client that does not read, so that few messages fill it."""


class BroadcastServer:
    """Server, and the commands that it obeys."""

    def __init__(self) -> None:
        flask = Flask(__name__)
        self.io = SocketIO(
            flask,
            async_mode="gevent",
            transports=["websocket"],
            cors_allowed_origins=None,
            ping_interval=PING_SECONDS,
            ping_timeout=ANSWER_SECONDS,
            manage_session=False,
        )
        self.direct = Direct(self.io)
        self.io.on_event("connect", self._connect, namespace=SPACE)
        self.io.on_event("echo", lambda text: text, namespace=SPACE)
        listener = gevent.socket.socket()
        listener.setsockopt(gevent.socket.SOL_SOCKET, gevent.socket.SO_SNDBUF, SEND_BUFFER)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.port = listener.getsockname()[1]
        server = Server(listener, flask, handler_class=Handler, log=None)
        server.start()

    def _connect(self, _auth: object = None) -> None:
        join_room(ROOM)
        self.direct.mark_joined(request.sid, SPACE, AGENT)  # type: ignore[attr-defined]

    def obey(self, command: str, *numbers: str) -> None:
        """Carry out one command."""
        if command == "send":
            self.direct.send("state", state_json(*numbers), ROOM, SPACE)
        elif command == "emit":
            self.io.emit("state", json.loads(state_json(*numbers)), to=ROOM, namespace=SPACE)
        elif command == "queue":
            self.direct.send_queued("state", state_json(*numbers), ROOM, SPACE)
        elif command == "pair":
            self.obey("queue", *numbers)
            self.obey("send", str(int(numbers[0]) + 1), numbers[1])
        elif command == "ping":
            self.direct.ping_due(time.monotonic() + float(numbers[0]))
        elif command == "cut":
            self.direct.cut_off(next(iter(self.io.server.eio.sockets)))

    def state(self) -> dict[str, int]:
        """Return the number of packets that the command queued and of connections."""
        sockets = self.io.server.eio.sockets
        queued = sum(socket.queue.qsize() for socket in sockets.values())
        gevent.idle()
        return {"queued": queued, "sockets": len(sockets)}


def state_json(number: str, size: str) -> str:
    """Return a state with a number and so many letters."""
    return json.dumps({"n": int(number), "x": "x" * int(size)})


def count_greenlets() -> int:
    """Return the number of greenlets that run or wait."""
    return sum(isinstance(each, gevent.Greenlet) and not each.dead for each in gc.get_objects())


def say(fields: dict[str, int]) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Obey commands until standard input ends."""
    server = BroadcastServer()
    say({"port": server.port})
    for line in FileObject(0, "r", closefd=False):
        server.obey(*line.split())
        more = {"greenlets": count_greenlets()} if line.startswith("state") else {}
        say(server.state() | more)


if __name__ == "__main__":
    main()
