"""Lower bound of a broadcast: a plain loop that sends the same bytes over sockets.

`python -m bench.plain_sends --screens N` prints its port, accepts N connections, and answers each
`{"bytes": n}` with the CPU seconds of one round of sends.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import time
from typing import Any

from bench.harness import gc_paused, serve_requests


def text_frame(size: int) -> bytes:
    """Return a text frame of `size` bytes as a server sends it."""
    return b"\x81\x7e" + size.to_bytes(2, "big") + b'42/live,["state"'.ljust(size, b"x")


def main() -> None:
    """Answer requests of the parent process."""
    options = argparse.ArgumentParser()
    options.add_argument("--screens", type=int, required=True)
    count = options.parse_args().screens
    listener = socket.create_server(("127.0.0.1", 0), backlog=count)
    sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
    sys.stdout.flush()
    lines = [listener.accept()[0] for _ in range(count)]
    for line in lines:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def act(request: dict[str, Any]) -> dict[str, float]:
        frame = text_frame(request["bytes"])
        with gc_paused():
            start = time.process_time()
            for line in lines:
                line.sendall(frame)
            return {"cpu": time.process_time() - start}

    serve_requests(act)
    for line in [*lines, listener]:
        line.close()


if __name__ == "__main__":
    main()
