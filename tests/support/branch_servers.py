"""A running hall gets a branch server: the office's code, and the command `hall join`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.hall_server import ADMINISTRATOR, PATIENCE, ROOT, HallServer

SITE = "north"


def join(main: HallServer, address: str, data: Path, first: int = 701, last: int = 999) -> None:
    """Let the north building of a hall run its own server, with its data in a new folder.

    `address`: address of the main server as the branch reaches it.
    """
    body = {"site": SITE, "first_number": first, "last_number": last}
    code = main.clerk(ADMINISTRATOR).post("/office/branches", body)["code"]
    words = ["join", "--main", address, "--site", SITE, "--code", code, "--data", str(data)]
    subprocess.run(
        [sys.executable, "-m", "server.cli", *words],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE,
    )
