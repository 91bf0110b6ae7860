"""What goes wrong with the server's machine: disk, clock, slow commits, a copy put back.

Each is a function that breaks a busy hall and mends it again; what it expects meanwhile it says
itself, what must hold afterwards is `history.violations`.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.breaking.evidence import kept_lines
from bench.breaking.hall import HALL
from bench.breaking.history import ISSUED
from bench.breaking.run import Scene
from server.clock import SystemTokenSource
from server.config import load
from server.services import backups, restoring
from support.hall_server import MANAGER, RefusedError

HOUR = 3600.0
SLOW_COMMIT = 2.0
READ_WITHIN = 1.0
BROKEN_SECONDS = 4.0
DISK_BYTES = 48 << 20


class Clocked:
    """The hall's own time, for a restore that is done beside it."""

    def __init__(self, now: Scene) -> None:
        self._now = now

    def now(self) -> int:
        return self._now.hall.now() + int(self._now.hall.levers.clock * 1000)


# -- disk ------------------------------------------------------------------------------------------


def can_mount(folder: Path) -> bool:
    """Whether a small file system of our own can be had; only root can."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    if not _mount(folder):
        return False
    subprocess.run(["umount", folder], check=False)
    return True


def _mount(folder: Path, *options: str) -> bool:
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if options:
        words = ["mount", "-o", ",".join(options), str(folder)]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """The hall's data on a disk of its own, where that is allowed."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    mounted = _mount(data)
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "-l", data], check=False)


def disk_full(now: Scene) -> None:
    """No byte can be written for some seconds: commands are refused, reads go on, nothing is lost.

    On a small disk of its own where that can be had; else the process's files may not grow.
    """
    filler = now.hall.data / "filler"
    _empty_log(now.hall.data / "hall.db")
    if os.path.ismount(now.hall.data):
        _fill(filler)
    else:
        limits = resource.prlimit(now.hall.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(now.hall.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
    now.outcome.hit("disk full")
    before = len(now.crowd.acks)
    refused = now.crowd.unavailable
    _reads_go_on(now, BROKEN_SECONDS)
    turned_away = now.crowd.unavailable - refused
    now.outcome.expect(turned_away > 0, "commands are refused while nothing can be written")
    stood = len(now.crowd.acks) - before
    now.outcome.notes.append(
        f"disk full: {turned_away} commands refused, {stood} answered meanwhile"
    )
    if os.path.ismount(now.hall.data):
        filler.unlink()
    else:
        resource.prlimit(now.hall.pid, resource.RLIMIT_FSIZE, limits)
    now.outcome.expect(now.crowd.wait_for(10), "acts go on when the disk has room again")


def _empty_log(path: Path) -> None:
    """SQLite writes its log over and over; an empty one must grow at the next commit."""
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))
    # What is left of the last megabyte goes too.
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(512))


def _reads_go_on(now: Scene, seconds: float) -> None:
    """Whoever only looks gets an answer soon, for so long."""
    end, slowest = time.monotonic() + seconds, 0.0
    client = now.hall.clerk(MANAGER)
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            client.get("/catalogue")
            client.get("/windows")
        except RefusedError as refused:
            now.outcome.expect(kept=False, what=f"reads go on: {refused}")
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.1)
    now.outcome.notes.append(f"slowest two reads meanwhile: {slowest:.2f} s")
    now.outcome.expect(slowest < 2 * READ_WITHIN, f"reads within {READ_WITHIN} s: {slowest:.2f} s")


def read_only(now: Scene) -> None:
    """The data cannot be written at a start: the server says so and does not start."""
    hall, crowd = now.hall, now.crowd
    crowd.up.clear()
    hall.kill()
    now.outcome.hit("data folder read-only at a start")
    if os.path.ismount(hall.data):
        now.outcome.expect(_mount(hall.data, "remount", "ro"), "the disk could be made read-only")
    elif os.geteuid() == 0:
        now.outcome.skipped = "root without mounts: nothing is read-only"
    else:
        hall.data.chmod(0o500)
        (hall.data / "hall.db").chmod(0o400)
    if not now.outcome.skipped:
        now.outcome.expect(not hall.try_start(), "a server without writing does not serve")
        now.outcome.notes.append(_last_line(hall.log()))
    if os.path.ismount(hall.data):
        _mount(hall.data, "remount", "rw")
    else:
        hall.data.chmod(0o700)
        (hall.data / "hall.db").chmod(0o600)
    hall.start()
    crowd.up.set()
    now.outcome.expect(crowd.wait_for(10), "acts go on when it can be written again")


def _last_line(text: str) -> str:
    return "read-only: " + (text.strip().splitlines() or [""])[-1][:160]


# -- time ------------------------------------------------------------------------------------------


def clock(now: Scene) -> None:
    """An hour forward, back, an hour back, and forward again."""
    for step, name in ((HOUR, "forward"), (0.0, "back again"), (-HOUR, "back"), (0.0, "forward")):
        now.hall.levers.pull(clock=step)
        now.outcome.hit(f"clock an hour {name}")
        now.outcome.expect(now.crowd.wait_for(15, 30.0), f"acts go on, clock an hour {name}")


def slow_commit(now: Scene) -> None:
    """Each commit takes two seconds: acts are late, not lost; whoever looks does not wait."""
    now.hall.levers.pull(commit=SLOW_COMMIT)
    now.outcome.hit("commit of 2 s")
    before = len(now.crowd.acks)
    _reads_go_on(now, 12.0)
    done = len(now.crowd.acks) - before
    now.outcome.notes.append(f"12 s of slow commits: {done} acts answered")
    now.outcome.expect(done > 0, "acts go on slowly")
    now.hall.levers.pull(commit=0.0)
    now.outcome.expect(now.crowd.wait_for(10, 30.0), "acts go on fast")


# -- a copy put back -------------------------------------------------------------------------------


def restored(now: Scene, *, readable: bool) -> None:
    """A copy of the same day is put back; the replaced database can still be read, or not.

    What was answered after the copy is gone; none of its numbers may come again.
    """
    now.crowd.wait_for(20)
    made = _backed_up(now)
    now.outcome.hit("copy of the same day put back" + ("" if readable else ", old unreadable"))
    now.crowd.wait_for(30)
    _put_back(now, made, readable=readable)


def yesterday(now: Scene) -> None:
    """A day passes; then the copy of the day before is put back in the middle of the day."""
    now.crowd.wait_for(20)
    made = _backed_up(now)
    _next_day(now)
    now.outcome.expect(now.crowd.wait_for(30), "the next day begins")
    now.outcome.hit("copy of the day before put back")
    _put_back(now, made, readable=True)


def _backed_up(now: Scene) -> Path:
    config = load(now.hall.data, hall_id=HALL)
    return backups.make(config, now.hall.folder / "backups", now.hall.now()).path


def _next_day(now: Scene) -> None:
    hall, crowd = now.hall, now.crowd
    crowd.up.clear()
    _stand_still(now)
    hall.stop()
    hall.levers.pull(clock=24 * HOUR)
    hall.furnish_again()
    hall.start()
    hall.sign_in_again()
    crowd.up.set()


def _put_back(now: Scene, backup: Path, *, readable: bool) -> None:
    hall, crowd = now.hall, now.crowd
    config = load(hall.data, hall_id=HALL)
    crowd.up.clear()
    _stand_still(now)
    hall.stop()
    if not readable:
        for ending in ("-wal", "-shm"):
            (hall.data / f"hall.db{ending}").unlink(missing_ok=True)
        (hall.data / "hall.db").write_bytes(os.urandom(100_000))
    done = restoring.restore(
        config, restoring.RestoreOptions(backup), Clocked(now), SystemTokenSource()
    )
    now.outcome.expect(not done.violations, f"hall check after the restore: {done.violations[:3]}")
    now.outcome.expect(done.old_readable == readable, "the restore knows what it could read")
    crowd.epoch += 1
    _forget_what_the_copy_has_not(now, config.database_url)
    hall.furnish_again()
    hall.start()
    hall.sign_in_again()
    crowd.up.set()
    now.outcome.expect(crowd.wait_for(20), "acts go on after the restore")


def _stand_still(now: Scene) -> None:
    """Wait until nobody's act is under way any more: nobody begins one while the server is away."""
    last, still = -1, 0
    while still < 5:
        count = len(now.crowd.acks)
        still = still + 1 if count == last else 0
        last = count
        time.sleep(0.1)


def _forget_what_the_copy_has_not(now: Scene, url: str) -> None:
    """Acts answered after the copy are lost by its nature; their numbers are remembered."""
    there = kept_lines(url)
    acks = now.crowd.acks
    lost = []
    for ack in acks:
        # Somebody who came back is called once more: the copy may have the first call only.
        there[ack.act, ack.ticket] -= 1
        if there[ack.act, ack.ticket] < 0:
            lost.append(ack)
    now.lost |= {a.ticket for a in lost if a.act == ISSUED}
    now.outcome.notes.append(f"{len(lost)} acts came after the copy and are gone")
    with now.crowd.news:
        for gone in lost:
            acks.remove(gone)
        for ticket in now.lost:
            now.crowd.tokens.pop(ticket, None)
