"""Command `hall serve`: the server of one hall or of several. No simulators, no demo accounts."""

from __future__ import annotations

import argparse
import gc

from gevent.threadpool import ThreadPool

from server.cli import data_argument
from server.core import config
from server.core.clock import Clock
from server.core.data_folder import serve_from
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.runtime import logs
from server.runtime.deployment import begin, hall_router, password_text
from server.runtime.server import serve
from server.runtime.supervisor import Supervisor, worker_command


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    data_argument(sub)
    sub.add_argument("--host", help="监听地址（默认 127.0.0.1）/ address to listen on")
    sub.add_argument("--port", type=int, help="端口（默认 8000）/ port")
    sub.add_argument("--database", help="数据库地址 / database URL (postgresql+psycopg://…)")
    sub.add_argument("--public-url", help="二维码里的网址 / address in QR codes")
    sub.add_argument("--log", choices=("debug", "info", "warning"), help="日志级别 / log level")
    sub.add_argument("--redis", help="多进程之间的 Redis / Redis between workers (redis://…)")
    sub.add_argument("--workers", type=int, help="服务进程数（默认 1）/ server processes")
    sub.add_argument("--fd", type=int, default=-1, help=argparse.SUPPRESS)
    sub.add_argument("--slot", type=int, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; return the process's exit code."""
    settings = config.load(
        args.data,
        host=args.host,
        port=args.port,
        database=args.database,
        public_url=args.public_url,
        log=args.log,
        redis=args.redis,
        workers=args.workers,
        slot=args.slot,
    )
    logs.start(settings.log)
    serve_from(settings.data)

    def ready(port: int) -> None:
        scheme = "https" if settings.tls_certificate else "http"
        print(f"{scheme}://{settings.host}:{port}", flush=True)

    if args.fd < 0:
        passwords = begin(settings)
        if passwords:
            print(password_text(passwords), flush=True)
        if settings.workers > 1:
            Supervisor(settings, worker_command()).run(ready)
            return 0
    router = hall_router(settings)
    gc.freeze()
    serve(router, settings, ready if args.fd < 0 else lambda _port: None, args.fd)
    return 0


def open_server_hall(settings: config.Config, clock: Clock | None = None) -> Hall:
    """Open a hall whose commits and slow calls run in gevent's native threads."""
    serve_from(settings.data)
    commits, slow = ThreadPool(1), ThreadPool(4)
    return open_hall(settings, commit=commits.apply, offload=slow.apply, clock=clock)
