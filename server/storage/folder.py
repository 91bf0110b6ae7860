"""Who uses the data folder: servers together, a restore or a move alone.

A lock of the operating system on `hall.lock`: it ends with the process, however that ends. It sees
processes on this machine only; a database server is asked by its own means (`moving.others`).
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
    """The data folder is in use, or cannot be written; the message says what to do."""


def _lock(folder: Path, how: int) -> IO[bytes]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # To read as well: NFS gives a shared lock on nothing that is open for writing only.
        file = (folder / LOCK).open("a+b")
    except OSError as error:
        raise FolderBusyError(f"{folder}: 不能写入 / cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
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
        _held.append(os.dup(file.fileno()))  # the lock lives as long as any of the two


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else uses the folder meanwhile. Raises FolderBusyError."""
    with contextlib.ExitStack() as locks:
        whole = [folder.parent.parent] if folder.parent.name == HALLS else []
        for one in (*whole, *parts(folder)):
            locks.enter_context(_lock(one, fcntl.LOCK_EX))
        yield


def parts(folder: Path) -> list[Path]:
    """The data folder, and each hall's own one where a deployment serves several."""
    return [folder, *sorted(p for p in (folder / HALLS).glob("*") if p.is_dir())]
