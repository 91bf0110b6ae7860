"""Commands `hall init`, `hall migrate` and `hall check`: data directory and database."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from server.cli import data_argument
from server.core import config
from server.core.engine import is_sqlite, migrate, newest, open_engine, open_store, revision
from server.hall.opening import ADMINISTRATOR, first_administrator, open_hall
from server.integrity.checks import hall_ids, violations


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("--database", help="数据库地址 / database URL")
    data_argument(sub)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the process's exit code."""
    settings = config.load(args.data, database=args.database)
    action = {"init": _init, "migrate": _migrate, "check": _check}[args.command]
    separate_files = settings.halls and is_sqlite(settings.database_url)
    selected = (
        settings.halls if separate_files or (settings.halls and args.command == "init") else [""]
    )
    return max(action(settings.of_hall(hall) if hall else settings) for hall in selected)


def _init(settings: config.Config) -> int:
    hall = open_hall(settings)
    password = first_administrator(hall)
    print(f"数据目录 / data directory: {settings.data.resolve()}")
    if password is not None:
        print(f"一次性管理员密码 / one-time password: {ADMINISTRATOR} {password}")
    return 0


def _migrate(settings: config.Config) -> int:
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(settings.database_url)
    before, after = migrate(engine)
    print(f"{before or '空 / empty'} -> {after}")
    return 0


def _check(settings: config.Config) -> int:
    engine = open_engine(settings.database_url)
    current, newest_revision = revision(engine), newest()
    engine.dispose()
    if current != newest_revision:
        print(
            f"数据库版本 / schema {current}, 需要 / wanted {newest_revision}: hall migrate",
            file=sys.stderr,
        )
        return 1
    store = open_store(settings.database_url, settings.hall_id)
    halls = store.read(hall_ids)
    lines = [
        f"{hall}: {f.zh} / {f.en}" for hall in halls for f in store.read(partial(violations, hall))
    ]
    for line in lines:
        print(line, file=sys.stderr)
    if not lines:
        print(f"全部正常 / all is well: {', '.join(halls) or '空 / empty'}")
    return int(bool(lines))
