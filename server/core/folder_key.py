"""Key of a data folder, and fresh random seeds."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path

from server.core.clock import TokenSource

SEED_BYTES = 32
KEY_FILE = "check.key"


def key_in(folder: Path, chance: TokenSource, name: str = KEY_FILE) -> bytes:
    """Return a key of the data folder, created at the first call and readable by its owner only."""
    path = folder / name
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        # Workers may create it at once: the first one's stays, and is never half written.
        draft = folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(fresh_seed(chance) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
        return bytes.fromhex(path.read_text().strip())


def fresh_seed(chance: TokenSource) -> str:
    """Return 256 random bits, in hex."""
    return hashlib.sha256(chance.token(SEED_BYTES).encode()).hexdigest()
