"""Replacement for pywin32's spooler in a process of the tests: one printer that keeps its jobs."""

from __future__ import annotations

import os
from pathlib import Path

import pywintypes

PRINTER_ENUM_NAME = 8


class Handle:
    """An open printer with the data written to it."""

    def __init__(self) -> None:
        self.data = bytearray()


def EnumPrinters(_flags: int, _name: str, _level: int) -> list[dict[str, str]]:  # noqa: N802
    return [{"pPrinterName": "slips"}]


def GetDefaultPrinter() -> str:  # noqa: N802
    return "slips"


def OpenPrinter(name: str) -> Handle:  # noqa: N802
    assert name == "slips"
    return Handle()


def StartDocPrinter(_printer: Handle, level: int, job: tuple[str, str, str]) -> int:  # noqa: N802
    assert (level, job) == (1, ("Hallkeeper", "", "RAW"))
    if Path(os.environ["JOBS"], "stopped").exists():
        raise pywintypes.error("the spooler is stopped")
    return 1


def StartPagePrinter(_printer: Handle) -> None:  # noqa: N802
    """Begin a page."""


def WritePrinter(printer: Handle, data: bytes) -> None:  # noqa: N802
    printer.data += data


def EndPagePrinter(_printer: Handle) -> None:  # noqa: N802
    """End a page."""


def EndDocPrinter(printer: Handle) -> None:  # noqa: N802
    jobs = Path(os.environ["JOBS"])
    (jobs / f"job-{len(list(jobs.glob('job-*')))}").write_bytes(printer.data)


def ClosePrinter(_printer: Handle) -> None:  # noqa: N802
    """Close the printer; nothing has to be released."""
