"""Fork server: starts servers and agents quickly; imports happen once, each child is a fork.

`python -m bench.breaking.fork_server server|agent`. A line of JSON on standard input is a request:
`{"argv": […], "log": PATH}` forks a child and is answered by `{"born": PID}`, then by the child's
own output; `{"reap": PID}` waits for the end of a child and answers `{"reaped": PID}`. The children
end with the fork server. A child is an ordinary process: kill -9 removes all of it.
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
    """Yield whole lines of standard input, parsed.

    Read plainly, so that no event loop starts here.
    """
    buffer = b""
    while data := os.read(0, 65536):
        buffer += data
        while (end := buffer.find(b"\n")) >= 0:
            yield json.loads(buffer[:end])
            buffer = buffer[end + 1 :]


def _tell(**words: object) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


def _bear(child: Child, request: dict[str, Any]) -> int:
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        _tell(born=pid)
        return pid
    code = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        os.environ[PARENT] = str(nursery)
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if KIND == "agent":
            os.dup2(log, 1)
        child(request["argv"])
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - a child prints any cause of its end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(child: Child) -> None:
    """Fork and reap children until standard input ends."""
    alive: set[int] = set()
    gc.collect()
    gc.freeze()
    for request in _lines():
        if "reap" in request:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(request["reap"], 0)
            alive.discard(request["reap"])
            _tell(reaped=request["reap"])
        else:
            alive.add(_bear(child, request))
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    if KIND == "server":
        from bench.breaking.server_process import run, warm

        warm()
        main(run)
    else:
        from bench.breaking.agent_process import load, run_agent

        load()
        main(run_agent)
