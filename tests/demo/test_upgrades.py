"""Upgrade from earlier schemas with a month of data: nothing is lost, no violation.

A database begins before a step that changes what is there: steps that only add tables, columns or
indexes do nothing to the rows that a later beginning has as well. Several such steps share a
beginning if no step between it and them concerns the same tables: their rows are then those that
the version right before the step would have stored.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from server.core.all_tables import metadata
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


def _text(step: str) -> str:
    (file,) = Path(versions.__path__[0]).glob(f"{step}_*.py")
    return file.read_text(encoding="utf-8")


def _changes_rows(step: str) -> bool:
    """Return True if a step does more than add tables, columns and indexes."""
    acts = set(re.findall(r"op\.(\w+)", _text(step)))
    return not acts <= {"add_column", "create_table", "create_index", "f"}


def _tables(step: str) -> tuple[set[str], set[str]]:
    """Return the tables that a step makes, and the others that it may concern.

    Every name of a table in its text counts, unless it is plainly that of a column.
    """
    text = re.sub(r'Column\(\s*"\w+"', "", _text(step))
    made = set(re.findall(r'create_table\(\s*"(\w+)"', text))
    return made, (metadata.tables.keys() & set(re.findall(r"\w+", text))) - made


def _beginnings() -> dict[str, list[str]]:
    """Return each revision at which a database begins, with the steps that change its rows."""
    begun: dict[str, list[str]] = {}
    since_then: set[str] = set()
    for since, step in pairwise(known()):
        made, others = _tables(step)
        if _changes_rows(step):
            if not begun or since_then & others:
                begun[since], since_then = [], set()
            begun[list(begun)[-1]].append(step)
        since_then |= made | others
    return begun


BEGINNINGS = _beginnings()


def test_every_step_that_changes_rows_meets_rows_of_the_version_before() -> None:
    steps = [step for steps in BEGINNINGS.values() for step in steps]
    assert steps == [step for step in known()[1:] if _changes_rows(step)]
    assert 10 < len(BEGINNINGS) < len(steps) < len(known())
    for since, first, *others in ((since, *steps) for since, steps in BEGINNINGS.items()):
        passed = known()[known().index(since) + 1 :]
        assert passed[0] == first
        for step in others:
            between = passed[: passed.index(step)]
            concerned = {name for earlier in between for part in _tables(earlier) for name in part}
            assert not concerned & _tables(step)[1], (since, step)


@pytest.mark.parametrize("since", [*BEGINNINGS, *({known()[-2]} - {*BEGINNINGS})])
def test_an_old_database_is_upgraded_with_everything_in_it(
    hall: Hall, sqlite_url: str, since: str
) -> None:
    _upgraded(hall, sqlite_url, since)


@pytest.mark.parametrize("since", [known()[0], known()[-2]])
def test_an_old_database_is_upgraded_on_postgresql_too(
    hall: Hall, postgres_url: str, since: str
) -> None:
    _upgraded(hall, postgres_url, since)
