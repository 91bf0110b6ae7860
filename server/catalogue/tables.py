"""Tables of the business data's versions and of the State Council calendar."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
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


site = _versioned(
    "site",
    code_column("code"),
    text_column("name"),
    text_column("name_en"),
    text_column("address"),
    text_column("address_en"),
    text_column("directions"),
    text_column("directions_en"),
)
zone = _versioned(
    "zone",
    code_column("code"),
    text_column("name"),
    text_column("name_en"),
    code_column("site"),
)
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
    text_column("complaint_phone"),
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
    text_column("official_code"),
    text_column("service_object"),
    text_column("conditions"),
    text_column("quota"),
    text_column("limit_note"),
    text_column("fee_basis"),
    text_column("fee_reductions"),
    text_column("result"),
    text_column("result_validity"),
    text_column("office"),
    text_column("joint_units"),
    text_column("intermediary"),
    Column("network_scope", CODE, nullable=False, server_default=text("'unstated'")),
    text_column("ways"),
    Column("visits", Integer, nullable=True),
    text_column("places"),
    text_column("consult_phone"),
    text_column("complaint_phone"),
    text_column("remedies"),
    text_column("flow", "[]"),
    Column("mode", CODE, nullable=False, server_default=text("'unstated'")),
    Column("legal_unit", CODE, nullable=False, server_default=text("'working'")),
    Column("extension_days", Integer, nullable=False, server_default=text("10")),
    number_column("three_hands"),
    number_column("hazard"),
    number_column("third_party"),
    text_column("fees", "[]"),
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

calendar_day = Table(
    "calendar_day",
    metadata,
    hall_column(),
    Column("day", CODE, nullable=False),
    Column("year", Integer, nullable=False),
    number_column("opens"),
    text_column("note"),
    number_column("like_weekday"),
    code_column("source"),
    code_column("by_actor"),
    Column("at", STAMP, nullable=False),
    PrimaryKeyConstraint("hall_id", "day"),
)

STAFF_NUMBER_COLUMNS = {
    "staff": ("number", "cover"),
    "catalogue_version": ("by_actor",),
    "calendar_day": ("by_actor",),
}
