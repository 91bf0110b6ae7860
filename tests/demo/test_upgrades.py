"""Upgrade from earlier schemas with a month of data: nothing is lost, no violation.

A database begins right before each step that changes what is there: steps between that only add
tables or columns do nothing to the rows that a later beginning has as well.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from server.core.engine import migrate, newest, open_engine, revision
from server.core.migrations import versions
from server.core.revisions import known, upgrade
from server.hall.composition import Hall
from server.integrity.checks import violations
from support.demo_history import fill_old_database, present_rows


def _sorted(rows: list[Any]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


def _upgraded(hall: Hall, url: str, since: str) -> None:
    engine = open_engine(url)
    with engine.begin() as conn:
        upgrade(conn, since)
        put = hall.ctx.read(lambda source: fill_old_database(since, source, conn))
    assert len(put["ticket"]) > 50
    assert revision(engine) == since
    assert migrate(engine) == (since, newest())
    with engine.connect() as conn:
        now = present_rows(conn, put)
        assert {name: len(rows) for name, rows in now.items()} == {
            name: len(rows) for name, rows in put.items()
        }
        assert all(_sorted(now[name]) == _sorted(put[name]) for name in put)
        assert violations("reference", conn) == []
    engine.dispose()


def _changes_rows(step: str) -> bool:
    """Return True if a step does more than add tables, columns and indexes."""
    (file,) = Path(versions.__path__[0]).glob(f"{step}_*.py")
    acts = set(re.findall(r"op\.(\w+)", file.read_text(encoding="utf-8")))
    return not acts <= {"add_column", "create_table", "create_index", "f"}


BEFORE_CHANGES = [since for since, step in pairwise(known()) if _changes_rows(step)]


def test_steps_that_change_rows_are_some_of_all() -> None:
    assert 10 < len(BEFORE_CHANGES) < len(known())


@pytest.mark.parametrize("since", [*BEFORE_CHANGES, *({known()[-2]} - {*BEFORE_CHANGES})])
def test_an_old_database_is_upgraded_with_everything_in_it(
    hall: Hall, sqlite_url: str, since: str
) -> None:
    _upgraded(hall, sqlite_url, since)


@pytest.mark.parametrize("since", [known()[0], known()[-2]])
def test_an_old_database_is_upgraded_on_postgresql_too(
    hall: Hall, postgres_url: str, since: str
) -> None:
    _upgraded(hall, postgres_url, since)
