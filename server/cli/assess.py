"""Command `hall assess`: the assessment as a file from which every released total recomputes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from server.assessment.export import exported
from server.cli import data_argument, hall_argument
from server.core import config
from server.hall.opening import open_hall


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    acts = sub.add_subparsers(dest="act", required=True, metavar="ACT")
    export = acts.add_parser("export", help="导出为 JSON 文件 / write a JSON file")
    export.add_argument("file", type=Path, metavar="FILE", help="写到哪个文件 / file to write")
    export.add_argument("--database", help="数据库地址 / database URL")
    data_argument(export)
    hall_argument(export)


def run(args: argparse.Namespace) -> int:
    """Write the file; return the process's exit code."""
    ctx = open_hall(config.load_one(args.data, args.hall, database=args.database)).ctx
    book = ctx.read(lambda conn: exported(conn, ctx.hall_id))
    text = json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True)
    args.file.write_text(f"{text}\n", encoding="utf-8")
    releases = len(book["releases"])
    amendments = sum(len(release["amendments"]) for release in book["releases"])
    print(f"{releases} 期，{amendments} 份更正单 / {releases} releases, {amendments} amendments")
    print(f"已写 / written: {args.file}")
    return 0
