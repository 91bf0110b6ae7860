"""Command line `hall`: loads the module of a subcommand when the command is used.

Loading late is necessary: `serve` patches the standard library for gevent before anything else is
imported, and `agent` must not import the server.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("serve", "运行大厅服务器 / run the hall's server"),
    "init": ("setup", "建立数据目录和数据库 / make the data directory and database"),
    "migrate": ("setup", "把数据库升级到本版本 / bring the database to this version"),
    "check": (
        "setup",
        "核对数据库、操作日志哈希链和编号 / verify database, journal chain, numbers",
    ),
    "backup": ("backup", "备份（大厅可以照常运行）/ back up, beside a running hall too"),
    "restore": ("backup", "恢复备份 / put a backup in place"),
    "move-database": ("backup", "搬到另一个数据库 / move to another database"),
    "import": ("data", "导入工作簿 / import a workbook"),
    "export": ("data", "导出工作簿 / export a workbook"),
    "report": ("report", "报表：日、周、月 / a report of a day, week or month"),
    "disclosure": (
        "disclosure",
        "公开检查：办事指南里缺什么、哪里矛盾 / gaps in what the public is told of the items",
    ),
    "assess": (
        "assess",
        "百分考核：导出评分表、依据和得分 / assessment: export what it follows from",
    ),
    "user": ("users", "账号：添加、重置、列出 / accounts: add, reset, list"),
    "person": ("person", "个人信息：导出、删除 / personal data: export, erase"),
    "join": ("join", "以分中心身份加入主厅 / join a main hall as the server of a branch"),
    "agent": ("agent", "运行设备代理 / run a device agent"),
    "demo": (
        "server.demo.command",
        "运行参考大厅和模拟设备 / run the reference hall with simulators",
    ),
    "rehearse": ("rehearse", "模拟一天的群众和窗口人员 / play a day's applicants and clerks"),
}


def parser() -> argparse.ArgumentParser:
    """Return the argument parser with the help of every subcommand."""
    top = argparse.ArgumentParser(
        prog="hall",
        description="厅管家：行政服务大厅的取号、叫号与显示 / Hallkeeper runs a service hall",
    )
    subs = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, text) in COMMANDS.items():
        sub = subs.add_parser(name, help=text, description=text)
        sub.set_defaults(module=module)
        if name in ("serve", "demo") and name == _command_name():
            # gevent must patch the standard library before anything else is loaded.
            from gevent import monkey

            monkey.patch_all()
        if name == _command_name():
            _module(module).arguments(name, sub)
    return top


def _command_name() -> str:
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def _module(name: str) -> _Command:
    """Load a subcommand's module with all that it imports.

    Nothing of it is garbage: a collection meanwhile finds nothing, and all of them together take a
    quarter of the time to load the server. Later ones need not go through the modules again.
    """
    gc.disable()
    try:
        return import_module(name if "." in name else f"server.cli.{name}")  # type: ignore[return-value]
    finally:
        gc.freeze()
        gc.enable()


class _Command:
    """Interface of a subcommand's module."""

    arguments: Callable[[str, argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def data_argument(sub: argparse.ArgumentParser) -> None:
    """Add `--data`, which most commands need."""
    sub.add_argument(
        "--data",
        type=Path,
        default=Path("data"),
        metavar="DIR",
        help="数据目录（默认 data）/ data directory (default: data)",
    )


def hall_argument(sub: argparse.ArgumentParser) -> None:
    """Add `--hall`, for commands about one of a deployment's halls."""
    sub.add_argument(
        "--hall", default="", metavar="ID", help="多个大厅时指定一个 / which hall, of several"
    )


def main() -> int:
    """Run the command line; return the process's exit code."""
    from server.core.config import ConfigError

    args = parser().parse_args()
    from server.core.data_folder import FolderBusyError

    try:
        return _module(args.module).run(args)
    except (ConfigError, FolderBusyError) as error:
        print(error, file=sys.stderr)
        return 2
