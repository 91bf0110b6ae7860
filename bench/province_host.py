"""Server process of the province benchmark: many halls on a few workers, one PostgreSQL, one Redis.

`--prepare` creates the halls and prints the credentials of their clients. Otherwise the supervisor
starts and from it the workers, as `hall serve --workers N` does, but at the benchmark's own time of
day.
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

from bench.measured_hall import furnish, own_windows
from bench.measured_server import clerk_sessions
from server.core import config
from server.core.clock import Clock, ScaledClock
from server.hall.opening import prepare
from server.runtime import logs, server
from server.runtime.deployment import Opener, hall_router
from server.runtime.supervisor import Supervisor
from support.hall_server import moment

KIOSKS = 2
ALONE_KIOSKS = 16


def halls(count: int) -> dict[str, str]:
    """Return host name by hall id; 0 means the hall that is measured alone."""
    names = [f"h{n:03}" for n in range(count)] or ["alone"]
    return {name: f"{name}.example" for name in names}


def clock(since: float) -> Clock:
    """Return a clock that showed 10:00 at `since` (monotonic seconds), equal in all workers."""
    return ScaledClock(moment("10:00") + int((time.monotonic() - since) * 1000), 1.0)


def create_halls(chosen: config.Config, since: float) -> dict[str, Any]:
    """Create every hall with catalogue, signed-in people and kiosks.

    Return the clients' credentials.
    """
    prepare(chosen)
    opener = Opener(chosen, clock(since))
    credentials = {}
    for n, hall_id in enumerate(chosen.halls):
        hall = opener.hall(hall_id)
        kiosks = ALONE_KIOSKS if hall_id == "alone" else KIOSKS
        furnish(hall, kiosks)
        credentials[hall_id] = {
            "kiosks": [hall.people.grant("kiosk", f"k{k:02}") for k in range(kiosks)],
            "clerks": clerk_sessions(hall),
            "own": own_windows(hall),
        }
        print(f"\r{n + 1} / {len(chosen.halls)} halls", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    opener.close()
    return credentials


def main() -> None:
    """Prepare the halls, or serve until a signal stops the process."""
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
    args = options.parse_args()
    logs.start("error")
    chosen = config.load(
        args.data,
        database=args.database,
        redis=args.redis,
        port=args.port,
        workers=args.workers,
        slot=args.slot,
        halls=halls(args.halls),
    )
    if args.prepare:
        print(json.dumps(create_halls(chosen, args.since)))
    elif args.fd < 0:
        words = [sys.executable, "-m", "bench.province_host", *sys.argv[1:]]
        Supervisor(chosen, words).run(lambda port: print(port, flush=True))
    else:
        house = hall_router(chosen, clock(args.since))
        gc.freeze()
        server.serve(house, chosen, lambda _port: None, args.fd)


if __name__ == "__main__":
    main()
