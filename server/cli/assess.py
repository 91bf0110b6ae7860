"""Command `hall assess`: writes the assessment to a file, and recomputes every total of it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from server.assessment.export import exported
from server.assessment_proof.judge import RELEASES, JournalLine, Judge
from server.cli import data_argument, hall_argument
from server.core import config, journal
from server.hall.opening import open_hall


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    acts = sub.add_subparsers(dest="act", required=True, metavar="ACT")
    export = acts.add_parser("export", help="导出为 JSON 文件 / write a JSON file")
    export.add_argument("file", type=Path, metavar="FILE", help="写到哪个文件 / file to write")
    export.add_argument("--database", help="数据库地址 / database URL")
    data_argument(export)
    hall_argument(export)
    verify = acts.add_parser("verify", help="用另一套程序复算 / recompute it another way")
    verify.add_argument("file", type=Path, metavar="FILE", help="导出的文件 / exported file")
    verify.add_argument("--database", help="数据库地址 / database URL")
    verify.add_argument(
        "--file-only",
        action="store_true",
        help="不核对操作日志 / without the journal, on another machine",
    )
    data_argument(verify)
    hall_argument(verify)


def run(args: argparse.Namespace) -> int:
    """Write or verify the file; return the process's exit code."""
    return _verify(args) if args.act == "verify" else _export(args)


def _verify(args: argparse.Namespace) -> int:
    try:
        book = json.loads(args.file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"读不出 / cannot be read: {args.file}: {error}", file=sys.stderr)
        return 2
    journal_lines = None if args.file_only else _journal_lines(args)
    try:
        verdict = Judge(book, journal_lines).verdict()
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        print(
            f"不是完整的考核文件 / not a whole assessment file: {args.file}: "
            f"{type(error).__name__} {error}",
            file=sys.stderr,
        )
        return 2
    for words in verdict.differences:
        print(f"不符 / differs: {words}")
    print(
        f"复算 {verdict.totals} 个得分，{len(verdict.differences)} 处不符 / "
        f"{verdict.totals} totals recomputed, {len(verdict.differences)} differences"
    )
    return 1 if verdict.differences else 0


def _journal_lines(args: argparse.Namespace) -> list[JournalLine]:
    ctx = open_hall(config.load_one(args.data, args.hall, database=args.database)).ctx
    return ctx.read(
        lambda conn: [
            JournalLine(line.act, line.actor, line.subject, line.data)
            for line in journal.of_acts(conn, ctx.hall_id, RELEASES)
        ]
    )


def _export(args: argparse.Namespace) -> int:
    ctx = open_hall(config.load_one(args.data, args.hall, database=args.database)).ctx
    book = ctx.read(lambda conn: exported(conn, ctx.hall_id))
    text = json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True)
    args.file.write_text(f"{text}\n", encoding="utf-8")
    releases = len(book["releases"])
    amendments = sum(len(release["amendments"]) for release in book["releases"])
    print(f"{releases} 期，{amendments} 份更正单 / {releases} releases, {amendments} amendments")
    print(f"已写 / written: {args.file}")
    return 0
