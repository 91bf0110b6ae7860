"""The catalogue of a hall as one .xlsx workbook, out and in.

`export` writes a catalogue, `read` gives one back or all problems of the book at once, `problems`
says what an import would refuse, `digest` whether two catalogues are the same. The office page
and the command line use these; nothing here knows a database or decides about versions.

The libraries that read and write spreadsheets take a third of a second to load, so they are loaded
when a book is, not when a hall starts.
"""

from __future__ import annotations

from typing import BinaryIO

from server.domain.catalogue import Catalogue
from server.workbook.checking import problems
from server.workbook.digest import digest
from server.workbook.problem import Flaw, Problem

__all__ = ["Flaw", "Problem", "digest", "export", "problems", "read"]


def read(stream: BinaryIO, hall: str | None = None) -> Catalogue | list[Problem]:
    """A catalogue from a workbook, or every problem that it has."""
    from server.workbook import reading  # noqa: PLC0415 - see above

    return reading.read(stream, hall)


def export(catalogue: Catalogue, stream: BinaryIO) -> None:
    """Write a catalogue as a workbook."""
    from server.workbook import writing  # noqa: PLC0415 - see above

    writing.export(catalogue, stream)
