"""Schema of the hall's tables.

Each table has `hall_id`; times are ms since 1970 UTC; days are ISO text. State tables are
updated in place; facts (`journal`, `call`) are insert-only. A change here needs a migration in
`server/core/migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
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

hall = Table(
    "hall",
    metadata,
    Column("hall_id", CODE, primary_key=True),
    text_column("name"),
    text_column("name_en"),
    Column("created_at", STAMP, nullable=False),
)

catalogue_version = Table(
    "catalogue_version",
    metadata,
    hall_column(),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    text_column("hall_name"),
    text_column("hall_name_en"),
    Column("at", STAMP, nullable=False),
    code_column("by_actor"),
    text_column("note"),
    PrimaryKeyConstraint("hall_id", "version"),
)


def _versioned(name: str, *columns: Column[str] | Column[int] | Column[float]) -> Table:
    """Return a table of business data: all rows are stored again for every version.

    `position` keeps the order of the rows.
    """
    return Table(
        name,
        metadata,
        hall_column(),
        Column("version", Integer, nullable=False),
        Column("position", Integer, nullable=False),
        *columns,
        PrimaryKeyConstraint("hall_id", "version", "position"),
        ForeignKeyConstraint(
            ["hall_id", "version"], ["catalogue_version.hall_id", "catalogue_version.version"]
        ),
    )


zone = _versioned("zone", code_column("code"), text_column("name"), text_column("name_en"))
unit = _versioned(
    "unit",
    code_column("code"),
    text_column("name"),
    text_column("name_en"),
    text_column("short"),
    code_column("prefix"),
    code_column("presence"),
    number_column("target_wait"),
    text_column("place"),
    text_column("place_en"),
    text_column("phone"),
)
item_group = _versioned(
    "item_group", code_column("code"), text_column("name"), text_column("name_en")
)
item = _versioned(
    "item",
    code_column("code"),
    code_column("unit"),
    code_column("group"),
    text_column("name"),
    text_column("name_en"),
    code_column("kind"),
    code_column("handling"),
    text_column("materials", "[]"),
    text_column("legal_basis"),
    number_column("promised_days"),
    number_column("legal_days"),
    text_column("fee"),
    Column("service_minutes", Float, nullable=False),
    text_column("keywords", "[]"),
    text_column("advice"),
    text_column("advice_en"),
)
window = _versioned(
    "window",
    code_column("code"),
    number_column("number"),
    text_column("name"),
    text_column("name_en"),
    code_column("kind"),
    code_column("zone"),
    text_column("units", "[]"),
    text_column("items", "[]"),
)
mandate = _versioned(
    "mandate",
    code_column("code"),
    code_column("unit"),
    code_column("signed_on"),
    code_column("valid_from"),
    Column("valid_to", CODE, nullable=True),
    text_column("items", "[]"),
    text_column("windows", "[]"),
    text_column("powers"),
    text_column("duties"),
)
staff = _versioned(
    "staff",
    code_column("number"),
    text_column("name"),
    code_column("unit"),
    code_column("role"),
    text_column("windows", "[]"),
    text_column("post"),
    number_column("chief"),
    code_column("cover"),
)
open_line = _versioned(
    "open_line",
    code_column("scope"),
    code_column("subject"),
    text_column("weekdays", "[]"),
    code_column("opens"),
    code_column("closes"),
)
special_day = _versioned(
    "special_day",
    code_column("day"),
    number_column("opens"),
    text_column("note"),
    number_column("like_weekday"),
)
applicant_class = _versioned(
    "applicant_class",
    code_column("code"),
    text_column("name"),
    text_column("name_en"),
    number_column("level"),
    text_column("mark"),
    text_column("proof"),
)

setting = Table(
    "setting",
    metadata,
    hall_column(),
    Column("name", CODE, nullable=False),
    Column("since", STAMP, nullable=False),
    Column("value", Text, nullable=False),
    code_column("by_actor"),
    PrimaryKeyConstraint("hall_id", "name", "since"),
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
    sqlite_where=_finished,
    postgresql_where=_finished,
)
Index("ix_ticket_queue", ticket.c.hall_id, ticket.c.day, ticket.c.queue, ticket.c.ord)
Index("ix_ticket_called", ticket.c.hall_id, ticket.c.day, ticket.c.called_at)
# A kiosk's issue rate is queried with every number that it issues.
Index(
    "ix_ticket_kiosk",
    ticket.c.hall_id,
    ticket.c.day,
    ticket.c.kiosk,
    ticket.c.prefix,
    ticket.c.issued_at,
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
    stamp_column("last_call_at"),
    PrimaryKeyConstraint("hall_id", "window"),
    UniqueConstraint("hall_id", "staff"),
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

device = Table(
    "device",
    metadata,
    hall_column(),
    Column("name", CODE, nullable=False),
    code_column("agent"),
    code_column("worker"),
    code_column("kind"),
    code_column("driver"),
    code_column("serves"),
    code_column("bus"),  # shared cable, as named in the agent's file; "": not shared
    code_column("reports"),  # "spoken": it reports what was really played; older agents: ""
    code_column("state"),
    code_column("code"),
    text_column("readings", "{}"),
    text_column("detail"),
    number_column("connected"),
    Column("changed_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "name"),
)

account = Table(
    "account",
    metadata,
    hall_column(),
    Column("staff", CODE, nullable=False),
    Column("password_hash", Text, nullable=False),
    code_column("role"),
    number_column("must_change"),
    number_column("disabled"),
    number_column("failed"),
    stamp_column("locked_until"),
    Column("changed_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "staff"),
)

session = Table(
    "session",
    metadata,
    hall_column(),
    Column("id_hash", String(64), nullable=False),
    Column("staff", CODE, nullable=False),
    Column("created_at", STAMP, nullable=False),
    Column("expires_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id_hash"),
)

enrolment = Table(
    "enrolment",
    metadata,
    hall_column(),
    Column("code_hash", String(64), nullable=False),
    code_column("kind"),
    code_column("name"),
    code_column("by_actor"),
    code_column("place"),  # place of the agent's devices; "": any
    Column("expires_at", STAMP, nullable=False),
    stamp_column("used_at"),
    PrimaryKeyConstraint("hall_id", "code_hash"),
)

device_token = Table(
    "device_token",
    metadata,
    hall_column(),
    Column("token_hash", String(64), nullable=False),
    code_column("kind"),
    code_column("name"),
    Column("created_at", STAMP, nullable=False),
    stamp_column("revoked_at"),
    stamp_column("binds_until"),  # an agent's first hello until then binds unbound devices
    code_column("binds_at"),  # only at this place; "": any
    PrimaryKeyConstraint("hall_id", "token_hash"),
)

idempotency = Table(
    "idempotency",
    metadata,
    hall_column(),
    Column("actor", CODE, nullable=False),
    Column("key", CODE, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "actor", "key"),
)
Index("ix_idempotency_at", idempotency.c.hall_id, idempotency.c.at)

journal = Table(
    "journal",
    metadata,
    hall_column(),
    Column("seq", BigInteger, nullable=False),
    Column("at", STAMP, nullable=False),
    code_column("actor_kind"),
    code_column("actor"),
    code_column("window"),
    code_column("act"),
    code_column("subject"),
    text_column("data", "{}"),
    text_column("why"),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("hall_id", "seq"),
)
Index("ix_journal_subject", journal.c.hall_id, journal.c.subject)

STAFF_NUMBER_COLUMNS = {
    "staff": ("number", "cover"),
    "ticket": ("staff",),
    "call": ("staff",),
    "window_post": ("staff",),
    "slip": ("by_actor",),
    "account": ("staff",),
    "session": ("staff",),
    "enrolment": ("by_actor",),
    "idempotency": ("actor",),
    "setting": ("by_actor", "value"),
    "catalogue_version": ("by_actor",),
    "journal": ("actor", "subject", "data"),
}
TIME_STEPS = (
    ("ticket", "issued_at", "first_called_at"),
    ("ticket", "first_called_at", "called_at"),
    ("ticket", "issued_at", "serving_at"),
    ("ticket", "serving_at", "ended_at"),
    ("ticket", "issued_at", "ended_at"),
    ("slip", "created_at", "changed_at"),
    ("business_day", "opened_at", "closed_at"),
    ("device_token", "created_at", "revoked_at"),
)
EXTERNAL_TIMES = {("setting", "since")}
