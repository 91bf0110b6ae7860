"""Whatever a month of the hall wrote of somebody is in his export."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from sqlalchemy import Connection, String, select

from server.hall import Hall
from server.services.privacy import export_person
from server.storage.tables import metadata


@pytest.mark.parametrize("staff", ["1002", "1004", "1009"])
def test_every_row_that_has_somebodys_number_is_exported(hall: Hall, staff: str) -> None:
    """Looks at every text of the database: a new kind of record cannot be forgotten."""
    number = re.compile(rf'^(clerk:|manager:)?{staff}$|"{staff}"|(^|,){staff}(,|$)')

    def rows(conn: Connection) -> Counter[str]:
        found: Counter[str] = Counter()
        for table in metadata.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, String)]
            for row in conn.execute(select(*texts)):
                found[table.name] += any(number.search(text or "") is not None for text in row)
        return +found

    exported = export_person(hall.ctx, staff)
    assert hall.ctx.read(rows) == {name: len(records) for name, records in exported.items()}
