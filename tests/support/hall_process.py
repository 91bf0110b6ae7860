"""The server's process in browser tests: the reference hall at a set time, clerks at their windows.

Run as a program by `hall_server.HallServer`, never imported: gevent must patch the standard library
before anything else is loaded. It prints one line of JSON once the port is open. With `--nursery`
it serves nothing itself but forks a server for each line that `nursery.Nursery` writes.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import contextlib  # noqa: E402
import ctypes  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import traceback  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from gevent.os import fork_gevent  # noqa: E402

from server import config, logs, serving  # noqa: E402
from server.app import build, serve  # noqa: E402
from server.cli.serve import open_server_hall  # noqa: E402
from server.clock import ScaledClock, StagedClock  # noqa: E402
from server.deployment import hall_router  # noqa: E402
from server.domain.errors import HallError  # noqa: E402
from server.domain.settings import with_values  # noqa: E402
from server.domain.tickets import ActorKind  # noqa: E402
from server.hall import Hall, import_catalogue, open_hall  # noqa: E402
from server.reference import load  # noqa: E402
from server.services import posts  # noqa: E402
from server.services.bus import HallChanged  # noqa: E402
from server.services.context import SYSTEM, Actor  # noqa: E402
from server.services.days import keep_day  # noqa: E402
from server.storage import accounts, settings  # noqa: E402
from server.storage.store import Tx  # noqa: E402
from server.supervisor import Supervisor  # noqa: E402

PR_SET_PDEATHSIG = 1  # linux/prctl.h
waitpid = monkey.get_original("os", "waitpid")


def fill(hall: Hall, asked: dict[str, Any]) -> None:
    """Business data, settings, accounts and clerks; what is there already stays."""
    import_catalogue(hall.ctx, SYSTEM, load(), "tests")
    with_values(hall.ctx.settings(), asked["settings"])

    def put(tx: Tx) -> None:
        for name, value in asked["settings"].items():
            settings.put(tx, name, value, SYSTEM.key)
        tx.events.append(HallChanged("settings"))

    hall.ctx.write(put)
    known = {row.staff for row in hall.ctx.read(lambda c: accounts.accounts(c, hall.ctx.hall_id))}
    for number in asked["accounts"]:
        if number not in known:
            role = hall.ctx.catalogue().staff_by[number].role
            hall.people.add_account(SYSTEM, number, role, asked["password"])
    with contextlib.suppress(HallError):
        keep_day(hall.ctx)
    seat(hall, asked["seated"])


def seat(hall: Hall, wanted: list[str] | None) -> None:
    """One person at each of these windows (None: at every window that comes today)."""
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
            posts.sign_in(hall.ctx, actor, f"seat-{hall.ctx.tokens.token(6)}", window.code)
            seated.add(person.number)


def main() -> None:
    """Serve until told to stop."""
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--asked", required=True, help="JSON of HallServer")
    options.add_argument("--fd", type=int, default=-1, help="a worker's open port")
    options.add_argument("--slot", type=int, default=0, help="a worker's number")
    args = options.parse_args()
    asked: dict[str, Any] = json.loads(args.asked)
    logs.start("warning")
    chosen = config.load(
        args.data,
        hall_id="reference",
        port=asked["port"],
        demo=asked["demo"],
        simulators=asked["simulators"],
        database=asked["database"],
        redis=asked["redis"],
        workers=asked["workers"],
        slot=args.slot,
        public_url=asked["proxy"],
        trusted_proxy=bool(asked["proxy"]),
    )
    clock = StagedClock if asked["staged"] else ScaledClock
    # Every worker's clock, one started again too, goes on from the same moment.
    gone = int((time.monotonic() - asked["since"]) * 1000 * asked["speed"])
    hands = clock(asked["now"] + (0 if asked["staged"] else gone), asked["speed"])
    if args.fd >= 0:
        serving.serve(hall_router(chosen, hands), chosen, lambda _port: None, args.fd)
        return
    hall = open_server_hall(chosen, hands)
    fill(hall, asked)
    if chosen.workers == 1:
        serve(build(hall), _say)
        return
    hall.ctx.store.close()
    Supervisor(chosen, [sys.executable, *sys.argv]).run(_say)


def _say(port: int) -> None:
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()


def warm() -> None:
    """Load what a server loads only when it is asked for it."""
    with tempfile.TemporaryDirectory() as folder:
        hall = open_hall(config.Config(data=Path(folder), hall_id="reference"))
        import_catalogue(hall.ctx, SYSTEM, load(), "warm")
        build(hall)
        hall.ctx.store.close()


def bear(asked: dict[str, Any]) -> int:
    """Fork a server; returns its process id here, and never in the child."""
    pid: int = fork_gevent()
    if pid:
        return pid
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.dup2(os.open(asked["said"], os.O_WRONLY), 1)
        os.dup2(os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = [__file__, *asked["argv"]]
        main()
    except BaseException:  # noqa: BLE001 - a child says why it ends, whatever it is
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def nursery() -> None:
    """Bear until standard input ends; its event loop never runs, each child makes its own."""
    warm()
    gc.collect()
    gc.freeze()
    with open(0, "rb", buffering=0, closefd=False) as asked:
        for line in asked:
            with contextlib.suppress(ChildProcessError):
                while waitpid(-1, os.WNOHANG)[0]:
                    pass
            os.write(1, f"{bear(json.loads(line))}\n".encode())


if __name__ == "__main__":
    if "--nursery" in sys.argv:
        nursery()
    else:
        main()
