"""Two halls in a process of their own, served as `hall serve` does: `two_halls_process.py FOLDER`.

Run as a program, never imported: gevent must patch the standard library before anything else is
loaded. In hall `one` A001 waits; in hall `two` A001 is done and A002 waits. It writes a line of
JSON with its port and a board's token of each hall. Each line that it reads names a hall, in which
window T1 then calls.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402

from server.core.config import Config  # noqa: E402
from server.runtime.server import serve  # noqa: E402
from support.two_halls import HOSTS, TwoHalls  # noqa: E402


def main() -> None:
    """Serve until the process is killed."""
    folder = Path(sys.argv[1])
    two = TwoHalls(folder)
    for web in two.webs.values():
        web.small.sign_in("T1")
        web.small.issue("tax-1")
    second = two.webs["two"].small
    second.serve("T1")
    second.issue("tax-1")

    def ready(port: int) -> None:
        boards = {n: web.small.hall.people.grant("board", "main") for n, web in two.webs.items()}
        sys.stdout.write(json.dumps({"port": port, "boards": boards}) + "\n")
        sys.stdout.flush()

    def obey() -> None:
        # With a plain file the read would block the whole process.
        for line in FileObject(0, "r", closefd=False):
            two.webs[line.strip()].small.call("T1")

    gevent.spawn(obey)
    serve(two.router, Config(data=folder, port=0, halls=HOSTS), ready)


if __name__ == "__main__":
    main()
