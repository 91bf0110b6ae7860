"""Tables of branch servers: the branches of a hall, the changes to deliver, the line's state.

`row_change` is filled by triggers of the database (`server.branches.triggers`), so no action can
forget it. An empty name ends the changes of an action: a delivery is never cut within one.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table

from server.core.columns import (
    CODE,
    code_column,
    hall_column,
    metadata,
    number_column,
    stamp_column,
    text_column,
)

branch = Table(
    "branch",
    metadata,
    hall_column(),
    Column("site", CODE, nullable=False),
    number_column("run"),  # counts the times that a server joined as this branch
    number_column("applied", BigInteger),  # last change of that run which is in the books here
    number_column("lines", BigInteger),  # count of its journal lines that are in the journal here
    code_column("line_hash"),  # hash of the last of them in the branch's own chain
    number_column("windows"),  # windows signed in there, as it last reported
    number_column("waiting"),  # people waiting there, as it last reported
    stamp_column("heard_at"),
    code_column("refusal"),  # code for which its last delivery was refused; "": accepted
    PrimaryKeyConstraint("hall_id", "site"),
)
row_change = Table(
    "row_change",
    metadata,
    # SQLite numbers rows by itself only in a column of its own type INTEGER.
    Column(
        "seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    hall_column(),
    code_column("name"),  # table; "": end of an action
    text_column("row"),  # JSON of the row; of a deleted row: its key
    sqlite_autoincrement=True,
)
Index("ix_row_change_hall", row_change.c.hall_id, row_change.c.seq)
main_line = Table(
    "main_line",
    metadata,
    hall_column(),
    code_column("site"),
    number_column("run"),
    number_column("delivered", BigInteger),  # last own change that the main server has
    number_column("received", BigInteger),  # last change of the main server that is here
    stamp_column("heard_at"),
    code_column("refusal"),  # code for which the main server refused; "": it accepts
    PrimaryKeyConstraint("hall_id"),
)
