"""Command `hall report`: the report of a day, week or month, as a workbook or as a paper."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from server.cli import data_argument, hall_argument
from server.core import config
from server.core.errors import HallError
from server.hall.opening import open_hall
from server.reports import paper, views
from server.reports.figures import Wish, report
from server.reports.periods import Period, parse_period
from server.reports.rules import Grouping


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("period", type=_period, metavar="PERIOD", help="2026-11-30, 2026-W48, 2026-11")
    groupings = [grouping.value for grouping in Grouping]
    sub.add_argument("--by", default="unit", choices=groupings, help="统计方式 / grouping")
    sub.add_argument("--xlsx", type=Path, metavar="FILE", help="写成表格 / write a workbook")
    sub.add_argument("--pdf", type=Path, metavar="FILE", help="写成 PDF / write a paper")
    sub.add_argument("--database", help="数据库地址 / database URL")
    data_argument(sub)
    hall_argument(sub)


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: 2026-11-30, 2026-W48, 2026-11") from None


def run(args: argparse.Namespace) -> int:
    """Write the files and print the main figures; return the process's exit code."""
    ctx = open_hall(config.load_one(args.data, args.hall, database=args.database)).ctx
    if args.period.first > ctx.local().date():
        print("还没有开始 / lies in the future", file=sys.stderr)
        return 2
    try:
        figures = ctx.read(lambda conn: report(ctx, conn, Wish(args.period, Grouping(args.by))))
    except HallError:
        print("这个大厅还没有业务数据 / the hall has no business data yet", file=sys.stderr)
        return 2
    now = ctx.clock.now()
    view, made = views.view(figures, now), ctx.local(now)
    for figure in view.main:
        print(f"{figure.zh} / {figure.en}: {figure.value}")
    for file, make in ((args.xlsx, paper.workbook), (args.pdf, paper.paper)):
        if file is not None:
            file.write_bytes(make(view, made))
            print(f"已写 / written: {file}")
    return 0
