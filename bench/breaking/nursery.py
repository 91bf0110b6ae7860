"""Bears servers and agents quickly: everything is imported once, each child is a fork of it.

`python -m bench.breaking.nursery server|agent`. One line of JSON on standard input asks for one
thing: `{"argv": […], "log": PATH}` bears a child and is answered by `{"born": PID}`, then by what
the child itself prints; `{"reap": PID}` waits for the end of one and answers `{"reaped": PID}`.
The children end with the nursery. A child is a process like any other: kill -9 takes all it had.
"""

from __future__ import annotations

import sys

KIND = sys.argv[1] if len(sys.argv) > 1 else ""
if KIND == "server":
    from gevent import monkey

    monkey.patch_all()

import contextlib  # noqa: E402
import ctypes  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import traceback  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

PARENT = "HALL_PARENT"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
Child = Callable[[list[str]], None]


def _lines() -> Any:
    """Whole lines of standard input; read plainly, so that no event loop is ever begun here."""
    kept = b""
    while data := os.read(0, 65536):
        kept += data
        while (end := kept.find(b"\n")) >= 0:
            yield json.loads(kept[:end])
            kept = kept[end + 1 :]


def _tell(**words: object) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


def _bear(child: Child, asked: dict[str, Any]) -> int:
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        _tell(born=pid)
        return pid
    code = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        os.environ[PARENT] = str(nursery)
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if KIND == "agent":
            os.dup2(log, 1)
        child(asked["argv"])
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - a child says why it ends, whatever it is
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(child: Child) -> None:
    """Bear and reap until standard input ends."""
    alive: set[int] = set()
    gc.collect()
    gc.freeze()
    for asked in _lines():
        if "reap" in asked:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(asked["reap"], 0)
            alive.discard(asked["reap"])
            _tell(reaped=asked["reap"])
        else:
            alive.add(_bear(child, asked))
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    if KIND == "server":
        from bench.breaking.served import run, warm

        warm()
        main(run)
    else:
        from bench.breaking.agents import load, run_agent

        load()
        main(run_agent)
