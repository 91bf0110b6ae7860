"""Tables of cases: the case, its applicant, its facts and papers, the posts, and what is due.

Facts and papers are only added to. `case_due` is a cache of the clock for lists and lamps; it is
proven equal to the clock by `hall check` and made anew after every change of the calendar.
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

case_record = Table(
    "case_record",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("number", CODE, nullable=False),
    Column("day", CODE, nullable=False),  # ISO day on which the papers came
    Column("serial", Integer, nullable=False),  # place within its day, from 1
    code_column("outer_no"),  # number in a superior system
    Column("outer_key", CODE, nullable=False),  # unit and that number; without one the id
    Column("item", CODE, nullable=False),
    Column("version", Integer, nullable=False),  # of the business data: its limits stay
    code_column("mode"),
    code_column("unit"),
    code_column("way"),
    code_column("ticket"),
    code_column("hand_in"),  # last hand-in of the materials
    code_column("window"),
    code_column("staff"),  # who opened it
    code_column("state"),
    code_column("owner"),  # whose desk it is on; empty: the desk of the post
    code_column("outcome"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "number"),
    UniqueConstraint("hall_id", "day", "serial"),
    UniqueConstraint("hall_id", "outer_key"),
)
Index("ix_case_record_state", case_record.c.hall_id, case_record.c.state, case_record.c.unit)
Index("ix_case_record_ticket", case_record.c.hall_id, case_record.c.ticket)

# Apart from the case, because it can be erased and the case cannot.
case_applicant = Table(
    "case_applicant",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    text_column("name"),
    code_column("id_kind"),
    code_column("id_masked"),
    code_column("person_key"),  # keyed hash of the document, for matching
    text_column("phone"),  # sealed, see server.core.sealed_text
    text_column("agent"),
    Column("phone_until", STAMP, nullable=False),
    Column("erase_after", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "case"),
)
Index("ix_case_applicant_person", case_applicant.c.hall_id, case_applicant.c.person_key)

case_fact = Table(
    "case_fact",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    # Of an extension; told of a suspension; of a decision: within which it has to be served.
    number_column("days"),
    # Of a request for an extension: working days before the due day by which it had to come.
    number_column("ahead"),
    code_column("basis"),  # of a suspension
    code_column("outcome"),
    text_column("words"),
    text_column("evidence", "[]"),  # ids of kept files
    code_column("paper"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "case", "n"),
)

Index("ix_case_fact_move", case_fact.c.hall_id, case_fact.c.move, case_fact.c.day)

case_paper = Table(
    "case_paper",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),  # number on the paper
    Column("case", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # of its fact
    code_column("kind"),
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    text_column("content"),  # JSON, without what can be erased
    Column("digest", CODE, nullable=False),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_case_paper_case", case_paper.c.hall_id, case_paper.c.case)

# 送达: a paper was handed over, sent or shown.
case_service = Table(
    "case_service",
    metadata,
    hall_column(),
    Column("paper", CODE, nullable=False),
    code_column("how"),
    Column("day", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("to"),  # who received it: applicant, agent …
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "paper"),
)

case_post = Table(
    "case_post",
    metadata,
    hall_column(),
    Column("unit", CODE, nullable=False),
    Column("post", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "unit", "post", "staff"),
)

case_due = Table(
    "case_due",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("clock", CODE, nullable=False),  # tell, direct, promised, legal, stage, serve
    code_column("unit"),
    code_column("earliest"),  # ISO day in each reading; empty: the clock stands still
    code_column("rule"),
    code_column("latest"),
    PrimaryKeyConstraint("hall_id", "case", "clock"),
)
Index(
    "ix_case_due_earliest",
    case_due.c.hall_id,
    case_due.c.clock,
    case_due.c.earliest,
    case_due.c.unit,
)

# Digest of the calendar and rules by which every row of `case_due` was made.
case_due_basis = Table(
    "case_due_basis",
    metadata,
    hall_column(),
    Column("digest", CODE, nullable=False),
    PrimaryKeyConstraint("hall_id"),
)

STAFF_NUMBER_COLUMNS = {
    "case_record": ("staff", "owner"),
    "case_fact": ("by_actor",),
    "case_service": ("by_actor",),
    "case_post": ("staff", "by_actor"),
}
