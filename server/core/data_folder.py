"""Lock of the data folder: shared by servers, exclusive for a restore or a move.

It is a lock of the operating system on `hall.lock`, so it ends with the process in any case. It
covers processes on this machine only; `moving.others` counts connections to a database server.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCK = "hall.lock"
HALLS = "halls"
_held: list[int] = []


class FolderBusyError(Exception):
    """Data folder in use or not writable; the message says what to do."""


def _lock(folder: Path, operation: int) -> IO[bytes]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Opened for reading as well: NFS gives no shared lock on a file open for writing only.
        file = (folder / LOCK).open("a+b")
    except OSError as error:
        raise FolderBusyError(f"{folder}: 不能写入 / cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(file, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise FolderBusyError(
            f"{folder}: 大厅服务器或恢复程序正在使用，请先停止 / in use by a server or a restore: "
            "stop it first"
        ) from None
    return file


def serve_from(folder: Path) -> None:
    """Mark the folder as served until this process ends. Raises FolderBusyError."""
    with _lock(folder, fcntl.LOCK_SH) as file:
        _held.append(os.dup(file.fileno()))  # the lock holds until both descriptors are closed


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder exclusively within the context. Raises FolderBusyError."""
    with contextlib.ExitStack() as locks:
        deployment = [folder.parent.parent] if folder.parent.name == HALLS else []
        for part in (*deployment, *parts(folder)):
            locks.enter_context(_lock(part, fcntl.LOCK_EX))
        yield


def parts(folder: Path) -> list[Path]:
    """Return the data folder, and each hall's own folder if the deployment serves several."""
    return [folder, *sorted(p for p in (folder / HALLS).glob("*") if p.is_dir())]
