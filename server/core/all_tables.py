"""All tables of the hall, gathered from the rooms: the metadata that migrations must match.

Beside its tables a module `tables` may have `STAFF_NUMBER_COLUMNS`, `TIME_STEPS` and
`EXTERNAL_TIMES`; what they mean is written here.
"""

from __future__ import annotations

from collections.abc import Mapping

from server.core.columns import metadata
from server.core.rooms import modules

MODULES = tuple(modules("tables"))
"""Modules whose import defines the tables."""
STAFF_NUMBER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    table: columns
    for module in MODULES
    for table, columns in getattr(module, "STAFF_NUMBER_COLUMNS", {}).items()
}
"""Columns that may contain a staff number.

It stands alone, after a kind of actor (`clerk:1001`), or in a text of any length, also inside JSON
or a list with commas; or it is the person's number at the time clocks. docs/personal-data.md has
the same columns in bold; a test compares the two.
"""
TIME_STEPS: tuple[tuple[str, str, str], ...] = tuple(
    step for module in MODULES for step in getattr(module, "TIME_STEPS", ())
)
"""Table, and an earlier and a later step of one record."""
EXTERNAL_TIMES: frozenset[tuple[str, str]] = frozenset(
    column for module in MODULES for column in getattr(module, "EXTERNAL_TIMES", ())
)
"""Columns with a time clock's claim or a start of validity; checked where they are used."""

__all__ = ["EXTERNAL_TIMES", "MODULES", "STAFF_NUMBER_COLUMNS", "TIME_STEPS", "metadata"]
