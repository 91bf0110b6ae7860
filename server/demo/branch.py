"""Branch of a demo (`hall demo --branch`): the west room in a building with a server of its own.

That server is a second process with its data in a folder of its own. It joins with a one-time code,
as any branch does, and runs on the demo's time. It has no simulated devices.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree

from server.branches import membership
from server.branches.joining import read_token
from server.catalogue.model import Catalogue, Site
from server.core import config
from server.core.actors import SYSTEM, ActorKind
from server.core.clock import Clock, ScaledClock
from server.hall.composition import Hall
from server.queue.number_ranges import branch_servers

SITE, ZONE = "north", "west"
FIRST, LAST = 801, 999
FOLDER = "branch"
"""Data folder of the branch within the demo's."""
LOG = "branch.log"
BUILDING = Site(
    SITE,
    "城北分中心",
    "North Branch",
    "禾安县城北街2号",
    "2 Chengbei Street, Hean County",
    "公交：3路、8路到“城北街口”站，下车往北走150米",
    "Bus 3 or 8 to Chengbei Street; 150 m north",
)
PAGES = (
    ("取号机 kiosk", "/kiosk/3"),
    ("窗口 counter", "/counter"),
    ("大屏 board", f"/board/{ZONE}"),
    ("分中心 its line", "/office#branches"),
)


def in_two_buildings(catalogue: Catalogue) -> Catalogue:
    """Return the reference hall with its west room in a building of its own."""
    main = catalogue.sites[0]
    zones = tuple(
        replace(zone, site=SITE if zone.code == ZONE else main.code) for zone in catalogue.zones
    )
    return replace(catalogue, sites=(main, BUILDING), zones=zones)


def refusal(data: Path, *, wanted: bool, rehearsal: bool) -> str:
    """Return why a demo cannot start with a branch, or without one; empty if it can."""
    if wanted and rehearsal:
        return "演练没有分中心 / a rehearsal has no branch"
    if (data / "hall.db").exists() and (data / FOLDER).exists() != wanted:
        return (
            f"{data}: 有分中心和没有分中心的演示各用一个目录 / "
            "a demo with a branch and one without need a folder each"
        )
    return ""


def add(hall: Hall) -> None:
    """Give the building its own server, once, before any kiosk leases a number of its block."""
    if not branch_servers(hall.ctx.settings()):
        key = f"demo-{hall.ctx.tokens.token(6)}"
        membership.add(hall.ctx, SYSTEM, key, SITE, FIRST, LAST)


def join(hall: Hall, main: str) -> None:
    """Let the branch join the main hall, which serves already, unless it has joined before.

    `main`: address of the main server. What an interrupted attempt has left is deleted.
    """
    folder = hall.config.data / FOLDER
    if read_token(folder):
        return
    rmtree(folder, ignore_errors=True)
    code = hall.people.make_code(SYSTEM, ActorKind.BRANCH.value, SITE)
    words = ["join", "--main", main, "--site", SITE, "--code", code, "--data", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "server.cli", *words], check=True, stdout=subprocess.DEVNULL
    )


@dataclass(frozen=True, slots=True)
class Order:
    """Order of the demo to its branch process, which it gets as JSON.

    `fd`: its open port. `now`: hall time (ms) at the monotonic second `since`.
    """

    main: str
    fd: int
    now: int
    since: float

    @classmethod
    def at(cls, clock: Clock, main: str, fd: int) -> Order:
        """Return an order with the time of the demo's clock."""
        return cls(main, fd, clock.now(), time.monotonic())

    @property
    def clock(self) -> Clock:
        """The demo's clock in another process of this machine."""
        return ScaledClock(self.now, 1.0, self.since)


def settings(data: Path, host: str, port: int, order: Order) -> config.Config:
    """Return the settings of the branch's server; the main one may have moved to another port."""
    place = {"site": SITE, "main": order.main}
    return config.load(data, host=host, port=port, demo=True, branch=place)


def command(data: Path, host: str, port: int, order: Order) -> list[str]:
    """Return the words after `python -m` that start the branch's server."""
    fields = {"main": order.main, "fd": order.fd, "now": order.now, "since": order.since}
    words = ["server.cli", "demo", "--data", str(data), "--host", host, "--port", str(port)]
    return [*words, "--as-branch", json.dumps(fields)]


def summary(base: str, clerk: str) -> Iterator[str]:
    """Yield the lines with the branch's pages. `clerk`: somebody of its windows."""
    yield f"  {BUILDING.name} {BUILDING.name_en}"
    for name, path in PAGES:
        yield f"  {name:<24}{base}{path}"
    yield f"    {clerk:<8}分中心窗口人员 clerk of the branch"
    yield ""
