"""Commands `hall import` and `hall export`: a hall's business data as one workbook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from server.catalogue import workbook
from server.catalogue.actions import import_catalogue
from server.cli import data_argument, hall_argument
from server.core import config
from server.core.actors import SYSTEM
from server.core.errors import HallError
from server.hall.opening import open_hall

SHOWN = 200


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("workbook", type=Path, metavar="WORKBOOK", help="工作簿 .xlsx / workbook")
    sub.add_argument("--reference", action="store_true", help="导出参考大厅 / the reference hall")
    sub.add_argument("--database", help="数据库地址 / database URL")
    data_argument(sub)
    hall_argument(sub)


def run(args: argparse.Namespace) -> int:
    """Import or export; return the process's exit code."""
    return _export(args) if args.command == "export" else _import(args)


def _export(args: argparse.Namespace) -> int:
    if args.reference:
        from server.catalogue.reference import load

        catalogue = load()
    else:
        hall = open_hall(config.load_one(args.data, args.hall, database=args.database))
        try:
            catalogue = hall.ctx.catalogue()
        except HallError:
            print("这个大厅还没有业务数据 / the hall has no business data yet", file=sys.stderr)
            return 1
    with args.workbook.open("wb") as stream:
        workbook.export(catalogue, stream)
    print(f"已导出 / exported: {args.workbook} ({len(catalogue.items)} 个事项 / items)")
    return 0


def _import(args: argparse.Namespace) -> int:
    try:
        with args.workbook.open("rb") as stream:
            result = workbook.read(stream)
    except OSError as error:
        print(f"打不开 / cannot open {args.workbook}: {error.strerror}", file=sys.stderr)
        return 2
    if isinstance(result, list):
        for problem in result[:SHOWN]:
            print(problem, file=sys.stderr)
        print(
            f"共 {len(result)} 处问题，没有导入 / {len(result)} problems, nothing was imported",
            file=sys.stderr,
        )
        return 1
    hall = open_hall(config.load_one(args.data, args.hall, database=args.database))
    version, new = import_catalogue(hall.ctx, SYSTEM, result, args.workbook.name)
    words = "已导入，版本 / imported as version" if new else "没有变化，版本 / no change, version"
    print(f"{words} {version}")
    return 0
