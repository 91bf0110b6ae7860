"""Tables of assistance: questions, jobs of helpers, green channels, each with its steps."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    text_column,
)

first_ask = Table(
    "first_ask",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    text_column("subject"),
    code_column("item"),
    code_column("staff"),  # the first asked
    code_column("unit"),  # that receives it
    code_column("receiver"),  # staff number; empty: anybody of the unit
    code_column("state"),
    code_column("due"),  # ISO day of the next step; empty: ended
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_first_ask_due", first_ask.c.hall_id, first_ask.c.due)
Index("ix_first_ask_day", first_ask.c.hall_id, first_ask.c.day)

first_ask_step = Table(
    "first_ask_step",
    metadata,
    hall_column(),
    Column("ask", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    code_column("due"),  # ISO day by which the next step was due then; empty: ended
    code_column("unit"),  # to which it was handed over
    code_column("receiver"),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "ask", "n"),
)

helper_job = Table(
    "helper_job",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("case"),
    code_column("item"),
    text_column("project"),  # its name, for a job about neither a case nor an item
    text_column("scope"),  # what the helper is authorised to do
    Column("until", CODE, nullable=False),  # last ISO day of the authorisation
    code_column("helper"),
    code_column("staff"),  # who recorded it
    code_column("state"),
    PrimaryKeyConstraint("hall_id", "id"),
)
Index("ix_helper_job_case", helper_job.c.hall_id, helper_job.c.case)
Index("ix_helper_job_helper", helper_job.c.hall_id, helper_job.c.helper, helper_job.c.state)

helper_step = Table(
    "helper_step",
    metadata,
    hall_column(),
    Column("job", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    number_column("signed"),  # 1: the person signed the printed authorisation
    text_column("words"),
    text_column("evidence", "[]"),  # ids of kept files
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "job", "n"),
)

green_channel = Table(
    "green_channel",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    code_column("unit"),
    code_column("state"),
    PrimaryKeyConstraint("hall_id", "case"),
)
Index("ix_green_channel_state", green_channel.c.hall_id, green_channel.c.state)

green_step = Table(
    "green_step",
    metadata,
    hall_column(),
    Column("case", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    code_column("move"),
    code_column("state"),  # after the move
    Column("at", STAMP, nullable=False),
    Column("day", CODE, nullable=False),
    text_column("words"),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "case", "n"),
)
Index("ix_green_step_day", green_step.c.hall_id, green_step.c.day)

# Apart from question and job, because it can be erased and they cannot.
assistance_person = Table(
    "assistance_person",
    metadata,
    hall_column(),
    Column("subject", CODE, nullable=False),  # question or job
    text_column("name"),
    text_column("phone"),  # sealed, see server.core.sealed_text
    Column("erase_after", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "subject"),
)

STAFF_NUMBER_COLUMNS = {
    "first_ask": ("staff", "receiver"),
    "first_ask_step": ("receiver", "by_actor"),
    "helper_job": ("helper", "staff"),
    "helper_step": ("by_actor",),
    "green_step": ("by_actor",),
}
