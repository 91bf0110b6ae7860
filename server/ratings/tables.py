"""Tables of ratings: the rating, the words that came with it, and the presses on rating pads."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

rating = Table(
    "rating",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("ticket", CODE, nullable=False),  # service that is rated; empty: a case without one
    code_column("case"),  # case without a ticket
    code_column("second_of"),  # the first rating of the service, for one after a redress
    Column("day", CODE, nullable=False),  # business day of the service
    Column("at", STAMP, nullable=False),  # when the person rated
    Column("received_at", STAMP, nullable=False),
    Column("level", Integer, nullable=False),
    code_column("channel"),
    text_column("aspects", "[]"),
    number_column("named"),  # 1: the person left a name or telephone for a call back
    code_column("item"),
    code_column("unit"),
    code_column("window"),
    code_column("staff"),  # who served
    code_column("device"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "ticket", "case", "second_of"),
)
Index("ix_rating_day", rating.c.hall_id, rating.c.day, rating.c.level)
Index("ix_rating_staff", rating.c.hall_id, rating.c.staff, rating.c.day)
Index("ix_rating_case", rating.c.hall_id, rating.c.case)
Index("ix_rating_received", rating.c.hall_id, rating.c.received_at)

# Apart from the rating, because it can be erased and the rating cannot.
rating_words = Table(
    "rating_words",
    metadata,
    hall_column(),
    Column("rating", CODE, nullable=False),
    text_column("words"),
    text_column("name"),
    text_column("phone"),  # sealed, see server.core.sealed_text
    Column("erase_after", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "rating"),
)

pad_press = Table(
    "pad_press",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # made by the agent: sending twice adds nothing
    Column("device", CODE, nullable=False),
    Column("window", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    Column("received_at", STAMP, nullable=False),
    Column("level", Integer, nullable=False),
    code_column("asked"),  # ticket that the pad was asked to rate; empty: the pad did not know
    code_column("raw"),  # bytes of the frame, hex
    code_column("state"),  # waiting, counted, repeated, unmatched
    code_column("rating"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_pad_press_state", pad_press.c.hall_id, pad_press.c.state)

redress = Table(
    "redress",
    metadata,
    hall_column(),
    Column("rating", CODE, nullable=False),
    code_column("state"),
    code_column("unit"),  # the unit that lends the person who served
    code_column("staff"),
    code_column("due"),  # ISO day of the next step; empty: ended
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "rating"),
)
Index("ix_redress_state", redress.c.hall_id, redress.c.state, redress.c.due)
Index("ix_redress_unit", redress.c.hall_id, redress.c.unit)

redress_step = Table(
    "redress_step",
    metadata,
    hall_column(),
    Column("rating", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("due"),  # ISO day by which the next step was due then; empty: ended
    code_column("answer_due"),  # ISO day by which the unit had to answer then
    code_column("result"),  # of a call: reached, unreachable, satisfied, dissatisfied, no_contact
    text_column("words"),
    text_column("evidence", "[]"),  # ids of kept files
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "rating", "n"),
)

STAFF_NUMBER_COLUMNS = {
    "rating": ("staff", "by_actor"),
    "redress": ("staff",),
    "redress_step": ("by_actor",),
}
