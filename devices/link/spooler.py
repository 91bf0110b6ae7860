"""Printers behind a spooler, Windows' or CUPS', through python-escpos: one way, no answers.

A slip is one job, handed over whole by `flush`. Nobody tells what the printer does with it, so
every outcome is unknown; where a printer hangs on a cable of its own, use that cable.
"""

from __future__ import annotations

import contextlib
from typing import Any

from devices.link.base import LinkError
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
            known = self._printer.printers
        except Exception as error:
            raise LinkError(f"{self._name}: {error}") from error
        if name not in known:
            raise LinkError(f"{self._name}: no such printer")

    def write(self, data: bytes, seconds: float) -> None:
        """Add to the job; see Link."""
        del seconds
        self._jobs += data

    def read(self, limit: int, seconds: float) -> bytes:
        """Nothing ever comes back; see Link."""
        del limit, seconds
        return b""

    def flush(self, seconds: float) -> None:
        """Hand the job over; see Link."""
        del seconds
        data, self._jobs = bytes(self._jobs), bytearray()
        try:
            self._printer.open(job_name=JOB)
            self._printer._raw(data)
            self._printer.close()
        except Exception as error:
            raise LinkError(f"{self._name}: {error}") from error

    def close(self) -> None:
        """End without the job, if it was not handed over."""
        with contextlib.suppress(Exception):
            self._printer.close()
        # CUPS' class has a file for the job, also where there was none.
        with contextlib.suppress(AttributeError):
            self._printer._clear()
