"""Server process to break: the tests' reference hall, with controls for its clock and commits.

Only the fork server loads it, after gevent has patched the standard library.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from gevent import monkey
from gevent.threadpool import ThreadPool

from bench.breaking.controls import Controls, SteppedClock, slow_commits
from server.app import build, serve
from server.catalogue.actions import import_catalogue
from server.catalogue.reference import load
from server.core import config
from server.core.actors import SYSTEM
from server.core.clock import ScaledClock
from server.core.data_folder import serve_from
from server.hall.opening import open_hall
from server.runtime import logs
from support.hall_process import create_hall_data

_sleep = monkey.get_original("time", "sleep")


def warm() -> None:
    """Load everything that a server loads on demand, before the first fork."""
    with tempfile.TemporaryDirectory() as folder:
        hall = open_hall(config.Config(data=Path(folder), hall_id="reference"))
        import_catalogue(hall.ctx, SYSTEM, load(), "warm")
        build(hall)
        hall.ctx.store.close()


def run(argv: list[str]) -> None:
    """Serve until killed. `argv`: data folder, JSON of HallServer."""
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--asked", required=True)
    args = options.parse_args(argv)
    start_options: dict[str, Any] = json.loads(args.asked)
    logs.start("warning")
    names = ("port", "demo", "simulators", "database")
    chosen = config.load(args.data, hall_id="reference", **{n: start_options[n] for n in names})
    serve_from(chosen.data)
    levers = Controls(args.data.parent / "levers")
    clock = SteppedClock(ScaledClock(start_options["now"], start_options["speed"]), levers)
    commits, calls = ThreadPool(1), ThreadPool(4)
    hall = open_hall(
        chosen, commit=slow_commits(commits.apply, levers, _sleep), offload=calls.apply, clock=clock
    )
    if start_options["fresh"]:
        create_hall_data(hall, start_options)
    serve(build(hall), _say)


def _say(port: int) -> None:
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()
