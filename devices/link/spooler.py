"""Link to a printer behind a Windows or CUPS spooler, through python-escpos; write-only.

A slip is one job, submitted whole by `flush`. The spooler does not report what the printer does
with it, so every outcome is unknown. Prefer a printer's own cable where it has one.
"""

from __future__ import annotations

import contextlib
from typing import Any

from devices.link.errors import LinkError
from devices.link.usb import library

CLASSES = {"windows": "Win32Raw", "cups": "CupsPrinter"}
JOB = "Hallkeeper"


class SpoolerLink:
    """One job for one printer of the spooler. `system` is `windows` or `cups`."""

    def __init__(self, system: str, name: str) -> None:
        self._name = f"{system} {name}"
        self._jobs = bytearray()
        try:
            self._printer: Any = library(CLASSES[system])(name)
            names = self._printer.printers
        except Exception as error:
            raise LinkError(f"{self._name}: {error}") from error
        if name not in names:
            raise LinkError(f"{self._name}: no such printer")

    def write(self, data: bytes, seconds: float) -> None:
        """Append to the job; see Link."""
        del seconds
        self._jobs += data

    def read(self, limit: int, seconds: float) -> bytes:
        """Return nothing: a spooler never replies; see Link."""
        del limit, seconds
        return b""

    def flush(self, seconds: float) -> None:
        """Submit the job; see Link."""
        del seconds
        data, self._jobs = bytes(self._jobs), bytearray()
        try:
            self._printer.open(job_name=JOB)
            self._printer._raw(data)
            self._printer.close()
        except Exception as error:
            raise LinkError(f"{self._name}: {error}") from error

    def close(self) -> None:
        """Close the printer; a job that was not submitted is dropped."""
        with contextlib.suppress(Exception):
            self._printer.close()
        # The CUPS class creates a file for a job, even if there was no job.
        with contextlib.suppress(AttributeError):
            self._printer._clear()
