"""`hall serve`: the server of a hall in production. No simulators, no demo accounts."""

from __future__ import annotations

import argparse
import gc

from gevent.threadpool import ThreadPool

from server import config, logs
from server.app import build, serve
from server.cli import data_argument
from server.clock import Clock
from server.domain.errors import HallError
from server.hall import (
    ADMINISTRATOR,
    Hall,
    empty_catalogue,
    first_administrator,
    open_hall,
    take_catalogue,
)
from server.services.context import SYSTEM


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    data_argument(sub)
    sub.add_argument("--host", help="监听地址（默认 127.0.0.1）/ address to listen on")
    sub.add_argument("--port", type=int, help="端口（默认 8000）/ port")
    sub.add_argument("--database", help="数据库地址 / database URL (postgresql+psycopg://…)")
    sub.add_argument("--public-url", help="二维码里的网址 / address in QR codes")
    sub.add_argument("--log", choices=("debug", "info", "warning"), help="日志级别 / log level")


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    settings = config.load(
        args.data,
        host=args.host,
        port=args.port,
        database=args.database,
        public_url=args.public_url,
        log=args.log,
    )
    logs.start(settings.log)
    hall = open_server_hall(settings)
    password = first_administrator(hall)
    if password is not None:
        _show_password(password)
    _ensure_catalogue(hall)
    gc.freeze()
    serve(build(hall), lambda port: print(f"http://{settings.host}:{port}", flush=True))
    return 0


def open_server_hall(settings: config.Config, clock: Clock | None = None) -> Hall:
    """A hall whose commits and slow calls run in gevent's native threads."""
    commits, slow = ThreadPool(1), ThreadPool(4)
    return open_hall(
        settings,
        commit=commits.apply,
        offload=slow.apply,
        clock=clock,
    )


def _ensure_catalogue(hall: Hall) -> None:
    """A new hall starts empty: its office imports a workbook. Pages need something to show."""
    try:
        hall.ctx.catalogue()
    except HallError:
        take_catalogue(hall.ctx, SYSTEM, empty_catalogue(hall.ctx.hall_id), "")


def _show_password(password: str) -> None:
    print(
        "\n一次性管理员密码，只显示这一次，首次登录必须修改：\n"
        "One-time administrator password, shown only now, to be changed at first sign-in:\n\n"
        f"    {ADMINISTRATOR}    {password}\n",
        flush=True,
    )
