"""Server of the built pages with the strict policy of the real server, for tests of pages alone."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DIST = Path(__file__).resolve().parents[2] / "server" / "web" / "dist"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Handler(SimpleHTTPRequestHandler):
    """Request handler: `/NAME` is a page, `/static/` its assets."""

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].strip("/")
        if name.startswith("static/"):
            return str(DIST / name.removeprefix("static/"))
        return str(DIST / f"{name}.html")

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_args: Any) -> None:
        """Write no access log; pytest's output is for failures."""


def names() -> list[str]:
    """Return the names of the built pages, without suffix."""
    built = json.loads((DIST / "build.json").read_text())
    return [name.removesuffix(".html") for name in built["pages"]]


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Yield the address of a server on loopback, at a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
