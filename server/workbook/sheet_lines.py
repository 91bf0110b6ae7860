"""Lines of one sheet of a foreign workbook, where a cell that cannot be read is one bad cell.

openpyxl gives up a whole sheet when one cell of it holds what its type does not allow. Rows that
the file does not hold are not made up either, of which there may be a million.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from openpyxl.worksheet._reader import VALUE_TAG, WorkSheetParser

LAST_ROW = 1_048_576
"""The last row a sheet of this format can have."""
_COORDINATE = re.compile(r"[A-Za-z]{1,3}[1-9][0-9]{0,6}", re.ASCII)


class _Parser(WorkSheetParser):
    """The library's parser, for which a cell may fail alone."""

    row_counter: int
    col_counter: int

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return the parts of a cell; one that cannot be read is an error value."""
        place = element.get("r")
        if place is not None and not _COORDINATE.fullmatch(place):
            raise ValueError(place)
        try:
            found: dict[str, Any] = super().parse_cell(element)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return {
                "row": self.row_counter,
                "column": self.col_counter,
                "value": element.findtext(VALUE_TAG, "") or "?",
                "data_type": "e",
                "style_id": 0,
            }
        return found


def lines_of(page: Any, columns: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the numbered rows that a read-only sheet holds, each with its first `columns` cells."""
    book = page.parent
    last = 0
    with page._get_source() as source:
        parser = _Parser(
            source,
            page._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, row in parser.parse():
            if last < number <= LAST_ROW:
                last = number
                yield number, page._get_row(row, 1, columns, values_only=False)
