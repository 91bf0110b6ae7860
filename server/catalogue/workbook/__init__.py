"""Workbook (.xlsx) with a hall's catalogue: export and import.

`export` writes a catalogue. `read` returns one, or all problems of the workbook at once.
`problems` returns what an import would reject. `digest` tells if two catalogues are the same.
The office page and the command line use these; nothing here uses a database or decides about
versions.

The spreadsheet libraries take a third of a second to load, so they are loaded with the first
workbook, not at the start of a hall.
"""

from __future__ import annotations

from typing import BinaryIO

from server.catalogue.model import Catalogue
from server.catalogue.workbook.checking import problems
from server.catalogue.workbook.digest import digest
from server.catalogue.workbook.problem import Flaw, Problem

__all__ = ["Flaw", "Problem", "digest", "export", "problems", "read"]


def read(stream: BinaryIO, hall: str | None = None) -> Catalogue | list[Problem]:
    """Return the catalogue of a workbook, or all its problems."""
    from server.catalogue.workbook import reading  # noqa: PLC0415 - see above

    return reading.read(stream, hall)


def export(catalogue: Catalogue, stream: BinaryIO) -> None:
    """Write a catalogue as a workbook."""
    from server.catalogue.workbook import writing  # noqa: PLC0415 - see above

    writing.export(catalogue, stream)
