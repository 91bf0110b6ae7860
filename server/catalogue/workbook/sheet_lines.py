"""Lines of one sheet of a foreign workbook, with unreadable cells as error values.

openpyxl rejects a whole sheet if one cell contains what its type does not allow. Rows that are
missing in the file are not generated either; there may be a million.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from openpyxl.worksheet._reader import VALUE_TAG, WorkSheetParser

LAST_ROW = 1_048_576
"""Highest row number of this format."""
_COORDINATE = re.compile(r"[A-Za-z]{1,3}[1-9][0-9]{0,6}", re.ASCII)


class _Parser(WorkSheetParser):
    """The library's parser, changed so that a single cell may fail."""

    row_counter: int
    col_counter: int

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return the parts of a cell; an unreadable cell becomes an error value."""
        coordinate = element.get("r")
        if coordinate is not None and not _COORDINATE.fullmatch(coordinate):
            raise ValueError(coordinate)
        try:
            cell: dict[str, Any] = super().parse_cell(element)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return {
                "row": self.row_counter,
                "column": self.col_counter,
                "value": element.findtext(VALUE_TAG, "") or "?",
                "data_type": "e",
                "style_id": 0,
            }
        return cell


def lines_of(page: Any, columns: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the numbered rows of a read-only sheet, each with its first `columns` cells."""
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
