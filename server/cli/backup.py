"""Commands `hall backup`, `hall restore` and `hall move-database`: copies of all data of a hall."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sqlalchemy import Connection, make_url

from server.backup import backups, move_database, restore
from server.backup.backups import BackupError
from server.backup.move_database import MovingError
from server.cli import data_argument, hall_argument
from server.core import config
from server.core.clock import MachineClock, SystemTokenSource
from server.core.data_folder import FolderBusyError, alone
from server.core.engine import is_sqlite, newest, open_engine, revision
from server.core.revisions import upgrade


def arguments(name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("--database", help="数据库地址 / database URL")
    data_argument(sub)
    hall_argument(sub)
    if name == "backup":
        sub.add_argument("--to", type=Path, metavar="DIR", help="放到哪里（默认 DATA/backups）")
        sub.add_argument("--keep", type=int, default=0, metavar="N", help="只留最近 N 份")
        sub.add_argument("--with-check-key", action="store_true", help="带上抽查密钥 / check.key")
    elif name == "restore":
        sub.add_argument("backup", type=Path, metavar="FILE", help="备份文件 / backup")
        sub.add_argument(
            "--gap",
            type=int,
            default=restore.GAP,
            metavar="N",
            help=f"旧库读不出时每个号码字母空出多少号（默认 {restore.GAP}）/ numbers to leave out",
        )
        sub.add_argument(
            "--beyond",
            nargs="+",
            default=[],
            metavar="A057",
            help="每个号码字母已发出的最大号 / highest number seen on a slip, per prefix",
        )
    else:
        sub.add_argument("--to", required=True, metavar="URL", help="新数据库地址 / target URL")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the process's exit code."""
    settings = config.load(args.data, database=args.database)
    if settings.halls and is_sqlite(settings.database_url):
        # SQLite has a file for each hall; PostgreSQL holds all halls in one database.
        settings = config.load_one(args.data, args.hall, database=args.database)
    action = {"backup": _backup, "restore": _restore, "move-database": _move}[args.command]
    try:
        return action(settings, args)
    except (BackupError, MovingError, FolderBusyError) as error:
        print(error, file=sys.stderr)
        return 2


def _backup(settings: config.Config, args: argparse.Namespace) -> int:
    into = args.to or settings.data / "backups"
    result = backups.make(
        settings, into, MachineClock().now(), with_check_key=args.with_check_key, keep=args.keep
    )
    print(f"已备份并读回核对 / backed up and read back: {result.path} ({result.size / 1e6:.1f} MB)")
    for hall, (seq, _) in result.manifest.halls.items():
        print(f"  {hall}: 操作日志到第 {seq} 条 / journal up to line {seq}")
    for path in result.removed:
        print(f"  已删除旧备份 / removed: {path.name}")
    if args.to is None:
        print(
            "  和数据在同一块盘上，请另存一份 / on the same disk as the data: keep a copy elsewhere"
        )
    return 0


def _restore(settings: config.Config, args: argparse.Namespace) -> int:
    order = restore.RestoreOptions(args.backup, args.gap, restore.parse_numbers(args.beyond))
    result = restore.restore(settings, order, MachineClock(), SystemTokenSource())
    print(f"已恢复到 / restored to {result.backup_time:%Y-%m-%d %H:%M:%S}")
    print(f"原来的数据在 / what was there before: {result.aside}")
    for hall, ranges in result.skipped.items():
        if result.lost[hall]:
            lost_numbers = restore.format_ranges(result.lost[hall])
            print(f"  {hall}: 备份之后发出、已丢失 / given out after it and lost: {lost_numbers}")
        if ranges:
            print(f"  {hall}: 跳过的号 / numbers left out: {restore.format_ranges(ranges)}")
    for hall, violation in result.violations:
        print(f"{hall}: {violation.zh} / {violation.en}", file=sys.stderr)
    if not result.violations:
        print("全部正常 / all is well")
    return int(bool(result.violations))


def _move(settings: config.Config, args: argparse.Namespace) -> int:
    if make_url(args.to) == make_url(settings.database_url):
        raise MovingError("就是现在的数据库 / that is the database in use")
    source, target = open_engine(settings.database_url), open_engine(args.to)
    try:
        with alone(settings.data):
            if revision(source) != newest():
                raise MovingError(f"数据库版本 / schema {revision(source)}: hall migrate")
            with source.connect() as rows, target.begin() as conn:
                counts = _moved(rows, conn)
    finally:
        source.dispose()
        target.dispose()
    file = make_url(args.to).database
    if is_sqlite(args.to) and file:
        Path(file).chmod(0o600)
    print(f"{sum(counts.values())} 行，已逐行核对 / rows, compared one by one")
    print(f'现在请写入 / now put into {settings.data / config.FILE}:\n  database = "{args.to}"')
    print("原数据库没有改动 / the old database is as it was")
    return 0


def _moved(rows: Connection, conn: Connection) -> dict[str, int]:
    if move_database.others(rows):
        raise MovingError("还有别的程序连着数据库 / others are connected to the database")
    upgrade(conn)

    def show_progress(table: str, total: int, done: int) -> None:
        print(f"  {table}: {done}/{total}", flush=True)

    return move_database.copy(rows, conn, show_progress)
