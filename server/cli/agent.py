"""Command `hall agent`: replaces itself by a device agent, without the server's code."""

from __future__ import annotations

import argparse
import os
import sys

SURFACES = {
    "kiosk": "kiosk.agent",
    "counters": "counters.agent",
    "display": "display.agent",
    "all": "devices.host",
}


def arguments(_name: str, sub: argparse.ArgumentParser) -> None:
    """Declare the options."""
    sub.add_argument(
        "surface",
        nargs="?",
        choices=sorted(SURFACES),
        default="all",
        help="kiosk 打印机 / counters 键盘 / display 条屏和语音 / all 全部（默认）",
    )
    sub.add_argument("--config", required=True, metavar="FILE", help="代理配置 / agent's TOML file")


def run(args: argparse.Namespace) -> int:
    """Replace this process by the agent, so that signals reach it."""
    argv = [sys.executable, "-m", SURFACES[args.surface], "--config", args.config]
    sys.stdout.flush()
    os.execv(sys.executable, argv)
