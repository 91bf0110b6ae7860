"""Compiled statements: the engines of one kind of database compile a statement once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import literal, select

from server.core.compiled_cache import COMPILED
from server.core.engine import open_engine


def test_a_second_engine_compiles_nothing(tmp_path: Path) -> None:
    statement = select(literal("compiled once").label("name_of_this_test"))
    sizes = [len(COMPILED)]
    for name in ("first", "second"):
        engine = open_engine(f"sqlite:///{tmp_path / name}.db")
        with engine.connect() as conn:
            assert conn.scalar(statement) == "compiled once"
        engine.dispose()
        sizes.append(len(COMPILED))
    assert sizes[1] == sizes[0] + 1
    assert sizes[2] == sizes[1]


def test_kinds_of_databases_share_no_statement(sqlite_url: str, postgres_url: str) -> None:
    statement = select(literal("of each kind").label("name_of_that_test"))
    before = len(COMPILED)
    for url in (sqlite_url, postgres_url):
        engine = open_engine(url)
        with engine.connect() as conn:
            assert conn.scalar(statement) == "of each kind"
        engine.dispose()
    assert len(COMPILED) == before + 2
