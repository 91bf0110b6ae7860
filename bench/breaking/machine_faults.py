"""Faults of the server's machine: disk, clock, slow commits, a restored backup.

Each is a function that breaks a busy hall and repairs it again. It checks itself what must hold
meanwhile; `history.violations` checks what must hold afterwards.
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

from bench.breaking.evidence import journal_counts
from bench.breaking.hall import HALL
from bench.breaking.history import ISSUED
from bench.breaking.run import Scene
from server.backup import backups, restore
from server.core.clock import SystemTokenSource
from server.core.config import load
from support.hall_server import MANAGER, RefusedError

HOUR = 3600.0
SLOW_COMMIT = 2.0
READ_WITHIN = 1.0
BROKEN_SECONDS = 4.0
DISK_BYTES = 48 << 20


class HallClock:
    """The hall's own time, for a restore that runs outside the server."""

    def __init__(self, scene: Scene) -> None:
        self._now = scene

    def now(self) -> int:
        return self._now.hall.now() + int(self._now.hall.levers.clock * 1000)


# -- disk ------------------------------------------------------------------------------------------


def can_mount(folder: Path) -> bool:
    """Return True if a small file system can be mounted; only root can."""
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
    """Mount a separate disk for the hall's data, where that is allowed."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    mounted = _mount(data)
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "-l", data], check=False)


def disk_full(scene: Scene) -> None:
    """Fill the disk for some seconds: commands are rejected, reads go on, nothing is lost.

    On a small disk of its own where that is possible; else the process's files may not grow.
    """
    filler = scene.hall.data / "filler"
    _empty_log(scene.hall.data / "hall.db")
    if os.path.ismount(scene.hall.data):
        _fill(filler)
    else:
        limits = resource.prlimit(scene.hall.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(scene.hall.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
    scene.outcome.count_fault("disk full")
    before = len(scene.crowd.acks)
    refused = scene.crowd.unavailable
    _reads_go_on(scene, BROKEN_SECONDS)
    turned_away = scene.crowd.unavailable - refused
    scene.outcome.expect(turned_away > 0, "commands are refused while nothing can be written")
    answered = len(scene.crowd.acks) - before
    scene.outcome.notes.append(
        f"disk full: {turned_away} commands refused, {answered} answered meanwhile"
    )
    if os.path.ismount(scene.hall.data):
        filler.unlink()
    else:
        resource.prlimit(scene.hall.pid, resource.RLIMIT_FSIZE, limits)
    scene.outcome.expect(scene.crowd.wait_for(10), "acts go on when the disk has room again")


def _empty_log(path: Path) -> None:
    """Truncate SQLite's log: it is overwritten in place; an empty log must grow at a commit."""
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))
    # The rest of the last megabyte is filled too.
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(512))


def _reads_go_on(scene: Scene, seconds: float) -> None:
    """Check for `seconds` that reads are answered soon."""
    end, slowest = time.monotonic() + seconds, 0.0
    client = scene.hall.clerk(MANAGER)
    while time.monotonic() < end:
        start = time.monotonic()
        try:
            client.get("/catalogue")
            client.get("/windows")
        except RefusedError as refused:
            scene.outcome.expect(holds=False, what=f"reads go on: {refused}")
        slowest = max(slowest, time.monotonic() - start)
        time.sleep(0.1)
    scene.outcome.notes.append(f"slowest two reads meanwhile: {slowest:.2f} s")
    scene.outcome.expect(
        slowest < 2 * READ_WITHIN, f"reads within {READ_WITHIN} s: {slowest:.2f} s"
    )


def read_only(scene: Scene) -> None:
    """Make the data read-only at a start: the server reports it and does not start."""
    hall, crowd = scene.hall, scene.crowd
    crowd.server_up.clear()
    hall.kill()
    scene.outcome.count_fault("data folder read-only at a start")
    if os.path.ismount(hall.data):
        scene.outcome.expect(_mount(hall.data, "remount", "ro"), "the disk could be made read-only")
    elif os.geteuid() == 0:
        scene.outcome.skipped = "root without mounts: nothing is read-only"
    else:
        hall.data.chmod(0o500)
        (hall.data / "hall.db").chmod(0o400)
    if not scene.outcome.skipped:
        scene.outcome.expect(not hall.try_start(), "a server without writing does not serve")
        scene.outcome.notes.append(_last_line(hall.log()))
    if os.path.ismount(hall.data):
        _mount(hall.data, "remount", "rw")
    else:
        hall.data.chmod(0o700)
        (hall.data / "hall.db").chmod(0o600)
    hall.start()
    crowd.server_up.set()
    scene.outcome.expect(crowd.wait_for(10), "acts go on when it can be written again")


def _last_line(text: str) -> str:
    return "read-only: " + (text.strip().splitlines() or [""])[-1][:160]


# -- time ------------------------------------------------------------------------------------------


def clock(scene: Scene) -> None:
    """Step the clock an hour forward, back, an hour back, and forward again."""
    for step, name in ((HOUR, "forward"), (0.0, "back again"), (-HOUR, "back"), (0.0, "forward")):
        scene.hall.levers.set(clock=step)
        scene.outcome.count_fault(f"clock an hour {name}")
        scene.outcome.expect(scene.crowd.wait_for(15, 30.0), f"acts go on, clock an hour {name}")


def slow_commit(scene: Scene) -> None:
    """Slow each commit to two seconds: actions are late, not lost; reads do not wait."""
    scene.hall.levers.set(commit=SLOW_COMMIT)
    scene.outcome.count_fault("commit of 2 s")
    before = len(scene.crowd.acks)
    _reads_go_on(scene, 12.0)
    answered = len(scene.crowd.acks) - before
    scene.outcome.notes.append(f"12 s of slow commits: {answered} acts answered")
    scene.outcome.expect(answered > 0, "acts go on slowly")
    scene.hall.levers.set(commit=0.0)
    scene.outcome.expect(scene.crowd.wait_for(10, 30.0), "acts go on fast")


# -- a restored backup -----------------------------------------------------------------------------


def restored(scene: Scene, *, readable: bool) -> None:
    """Restore a backup of the same day; the replaced database is readable or not.

    Everything answered after the backup is gone; none of its numbers may be issued again.
    """
    scene.crowd.wait_for(20)
    backup = _back_up(scene)
    scene.outcome.count_fault(
        "copy of the same day put back" + ("" if readable else ", old unreadable")
    )
    scene.crowd.wait_for(30)
    _restore(scene, backup, readable=readable)


def yesterday(scene: Scene) -> None:
    """Let a day pass; then restore the backup of the day before in the middle of the day."""
    scene.crowd.wait_for(20)
    backup = _back_up(scene)
    _next_day(scene)
    scene.outcome.expect(scene.crowd.wait_for(30), "the next day begins")
    scene.outcome.count_fault("copy of the day before put back")
    _restore(scene, backup, readable=True)


def _back_up(scene: Scene) -> Path:
    config = load(scene.hall.data, hall_id=HALL)
    return backups.make(config, scene.hall.folder / "backups", scene.hall.now()).path


def _next_day(scene: Scene) -> None:
    hall, crowd = scene.hall, scene.crowd
    crowd.server_up.clear()
    _wait_until_idle(scene)
    hall.stop()
    hall.levers.set(clock=24 * HOUR)
    hall.refill_at_next_start()
    hall.start()
    hall.sign_in_again()
    crowd.server_up.set()


def _restore(scene: Scene, backup: Path, *, readable: bool) -> None:
    hall, crowd = scene.hall, scene.crowd
    config = load(hall.data, hall_id=HALL)
    crowd.server_up.clear()
    _wait_until_idle(scene)
    hall.stop()
    if not readable:
        for ending in ("-wal", "-shm"):
            (hall.data / f"hall.db{ending}").unlink(missing_ok=True)
        (hall.data / "hall.db").write_bytes(os.urandom(100_000))
    result = restore.restore(
        config, restore.RestoreOptions(backup), HallClock(scene), SystemTokenSource()
    )
    scene.outcome.expect(
        not result.violations, f"hall check after the restore: {result.violations[:3]}"
    )
    scene.outcome.expect(result.old_readable == readable, "the restore knows what it could read")
    crowd.epoch += 1
    _drop_lost_acks(scene, config.database_url)
    hall.refill_at_next_start()
    hall.start()
    hall.sign_in_again()
    crowd.server_up.set()
    scene.outcome.expect(crowd.wait_for(20), "acts go on after the restore")


def _wait_until_idle(scene: Scene) -> None:
    """Wait until no action is under way: nobody begins one while the server is away."""
    last, still = -1, 0
    while still < 5:
        count = len(scene.crowd.acks)
        still = still + 1 if count == last else 0
        last = count
        time.sleep(0.1)


def _drop_lost_acks(scene: Scene, url: str) -> None:
    """Remove the actions answered after the backup; remember their numbers."""
    counts = journal_counts(url)
    acks = scene.crowd.acks
    lost = []
    for ack in acks:
        # A ticket that came back is called again: the backup may have the first call only.
        counts[ack.act, ack.ticket] -= 1
        if counts[ack.act, ack.ticket] < 0:
            lost.append(ack)
    scene.lost |= {a.ticket for a in lost if a.act == ISSUED}
    scene.outcome.notes.append(f"{len(lost)} acts came after the copy and are gone")
    with scene.crowd.news:
        for ack in lost:
            acks.remove(ack)
        for ticket in scene.lost:
            scene.crowd.tokens.pop(ticket, None)
