"""Replacement for pycups in a process of the tests: one printer, whose jobs go to a folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

CUPS_FORMAT_RAW = "application/vnd.cups-raw"


def getServer() -> str:  # noqa: N802 - the library's name
    """Return the server's name."""
    return "localhost"


def getPort() -> int:  # noqa: N802 - the library's name
    """Return the server's port."""
    return 631


def setServer(_name: str) -> None:  # noqa: N802 - the library's name
    """Do nothing: there is only this machine."""


def setPort(_port: int) -> None:  # noqa: N802 - the library's name
    """Do nothing: there is only this machine."""


class Connection:
    """Connection to the CUPS server."""

    def getPrinters(self) -> dict[str, dict[str, int]]:  # noqa: N802 - the library's name
        return {"slips": {"printer-state": 3}}

    def getDefault(self) -> str:  # noqa: N802 - the library's name
        return "slips"

    def printFile(  # noqa: N802 - the library's name
        self, printer: str, path: str, title: str, options: dict[str, str]
    ) -> int:
        assert (printer, title, options["document-format"]) == (
            "slips",
            "Hallkeeper",
            CUPS_FORMAT_RAW,
        )
        jobs = Path(os.environ["JOBS"])
        if jobs.joinpath("stopped").exists():
            raise RuntimeError("client-error-not-accepting-jobs")
        shutil.copy(path, jobs / f"job-{len(list(jobs.glob('job-*')))}")
        return 1
