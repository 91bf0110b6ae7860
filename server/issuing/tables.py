"""Tables of the issuing window: licences, hand-over lists, parcels, and lists of issued numbers.

Facts are only added to; the row of a licence, list or parcel repeats the state of the last one.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

licence = Table(
    "licence",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("case", CODE, nullable=False),
    code_column("unit"),
    code_column("item"),
    text_column("kind"),  # name of the licence (证照名称)
    text_column("number"),  # as printed on it
    Column("number_key", CODE, nullable=False),  # of unit, number and copy; of a void one its id
    number_column("copy"),  # 0: the original (正本)
    number_column("paper"),
    number_column("electronic"),
    code_column("issued_day"),  # ISO day on the licence
    code_column("valid_to"),
    code_column("state"),
    code_column("list"),  # hand-over list on which it is or came
    code_column("shelf"),  # empty unless it is on a shelf
    code_column("waybill"),  # empty unless it is with the post
    code_column("entered_day"),
    code_column("staff"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "number_key"),
)
Index("ix_licence_case", licence.c.hall_id, licence.c.case)
Index("ix_licence_state", licence.c.hall_id, licence.c.state, licence.c.unit)
Index("ix_licence_list", licence.c.hall_id, licence.c.list)
Index("ix_licence_issued", licence.c.hall_id, licence.c.electronic, licence.c.issued_day)

licence_fact = Table(
    "licence_fact",
    metadata,
    hall_column(),
    Column("licence", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("list"),
    code_column("shelf"),
    code_column("waybill"),
    code_column("ticket"),  # number by which the person was called
    code_column("to"),  # receiver
    code_column("id_kind"),
    code_column("id_check"),  # how the document matched; its number is not kept
    code_column("signed"),  # on paper or on the screen
    text_column("files", "[]"),  # ids of kept files: signature, authorisation
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "licence", "n"),
)
Index("ix_licence_fact_move", licence_fact.c.hall_id, licence_fact.c.move, licence_fact.c.day)
Index("ix_licence_fact_at", licence_fact.c.hall_id, licence_fact.c.at)

# Apart from the fact, because it can be erased and the fact cannot.
licence_receiver = Table(
    "licence_receiver",
    metadata,
    hall_column(),
    Column("licence", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # of its fact
    text_column("name"),
    code_column("id_masked"),
    Column("erase_after", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "licence", "n"),
)

licence_list = Table(
    "licence_list",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # number on the list
    Column("day", CODE, nullable=False),
    Column("serial", Integer, nullable=False),  # place within its day, from 1
    code_column("unit"),
    code_column("state"),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "day", "serial"),
)
Index("ix_licence_list_state", licence_list.c.hall_id, licence_list.c.state)

licence_list_fact = Table(
    "licence_list_fact",
    metadata,
    hall_column(),
    Column("list", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    number_column("counted"),
    text_column("licences", "[]"),  # JSON: those given, or those that were there
    text_column("missing", "[]"),  # JSON: on the list and not there
    text_column("words"),  # names the difference
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "list", "n"),
)

# Found at a count and on no list: with the window until the unit has it back.
licence_extra = Table(
    "licence_extra",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    code_column("list"),
    code_column("unit"),
    text_column("number"),  # as printed on it
    code_column("state"),
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index(
    "ix_licence_extra_state", licence_extra.c.hall_id, licence_extra.c.state, licence_extra.c.unit
)
Index("ix_licence_extra_list", licence_extra.c.hall_id, licence_extra.c.list)

licence_extra_fact = Table(
    "licence_extra_fact",
    metadata,
    hall_column(),
    Column("extra", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "extra", "n"),
)

licence_parcel = Table(
    "licence_parcel",
    metadata,
    hall_column(),
    Column("waybill", CODE, nullable=False),
    text_column("carrier"),
    code_column("case"),
    Column("day", CODE, nullable=False),
    code_column("state"),
    PrimaryKeyConstraint("hall_id", "waybill"),
)
Index("ix_licence_parcel_state", licence_parcel.c.hall_id, licence_parcel.c.state)

licence_parcel_fact = Table(
    "licence_parcel_fact",
    metadata,
    hall_column(),
    Column("waybill", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),  # on which it happened, by the post
    text_column("licences", "[]"),
    code_column("to"),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "waybill", "n"),
)

# Numbers of licences that a unit issued, as it hands them in: each needs a case.
licence_roll = Table(
    "licence_roll",
    metadata,
    hall_column(),
    Column("digest", CODE, nullable=False),  # SHA-256 of the file
    code_column("unit"),
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    text_column("name"),
    Column("lines", Integer, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "digest"),
)
Index("ix_licence_roll_day", licence_roll.c.hall_id, licence_roll.c.day)

licence_roll_line = Table(
    "licence_roll_line",
    metadata,
    hall_column(),
    Column("digest", CODE, nullable=False),
    Column("place", Integer, nullable=False),
    text_column("number"),
    text_column("kind"),
    code_column("issued_day"),
    PrimaryKeyConstraint("hall_id", "digest", "place"),
)

STAFF_NUMBER_COLUMNS = {
    "licence": ("staff",),
    "licence_fact": ("by_actor",),
    "licence_list_fact": ("by_actor",),
    "licence_extra_fact": ("by_actor",),
    "licence_parcel_fact": ("by_actor",),
    "licence_roll": ("by_actor",),
}
