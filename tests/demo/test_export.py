"""Export of a person: holds everything that a month of the hall recorded about the person."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from sqlalchemy import Connection, String, select

from server.core.all_tables import metadata
from server.hall.composition import Hall
from server.privacy.personal_data import export_person


@pytest.mark.parametrize("staff", ["1002", "1004", "1009"])
def test_every_row_with_a_persons_number_is_exported(hall: Hall, staff: str) -> None:
    """Export every row with the person's number.

    The test reads every text of the database, so no new kind of record can be left out.
    """
    number = re.compile(rf'^(clerk:|manager:)?{staff}$|"{staff}"|(^|,){staff}(,|$)')

    def rows(conn: Connection) -> Counter[str]:
        counts: Counter[str] = Counter()
        for table in metadata.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, String)]
            for row in conn.execute(select(*texts)):
                counts[table.name] += any(number.search(text or "") is not None for text in row)
        return +counts

    exported = export_person(hall.ctx, staff)
    assert hall.ctx.read(rows) == {name: len(records) for name, records in exported.items()}
