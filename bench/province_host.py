"""The province that is measured: many halls on a few workers, one PostgreSQL, one Redis.

`--prepare` makes the halls and prints who may ask; otherwise the supervisor and, from it, the
workers, as `hall serve --workers N` starts them, but at the bench's own time of day.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import argparse
import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.furnish import furnish, own_windows
from bench.host import people
from server import config, logs, serving
from server.clock import Clock, ScaledClock
from server.deployment import Opener, hall_router
from server.hall import prepare
from server.supervisor import Supervisor
from support.hall_server import moment

KIOSKS = 2
ALONE_KIOSKS = 16


def halls(count: int) -> dict[str, str]:
    """Hall id to host name; 0: the one that is measured alone."""
    names = [f"h{n:03}" for n in range(count)] or ["alone"]
    return {name: f"{name}.example" for name in names}


def clock(since: float) -> Clock:
    """Ten o'clock at `since` (steady seconds), the same in every worker."""
    return ScaledClock(moment("10:00") + int((time.monotonic() - since) * 1000), 1.0)


def make(chosen: config.Config, since: float) -> dict[str, Any]:
    """Every hall with business data, people at its windows, kiosks; returns who may ask."""
    prepare(chosen)
    opener = Opener(chosen, clock(since))
    who = {}
    for n, hall_id in enumerate(chosen.halls):
        hall = opener.hall(hall_id)
        kiosks = ALONE_KIOSKS if hall_id == "alone" else KIOSKS
        furnish(hall, kiosks)
        who[hall_id] = {
            "kiosks": [hall.people.grant("kiosk", f"k{k:02}") for k in range(kiosks)],
            "clerks": people(hall),
            "own": own_windows(hall),
        }
        print(f"\r{n + 1} / {len(chosen.halls)} halls", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    opener.close()
    return who


def main() -> None:
    """Prepare, or serve until told to stop."""
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--database", required=True)
    options.add_argument("--redis", required=True)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--halls", type=int, required=True)
    options.add_argument("--workers", type=int, required=True)
    options.add_argument("--since", type=float, required=True)
    options.add_argument("--prepare", action="store_true")
    options.add_argument("--fd", type=int, default=-1)
    options.add_argument("--slot", type=int, default=0)
    asked = options.parse_args()
    logs.start("error")
    chosen = config.load(
        asked.data,
        database=asked.database,
        redis=asked.redis,
        port=asked.port,
        workers=asked.workers,
        slot=asked.slot,
        halls=halls(asked.halls),
    )
    if asked.prepare:
        print(json.dumps(make(chosen, asked.since)))
    elif asked.fd < 0:
        words = [sys.executable, "-m", "bench.province_host", *sys.argv[1:]]
        Supervisor(chosen, words).run(lambda port: print(port, flush=True))
    else:
        house = hall_router(chosen, clock(asked.since))
        gc.freeze()
        serving.serve(house, chosen, lambda _port: None, asked.fd)


if __name__ == "__main__":
    main()
