"""Benchmark of a time clock's backlog of 100,000 records, and its effect on a counter.

    PYTHONPATH=.:tests .venv/bin/python bench/time_clock_backlog.py [--records N] [--database URL]

It runs against a real server. It prints the duration of the backlog, and the time of a call-next at
a counter before and during it. The time clock and the clerk are separate processes: neither slows
the other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from devices.fingerprint.push_simulator import PushModel, PushTerminal
from devices.fingerprint.simulator import Enrolled, PunchRecord
from devices.simulate.base import Journal
from support.hall_server import ADMINISTRATOR, Client, HallServer, RefusedError

BEFORE_SECONDS = 10.0
PAUSE_SECONDS = 0.05
LONGEST_SECONDS = 600.0


def push(server: str, records: int, batch: int) -> None:
    """Run the time clock; print the seconds that its backlog took."""
    people = [Enrolled(str(number), f"测试{number}") for number in range(1, 115)]
    journal = Journal()
    model = PushModel("BENCH1", server, pace=0.02, batch=batch)
    terminal = PushTerminal("t", model, people, journal)
    base = datetime.fromisoformat("2025-01-01T08:00:00")
    terminal.remember(
        [
            PunchRecord(people[n % 114].number, base + timedelta(seconds=100 * n))
            for n in range(records)
        ]
    )
    begin = time.perf_counter()
    terminal.start()
    sent = terminal.wait_until_sent(LONGEST_SECONDS)
    print(json.dumps({"sent": sent, "seconds": round(time.perf_counter() - begin, 1)}), flush=True)
    terminal.stop()


def calls(clerk: Client, over: threading.Event) -> list[float]:
    """Return the milliseconds of each call-next, sorted."""
    durations = []
    while not over.is_set():
        start = time.perf_counter()
        try:
            clerk.post("/counter/call-next", {"complete": "done"})
        except RefusedError as refused:
            if refused.problem["code"] != "nobody_waiting":
                raise
        durations.append((time.perf_counter() - start) * 1000)
        over.wait(PAUSE_SECONDS)
    return sorted(durations)


def print_figures(name: str, durations: list[float]) -> None:
    """Print a line of figures."""
    p50, p99 = durations[len(durations) // 2], durations[int(len(durations) * 0.99)]
    count, longest = len(durations), durations[-1]
    print(f"call-next {name}: n={count} p50={p50:.1f} p99={p99:.1f} max={longest:.1f} ms")


def _signal_end(child: subprocess.Popen[str], over: threading.Event) -> None:
    child.wait()
    over.set()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--database", default="")
    parser.add_argument("--push", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.push:
        push(args.push, args.records, args.batch)
        return
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        HallServer(Path(folder), database=args.database) as hall,
    ):
        reader = {"serial": "BENCH1", "way": "push", "name": "东门"}
        hall.clerk(ADMINISTRATOR).post("/office/readers", reader)
        clerk, over = hall.clerk("1009"), threading.Event()
        threading.Timer(BEFORE_SECONDS, over.set).start()
        print_figures("before", calls(clerk, over))
        argv = [sys.executable, __file__, "--push", hall.base, "--batch", str(args.batch)]
        argv += ["--records", str(args.records)]
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        over = threading.Event()
        threading.Thread(target=_signal_end, args=(child, over), daemon=True).start()
        durations = calls(clerk, over)
        print("backlog", args.records, "records:", child.stdout.read().strip())
        print_figures("meanwhile", durations)


if __name__ == "__main__":
    main()
