"""Tables of the queue: days, counters, tickets, calls, window sessions, slips, announcements."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from server.core.columns import (
    CODE,
    STAMP,
    code_column,
    hall_column,
    metadata,
    number_column,
    stamp_column,
    text_column,
)

business_day = Table(
    "business_day",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    Column("opened_at", STAMP, nullable=False),
    stamp_column("closed_at"),
    number_column("expired"),
    PrimaryKeyConstraint("hall_id", "day"),
)
number_counter = Table(
    "number_counter",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    Column("prefix", CODE, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("hall_id", "day", "prefix"),
)
pool_run = Table(
    "pool_run",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    Column("pool", CODE, nullable=False),
    Column("run", Integer, nullable=False),
    PrimaryKeyConstraint("hall_id", "day", "pool"),
)
ticket = Table(
    "ticket",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    code_column("prefix"),
    number_column("seq"),
    code_column("number"),
    Column("token", CODE, nullable=False),
    code_column("queue"),
    code_column("item"),
    code_column("klass"),
    number_column("level"),
    Column("lane", String(160), nullable=False),
    number_column("ord", BigInteger),
    code_column("state"),
    number_column("version"),
    code_column("kiosk"),
    Column("issued_at", STAMP, nullable=False),
    Column("waiting_since", STAMP, nullable=False),
    stamp_column("first_called_at"),
    stamp_column("called_at"),
    number_column("call_count"),
    stamp_column("serving_at"),
    stamp_column("ended_at"),
    code_column("window"),
    code_column("staff"),
    code_column("outcome"),
    text_column("note"),
    number_column("returns"),
    number_column("transfers"),
    Column("told_low", Integer, nullable=True),
    Column("told_high", Integer, nullable=True),
    code_column("visit"),
    code_column("branch"),  # building whose branch server issued it; "": this server
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "day", "prefix", "seq"),
    UniqueConstraint("hall_id", "token"),
)
_waiting = text("state = 'waiting'")
# The head of every lane is one step into this index, for any number of tickets in the table;
# counts of waiting tickets are read from it alone.
Index(
    "ix_ticket_waiting",
    ticket.c.hall_id,
    ticket.c.lane,
    ticket.c.ord,
    ticket.c.queue,
    ticket.c.item,
    ticket.c.klass,
    ticket.c.waiting_since,
    ticket.c.state,  # without it SQLite reads the table as well
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
_at_window = text("state IN ('called', 'serving', 'held')")
Index(
    "ix_ticket_at_window",
    ticket.c.hall_id,
    ticket.c.window,
    sqlite_where=_at_window,
    postgresql_where=_at_window,
)
_missed = text("state = 'missed'")
# Every state of an open ticket has its own index: open tickets of earlier days are queried
# every few seconds, and the query must not scan years of tickets.
Index(
    "ix_ticket_missed",
    ticket.c.hall_id,
    ticket.c.day,
    sqlite_where=_missed,
    postgresql_where=_missed,
)
_finished = text("state = 'finished'")
# A day's service times are read from this index alone: every issued ticket needs them.
Index(
    "ix_ticket_finished",
    ticket.c.hall_id,
    ticket.c.day,
    ticket.c.queue,
    ticket.c.serving_at,
    ticket.c.ended_at,
    ticket.c.state,
    ticket.c.branch,
    sqlite_where=_finished,
    postgresql_where=_finished,
)
Index("ix_ticket_queue", ticket.c.hall_id, ticket.c.day, ticket.c.queue, ticket.c.ord)
Index("ix_ticket_called", ticket.c.hall_id, ticket.c.day, ticket.c.called_at)
_of_kiosk = text("kiosk <> ''")
# A kiosk's issue rate is queried with every number that it issues. Partial, so that no other query
# can use it: SQLite would prefer it to the indexes of open and missed tickets, and scan all days.
Index(
    "ix_ticket_kiosk",
    ticket.c.hall_id,
    ticket.c.day,
    ticket.c.kiosk,
    ticket.c.prefix,
    ticket.c.issued_at,
    sqlite_where=_of_kiosk,
    postgresql_where=_of_kiosk,
)
_of_visit = text("visit <> ''")
# The numbers of one visit are read by its phone page. Partial: most visits have one number.
Index(
    "ix_ticket_visit",
    ticket.c.hall_id,
    ticket.c.visit,
    sqlite_where=_of_visit,
    postgresql_where=_of_visit,
)
_served_by = text("staff <> ''")
# A clerk's own day is shown after each of their calls: only their tickets are read.
Index(
    "ix_ticket_staff",
    ticket.c.hall_id,
    ticket.c.day,
    ticket.c.staff,
    sqlite_where=_served_by,
    postgresql_where=_served_by,
)
call = Table(
    "call",
    metadata,
    hall_column(),
    Column("ticket_id", CODE, nullable=False),
    Column("n", Integer, nullable=False),
    Column("at", STAMP, nullable=False),
    Column("window", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    Column("move", CODE, nullable=False),
    Column("why", Text, nullable=False),
    PrimaryKeyConstraint("hall_id", "ticket_id", "n"),
)
window_post = Table(
    "window_post",
    metadata,
    hall_column(),
    Column("window", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    Column("since", STAMP, nullable=False),
    stamp_column("paused_at"),
    code_column("pause_reason"),
    stamp_column("pause_until"),  # expected end of the pause; null: not known
    code_column("pause_next"),  # reason of the pause that begins after the present person
    number_column("pause_minutes"),  # its expected length; 0: not known
    stamp_column("last_call_at"),
    # The last act there that can be undone; "" if there is none.
    code_column("undo_ticket"),
    code_column("undo_move"),
    stamp_column("undo_at"),
    text_column("undo_note"),  # the ticket's note before that act
    PrimaryKeyConstraint("hall_id", "window"),
    UniqueConstraint("hall_id", "staff"),
)
hall_notice = Table(
    "hall_notice",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    code_column("area"),
    Column("pauses", Boolean, nullable=False),
    code_column("reason"),
    text_column("text"),
    text_column("text_en"),
    Column("since", STAMP, nullable=False),
    stamp_column("until"),
    PrimaryKeyConstraint("hall_id", "id"),
)
slip = Table(
    "slip",
    metadata,
    hall_column(),
    Column("id", CODE, nullable=False),
    code_column("kind"),
    code_column("ticket_id"),
    code_column("device"),
    Column("document", Text, nullable=False),
    code_column("state"),
    code_column("reason"),
    Column("copy", Boolean, nullable=False),
    Column("created_at", STAMP, nullable=False),
    Column("changed_at", STAMP, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "id"),
)
_unsettled = text("state IN ('owed', 'sent')")
Index(
    "ix_slip_unsettled",
    slip.c.hall_id,
    slip.c.device,
    sqlite_where=_unsettled,
    postgresql_where=_unsettled,
)
Index("ix_slip_ticket", slip.c.hall_id, slip.c.ticket_id)
Index("ix_slip_created", slip.c.hall_id, slip.c.created_at)

announcement = Table(
    "announcement",
    metadata,
    hall_column(),
    Column("ticket_id", CODE, nullable=False),
    Column("n", Integer, nullable=False),  # the call of that ticket, as in `call`
    code_column("window"),
    code_column("zone"),
    code_column("state"),  # pending, spoken, unspoken, by_mouth, replaced
    code_column("reason"),
    number_column("asked"),  # number of loudspeakers that shall speak it
    number_column("failed"),  # number of them that reported a failure
    Column("asked_at", STAMP, nullable=False),
    Column("due_at", STAMP, nullable=False),  # after this time no report is expected
    stamp_column("ended_at"),
    PrimaryKeyConstraint("hall_id", "ticket_id", "n"),
)
_pending = text("state = 'pending'")
Index(
    "ix_announcement_pending",
    announcement.c.hall_id,
    announcement.c.due_at,
    sqlite_where=_pending,
    postgresql_where=_pending,
)
TIME_STEPS = (
    ("ticket", "issued_at", "first_called_at"),
    ("ticket", "first_called_at", "called_at"),
    ("ticket", "issued_at", "serving_at"),
    ("ticket", "serving_at", "ended_at"),
    ("ticket", "issued_at", "ended_at"),
    ("slip", "created_at", "changed_at"),
    ("business_day", "opened_at", "closed_at"),
    ("announcement", "asked_at", "ended_at"),
)

STAFF_NUMBER_COLUMNS = {
    "ticket": ("staff",),
    "call": ("staff",),
    "window_post": ("staff",),
    "slip": ("by_actor",),
}
