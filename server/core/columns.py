"""Shared metadata and column factories of all tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Text, text
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


def hall_column() -> Column[str]:
    """Return the column of the hall that a row belongs to."""
    return Column("hall_id", CODE, nullable=False)


def text_column(name: str, default: str = "") -> Column[str]:
    """Return a column for text of any length, never null."""
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def code_column(name: str) -> Column[str]:
    """Return a column for a code, name or state, never null."""
    return Column(name, CODE, nullable=False, server_default=text("''"))


def number_column(name: str, kind: type[TypeEngine[int]] = Integer) -> Column[int]:
    """Return a column for a whole number, never null, 0 by default."""
    return Column(name, kind, nullable=False, server_default=text("0"))


def stamp_column(name: str) -> Column[int]:
    """Return a column for a time (ms) that may be null."""
    return Column(name, STAMP, nullable=True)
