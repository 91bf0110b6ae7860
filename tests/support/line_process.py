"""Helper program of the tests in a process of its own, controlled line by line."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from support.postgres import end_with_parent

HERE = Path(__file__).parent
PATIENCE = 60.0


class LineProcess:
    """Helper process: `with LineProcess("worker_bus_process.py", url) as bus: …`."""

    def __init__(self, program: str, *words: str) -> None:
        paths = os.pathsep.join(str(folder) for folder in (HERE.parents[1], HERE.parent))
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / program), *words],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": paths},
            preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call, no lock taken
        )
        self._heard: queue.Queue[Any] = queue.Queue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> LineProcess:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._thread.join(PATIENCE)
        with self._process:
            pass

    def write_line(self, line: str) -> None:
        """Write one line to the program."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def read_json(self) -> Any:
        """Return the next line of the program, which is JSON."""
        return self._heard.get(timeout=PATIENCE)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(json.loads(line))
