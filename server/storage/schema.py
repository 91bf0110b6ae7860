"""Every table of the hall. Each carries `hall_id`; times are ms since 1970, UTC; days are ISO text.

State tables are updated in place, facts (`journal`, `call`) are insert-only. Changing a table
here needs a migration in `server/storage/migrations/versions`; a test compares the two.
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
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CODE = String(64)
STAMP = BigInteger


def _hall() -> Column[str]:
    return Column("hall_id", CODE, nullable=False)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def _code(name: str) -> Column[str]:
    return Column(name, CODE, nullable=False, server_default=text("''"))


def _number(name: str, kind: type[TypeEngine[int]] = Integer) -> Column[int]:
    return Column(name, kind, nullable=False, server_default=text("0"))


def _stamp(name: str) -> Column[int]:
    return Column(name, STAMP, nullable=True)


hall = Table(
    "hall",
    metadata,
    Column("hall_id", CODE, primary_key=True),
    _text("name"),
    _text("name_en"),
    Column("created_at", STAMP, nullable=False),
)

catalogue_version = Table(
    "catalogue_version",
    metadata,
    _hall(),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    _text("hall_name"),
    _text("hall_name_en"),
    Column("at", STAMP, nullable=False),
    _code("by_actor"),
    _text("note"),
    PrimaryKeyConstraint("hall_id", "version"),
)


def _versioned(name: str, *columns: Column[str] | Column[int] | Column[float]) -> Table:
    """A table of business data: the whole of it again for every version, in `position` order."""
    return Table(
        name,
        metadata,
        _hall(),
        Column("version", Integer, nullable=False),
        Column("position", Integer, nullable=False),
        *columns,
        PrimaryKeyConstraint("hall_id", "version", "position"),
        ForeignKeyConstraint(
            ["hall_id", "version"], ["catalogue_version.hall_id", "catalogue_version.version"]
        ),
    )


zone = _versioned("zone", _code("code"), _text("name"), _text("name_en"))
unit = _versioned(
    "unit",
    _code("code"),
    _text("name"),
    _text("name_en"),
    _text("short"),
    _code("prefix"),
    _code("presence"),
    _number("target_wait"),
    _text("place"),
    _text("place_en"),
    _text("phone"),
)
item_group = _versioned("item_group", _code("code"), _text("name"), _text("name_en"))
item = _versioned(
    "item",
    _code("code"),
    _code("unit"),
    _code("group"),
    _text("name"),
    _text("name_en"),
    _code("kind"),
    _code("handling"),
    _text("materials", "[]"),
    _text("legal_basis"),
    _number("promised_days"),
    _number("legal_days"),
    _text("fee"),
    Column("service_minutes", Float, nullable=False),
    _text("keywords", "[]"),
    _text("advice"),
    _text("advice_en"),
)
window = _versioned(
    "window",
    _code("code"),
    _number("number"),
    _text("name"),
    _text("name_en"),
    _code("kind"),
    _code("zone"),
    _text("units", "[]"),
    _text("items", "[]"),
)
mandate = _versioned(
    "mandate",
    _code("code"),
    _code("unit"),
    _code("signed_on"),
    _code("valid_from"),
    Column("valid_to", CODE, nullable=True),
    _text("items", "[]"),
    _text("windows", "[]"),
    _text("powers"),
    _text("duties"),
)
staff = _versioned(
    "staff",
    _code("number"),
    _text("name"),
    _code("unit"),
    _code("role"),
    _text("windows", "[]"),
    _text("post"),
    _number("chief"),
    _code("cover"),
)
open_line = _versioned(
    "open_line",
    _code("scope"),
    _code("subject"),
    _text("weekdays", "[]"),
    _code("opens"),
    _code("closes"),
)
special_day = _versioned(
    "special_day", _code("day"), _number("opens"), _text("note"), _number("like_weekday")
)
applicant_class = _versioned(
    "applicant_class",
    _code("code"),
    _text("name"),
    _text("name_en"),
    _number("level"),
    _text("mark"),
    _text("proof"),
)

setting = Table(
    "setting",
    metadata,
    _hall(),
    Column("name", CODE, nullable=False),
    Column("since", STAMP, nullable=False),
    Column("value", Text, nullable=False),
    _code("by_actor"),
    PrimaryKeyConstraint("hall_id", "name", "since"),
)

business_day = Table(
    "business_day",
    metadata,
    _hall(),
    Column("day", CODE, nullable=False),
    Column("opened_at", STAMP, nullable=False),
    _stamp("closed_at"),
    _number("expired"),
    PrimaryKeyConstraint("hall_id", "day"),
)

number_counter = Table(
    "number_counter",
    metadata,
    _hall(),
    Column("day", CODE, nullable=False),
    Column("prefix", CODE, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("hall_id", "day", "prefix"),
)

pool_run = Table(
    "pool_run",
    metadata,
    _hall(),
    Column("day", CODE, nullable=False),
    Column("pool", CODE, nullable=False),
    Column("run", Integer, nullable=False),
    PrimaryKeyConstraint("hall_id", "day", "pool"),
)

ticket = Table(
    "ticket",
    metadata,
    _hall(),
    Column("id", CODE, nullable=False),
    Column("day", CODE, nullable=False),
    _code("prefix"),
    _number("seq"),
    _code("number"),
    Column("token", CODE, nullable=False),
    _code("queue"),
    _code("item"),
    _code("klass"),
    _number("level"),
    Column("lane", String(160), nullable=False),
    _number("ord", BigInteger),
    _code("state"),
    _number("version"),
    _code("kiosk"),
    Column("issued_at", STAMP, nullable=False),
    Column("waiting_since", STAMP, nullable=False),
    _stamp("first_called_at"),
    _stamp("called_at"),
    _number("call_count"),
    _stamp("serving_at"),
    _stamp("ended_at"),
    _code("window"),
    _code("staff"),
    _code("outcome"),
    _text("note"),
    _number("returns"),
    _number("transfers"),
    PrimaryKeyConstraint("hall_id", "id"),
    UniqueConstraint("hall_id", "day", "prefix", "seq"),
    UniqueConstraint("hall_id", "token"),
)
_waiting = text("state = 'waiting'")
# The head of every lane is one step into this index, however many tickets the table holds.
Index(
    "ix_ticket_waiting",
    ticket.c.hall_id,
    ticket.c.lane,
    ticket.c.ord,
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
Index("ix_ticket_queue", ticket.c.hall_id, ticket.c.day, ticket.c.queue, ticket.c.ord)
Index("ix_ticket_called", ticket.c.hall_id, ticket.c.day, ticket.c.called_at)

call = Table(
    "call",
    metadata,
    _hall(),
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
    _hall(),
    Column("window", CODE, nullable=False),
    Column("staff", CODE, nullable=False),
    Column("since", STAMP, nullable=False),
    _stamp("paused_at"),
    _code("pause_reason"),
    _stamp("last_call_at"),
    PrimaryKeyConstraint("hall_id", "window"),
    UniqueConstraint("hall_id", "staff"),
)

slip = Table(
    "slip",
    metadata,
    _hall(),
    Column("id", CODE, nullable=False),
    _code("kind"),
    _code("ticket_id"),
    _code("device"),
    Column("document", Text, nullable=False),
    _code("state"),
    _code("reason"),
    Column("copy", Boolean, nullable=False),
    Column("created_at", STAMP, nullable=False),
    Column("changed_at", STAMP, nullable=False),
    _code("by_actor"),
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

device = Table(
    "device",
    metadata,
    _hall(),
    Column("name", CODE, nullable=False),
    _code("agent"),
    _code("kind"),
    _code("driver"),
    _code("serves"),
    _code("state"),
    _code("code"),
    _text("readings", "{}"),
    _text("detail"),
    _number("connected"),
    Column("changed_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "name"),
)

account = Table(
    "account",
    metadata,
    _hall(),
    Column("staff", CODE, nullable=False),
    Column("password_hash", Text, nullable=False),
    _code("role"),
    _number("must_change"),
    _number("disabled"),
    _number("failed"),
    _stamp("locked_until"),
    Column("changed_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "staff"),
)

session = Table(
    "session",
    metadata,
    _hall(),
    Column("id_hash", String(64), nullable=False),
    Column("staff", CODE, nullable=False),
    Column("created_at", STAMP, nullable=False),
    Column("expires_at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "id_hash"),
)

enrolment = Table(
    "enrolment",
    metadata,
    _hall(),
    Column("code_hash", String(64), nullable=False),
    _code("kind"),
    _code("name"),
    _code("by_actor"),
    Column("expires_at", STAMP, nullable=False),
    _stamp("used_at"),
    PrimaryKeyConstraint("hall_id", "code_hash"),
)

device_token = Table(
    "device_token",
    metadata,
    _hall(),
    Column("token_hash", String(64), nullable=False),
    _code("kind"),
    _code("name"),
    Column("created_at", STAMP, nullable=False),
    _stamp("revoked_at"),
    PrimaryKeyConstraint("hall_id", "token_hash"),
)

idempotency = Table(
    "idempotency",
    metadata,
    _hall(),
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
    _hall(),
    Column("seq", BigInteger, nullable=False),
    Column("at", STAMP, nullable=False),
    _code("actor_kind"),
    _code("actor"),
    _code("window"),
    _code("act"),
    _code("subject"),
    _text("data", "{}"),
    _text("why"),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("hall_id", "seq"),
)
Index("ix_journal_subject", journal.c.hall_id, journal.c.subject)
