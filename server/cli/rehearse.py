"""Command `hall rehearse`: simulates a day of applicants and clerks against a demo hall."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from server.demo.rehearsal.day import Day, Script


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument("--server", required=True, help="服务器地址 / the server's address")
    sub.add_argument("--script", type=Path, required=True, help="演练脚本 / file of the demo")
    sub.add_argument(
        "--speed", type=float, required=True, help="大厅时钟的倍速 / the clock's speed"
    )
    sub.add_argument("--seed", type=int, default=1)


def run(args: argparse.Namespace) -> int:
    """Play the day; return the process's exit code."""
    fields = json.loads(args.script.read_text(encoding="utf-8"))
    for line in Day(Script(server=args.server, speed=args.speed, seed=args.seed, **fields)).play():
        print(line, flush=True)
    sys.stdout.flush()
    return 0
