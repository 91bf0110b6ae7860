"""Command `hall disclosure`: gaps in what the public is told of the items."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from server.cli import data_argument, hall_argument
from server.core import config
from server.core.errors import HallError
from server.disclosure.rules import findings
from server.disclosure.words import words_of
from server.hall.opening import open_hall


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("--unit", default="", metavar="CODE", help="只看一个单位 / one unit only")
    sub.add_argument("--reference", action="store_true", help="检查参考大厅 / the reference hall")
    sub.add_argument("--database", help="数据库地址 / database URL")
    data_argument(sub)
    hall_argument(sub)


def run(args: argparse.Namespace) -> int:
    """Print each finding and the counts of the units; return 1 if there is any."""
    if args.reference:
        from server.catalogue.reference import load

        catalogue = load()
    else:
        hall = open_hall(config.load_one(args.data, args.hall, database=args.database))
        try:
            catalogue = hall.ctx.catalogue()
        except HallError:
            print("这个大厅还没有业务数据 / the hall has no business data yet", file=sys.stderr)
            return 2
    counts: Counter[str] = Counter()
    for finding in findings(catalogue):
        item = catalogue.item_by[finding.item]
        if args.unit in ("", item.unit):
            counts[item.unit] += 1
            zh, en = words_of(finding)
            print(f"{item.code} {item.name}：{zh} / {en} [{finding.code}]")
    for unit in catalogue.units:
        if counts[unit.code]:
            print(f"{unit.name} {counts[unit.code]} 处")
    items = sum(1 for item in catalogue.items if args.unit in ("", item.unit))
    total = counts.total()
    print(f"{items} 个事项，{total} 处待补充 / {items} items, {total} open findings")
    return 1 if total else 0
