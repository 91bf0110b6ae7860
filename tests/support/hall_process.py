"""Server process of browser tests: the reference hall at a set time, with clerks at their windows.

Run as a program by `hall_server.HallServer`, never imported: gevent must patch the standard library
before anything else is loaded. It prints one line of JSON once the port is open. With `--nursery`
it serves nothing itself but forks a server for each line that `nursery.Nursery` writes.
"""

import gc

gc.disable()  # until everything is imported: nothing of it is garbage

from gevent import monkey  # noqa: E402

monkey.patch_all()

import argparse  # noqa: E402
import contextlib  # noqa: E402
import ctypes  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import traceback  # noqa: E402
from dataclasses import replace  # noqa: E402
from functools import cache  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from gevent.os import fork_gevent  # noqa: E402
from sqlalchemy import make_url  # noqa: E402

from server.accounts import queries as accounts_queries  # noqa: E402
from server.app import build, serve  # noqa: E402
from server.capability import capabilities  # noqa: E402
from server.catalogue.actions import import_catalogue  # noqa: E402
from server.catalogue.model import Catalogue, Site  # noqa: E402
from server.catalogue.reference import load  # noqa: E402
from server.cli.serve import open_server_hall  # noqa: E402
from server.core import config, setting_queries  # noqa: E402
from server.core.actors import (  # noqa: E402
    SYSTEM,
    Actor,
    ActorKind,
)
from server.core.clock import ScaledClock, StagedClock  # noqa: E402
from server.core.engine import is_sqlite  # noqa: E402
from server.core.errors import HallError  # noqa: E402
from server.core.events import HallChanged  # noqa: E402
from server.core.settings import with_values  # noqa: E402
from server.core.store import Tx  # noqa: E402
from server.hall.composition import Hall  # noqa: E402
from server.hall.opening import open_hall, prepare  # noqa: E402
from server.queue import window_sessions  # noqa: E402
from server.queue.business_day import keep_day  # noqa: E402
from server.runtime import logs, server  # noqa: E402
from server.runtime.deployment import hall_router  # noqa: E402
from server.runtime.supervisor import Supervisor  # noqa: E402

gc.freeze()
gc.enable()
PR_SET_PDEATHSIG = 1  # linux/prctl.h
waitpid = monkey.get_original("os", "waitpid")


def create_hall_data(hall: Hall, order: dict[str, Any]) -> None:
    """Create business data, settings, accounts and signed-in clerks; skip what exists already."""
    book = reference_hall()
    import_catalogue(
        hall.ctx, SYSTEM, in_two_buildings(book) if order.get("buildings") else book, "tests"
    )
    with_values(hall.ctx.settings(), order["settings"])

    def put(tx: Tx) -> None:
        for name, value in order["settings"].items():
            setting_queries.put(tx, name, value, SYSTEM.key)
        tx.events.append(HallChanged("settings"))

    hall.ctx.write(put)
    existing = {
        row.staff for row in hall.ctx.read(lambda c: accounts_queries.accounts(c, hall.ctx.hall_id))
    }
    staff = hall.ctx.catalogue().staff_by
    missing = {number: staff[number].role for number in order["accounts"] if number not in existing}
    if missing:  # hashing a password takes a tenth of a second
        hall.people.add_demo_accounts(missing, order["password"])
    with contextlib.suppress(HallError):
        keep_day(hall.ctx)
    seat(hall, order["seated"])


def in_two_buildings(book: Catalogue) -> Catalogue:
    """Return the reference hall with its west room in a building of its own."""
    main = Site("main", "主楼", "Main building", "中心路1号", "1 Centre Road")
    north = Site("north", "城北分中心", "North branch", "北街2号", "2 North Street")
    zones = tuple(
        replace(zone, site="north" if zone.code == "west" else "main") for zone in book.zones
    )
    return replace(book, sites=(main, north), zones=zones)


def seat(hall: Hall, wanted: list[str] | None) -> None:
    """Sign one person in at each of `wanted` windows (None: at every window that is open today)."""
    catalogue = hall.ctx.catalogue()
    seated: set[str] = set()
    for window in catalogue.windows:
        if wanted is not None and window.code not in wanted:
            continue
        able = (s for s in catalogue.staff if window.code in s.windows and s.number not in seated)
        person = next(able, None)
        if person is None:
            continue
        with contextlib.suppress(HallError):
            actor = Actor(ActorKind(person.role.value), person.number)
            window_sessions.sign_in(
                hall.ctx, actor, f"seat-{hall.ctx.tokens.token(6)}", window.code
            )
            seated.add(person.number)


def main() -> None:
    """Serve until a signal stops the process."""
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--asked", required=True, help="JSON of HallServer")
    options.add_argument("--fd", type=int, default=-1, help="a worker's open port")
    options.add_argument("--slot", type=int, default=0, help="a worker's number")
    args = options.parse_args()
    order: dict[str, Any] = json.loads(args.asked)
    logs.start("warning")
    settings_of_hall = config.load(
        args.data,
        hall_id="reference",
        port=order["port"],
        demo=order["demo"],
        simulators=order["simulators"],
        database=order["database"],
        redis=order["redis"],
        workers=order["workers"],
        slot=args.slot,
        public_url=order["proxy"],
        trusted_proxy=bool(order["proxy"]),
    )
    clock = StagedClock if order["staged"] else ScaledClock
    # The clock of every worker, a restarted one included, continues from the same moment.
    elapsed = int((time.monotonic() - order["since"]) * 1000 * order["speed"])
    hands = clock(order["now"] + (0 if order["staged"] else elapsed), order["speed"])
    if args.fd >= 0:
        server.serve(
            hall_router(settings_of_hall, hands), settings_of_hall, lambda _port: None, args.fd
        )
        return
    lay_empty_book(settings_of_hall.database_url)
    hall = open_server_hall(settings_of_hall, hands)
    if not settings_of_hall.branch:  # a branch server has its data from the main one
        create_hall_data(hall, order)
    if settings_of_hall.workers == 1:
        serve(build(hall), _say)
        return
    hall.ctx.store.close()
    Supervisor(settings_of_hall, [sys.executable, *sys.argv]).run(_say)


def _say(port: int) -> None:
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()


reference_hall = cache(load)
EMPTY_BOOK: list[bytes] = []
"""A migrated, empty SQLite file, from which forked servers start."""


def warm() -> None:
    """Import and build everything that a server otherwise loads at its first request."""
    with tempfile.TemporaryDirectory() as folder:
        settings = config.Config(data=Path(folder), hall_id="reference")
        prepare(settings)
        EMPTY_BOOK.append((Path(folder) / "hall.db").read_bytes())
        hall = open_hall(settings)
        order: dict[str, Any] = {"settings": {}, "accounts": [], "seated": None}
        create_hall_data(hall, order)
        build(hall)
        for capability in capabilities():
            for work in capability.warm:
                work(hall)
        hall.ctx.store.close()


def lay_empty_book(database_url: str) -> None:
    """Write a migrated, empty database where a SQLite URL names a missing file."""
    file = make_url(database_url).database
    if EMPTY_BOOK and is_sqlite(database_url) and file and not Path(file).exists():
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_bytes(EMPTY_BOOK[0])


def fork_server(order: dict[str, Any]) -> int:
    """Fork a server; return its process id in the parent, and never return in the child."""
    pid: int = fork_gevent()
    if pid:
        return pid
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.dup2(os.open(order["said"], os.O_WRONLY), 1)
        os.dup2(os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = [__file__, *order["argv"]]
        main()
    except BaseException:  # noqa: BLE001 - a child says why it ends, whatever it is
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def run_server_forks() -> None:
    """Fork servers until standard input ends.

    The event loop of this process never runs; each child makes its own.
    """
    warm()
    gc.collect()
    gc.freeze()
    with open(0, "rb", buffering=0, closefd=False) as requests:
        for line in requests:
            with contextlib.suppress(ChildProcessError):
                while waitpid(-1, os.WNOHANG)[0]:
                    pass
            os.write(1, f"{fork_server(json.loads(line))}\n".encode())


if __name__ == "__main__":
    if "--nursery" in sys.argv:
        run_server_forks()
    else:
        main()
