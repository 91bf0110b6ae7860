"""Triggers that record each changed row of a table in `row_change`, on both databases.

A trigger cannot be forgotten by an action, sees statements that the driver runs by itself, and is
undone with the transaction. Only a hall with a branch server has them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Table, text

from server.core.columns import metadata
from server.core.engine import TRIGGERS

DELETED = "-"
"""Mark before the name of the table of a deleted row."""


def install(conn: Connection, names: Iterable[str]) -> None:
    """Record every later change of these tables; replaces triggers of an older version."""
    create = _on_sqlite if conn.dialect.name == "sqlite" else _on_postgres
    for name in names:
        for statement in create(metadata.tables[name]):
            conn.execute(text(statement))


def _on_sqlite(table: Table) -> Iterable[str]:
    for act, row, mark in (
        ("INSERT", "NEW", ""),
        ("UPDATE", "NEW", ""),
        ("DELETE", "OLD", DELETED),
    ):
        trigger = f"{TRIGGERS}{table.name}_{act.lower()}"
        pairs = ", ".join(f"'{c.name}', {row}.\"{c.name}\"" for c in table.columns)
        yield f"DROP TRIGGER IF EXISTS {trigger}"
        yield (
            f'CREATE TRIGGER {trigger} AFTER {act} ON "{table.name}" BEGIN '  # noqa: S608
            f"INSERT INTO row_change (hall_id, name, row) VALUES ({row}.hall_id, "
            f"'{mark}{table.name}', json_object({pairs})); END"
        )


def _on_postgres(table: Table) -> Iterable[str]:
    trigger = f"{TRIGGERS}{table.name}"
    yield (
        f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger AS $$ BEGIN "  # noqa: S608
        "IF TG_OP = 'DELETE' THEN INSERT INTO row_change (hall_id, name, row) VALUES "
        f"(OLD.hall_id, '{DELETED}{table.name}', row_to_json(OLD)); ELSE "
        "INSERT INTO row_change (hall_id, name, row) VALUES "
        f"(NEW.hall_id, '{table.name}', row_to_json(NEW)); END IF; RETURN NULL; END $$ "
        "LANGUAGE plpgsql"
    )
    yield (
        f'CREATE OR REPLACE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON "{table.name}" '
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()"
    )
