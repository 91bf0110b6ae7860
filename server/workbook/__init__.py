"""The catalogue of a hall as one .xlsx workbook, out and in.

`export` writes a catalogue, `read` gives one back or all problems of the book at once, `problems`
says what an import would refuse, `digest` whether two catalogues are the same. The office page
and the command line use these; nothing here knows a database or decides about versions.
"""

from server.workbook.checking import problems
from server.workbook.digest import digest
from server.workbook.problem import Flaw, Problem
from server.workbook.reading import read
from server.workbook.writing import export

__all__ = ["Flaw", "Problem", "digest", "export", "problems", "read"]
